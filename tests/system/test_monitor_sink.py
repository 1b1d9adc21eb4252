#!/usr/bin/python3
"""idnode-monitor-sink on a real PostgreSQL.

It follows a stand-in for the node, which does what a node never should, and the node itself, with all
three killed at random. Either way this test counts on its own.
"""
import os
import random
import signal
import subprocess
import tempfile
import time
import unittest

import grpc

from feed_stand_in import KINDS, FeedStandIn
from node import Node, common_pb2, statistics_pb2, value
from ports import free_port
from sink import KILLS, Sink, SinkTest, start_postgres
from waiting import wait_for

def setUpModule():
    global postgres
    postgres = start_postgres()


class Following(SinkTest):
    def test_rows_and_later_changes_arrive(self):
        self.add_random()
        with self.feed:
            sink = self.sink()
            wait_for("the tables", lambda: "up to date" in sink.said())
            self.wait_until_equal()
            for _ in range(5):
                self.add_random(20)
                self.wait_until_equal()
            self.assertEqual(sink.end(), 0)
            self.assertIn("stopped", sink.said())
        source, log_id = postgres.query(f"SELECT source, log_id FROM {self.schema}.feed")[0]
        self.assertEqual(source, f"127.0.0.1:{self.feed.port}")
        self.assertEqual(log_id, "\\x" + self.feed.log_id.hex())

    def test_once_ends_when_caught_up_even_if_nothing_changed(self):
        self.add_random()
        with self.feed:
            self.assertEqual(self.once()[0], 0)
            self.wait_until_equal()
            self.assertEqual(self.once()[0], 0)
            self.assertEqual(self.feed.calls[-1][0], self.feed.log_id + b"50")

    def test_views_give_totals_and_days(self):
        self.add_random(300)
        with self.feed:
            self.assertEqual(self.once()[0], 0)
        totals, daily = {}, {}
        for prefix, day, channel, kind in self.feed._log:
            totals.setdefault(prefix, [0] * 4)[KINDS.index(kind)] += 1
            daily.setdefault((prefix, day, channel), [0] * 4)[KINDS.index(kind)] += 1
        columns = ", ".join(KINDS)
        rows = postgres.query(f"SELECT prefix, {columns}, active FROM {self.schema}.totals")
        self.assertEqual({row[0]: [int(n) for n in row[1:]] for row in rows},
                         {prefix: [*n, n[0] + n[1] - n[3]] for prefix, n in totals.items()})
        rows = postgres.query(f"SELECT prefix, day, channel, {columns} FROM {self.schema}.daily")
        self.assertEqual({tuple(row[:3]): [int(n) for n in row[3:]] for row in rows}, daily)

    def test_takes_prefixes_as_they_are(self):
        for prefix in ['88.1"x', "88.2\\y", "88.3{,}", "88.4'; DROP TABLE counts", "88.五", "NULL", " 88 "]:
            self.feed.add((prefix, "2026-01-31", "grpc", "created"))
        with self.feed:
            self.assertEqual(self.once()[0], 0)
            self.wait_until_equal()

    def test_takes_a_schema_name_as_it_is(self):
        self.schema, quoted = 'T "x\'; y', '"T ""x\'; y"'
        self.add_random()
        with self.feed:
            self.assertEqual(self.once()[0], 0)
            self.assertEqual(self.once()[0], 0)
        self.assertEqual(postgres.query(f"SELECT log_size FROM {quoted}.feed"), [["50"]])

    def test_the_later_one_of_two_equal_rows_counts(self):
        row = lambda n: statistics_pb2.WatchResponse.Row(prefix="88", day="2026-01-01", channels=[
            dict(channel=1, counts=dict(created=n))])
        self.feed.first_rows = [row(9), row(1), row(7), row(3)]
        with self.feed:
            self.assertEqual(self.once()[0], 0)
        self.assertEqual(self.table(), (0, {("88", "2026-01-01", "grpc"): [3, 0, 0, 0]}))

    def test_token_and_language_are_sent(self):
        with tempfile.NamedTemporaryFile("w") as token, self.feed:
            token.write("secret-of-mine\n")
            token.flush()
            self.assertEqual(self.once("--token-file", token.name)[0], 0)
        metadata = self.feed.calls[0][1]
        self.assertEqual(metadata["authorization"], "Bearer secret-of-mine")
        self.assertEqual(metadata["accept-language"], "en")


