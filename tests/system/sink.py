"""What the tests of idnode-monitor-sink share: a real PostgreSQL, and a sink on a stand-in for the node."""

import os
import random
import signal
import subprocess
import tempfile
import unittest

from feed_stand_in import CHANNELS, KINDS, FeedStandIn
from ports import free_port
from postgres import PostgreSQL
from waiting import wait_for

SINK = os.path.join(os.environ["IDNODE_BIN"], "idnode-monitor-sink")
SEED = int(os.environ.get("IDNODE_SEED", random.randrange(2**32)))
KILLS = int(os.environ.get("IDNODE_KILLS", 25))


postgres: PostgreSQL  # since start_postgres()


def start_postgres() -> PostgreSQL:
    """For setUpModule(): the server that the tests of a module share."""
    global postgres
    print(f"IDNODE_SEED={SEED} IDNODE_KILLS={KILLS}", flush=True)
    postgres = PostgreSQL()
    unittest.addModuleCleanup(postgres.close)
    return postgres


class Sink:
    """A running sink, and what it said."""

    def __init__(self, *arguments):
        self._log = tempfile.TemporaryFile("w+")
        self._waited_for = False
        self.process = subprocess.Popen([SINK, *arguments], stdin=subprocess.DEVNULL, stdout=self._log,
                                        stderr=subprocess.STDOUT, env={**os.environ, "LANG": "C"})

    def said(self):
        self._log.seek(0)
        return self._log.read()

    def end(self, number=signal.SIGTERM):
        code = self.process.poll()
        assert code is None, f"the sink has ended by itself, with {code}:\n{self.said()}"
        self.process.send_signal(number)
        return self.wait()

    def wait(self, seconds=60):
        self._waited_for = True
        return self.process.wait(seconds)

    def close(self):
        """Whoever did not ask for the end expects it to be running."""
        try:
            if not self._waited_for:
                self.end(signal.SIGKILL)
        finally:
            if self.process.poll() is None:
                self.process.kill()
            self.process.wait()
            self._log.close()


class SinkTest(unittest.TestCase):
    def setUp(self):
        self.random = random.Random(f"{SEED} {self.id()}")
        self.schema = ("t_" + self._testMethodName)[:63]
        self.feed = FeedStandIn(free_port())
        self.addCleanup(self.feed.stop)

    def sink(self, *arguments, database=None, server=None):
        sink = Sink("--server", server or f"127.0.0.1:{self.feed.port}", "--schema", self.schema,
                    "--database", database or postgres.conninfo, *arguments)
        self.addCleanup(sink.close)
        return sink

    def once(self, *arguments, **keywords):
        sink = self.sink("--once", *arguments, **keywords)
        return sink.wait(), sink.said()

    def add_random(self, entries=50, prefixes=5):
        for _ in range(entries):
            day = f"2026-0{min(9, 1 + self.feed.size() // 2000)}-{1 + self.feed.size() // 70 % 28:02}"
            self.feed.add((f"88.118.{self.random.randrange(prefixes)}", day,
                           self.random.choice(CHANNELS), self.random.choice(KINDS)))

    def table(self):
        """(log size in `feed`, rows of `counts`), both of one moment."""
        found = postgres.query(
            "SELECT (SELECT log_size FROM {0}.feed), prefix, day, channel, created, recreated, updated, "
            "deleted FROM (SELECT 1) AS one LEFT JOIN {0}.counts ON true".format(self.schema))
        size = int(found[0][0] or -1)
        return size, {(row[1], row[2], row[3]): [int(n) for n in row[4:]] for row in found if row[1]}

    def wait_until_equal(self, seconds=60):
        wait_for("the tables have all entries", lambda: self.table()[0] == self.feed.size(), seconds)
        self.assertEqual(self.table(), (self.feed.size(), self.feed.rows()))
