"""The full disk: changes are refused in clear words, reading goes on, and room is all that it takes.

A node runs on a small file system of its own (a tmpfs in a private mount namespace) beside a ballast
file. Clients register until changes are refused; then somebody else's file takes the very last octet, and
the node is restarted like that. Once the ballast is gone, changes are taken again without a restart, and
every acknowledged one is there, nothing unsent is, and all counts agree.

Where no file system can be mounted, the test ends with 77: skipped.
"""
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import unittest

if __name__ == "__main__" and "IDNODE_MOUNT_NAMESPACE" not in os.environ:
    for unshare in (["unshare", "--mount"], ["unshare", "--user", "--map-root-user", "--mount"]):
        tried = subprocess.run([*unshare, "mount", "-t", "tmpfs", "none", "/mnt"], check=False,
                               capture_output=True, text=True)
        if tried.returncode == 0:
            os.environ["IDNODE_MOUNT_NAMESPACE"] = "1"
            os.execvp("unshare", [*unshare, sys.executable, "-B", *sys.argv])
    print(f"SKIPPED: no file system can be mounted here: {tried.stderr}", file=sys.stderr)
    sys.exit(77)

import grpc  # noqa: E402

import handle_codec  # noqa: E402
import log_reader  # noqa: E402
from node import Node, problem_of, value  # noqa: E402

PREFIX = "88.118.1001"
MIB = 1 << 20
DISK, BALLAST = 64 * MIB, 32 * MIB
CONFIG = '[store]\nwrite_buffer = "1 MiB"\nreserve = "{reserve} MiB"\n'
CLIENTS = 6
PATIENCE_S = 120  # for anything that must happen at last


class Clients:
    """They register, each identifier once, until told to stop, and remember what must be true."""

    def __init__(self, api):
        self.api, self.lock = api, threading.Lock()
        self.acknowledged, self.unknown = {}, {}  # identifier -> data
        self.refusals, self.unexpected = 0, []
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(n,)) for n in range(CLIENTS)]
        for thread in self._threads:
            thread.start()

    def _run(self, number):
        chance, count = random.Random(number), 0
        while not self._stop.is_set():
            count += 1
            if not self.register(f"{PREFIX}/c{number}-{count}", chance.randbytes(6_000).hex()):
                time.sleep(0.02)

    def register(self, name, data) -> bool:
        try:
            self.api.Registrar.Register(identifier=name, values=[value(1, "URL", data)],
                                        request_id=os.urandom(16))
        except grpc.RpcError as error:
            problem = problem_of(error)
            with self.lock:
                self.refusals += 1
                if problem is not None and problem.code == "outcome_unknown":
                    self.unknown[name] = data
                elif problem is None or problem.code != "unavailable" or not problem.cause:
                    self.unexpected.append((error.code(), error.details()))
            return False
        with self.lock:
            self.acknowledged[name] = data
        return True

    def stop(self):
        self._stop.set()
        for thread in self._threads:
            thread.join()


