#!/usr/bin/env python3
"""idnodectl: statistics, audit, resolution by every door."""
from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import socket
import struct
import subprocess
import tempfile
import threading
import time
import unittest
from pathlib import Path

from ctl import BIN, PREFIX, Result, admin, ctl, node, token_file, set_up, tear_down
from node import Node

setUpModule, tearDownModule = set_up, tear_down


class Counting(unittest.TestCase):
    PREFIX = "88.118.2001"

    @classmethod
    def setUpClass(cls) -> None:
        assert admin("prefix", "add", cls.PREFIX).exit == 0
        for verb, name, values in [("register", "A", 1), ("register", "B", 1), ("register", "C", 1),
                                   ("update", "A", 1), ("update", "A", 1), ("delete", "B", 0),
                                   ("register", "B", 1), ("delete", "C", 0)]:
            words = ("--value", "1 URL a") if values else ()
            assert admin(verb, f"{cls.PREFIX}/{name}", *words).exit == 0

    COUNTS = {"created": 3, "recreated": 1, "updated": 2, "deleted": 2, "active": 2}

    def test_stats(self) -> None:
        told = admin("stats", "--prefix", self.PREFIX, "--json").json
        self.assertEqual({k: told[k] for k in self.COUNTS}, self.COUNTS)
        self.assertEqual((told["active_at_end"], len(told["rows"])), (2, 1))
        below = admin("stats", "--prefix", "88.118", "--below", "--by", "prefix", "--json").json
        mine = [r for r in below["rows"] if r["prefix"] == self.PREFIX]
        self.assertEqual(mine, [{"prefix": self.PREFIX, "active_at_end": 2, **self.COUNTS}])
        for field in self.COUNTS:
            self.assertEqual(below[field], sum(r[field] for r in below["rows"]))
        channels = admin("stats", "--prefix", self.PREFIX, "--by", "channel", "--json").json["rows"]
        self.assertEqual(channels, [{"channel": "grpc", **self.COUNTS}])
        today = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 8 * 3600))
        days = admin("stats", "--prefix", self.PREFIX, "--by", "day", "--from", today, "--json")
        if days.json["rows"]:  # but for a test that runs over midnight in China
            self.assertEqual(days.json["rows"], [{"day": today, **self.COUNTS}])
        past = admin("stats", "--prefix", self.PREFIX, "--to", "2020-01-01", "--json").json
        self.assertEqual((past["created"], past["active_at_end"]), (0, 0))
        reversed_ = admin("stats", "--from", "2026-02-01", "--to", "2026-01-01", "--json")
        self.assertEqual((reversed_.exit, reversed_.error["code"]), (1, "period_reversed"))
        whole = admin("stats", "--prefix", self.PREFIX).out
        self.assertRegex(whole, r"ACTIVE\n")
        self.assertRegex(whole, r"total +3 +1 +2 +2 +2\n")
        tomorrow = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 32 * 3600))
        later = admin("stats", "--prefix", self.PREFIX, "--from", tomorrow, "--by", "prefix").out
        self.assertRegex(later, r"NET +ACTIVE AT END\n")
        self.assertRegex(later, r"total +0 +0 +0 +0 +0 +2\n")

    def test_stats_of_a_prefix_that_is_not_there(self) -> None:
        told = admin("stats", "--prefix", "88.118.2999", "--json")
        self.assertEqual((told.exit, told.error["code"]), (4, "prefix_unknown"))

    def test_recount(self) -> None:
        told = admin("recount", "--json")
        self.assertEqual(told.exit, 0)
        self.assertIs(told.json["equal"], True)
        stats = admin("stats", "--json").json
        self.assertEqual({k: told.json[k] for k in self.COUNTS}, {k: stats[k] for k in self.COUNTS})
        self.assertEqual((told.json["differences"], told.json["difference_count"]), ([], 0))

    def test_watch(self) -> None:
        def latest(text: str) -> tuple[dict, str]:
            rows, cursor = {}, ""
            for line in text.splitlines():
                part = json.loads(line)
                rows.update({(r["prefix"], r["day"]): r["channels"] for r in part["rows"]})
                cursor = part["cursor"] or cursor
            return rows, cursor
        with tempfile.TemporaryDirectory() as directory:
            file = Path(directory) / "cursor"
            words = ("watch", "--once", "--json", "--cursor-file", file)
            rows, cursor = latest(admin(*words).out)
            mine = max(day for prefix, day in rows if prefix == self.PREFIX)
            self.assertEqual(rows[self.PREFIX, mine], {"grpc": self.COUNTS})
            self.assertEqual(file.read_text(), cursor + "\n")
            self.assertEqual(admin("update", f"{PREFIX}/WATCHED", "--value", "1 URL a").exit, 4)
            self.assertEqual(admin("register", f"{PREFIX}/WATCHED", "--value", "1 URL a").exit, 0)
            rows, after = latest(admin(*words).out)
            self.assertEqual({prefix for prefix, _ in rows}, {PREFIX})
            self.assertNotEqual(after, cursor)
            again, _ = latest(admin("watch", "--once", "--json", "--cursor", cursor).out)
            self.assertEqual(again, rows)

    def test_watch_tells_as_it_happens(self) -> None:
        process = subprocess.Popen(
            [BIN / "idnodectl", "--server", node.grpc, "--token-file", token_file(node), "watch",
             "--json"], stdout=subprocess.PIPE, text=True)
        try:
            for line in process.stdout:
                if json.loads(line)["cursor"]:
                    break
            self.assertEqual(admin("register", f"{PREFIX}/LIVE", "--value", "1 URL a").exit, 0)
            for line in process.stdout:
                if json.loads(line)["rows"]:
                    break
            self.assertEqual(json.loads(line)["rows"][0]["prefix"], PREFIX)
        finally:
            process.kill()
            process.wait()
            process.stdout.close()