class LargeRounds(SinkTest):
    """More than the 20,000 rows that the sink keeps in memory."""

    def setUp(self):
        super().setUp()
        self.feed.rows_per_message = 1000
        self.add_large("88")

    def add_large(self, prefix):
        self.feed.add(*((f"{prefix}.{n}", "2026-01-31", "import", "created") for n in range(50_000)))

    def test_is_written_in_pieces(self):
        self.feed.hold_cursor = True
        with self.feed:
            sink = self.sink()
            wait_for("two pieces", lambda: "following" in sink.said() and len(self.table()[1]) == 40_000)
            self.assertEqual(self.table()[0], -1)  # the cursor waits for the end of the round
            sink.end(signal.SIGKILL)
            self.feed.hold_cursor = False
            self.assertEqual(self.once()[0], 0)
            self.wait_until_equal()

    def test_an_unfinished_first_round_of_another_log_leaves_nothing(self):
        self.feed.hold_cursor = True
        with self.feed:
            sink = self.sink()
            wait_for("two pieces", lambda: "following" in sink.said() and len(self.table()[1]) == 40_000)
            sink.end(signal.SIGKILL)
        self.feed = FeedStandIn(self.feed.port, log_id=b"M" * 16)
        self.add_random()
        with self.feed:
            self.assertEqual(self.once()[0], 0)
            self.wait_until_equal()

    def test_a_piece_of_a_later_round_does_not_empty_the_table(self):
        with self.feed:
            self.assertEqual(self.once()[0], 0)
            self.add_large("99")
            self.feed.hold_cursor = True
            sink = self.sink()
            wait_for("two pieces", lambda: len(self.table()[1]) == 90_000)
            self.assertEqual(self.table()[0], 50_000)
            sink.end(signal.SIGKILL)
            self.feed.hold_cursor = False
            self.assertEqual(self.once()[0], 0)
            self.wait_until_equal()


