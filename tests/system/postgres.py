"""A real PostgreSQL server of one's own, on a free port, with its data in a temporary directory.

    with PostgreSQL() as postgres:
        postgres.query("SELECT 1")   # [['1']]
        postgres.conninfo            # for libpq
        postgres.kill()              # SIGKILL; start() brings it back with its data

Uses the newest of Debian's /usr/lib/postgresql/*/bin. The server refuses to run as root, so root runs
it as the user "postgres", which Debian's package makes. Nobody else's server is touched.
"""
import glob
import os
import shutil
import signal
import subprocess
import tempfile
import time

from ports import free_port

_ROOT = os.geteuid() == 0
_AS_POSTGRES = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if _ROOT else []


def _binaries() -> str:
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[4]))
    if not found:
        raise FileNotFoundError("no /usr/lib/postgresql/*/bin: apt-get install postgresql")
    return found[-1]


class PostgreSQL:
    # What a transaction promises is not at stake when a process is killed, only when power fails.
    _SETTINGS = {"fsync": "off", "max_connections": "20", "shared_buffers": "16MB"}

    def __init__(self):
        self._bin = _binaries()
        self.directory = tempfile.mkdtemp(prefix="idnode-postgres-")
        self._data = os.path.join(self.directory, "data")
        self._log = os.path.join(self.directory, "log")
        self._server = None
        self.port = free_port()
        self.conninfo = f"host=127.0.0.1 port={self.port} user=postgres dbname=postgres"
        if _ROOT:
            shutil.chown(self.directory, "postgres", "postgres")
        try:
            self._run("initdb", "-D", self._data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
                      "--locale=C.UTF-8", "--no-sync")
            self.start()
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _run(self, program, *arguments):
        done = subprocess.run([*_AS_POSTGRES, os.path.join(self._bin, program), *arguments],
                              cwd=self.directory, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              stdin=subprocess.DEVNULL, text=True, timeout=120)
        if done.returncode != 0:
            raise RuntimeError(f"{program} ended with {done.returncode}:\n{done.stdout}\n{self.log()}")
        return done.stdout

    def log(self) -> str:
        try:
            with open(self._log, encoding="utf-8", errors="replace") as log:
                return log.read()
        except FileNotFoundError:
            return ""

    def start(self):
        """Starts the server and waits until it answers. After kill() it recovers first."""
        settings = {**self._SETTINGS, "port": self.port, "listen_addresses": "127.0.0.1",
                    "unix_socket_directories": self.directory}
        command = [*_AS_POSTGRES, "setpriv", "--pdeathsig=QUIT",  # it must not outlive the test
                   os.path.join(self._bin, "postgres"), "-D", self._data]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        deadline = time.monotonic() + 60
        while True:
            with open(self._log, "ab") as log:
                self._server = subprocess.Popen(command, cwd=self.directory, stdout=log, stderr=log,
                                                stdin=subprocess.DEVNULL)
            while self._server.poll() is None:
                if self._answers():
                    return
                if time.monotonic() > deadline:
                    raise TimeoutError(f"PostgreSQL does not answer:\n{self.log()}")
                time.sleep(0.02)
            # Processes of a killed server may take a moment to notice, and it cannot start before.
            if time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL does not start:\n{self.log()}")
            time.sleep(0.1)

    def _answers(self) -> bool:
        return subprocess.run([os.path.join(self._bin, "pg_isready"), "-q", "-d", self.conninfo],
                              stdin=subprocess.DEVNULL, check=False).returncode == 0

    def stop(self, mode="fast"):
        self._server.send_signal({"smart": signal.SIGTERM, "fast": signal.SIGINT,
                                  "immediate": signal.SIGQUIT}[mode])
        self._server.wait(60)

    def kill(self):
        """SIGKILL to the server and every process of it."""
        pid = self._server.pid
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            children = [int(child) for child in file.read().split()]
        for victim in [pid, *children]:
            try:
                os.kill(victim, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self._server.wait(60)

    def query(self, sql: str, user="postgres") -> list:
        """The rows, as lists of strings; NULL is the empty string."""
        done = subprocess.run(
            [os.path.join(self._bin, "psql"), "-X", "-q", "-A", "-t", "-F", "\x1f", "-R", "\x1e",
             "-v", "ON_ERROR_STOP=1", "-c", sql, f"{self.conninfo} user={user} client_encoding=UTF8"],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise RuntimeError(f"psql: {done.stderr.strip()}")
        text = done.stdout[:-1] if done.stdout.endswith(("\x1e", "\n")) else done.stdout
        return [row.split("\x1f") for row in text.split("\x1e")] if text else []

    def close(self):
        if self._server is not None and self._server.poll() is None:
            self.stop("immediate")
        shutil.rmtree(self.directory, ignore_errors=True)