class Auditing(unittest.TestCase):
    def test_verify(self) -> None:
        told = admin("audit", "verify", "--json")
        self.assertEqual(told.exit, 0, told.err)
        status = admin("status", "--json").json
        self.assertEqual(told.json, {"ok": True, "entries": status["log_size"],
                                     "root": status["root"], "differences": [],
                                     "difference_count": 0})
        self.assertIs(status["accepts_writes"], True)

    def test_the_log_hashes_to_the_root(self) -> None:
        rows = admin("audit", "log", "--payload", "--json").rows
        status = admin("status", "--json").json
        self.assertEqual([r["seq"] for r in rows], list(range(status["log_size"])))
        leaves = [bytes.fromhex(r["leaf"]) for r in rows]

        def root(part: list[bytes]) -> bytes:  # RFC 9162, section 2.1.1
            if len(part) == 1:
                return hashlib.sha256(b"\0" + part[0]).digest()
            left = 1 << ((len(part) - 1).bit_length() - 1)
            return hashlib.sha256(b"\1" + root(part[:left]) + root(part[left:])).digest()
        self.assertEqual(root(leaves).hex(), status["root"])
        for leaf, row_ in zip(leaves, rows):
            payload = bytes.fromhex(row_["payload"])
            self.assertIn(hashlib.sha256(b"\x10" + payload).digest(), leaf)
        people = admin("audit", "log", "--payload").out
        for row_ in rows:
            self.assertIn(f"\n  {row_['leaf']}\n  {row_['payload']}\n", people)
        self.assertEqual(people.count("Entry "), len(rows))
        part = admin("audit", "log", "--from", 3, "--limit", 2, "--json").rows
        private = {"payload": "", "identifier": "", "actor": "", "request_id": "", "values": []}
        self.assertEqual(part, [{k: v for k, v in {**r, **private}.items() if k in part[0]}
                                for r in rows[3:5]])

    def test_the_log_says_who_did_what(self) -> None:
        with Node() as mine:
            self.assertEqual(admin("prefix", "add", PREFIX, "--name", "宁波", at=mine).exit, 0)
            made = admin("token", "add", "erp", "--scope", "read", "--prefix", PREFIX, "--below",
                         "--expires", "2099-12-31", "--json", at=mine).json
            changed = admin("register", f"{PREFIX}/甲", "--value", "1 URL a", "--json", at=mine).json
            self.assertEqual(admin("delete", f"{PREFIX}/甲", "--expected-seq", 3, at=mine).exit, 0)
            self.assertEqual(admin("token", "revoke", made["id"], at=mine).exit, 0)
            self.assertEqual(admin("clock", "accept", at=mine).exit, 0)
            words = ("audit", "log", "--payload")
            rows = admin(*words, "--json", at=mine).rows
            english, chinese = (admin(*words, "--lang", lang, at=mine).out for lang in ("en", "zh"))
            history = admin("history", f"{PREFIX}/甲", "--json", at=mine).rows
            told = admin("history", f"{PREFIX}/甲", "--lang", "zh", at=mine)
            prefixes = admin("prefix", "list", "--json", at=mine).rows
            tokens = admin("token", "list", "--json", at=mine).rows
        token = next(t for t in tokens if t["id"] == made["id"])
        by = "token " + rows[0]["object"]["id"]
        self.assertEqual([r["kind"] for r in rows], ["token_put", "prefix_put", "token_put", "created",
                                                     "deleted", "token_revoked", "clock_accepted"])
        self.assertEqual([r["actor"] for r in rows], ["node"] + [by] * 6)
        self.assertEqual([r["identifier"] for r in rows], [
            by, f"prefix {PREFIX}", f"token {made['id']}", f"{PREFIX}/甲", f"{PREFIX}/甲",
            f"token {made['id']}", "clock"])
        self.assertEqual([r["request_id"] for r in rows[2:4]], [made["request_id"], changed["request_id"]])
        for entry, row_ in zip(history, rows[4:2:-1]):
            self.assertEqual(entry, {name: row_[name] for name in entry})
        self.assertEqual((rows[4]["expected_seq"], "expected_seq" in rows[3]), (3, False))
        self.assertEqual(rows[1]["object"], {k: v for k, v in prefixes[0].items() if k != "seq"})
        for row_, revoked in [(rows[2], False), (rows[5], True)]:
            self.assertEqual({**row_["object"], "revoked": True, "seq": 5, "secret_sha256": ""},
                             {**token, "secret_sha256": ""})
            self.assertIs(row_["object"]["revoked"], revoked)
        self.assertAlmostEqual(rows[6]["object"]["accepted_ms"], rows[6]["time_ms"], delta=5000)
        self.assertIn(f"  prefix {PREFIX}  by {by}, request {rows[1]['request_id']}\n"
                      "  case: fold, name: 宁波\n", english)
        self.assertRegex(english, r"Entry 1  \S+ \S+ \S+  prefix_put  by grpc\n")
        self.assertIn(f"name: erp, scopes: read, prefixes: {PREFIX}.*, expires: 2100-01-01 00:00", english)
        self.assertIn(f"{PREFIX}/甲  操作者 令牌 {rows[0]['object']['id']}", chinese)
        for text in (chinese, told.out):
            words = set(re.findall("[a-z]{2,}", re.sub(r"\b[0-9a-f]{16,}\b", "", text)))
            self.assertLessEqual(words, {"erp", "read", "fold", *re.findall("[a-z]+", rows[0]["object"]["name"]),
                                         *rows[0]["object"]["scopes"]})

    def test_clock_accept(self) -> None:
        self.assertEqual(admin("clock", "accept", "--json").json["kind"], "clock_accepted")