class Refusals(SinkTest):
    def refused(self, code, *texts, arguments=(), **keywords):
        exit_code, said = self.once(*arguments, **keywords)
        self.assertEqual(exit_code, code, said)
        for text in texts:
            self.assertIn(text, said)

    def test_another_log_is_not_mixed_in(self):
        self.add_random()
        with self.feed:
            self.assertEqual(self.once()[0], 0)
        before = self.table()
        self.feed = FeedStandIn(self.feed.port, log_id=b"M" * 16)
        self.feed.add(("77", "2026-01-01", "http", "created"))
        with self.feed:
            self.refused(1, "cursor_foreign", "--reset", "--schema")
            sink = self.sink()  # following is no different
            self.assertEqual(sink.wait(), 1)
            self.assertEqual(self.table(), before)
            self.assertEqual(self.once("--reset")[0], 0)
            self.wait_until_equal()

    def test_another_log_behind_the_same_cursor_is_not_mixed_in(self):
        self.add_random()
        with self.feed:
            self.assertEqual(self.once()[0], 0)
            before = self.table()
            self.add_random()
            postgres.query(f"UPDATE {self.schema}.feed SET log_id = 'other'")
            self.refused(1, "another log")
        self.assertEqual(self.table(), before)

    def test_what_the_node_denies(self):
        self.feed.problem = grpc.StatusCode.PERMISSION_DENIED, common_pb2.Problem(
            code="permission_denied", cause="the token lacks the scope monitor", fix="ask for one that has it")
        with self.feed:
            self.refused(5, "permission_denied", "lacks the scope", "ask for one")
            self.feed.problem = grpc.StatusCode.UNAUTHENTICATED, None
            self.refused(5, "--token-file")
            self.feed.problem = grpc.StatusCode.UNIMPLEMENTED, None
            self.refused(1, "idnode node")

    def test_rows_that_cannot_be_right(self):
        self.add_random()
        row, counts = statistics_pb2.WatchResponse.Row, dict(created=1)
        for wrong in [row(prefix="88", day="2026-01-01", channels=[dict(channel=9, counts=counts)]),
                      row(prefix="88", day="2026-01-01", channels=[dict(channel=0, counts=counts)]),
                      row(prefix="88", day="2026-01-01", channels=[dict(channel=1, counts=dict(created=2**63))]),
                      row(prefix="88", day="tomorrow", channels=[dict(channel=1, counts=counts)]),
                      row(prefix="88", day="2026-02-30", channels=[dict(channel=1, counts=counts)]),
                      row(prefix="88", day="", channels=[dict(channel=1, counts=counts)]),
                      row(prefix="8\0", day="2026-01-01", channels=[dict(channel=1, counts=counts)])]:
            with self.subTest(wrong=wrong):
                self.feed.first_rows = [wrong]
                with self.feed:
                    self.refused(1)
                self.assertEqual(self.table(), (-1, {}))

    def test_nobody_there(self):
        self.refused(6, f"127.0.0.1:{self.feed.port}")
        with self.feed:
            self.refused(6, "PostgreSQL", database=f"host=127.0.0.1 port={free_port()} user=postgres")
            self.refused(5, "nosuchdatabase", "--database", database=postgres.conninfo + " dbname=nosuchdatabase")

    def test_usage(self):
        with tempfile.NamedTemporaryFile("w") as token:
            for wrong in [["--server", "nowhere"], ["--server", "a:b"], ["--server", "::1"],
                          ["--database", "nosuchkey=1"], ["--schema", ""], ["--nosuchoption"],
                          ["--server", "192.0.2.1:50051", "--token-file", token.name],
                          ["--once", "--migrate"]]:
                arguments = {"--server": "127.0.0.1:1", "--database": postgres.conninfo}
                arguments.update(zip(wrong[::2], wrong[1::2]) if len(wrong) % 2 == 0 else {wrong[0]: None})
                if wrong == ["--once", "--migrate"]:
                    arguments.update({"--once": None, "--migrate": None})
                sink = Sink(*(part for pair in arguments.items() for part in pair if part is not None))
                self.addCleanup(sink.close)
                self.assertEqual(sink.wait(), 2, (wrong, sink.said()))
            self.refused(1, "--token-file", arguments=["--token-file", token.name])  # it is empty
            self.refused(1, "cannot be read", arguments=["--token-file", "/nonexistent"])

    def test_a_second_sink(self):
        self.add_random()
        with self.feed:
            first = self.sink()
            wait_for("start", lambda: "up to date" in first.said())
            second = self.sink()
            self.assertEqual(second.wait(), 6)
            self.assertIn("another idnode-monitor-sink writes the schema", second.said())
            self.assertRegex(second.said(), r"process \d+ from 127\.0\.0\.1 since 20")
            third = self.sink()  # waits a moment, so that a restart after a kill succeeds
            wait_for("it has tried", lambda: "trying again" in third.said())
            first.end(signal.SIGKILL)
            self.add_random()
            self.wait_until_equal()
            self.schema += "_other"  # another schema of the same database is free
            self.assertEqual(self.once()[0], 0)
            self.assertEqual(third.end(), 0)


