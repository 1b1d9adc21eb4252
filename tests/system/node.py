"""A real idnoded of a test's own, and a client of its gRPC interface.

    with Node() as node:
        node.ctl("prefix", "add", "88.118.1001")           # idnodectl, as the administrator
        api = node.api()
        api.Registrar.Register(identifier=..., values=[...])
        node.kill(); node.start()                           # SIGKILL, and back on the same ports

A node that ends by itself, by a signal or with a status that the test did not ask for, or that makes a
sanitizer speak, fails the test: at the next kill(), stop(), start() or close().

The binaries are those in $IDNODE_BIN, or build/release/bin. Messages are made by protoc for each run;
calls go through Debian's python3-grpcio, so nothing here shares code with what it tests.
"""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import grpc

from ports import free_port

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BIN = os.environ.get("IDNODE_BIN", os.path.join(ROOT, "build", "release", "bin"))
PROTO = os.path.join(ROOT, "proto")


SANITIZER = re.compile(r"(ERROR|WARNING): (Address|Thread|Leak|Memory)Sanitizer|runtime error: ")


def _compile_messages() -> str:
    directory = tempfile.mkdtemp(prefix="idnode-protoc-")
    names = [os.path.relpath(os.path.join(folder, name), PROTO)
             for folder, _, files in os.walk(PROTO) for name in files if name.endswith(".proto")]
    subprocess.run(["protoc", f"--python_out={directory}", f"-I{PROTO}", *names], check=True)
    return directory


_MESSAGES = _compile_messages()
sys.path.insert(0, _MESSAGES)
from idnode.v1 import (admin_pb2, audit_pb2, common_pb2, registrar_pb2,  # noqa: E402
                       resolver_pb2, statistics_pb2)

shutil.rmtree(_MESSAGES, ignore_errors=True)  # imported, and no longer needed


def value(index: int, type_: str, data, **more) -> "common_pb2.Value":
    return common_pb2.Value(index=index, type=type_,
                            data=data.encode() if isinstance(data, str) else data, **more)


def problem_of(error: grpc.RpcError):
    """The Problem that came with a refusal, or None."""
    for key, octets in error.trailing_metadata() or ():
        if key == "idnode-problem-bin":
            return common_pb2.Problem.FromString(octets)
    return None


class _Service:
    """Its methods by name: keywords or an iterator of messages in, messages out."""

    def __init__(self, api, descriptor):
        for method in descriptor.methods:
            setattr(self, method.name, self._make(api, descriptor, method))

    @staticmethod
    def _make(api, service, method):
        request_class = method.input_type._concrete_class
        response_class = method.output_type._concrete_class
        path = f"/{service.full_name}/{method.name}"
        codecs = {"request_serializer": request_class.SerializeToString,
                  "response_deserializer": response_class.FromString}
        if method.client_streaming:
            call = api.channel.stream_stream(path, **codecs)
            return lambda rows, timeout=60: call(rows, timeout=timeout, metadata=api.metadata)
        kind = api.channel.unary_stream if method.server_streaming else api.channel.unary_unary
        call = kind(path, **codecs)
        return lambda timeout=30, **fields: call(request_class(**fields), timeout=timeout,
                                                 metadata=api.metadata)


class Api:
    def __init__(self, target: str, token: str = "", language: str = "en", credentials=None):
        options = [("grpc.max_receive_message_length", 64 << 20),
                   ("grpc.initial_reconnect_backoff_ms", 50),
                   ("grpc.max_reconnect_backoff_ms", 200), ("grpc.use_local_subchannel_pool", 1)]
        self.channel = (grpc.secure_channel(target, credentials, options) if credentials
                        else grpc.insecure_channel(target, options))
        self.metadata = [("accept-language", language)]
        if token:
            self.metadata.append(("authorization", f"Bearer {token}"))
        for module in (registrar_pb2, resolver_pb2, admin_pb2, statistics_pb2, audit_pb2):
            for name, descriptor in module.DESCRIPTOR.services_by_name.items():
                setattr(self, name, _Service(self, descriptor))

    def close(self):
        self.channel.close()