class VerifyingADirectory(unittest.TestCase):
    def test_of_a_stopped_node(self) -> None:
        with Node() as mine:
            self.assertEqual(admin("prefix", "add", PREFIX, at=mine).exit, 0)
            self.assertEqual(admin("register", f"{PREFIX}/A", "--value", "1 URL a", at=mine).exit, 0)
            status = admin("status", "--json", at=mine).json
            words = ("audit", "verify", "--data", mine.data, "--json")
            running = ctl(*words)
            self.assertEqual((running.exit, running.error["code"]), (1, "data_unreadable"))
            mine.stop()

            def content() -> dict[str, bytes]:
                return {str(p): p.read_bytes() for p in Path(mine.data).rglob("*") if p.is_file()}
            before = content()
            stopped = ctl(*words)
            self.assertEqual(stopped.exit, 0, stopped.err)
            self.assertEqual(stopped.json, {"ok": True, "entries": status["log_size"],
                                            "root": status["root"], "differences": [],
                                            "difference_count": 0})
            self.assertEqual(content(), before)

            earlier = Path(mine.directory) / "earlier"
            shutil.copytree(mine.data, earlier)
            mine.start()
            self.assertEqual(admin("delete", f"{PREFIX}/A", at=mine).exit, 0)
            mine.stop()
            shutil.copy(Path(mine.data) / "mark", earlier / "mark")
            shorter = ctl("audit", "verify", "--data", earlier, "--json")
            self.assertEqual((shorter.exit, shorter.json["ok"]), (1, False))
            difference = shorter.json["differences"][0]
            self.assertEqual(set(difference), {"family", "key", "key_hex", "what"})
            self.assertEqual(shorter.json["difference_count"], len(shorter.json["differences"]))
            self.assertIn(difference["what"], ctl("audit", "verify", "--data", earlier).out)

    def test_of_what_is_no_directory_of_a_node(self) -> None:
        with tempfile.TemporaryDirectory() as empty:
            for path in (empty, "/nonexistent"):
                failed = ctl("audit", "verify", "--data", path, "--json")
                self.assertEqual((failed.exit, failed.error["code"]), (1, "data_unreadable"))
            self.assertEqual(os.listdir(empty), [])