class Breaks(SinkTest):
    def test_the_node_comes_back(self):
        self.add_random()
        with self.feed:
            sink = self.sink()
            wait_for("start", lambda: "up to date" in sink.said())
        self.add_random()
        with self.feed:
            self.wait_until_equal()
        wait_for("it has noticed", lambda: sink.said().count("trying again") >= 2)
        self.assertIsNone(sink.process.poll())
        self.assertEqual(sink.end(), 0)  # while there is no node

    def test_the_database_comes_back(self):
        self.add_random()
        with self.feed:
            sink = self.sink()
            wait_for("start", lambda: "up to date" in sink.said())
            for end in [postgres.kill, lambda: postgres.stop("fast"), lambda: postgres.stop("immediate")]:
                end()
                self.add_random()
                time.sleep(0.5)
                postgres.start()
                self.wait_until_equal()
            postgres.stop()
            self.add_random()
            wait_for("it has noticed", lambda: "trying again" in sink.said().splitlines()[-1])
            self.assertEqual(sink.end(), 0)  # while there is no database
            postgres.start()

    def test_a_lost_connection_is_taken_up_again(self):
        self.add_random()
        with self.feed:
            sink = self.sink()
            wait_for("start", lambda: "up to date" in sink.said())
            postgres.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                           "WHERE application_name = 'idnode-monitor-sink'")
            self.add_random()
            self.wait_until_equal()
            self.assertIsNone(sink.process.poll())

    def test_a_locked_table_is_waited_for(self):
        self.add_random()
        with self.feed:
            sink = self.sink()
            wait_for("start", lambda: "up to date" in sink.said())
            locker = subprocess.Popen(["psql", "-X", postgres.conninfo, "-c",
                                       f"BEGIN; LOCK TABLE {self.schema}.feed; SELECT pg_sleep(2); COMMIT"],
                                      stdout=subprocess.DEVNULL)
            self.add_random()
            locker.wait()
            self.wait_until_equal()

    def test_killed_at_random_moments(self):
        """And at every moment the tables have at least what their log size says, and nothing unheard of."""
        self.feed.rows_per_message = 3
        self.feed.start()
        sink = self.sink()
        wait_for("the tables exist", lambda: "following" in sink.said())
        for kill in range(KILLS):
            self.add_random(self.random.randrange(1, 60), prefixes=20)
            time.sleep(self.random.random() * 0.2)
            victim = self.random.choice(["sink", "sink", "sink", "node", "postgres"])
            if victim == "sink":
                sink.end(signal.SIGKILL)
                sink = self.sink()
            elif victim == "node":
                self.feed.stop()
                self.add_random(self.random.randrange(30), prefixes=20)
                self.feed.start()
            else:
                postgres.kill()
                postgres.start()
            size, rows = self.table()
            least, most = self.feed.rows(max(size, 0)), self.feed.rows()
            for key, counts in least.items():
                self.assertIn(key, rows, (kill, victim, size))
                self.assertTrue(all(a <= b for a, b in zip(counts, rows[key])), (kill, victim, size, key))
            for key, counts in rows.items():
                self.assertIn(key, most, (kill, victim, size))
                self.assertTrue(all(a <= b for a, b in zip(counts, most[key])), (kill, victim, size, key))
        self.wait_until_equal()
        wait_for("the last one follows, too", lambda: "following" in sink.said())
        self.assertEqual(sink.end(), 0)