class FullDisk(unittest.TestCase):
    def setUp(self):
        self.disk = tempfile.mkdtemp(prefix="idnode-small-disk-")
        self.addCleanup(shutil.rmtree, self.disk, ignore_errors=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "none", self.disk], check=True)
        self.addCleanup(subprocess.run, ["umount", "--lazy", self.disk], check=True)
        self.ballast = os.path.join(self.disk, "ballast")

    def begin(self, reserve: int):
        node = Node(config=CONFIG.format(reserve=reserve), data=os.path.join(self.disk, "data"))
        self.addCleanup(node.close)
        node.start()
        node.ctl("prefix", "add", PREFIX)
        with open(self.ballast, "wb") as file:
            file.write(bytes(BALLAST))
        return node

    def take_the_last_octet(self):
        """As another program does that fills the disk; its file is removed with the ballast."""
        with open(self.ballast, "ab", buffering=0) as file:
            for size in (MIB, 4096, 1):
                try:
                    while True:
                        file.write(bytes(size))
                except OSError as error:
                    self.assertEqual(error.errno, 28)  # ENOSPC

    def wait(self, what, happened):
        deadline = time.monotonic() + PATIENCE_S
        while not happened():
            self.assertIsNone(self.node.process.poll(), self.node.log()[-3000:])
            self.assertLess(time.monotonic(), deadline, f"{what}\n{self.node.log()[-3000:]}")
            time.sleep(0.05)

    def check_reads(self, clients):
        with clients.lock:
            some = random.sample(sorted(clients.acknowledged.items()), 50)
        host, port = self.node.handle.split(":")
        for name, data in some:
            self.assertEqual(self.get(name), data)
        name = some[0][0]
        for resolve in (handle_codec.resolve_udp, handle_codec.resolve_tcp):
            answer = resolve(host, int(port), name, indexes=[2])  # no answer of many datagrams
            self.assertEqual(answer.response_code, handle_codec.VALUES_NOT_FOUND)
            answer = resolve(host, int(port), f"{PREFIX}/small")
            self.assertEqual(answer.values[0].data, b"https://example.com/")

    def get(self, name):
        return self.api.Registrar.Get(identifier=name).record.values[0].data.decode()

    def check_everything(self, clients):
        self.assertEqual(clients.unexpected, [])
        for name, data in clients.acknowledged.items():
            self.assertEqual(self.get(name), data)
        log = log_reader.read_log(self.api)
        log_reader.check_chains(log)
        self.assertEqual(self.api.Admin.GetStatus().root_hash,
                         log_reader.root_hash([entry.leaf for entry in log]))
        logged = [e.identifier.decode() for e in log if e.kind in log_reader.KINDS]
        self.assertEqual(len(logged), len(set(logged)), "nothing is done twice")
        self.assertEqual(set(clients.acknowledged) - set(logged), set(), "nothing is lost")
        self.assertEqual(set(logged) - set(clients.acknowledged) - set(clients.unknown), set(),
                         "nothing that was refused is there")
        self.assertEqual(self.node.ctl_json("stats")["created"], len(logged))
        self.assertTrue(self.node.ctl_json("recount")["equal"])
        verified = self.node.ctl_json("audit", "verify")
        self.assertTrue(verified["ok"], verified)

    def fill(self, reserve: int) -> Clients:
        """Clients register until they are refused."""
        self.node = self.begin(reserve)
        self.api = self.node.api()
        clients = Clients(self.api)
        self.addCleanup(clients.stop)
        self.assertTrue(clients.register(f"{PREFIX}/small", "https://example.com/"))
        self.wait("the disk is never full", lambda: clients.refusals > 100)
        return clients

    def make_room(self, clients):
        """And changes are taken again, without a restart."""
        os.remove(self.ballast)
        before = len(clients.acknowledged)
        self.wait("changes are not taken again", lambda: len(clients.acknowledged) > before + 20)
        clients.stop()
        self.assertTrue(self.api.Admin.GetStatus().accepts_writes)

    def test_the_reserve_is_left_alone(self):
        clients = self.fill(reserve=12)
        self.check_reads(clients)
        self.assertEqual(self.api.Admin.GetStatus().refusal, "the disk is full")
        self.assertIn("the disk is full", self.node.log())
        self.make_room(clients)
        self.assertEqual(clients.unknown, {}, "no commit reached the end of the disk")
        self.check_everything(clients)

    def test_the_last_octet_is_taken_while_changes_come(self):
        self.node = self.begin(reserve=1)
        self.api = self.node.api()
        clients = Clients(self.api)
        self.addCleanup(clients.stop)
        self.assertTrue(clients.register(f"{PREFIX}/small", "https://example.com/"))
        self.wait("nothing is registered", lambda: len(clients.acknowledged) > 100)
        for _ in range(5):  # the node's own tidying makes room again
            self.take_the_last_octet()
            time.sleep(0.2)
        refused = clients.refusals
        self.wait("the disk is never full", lambda: clients.refusals > refused + 20)
        self.check_reads(clients)
        self.make_room(clients)
        self.check_everything(clients)

    def test_restarts_while_full(self):
        clients = self.fill(reserve=12)
        clients.stop()
        for end in (self.node.kill, self.node.stop, self.node.kill):  # what the reserve is for
            end()
            self.node.start()
            self.api = clients.api = self.node.api()
            self.check_reads(clients)
            # Refused as full; or taken, if replaying has turned the log into smaller tables.
            clients.register(f"{PREFIX}/restarted-{random.getrandbits(64):x}", "data")
        self.node.kill()
        self.take_the_last_octet()
        try:
            self.node.start()
            self.api = clients.api = self.node.api()
            self.check_reads(clients)
        except RuntimeError as refusal:  # it needs room to replay its log, and says so
            self.assertEqual(self.node.process.returncode, 1)
            self.assertIn("the disk is full; make room", str(refusal))
        os.remove(self.ballast)
        if self.node.process.poll() is not None:
            self.node.start()
        self.api = clients.api = self.node.api()
        self.wait("changes are not taken again",
                  lambda: clients.register(f"{PREFIX}/{random.getrandbits(64):x}", "late"))
        self.check_everything(clients)


if __name__ == "__main__":
    unittest.main(verbosity=2)