class Node:
    """idnoded on ports that stay the same over restarts, in a directory of its own."""

    def __init__(self, config: str = "", data: str = None, environment: dict = None,
                 under: tuple = ()):
        """`under`: the command that idnoded is run by, if any."""
        self.under = under
        self.directory = tempfile.mkdtemp(prefix="idnode-test-")
        self.data = data or os.path.join(self.directory, "data")
        self.ready_file = os.path.join(self.directory, "ready.json")
        self.config_file = os.path.join(self.directory, "idnode.toml")
        self.handle = f"127.0.0.1:{free_port()}"
        self.grpc = f"127.0.0.1:{free_port()}"
        with open(self.config_file, "w", encoding="utf-8") as file:
            file.write(f'[listen]\nhandle = ["{self.handle}"]\ngrpc = ["{self.grpc}"]\n{config}')
        self.environment = {**os.environ, **(environment or {})}
        self.process = None
        self._end_is_known = True  # it does not run, and the test has asked for that
        self.ready = None

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def log(self) -> str:
        try:
            with open(os.path.join(self.directory, "log"), encoding="utf-8", errors="replace") as f:
                return f.read()
        except FileNotFoundError:
            return ""

    def launch(self):
        """Starts the process without waiting for it."""
        self._check_alive_or_ended()
        if os.path.isfile(self.ready_file):
            os.remove(self.ready_file)
        with open(os.path.join(self.directory, "log"), "ab") as log:
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig=KILL",  # it must not outlive the test
                 *self.under, os.path.join(BIN, "idnoded"), "--data", self.data, "--config", self.config_file,
                 "--ready-file", self.ready_file],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=self.environment)
        self._end_is_known = False

    def start(self, timeout: float = 60):
        self.launch()
        deadline = time.monotonic() + timeout
        while not os.path.isfile(self.ready_file):
            if self.process.poll() is not None:
                self._end_is_known = True  # told right here
                raise RuntimeError(f"idnoded ended with {self.process.returncode}:\n{self.log()}")
            if time.monotonic() > deadline:
                raise TimeoutError(f"idnoded is not ready:\n{self.log()}")
            time.sleep(0.01)
        with open(self.ready_file, encoding="utf-8") as file:
            self.ready = json.load(file)

    def refused(self, status: int, timeout: float = 60) -> str:
        """A start that must end with `status` by itself; what it said."""
        said_before = len(self.log())
        self.launch()
        self._expect_end(status, timeout)
        return self.log()[said_before:]

    def kill(self):
        self._check_alive_or_ended()
        if not self._end_is_known:
            self.process.send_signal(signal.SIGKILL)
            self._expect_end(-signal.SIGKILL)

    def stop(self) -> int:
        self._check_alive_or_ended()
        self.process.send_signal(signal.SIGTERM)
        self._expect_end(0)
        self._check_sanitizers()
        return 0

    def _expect_end(self, status: int, timeout: float = 60):
        ended = self.process.wait(timeout)
        self._end_is_known = True
        if ended != status:
            raise AssertionError(f"idnoded ended with {ended}, not {status}:\n{self.log()}")

    def _check_alive_or_ended(self):
        """Raises if the process has ended in a way that the test did not ask for."""
        if self.process is not None and not self._end_is_known and self.process.poll() is not None:
            self._end_is_known = True
            raise AssertionError(f"idnoded ended by itself, with {self.process.returncode}:\n"
                                 f"{self.log()}")

    def _check_sanitizers(self):
        log = self.log()
        found = SANITIZER.search(log)
        if found:
            raise AssertionError(f"a sanitizer has spoken:\n{log[found.start():][:20_000]}")

    def token(self) -> str:
        with open(self.ready["admin_token_file"], encoding="utf-8") as file:
            return file.read().strip()

    def api(self, token: str = None, **more) -> Api:
        return Api(self.grpc, self.token() if token is None else token, **more)

    def ctl(self, *arguments, check: bool = True, stdin: str = None) -> subprocess.CompletedProcess:
        """idnodectl as the administrator; with check, whatever is not done raises."""
        done = subprocess.run(
            [os.path.join(BIN, "idnodectl"), "--server", self.grpc, "--token-file",
             self.ready["admin_token_file"], *arguments], input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None, capture_output=True, text=True,
            timeout=120, env={**self.environment, "LC_ALL": "C.UTF-8"})
        if check and done.returncode != 0:
            raise RuntimeError(f"idnodectl {' '.join(arguments)}: {done.returncode}\n{done.stderr}")
        return done

    def ctl_json(self, *arguments):
        return json.loads(self.ctl("--json", *arguments).stdout)

    def close(self):
        """Kills it. Raises if it has ended by itself before, or if a sanitizer has said anything."""
        try:
            if self.process is not None:
                self.kill()
            self._check_sanitizers()
        finally:
            shutil.rmtree(self.directory, ignore_errors=True)