class Resolving(unittest.TestCase):
    IDENTIFIER = f"{PREFIX}/RESOLVE-部件"
    BIG = f"{PREFIX}/RESOLVE-BIG"

    @classmethod
    def setUpClass(cls) -> None:
        public = admin("register", cls.IDENTIFIER, "--value", "1 URL https://example.cn", "2 EMAIL a@b.cn",
                       "3 CN.PART.X 甲", "--ttl", "7200")
        assert public.exit == 0, public.err
        secret = json.dumps({"identifier": cls.BIG, "values": [
            {"index": 1, "type": "NOTE", "data": "x" * 5000},
            {"index": 2, "type": "HIDDEN", "data": "secret", "permissions": 12}]}).encode()
        assert admin("register", "--file", "-", stdin=secret).exit == 0

    def resolve(self, via: str, identifier: str, *more: object) -> Result:
        return ctl("--server", node.grpc, "resolve", identifier, "--via", via, "--handle", node.handle,
                   "--json", *more)

    def test_every_door_gives_the_same(self) -> None:
        record = admin("get", self.IDENTIFIER, "--json").json["values"]
        for via in ("grpc", "udp", "tcp"):
            with self.subTest(via=via):
                whole = self.resolve(via, self.IDENTIFIER)
                self.assertEqual(whole.exit, 0, whole.err)
                self.assertEqual(whole.json, {"identifier": self.IDENTIFIER, "values": record,
                                              "via": via})
                some = self.resolve(via, self.IDENTIFIER, "--index", 2, "--type", "cn.part.")
                self.assertEqual([v["index"] for v in some.json["values"]], [2, 3])
                big = self.resolve(via, self.BIG)
                self.assertEqual([len(v["data"]) for v in big.json["values"]], [5000])

    def test_every_door_refuses_alike(self) -> None:
        for via in ("grpc", "udp", "tcp"):
            for identifier, more, code in [
                    (f"{PREFIX}/NONE", (), "identifier_not_found"),
                    (self.IDENTIFIER, ("--index", 99), "values_not_found"),
                    (self.BIG, ("--index", 2), "values_not_found"),
                    ("88.999.1/X", (), "prefix_unknown")]:
                with self.subTest(via=via, code=code):
                    failed = self.resolve(via, identifier, *more)
                    self.assertEqual((failed.exit, failed.error["code"], failed.out), (4, code, ""))

    def test_every_door_says_how_to_mend_it(self) -> None:
        for identifier, more in [(f"{PREFIX}/NONE", ()), (self.IDENTIFIER, ("--index", 99)),
                                 ("88.999.x/X", ()), ("nope", ()), ("", ()), ("/", ())]:
            for lang in ("en", "zh"):
                said = {via: self.resolve(via, identifier, *more, "--lang", lang).error
                        for via in ("grpc", "udp", "tcp")}
                with self.subTest(identifier=identifier, lang=lang):
                    for via in ("udp", "tcp"):
                        for part in ("code", "field", "fix"):
                            self.assertEqual(said[via][part], said["grpc"][part])
                        parameters = dict(said[via]["parameters"])
                        asked = said["grpc"]["code"] != "identifier_malformed"  # that is seen before
                        if asked:
                            self.assertRegex(parameters.pop("response_code"), r"^\d+$")
                        self.assertEqual(parameters, said["grpc"]["parameters"])
                        cause = said["grpc"]["cause"]
                        self.assertTrue(said[via]["cause"].startswith(cause))
                        self.assertEqual(said[via]["cause"] != cause, asked)
                    self.assertNotEqual(said["grpc"]["fix"], "")

    def test_nobody_there_is_6(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
            silent.bind(("127.0.0.1", 0))
            where = "127.0.0.1:%d" % silent.getsockname()[1]
            begin = time.monotonic()
            failed = ctl("resolve", self.IDENTIFIER, "--via", "udp", "--handle", where, "--json")
            self.assertEqual((failed.exit, failed.error["code"]), (6, "unavailable"))
            self.assertGreater(time.monotonic() - begin, 2.9)
            silent.setblocking(False)
            asked = []
            while True:
                try:
                    asked.append(silent.recv(1000))
                except BlockingIOError:
                    break
            self.assertEqual((len(asked), len(set(asked))), (3, 1))
        self.assertEqual(ctl("resolve", self.IDENTIFIER, "--via", "udp", "--handle", where).exit, 6)
        self.assertEqual(ctl("resolve", self.IDENTIFIER, "--via", "tcp", "--handle", where).exit, 6)

    def test_pieces_are_put_together_in_any_order_and_strangers_ignored(self) -> None:
        """The answer of the node, taken apart by a server in between."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as middle:
            middle.bind(("127.0.0.1", 0))
            middle.settimeout(20)

            def serve() -> None:
                question, client = middle.recvfrom(1000)
                host, port = node.handle.rsplit(":", 1)
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as onward:
                    onward.settimeout(10)
                    onward.sendto(question, (host, int(port)))
                    pieces = [onward.recv(1000)]
                    size = struct.unpack_from(">I", pieces[0], 16)[0]
                    pieces += [onward.recv(1000) for _ in range((size - 1) // 492)]
                stranger = bytearray(pieces[0])
                stranger[8] ^= 1
                for datagram in [b"", b"noise", bytes(stranger), *pieces[::-1], pieces[0]]:
                    middle.sendto(datagram, client)
            thread = threading.Thread(target=serve)
            thread.start()
            done = ctl("resolve", self.BIG, "--via", "udp", "--json", "--handle",
                       "127.0.0.1:%d" % middle.getsockname()[1])
            thread.join()
        self.assertEqual(done.exit, 0, done.err)
        self.assertEqual(done.json["values"][0]["data"], "x" * 5000)

    def test_an_answer_that_is_none_is_refused(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            def serve() -> None:
                connection, _ = listener.accept()
                with connection:
                    connection.recv(1000)
                    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            thread = threading.Thread(target=serve)
            thread.start()
            failed = ctl("resolve", self.IDENTIFIER, "--via", "tcp", "--json", "--handle",
                         "127.0.0.1:%d" % listener.getsockname()[1])
            thread.join()
        self.assertEqual((failed.exit, failed.error["code"]), (1, "answer_malformed"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