class WithTheNode(SinkTest):
    """The real feed. What it should have told is counted from the receipts."""

    def change(self, api, name):
        """Registers, updates, deletes or registers again, until that is acknowledged."""
        alive = self.alive.get(name, False)
        deletes = alive and self.random.random() < 0.3
        method = (api.Registrar.Delete if deletes else
                  api.Registrar.Update if alive else api.Registrar.Register)
        fields = {} if deletes else {"values": [value(1, "URL", "https://a.example/")]}
        fields.update(identifier=name, request_id=self.random.randbytes(16))
        while True:
            try:
                receipt = method(**fields).receipt
                break
            except grpc.RpcError as error:
                self.assertIn(error.code(), (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.UNKNOWN), error)
                self.node.start()  # it was killed, and answers the repeat from what it had synced
        self.alive[name] = not deletes
        day = time.strftime("%Y-%m-%d", time.gmtime(receipt.time_ms // 1000 + 8 * 3600))
        prefix = name.split("/")[0]
        totals = self.totals.setdefault(prefix, [0, 0, 0, 0])
        totals[receipt.kind - 1] += 1  # ENTRY_KIND_CREATED = 1, ...
        self.counted[prefix, day, "grpc"] = list(totals)

    def test_rows_are_equal_after_everything_was_killed(self):
        self.alive, self.totals, self.counted = {}, {}, {}
        with Node() as self.node:
            prefixes = [f"88.118.{number}" for number in range(5)]
            for prefix in prefixes:
                self.node.ctl("prefix", "add", prefix)
            token = ["--token-file", self.node.ready["admin_token_file"]]
            api, sink = self.node.api(), self.sink(*token, server=self.node.grpc)
            for _ in range(KILLS):
                for _ in range(self.random.randrange(1, 15)):
                    self.change(api, f"{self.random.choice(prefixes)}/{self.random.randrange(20)}")
                victim = self.random.choice(["sink", "node", "postgres"])
                if victim == "sink":
                    sink.end(signal.SIGKILL)
                    sink = self.sink(*token, server=self.node.grpc)
                elif victim == "node":
                    self.node.kill()  # the next change brings it back
                else:
                    postgres.kill()
                    self.change(api, f"{prefixes[0]}/while it was away")
                    postgres.start()
            self.change(api, f"{prefixes[0]}/last")
            size = api.Admin.GetStatus().log_size
            wait_for("all entries", lambda: self.exists() and self.table()[0] == size)
            self.assertEqual(self.table()[1], self.counted)
            log_id = api.Admin.GetStatus().log_id
            self.assertEqual(postgres.query(f"SELECT log_id FROM {self.schema}.feed"),
                             [["\\x" + log_id.hex()]])
            self.assertEqual(sink.end(), 0)
            self.refuse_another_node(token)

    def exists(self):
        return postgres.query(f"SELECT to_regclass('{self.schema}.feed') IS NOT NULL") == [["t"]]

    def refuse_another_node(self, token):
        before = self.table()
        with Node() as other:
            other_token = ["--token-file", other.ready["admin_token_file"]]
            code, said = self.once(*other_token, server=other.grpc)
            self.assertEqual(code, 1, said)
            self.assertIn("cursor_foreign", said)
            self.assertEqual(self.table(), before)
            self.assertEqual(self.once(*token, server=other.grpc)[0], 5)  # a token of the first one
            self.assertEqual(self.once("--reset", *other_token, server=other.grpc)[0], 0)
            self.assertEqual(self.table()[1], {})


class Encrypted(SinkTest):
    def certificate(self, directory, name):
        key, certificate = (os.path.join(directory, f"{name}.{kind}") for kind in ("key", "pem"))
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                        "-nodes", "-keyout", key, "-out", certificate, "-days", "2", "-subj", f"/CN={name}",
                        "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return key, certificate

    def test_the_certificate_is_checked(self):
        with tempfile.TemporaryDirectory() as directory:
            key, certificate = self.certificate(directory, "node")
            _, other = self.certificate(directory, "other")
            with open(key, "rb") as key_file, open(certificate, "rb") as certificate_file:
                self.feed = FeedStandIn(self.feed.port, credentials=grpc.ssl_server_credentials(
                    [(key_file.read(), certificate_file.read())]))
            self.add_random()
            with self.feed:
                self.assertEqual(self.once("--ca", certificate)[0], 0)
                self.wait_until_equal()
                code, said = self.once("--ca", other)
                self.assertEqual(code, 6, said)
                self.assertEqual(self.once()[0], 6)  # no TLS at all
                self.assertEqual(len(self.feed.calls), 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
