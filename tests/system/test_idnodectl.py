#!/usr/bin/env python3
"""idnodectl against a real node: what scripts rely on (exit codes, JSON), and what people see.

What was registered is counted here, by hand; every other number comes from the node.
"""
from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import socket
import stat
import struct
import subprocess
import tempfile
import threading
import time
import unittest
from pathlib import Path

from node import BIN as BIN_NAME
from node import Node

BIN = Path(BIN_NAME)
MAN = Path(__file__).parents[2] / "deploy/man/idnodectl.1"
PREFIX = "88.118.1001"
FOREIGN = "88.118.1002"


class Result:
    def __init__(self, done: subprocess.CompletedProcess) -> None:
        self.exit = done.returncode
        self.out = done.stdout.decode()
        self.err = done.stderr.decode()

    @property
    def json(self):
        return json.loads(self.out)

    @property
    def error(self) -> dict:
        return json.loads(self.err.splitlines()[-1])["error"]


def ctl(*arguments: object, stdin: bytes = b"", **environment: str) -> Result:
    """Runs idnodectl with these arguments and no other environment than this."""
    clean = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **environment}
    for name, value in os.environ.items():
        if name.endswith("SAN_OPTIONS"):
            clean[name] = value
    words = [a if isinstance(a, bytes) else str(a) for a in arguments]
    return Result(subprocess.run([BIN / "idnodectl", *words], input=stdin, capture_output=True,
                                 env=clean, timeout=120))


class CuttingProxy:
    """Passes gRPC connections on to `target`, and cuts each of the first `cuts` of them when the
    server sends frame number `after` of HTTP/2 type `kind`; that frame and the rest are lost."""

    HEADERS, DATA = 1, 0

    def __init__(self, target: str, cuts: int, kind: int, after: int = 1) -> None:
        host, port = target.rsplit(":", 1)
        self.target, self.cuts, self.kind, self.after = (host, int(port)), cuts, kind, after
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.cut = 0
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(self.target)
            threading.Thread(target=self.up, args=(client, server), daemon=True).start()
            threading.Thread(target=self.down, args=(client, server), daemon=True).start()

    @staticmethod
    def up(client: socket.socket, server: socket.socket) -> None:
        try:
            while octets := client.recv(65536):
                server.sendall(octets)
            server.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def down(self, client: socket.socket, server: socket.socket) -> None:
        stream = server.makefile("rb")
        seen = 0
        try:
            while len(head := stream.read(9)) == 9:
                frame = head + stream.read(int.from_bytes(head[:3], "big"))
                seen += head[3] == self.kind
                if seen == self.after and self.cut < self.cuts:
                    self.cut += 1
                    break
                client.sendall(frame)
        except OSError:
            pass
        stream.close()
        for end in (client, server):
            try:
                end.shutdown(socket.SHUT_RDWR)  # wakes up()
            except OSError:
                pass
            end.close()

    def close(self) -> None:
        self.listener.close()


node: Node


def setUpModule() -> None:
    global node
    node = Node()
    node.start()
    for prefix in (PREFIX, FOREIGN):
        assert admin("prefix", "add", prefix).exit == 0


def tearDownModule() -> None:
    node.close()


def admin(*arguments: object, at: Node | None = None, **more) -> Result:
    """As the administrator of the node that all tests share, or of another one."""
    there = at or node
    return ctl("--server", there.grpc, "--token-file", token_file(there), *arguments, **more)


def token_file(of: Node) -> str:
    return of.ready["admin_token_file"]


def row(identifier: str, *values: tuple[int, str, str]) -> str:
    return json.dumps({"identifier": identifier, "values": [
        {"index": i, "type": t, "data": d} for i, t, d in values]}) + "\n"


class Help(unittest.TestCase):
    VERBS = [(), ("prefix",), ("prefix", "add"), ("prefix", "list"), ("token",), ("token", "add"),
             ("token", "list"), ("token", "revoke"), ("register",), ("update",), ("delete",),
             ("get",), ("list",), ("import",), ("resolve",), ("history",), ("stats",), ("watch",),
             ("recount",), ("clock",), ("clock", "accept"), ("audit",), ("audit", "verify"),
             ("audit", "log"), ("status",)]

    def test_every_verb_has_help_in_both_languages(self) -> None:
        for verb in self.VERBS:
            with self.subTest(verb=verb):
                english, chinese = ctl(*verb, "--help"), ctl("--lang", "zh", *verb, "--help")
                self.assertEqual((english.exit, chinese.exit), (0, 0))
                self.assertNotEqual(english.out, chinese.out)
                self.assertRegex(chinese.out, "[\u4e00-\u9fff]")
                self.assertNotRegex(english.out.split("Example:")[0], "[\u4e00-\u9fff]")

    def test_no_verb_is_missing_above(self) -> None:
        def walk(verb: tuple[str, ...]) -> list[tuple[str, ...]]:
            listed = ctl(*verb, "--help").out.partition("Subcommands:")[2].split("\n\n")[0]
            below = re.findall(r"^  (\w+)", listed, re.MULTILINE)
            return [verb] + [found for name in below for found in walk((*verb, name))]
        self.assertEqual(sorted(walk(())), sorted(self.VERBS))

    def test_the_manual_page_names_every_verb_and_option(self) -> None:
        page = MAN.read_text().replace("\\-", "-")
        for verb in self.VERBS:
            text = ctl(*verb, "--help").out
            for option in re.findall(r"^  (?:-\w,)?(--[a-z-]+)", text, re.MULTILINE):
                with self.subTest(verb=verb, option=option):
                    self.assertIn(option, page)
            self.assertIn(" ".join(verb), page)

    def test_help_tells_the_exit_codes_and_the_environment(self) -> None:
        text = ctl("--help").out
        for code in range(7):
            self.assertRegex(text, rf"(?m)^  {code}  \w")
        self.assertIn("IDNODE_SERVER", text)
        self.assertIn("IDNODE_TOKEN_FILE", text)

    def test_the_locale_decides_the_language_unless_told_otherwise(self) -> None:
        chinese = "登记"
        self.assertIn(chinese, ctl("--help", LC_ALL="zh_CN.UTF-8").out)
        self.assertIn(chinese, ctl("--help", LC_ALL="", LANG="zh_CN.UTF-8").out)
        self.assertNotIn(chinese, ctl("--help", LC_ALL="en_US.UTF-8", LANG="zh_CN.UTF-8").out)
        self.assertNotIn(chinese, ctl("--help", "--lang", "en", LC_ALL="zh_CN.UTF-8").out)


class Usage(unittest.TestCase):
    def test_a_wrong_command_line_is_2_and_sends_nothing(self) -> None:
        identifier = f"{PREFIX}/USAGE"
        for words in [(), ("nonsense",), ("stats", "--nonsense"), ("prefix",), ("get",),
                      ("register",), ("register", identifier, "--file", "x"),
                      ("register", identifier, "--value", "URL https://example.cn"),
                      ("register", identifier, "--value", "0 URL x"),
                      ("register", identifier, "--value", "2147483648 URL x"),
                      ("register", identifier, "--value", "1"),
                      ("register", identifier, "--value", "1 URL"),
                      ("register", identifier, "--request-id", "00"),
                      ("register", identifier, "--permissions", "16"),
                      ("register", b"88.118.1001/\xff"),
                      ("token", "add", "x", "--scope", "everything", "--all-prefixes"),
                      ("token", "add", "x", "--scope", "read"),
                      ("token", "add", "x", "--scope", "read", "--all-prefixes", "--prefix", "88"),
                      ("token", "add", "x", "--scope", "read", "--all-prefixes", "--expires", "soon"),
                      ("resolve", identifier, "--via", "pigeon"),
                      ("resolve", identifier, "--via", "udp", "--handle", "nowhere"),
                      ("stats", "--by", "moon"), ("watch", "--cursor", "xyz"),
                      ("stats", "--timeout", "10"), ("stats", "--lang", "fr")]:
            with self.subTest(words=words):
                plain, program = admin(*words), admin("--json", *words)
                self.assertEqual((plain.exit, program.exit), (2, 2), plain.err)
                self.assertEqual((plain.out, program.out), ("", ""))
                self.assertEqual(program.error["code"], "usage")
                self.assertTrue(program.error["cause"])
        self.assertEqual(admin("get", identifier).exit, 4)

    def test_global_options_stand_before_or_behind_the_verb(self) -> None:
        where = ("--server", node.grpc, "--token-file", token_file(node), "--json")
        self.assertEqual(ctl(*where, "stats").json, ctl("stats", *where).json)
        self.assertEqual(ctl(*where, "prefix", "list").json, ctl("prefix", "list", *where).json)

    def test_the_environment_names_node_and_token(self) -> None:
        told = {"IDNODE_SERVER": node.grpc, "IDNODE_TOKEN_FILE": token_file(node)}
        self.assertEqual(ctl("prefix", "list", **told).exit, 0)
        self.assertEqual(ctl("prefix", "list", "--server", "127.0.0.1:1", **told).exit, 6)

    def test_an_unreadable_token_file_is_named(self) -> None:
        with tempfile.TemporaryDirectory() as directory:
            empty = Path(directory) / "empty"
            empty.write_text("\n")
            for path, code in [(Path(directory) / "none", "file_unreadable"),
                               (Path(directory), "file_unreadable"),
                               (empty, "token_file_malformed")]:
                failed = ctl("--server", node.grpc, "--json", "--token-file", path, "stats")
                self.assertEqual((failed.exit, failed.error["code"]), (1, code))
                self.assertIn(str(path), failed.error["cause"])


class Records(unittest.TestCase):
    def test_what_is_registered_is_what_is_got(self) -> None:
        identifier = f"{PREFIX}/螺栓 M8"
        octets = bytes(range(256))
        with tempfile.NamedTemporaryFile() as file:
            file.write(octets)
            file.flush()
            made = admin("register", identifier, "--json", "--value", "1 URL https://example.cn/a b",
                         "7 名称 六角螺栓  ", "--value", "9 EMPTY ", "--value-file",
                         f"12 PHOTO {file.name}", "--ttl", "60", "--permissions", "10")
        self.assertEqual(made.exit, 0, made.err)
        self.assertEqual(made.json["kind"], "created")
        self.assertIs(made.json["repeated"], False)
        got = admin("get", identifier, "--json")
        self.assertEqual(got.exit, 0, got.err)
        record = got.json
        stamps = {value.pop("timestamp_s") for value in record["values"]}
        self.assertLess(abs(stamps.pop() - made.json["time_ms"] / 1000), 2)
        common = {"ttl_s": 60, "permissions": 10}
        self.assertEqual(record, {
            "identifier": identifier, "seq": made.json["seq"], "changed_ms": made.json["time_ms"],
            "deleted": False, "values": [
                {"index": 1, "type": "URL", "data": "https://example.cn/a b", **common},
                {"index": 7, "type": "名称", "data": "六角螺栓  ", **common},
                {"index": 9, "type": "EMPTY", "data": "", **common},
                {"index": 12, "type": "PHOTO", "data_hex": octets.hex(), **common}]})

    def test_a_record_from_birth_to_its_second_life(self) -> None:
        identifier = f"{PREFIX}/LIFE"
        kinds, seqs = [], []

        def change(verb: str, *more: object) -> None:
            done = admin(verb, identifier, *more, "--json")
            self.assertEqual(done.exit, 0, done.err)
            kinds.append(done.json["kind"])
            seqs.append(done.json["seq"])

        change("register", "--value", "1 URL a")
        refused = admin("register", identifier, "--value", "1 URL a", "--json")
        self.assertEqual((refused.exit, refused.error["code"]), (1, "identifier_exists"))
        change("update", "--value", "1 URL b", "--expected-seq", seqs[-1])
        stale = admin("update", identifier, "--value", "1 URL c", "--expected-seq", seqs[0], "--json")
        self.assertEqual((stale.exit, stale.error["code"]), (1, "seq_mismatch"))
        self.assertEqual(admin("get", identifier, "--json").json["values"][0]["data"], "b")
        change("delete", "--expected-seq", seqs[-1])
        gone = admin("get", identifier, "--json")
        self.assertEqual((gone.exit, gone.error["code"], gone.out), (4, "identifier_not_found", ""))
        self.assertIs(admin("get", identifier, "--deleted", "--json").json["deleted"], True)
        self.assertEqual(admin("delete", identifier).exit, 4)
        self.assertEqual(admin("update", identifier, "--value", "1 URL c").exit, 4)
        change("register", "--value", "1 URL d")
        self.assertEqual(kinds, ["created", "updated", "deleted", "recreated"])

        told = admin("history", identifier, "--json").json
        self.assertEqual([entry["seq"] for entry in told], seqs[::-1])
        self.assertEqual([entry["kind"] for entry in told], kinds[::-1])
        self.assertEqual([entry["prev"] for entry in told], seqs[:-1][::-1] + [None])
        self.assertEqual(told[0]["values"][0]["data"], "d")
        self.assertEqual(told[0]["channel"], "grpc")
        self.assertEqual(len(admin("history", identifier, "--json", "--limit", 2).json), 2)
        self.assertEqual(admin("history", f"{PREFIX}/NEVER").exit, 4)

    def test_a_repeat_of_a_request_id_does_nothing_and_says_so(self) -> None:
        identifier, id_ = f"{PREFIX}/REPEAT", os.urandom(16).hex()
        words = ("register", identifier, "--value", "1 URL a", "--request-id", id_, "--json")
        first, second = admin(*words), admin(*words)
        self.assertEqual((first.exit, second.exit), (0, 0), second.err)
        self.assertEqual({**first.json, "repeated": True}, second.json)
        self.assertEqual(first.json["request_id"], id_)
        other = admin("register", identifier, "--value", "1 URL b", "--request-id", id_, "--json")
        self.assertEqual((other.exit, other.error["code"]), (1, "request_id_reused"))

    def test_what_people_see_is_harmless_to_their_terminal(self) -> None:
        identifier = f"{PREFIX}/ESCAPE"
        made = admin("register", identifier, "--value", "1 NOTE \x1b]0;owned\x07\u202e")
        self.assertEqual(made.exit, 0, made.err)
        shown = admin("get", identifier).out
        self.assertNotRegex(shown, "[\x00-\x09\x0b-\x1f\x7f\u202e]")
        self.assertIn(r"\x1b]0;owned\x07\xe2\x80\xae", shown)
        self.assertEqual(admin("get", identifier, "--json").json["values"][0]["data"],
                         "\x1b]0;owned\x07\u202e")

    def test_columns_are_aligned_also_behind_chinese(self) -> None:
        identifier = f"{PREFIX}/TABLE"
        admin("register", identifier, "--value", "1 材质 A", "2 URL B")
        lines = admin("get", identifier).out.splitlines()[2:]
        self.assertEqual([line[-1] for line in lines], ["A", "B"])
        columns = [len(line) + len(re.findall("[\u4e00-\u9fff]", line)) for line in lines]
        self.assertEqual(columns[0], columns[1])


class Refusals(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.directory = tempfile.TemporaryDirectory()
        cls.token = Path(cls.directory.name) / "erp.token"
        made = admin("token", "add", "erp", "--scope", "register", "read", "--prefix", PREFIX,
                     "--out", cls.token, "--json")
        assert made.exit == 0, made.err
        cls.made = made.json

    @classmethod
    def tearDownClass(cls) -> None:
        cls.directory.cleanup()

    def erp(self, *arguments: object) -> Result:
        return ctl("--server", node.grpc, "--token-file", self.token, *arguments, "--json")

    def test_denied_is_5(self) -> None:
        wrong = Path(self.directory.name) / "wrong.token"
        wrong.write_text("idn_" + "A" * 43 + "\n")
        words = ("register", f"{FOREIGN}/A", "--value", "1 URL a")
        none = ctl("--server", node.grpc, "--json", *words)
        unknown = ctl("--server", node.grpc, "--token-file", wrong, "--json", *words)
        foreign, scope = self.erp(*words), self.erp("prefix", "list")
        self.assertEqual([r.exit for r in (none, unknown, foreign, scope)], [5] * 4)
        self.assertEqual([r.error["code"] for r in (none, unknown, foreign, scope)],
                         ["token_missing", "token_unknown", "permission_denied",
                          "permission_denied"])
        self.assertEqual(admin("get", f"{FOREIGN}/A").exit, 4)
        self.assertEqual(self.erp("register", f"{PREFIX}/ERP", "--value", "1 URL a").exit, 0)

    def test_nobody_there_is_6_and_says_how_to_ask_again(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        failed = ctl("--server", f"127.0.0.1:{port}", "--json", "register", f"{PREFIX}/X",
                     "--value", "1 URL a", "--token-file", self.token)
        self.assertEqual((failed.exit, failed.error["code"]), (6, "unavailable"))
        self.assertIn(failed.error["parameters"]["request_id"], failed.error["fix"])

    def test_silence_is_6_after_the_time_given(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            port = silent.getsockname()[1]
            begin = time.monotonic()
            failed = ctl("--server", f"127.0.0.1:{port}", "--timeout", "300ms", "stats", "--json")
        self.assertEqual(failed.exit, 6, failed.err)
        self.assertLess(time.monotonic() - begin, 10)

    def test_a_malformed_identifier_and_an_unknown_prefix(self) -> None:
        self.assertEqual(admin("register", f"{PREFIX}/a\x01b", "--value", "1 URL a", "--json").exit, 1)
        unknown = admin("register", "88.999.1/A", "--value", "1 URL a", "--json")
        self.assertEqual((unknown.exit, unknown.error["code"]), (4, "prefix_unknown"))
        again = admin("prefix", "add", PREFIX, "--case", "sensitive", "--json")
        self.assertEqual((again.exit, again.error["code"]), (1, "prefix_exists"))

    def test_a_refusal_names_cause_and_fix_in_the_language_asked_for(self) -> None:
        for lang, pattern in [("zh", "[\u4e00-\u9fff]"), ("en", "^[\x00-\x7f]+$")]:
            told = admin("get", f"{PREFIX}/NONE", "--lang", lang, "--json").error
            self.assertRegex(told["cause"], pattern)
            self.assertRegex(told["fix"], pattern)
        plain = admin("get", f"{PREFIX}/NONE")
        self.assertEqual(plain.out, "")
        self.assertRegex(plain.err, r"^idnodectl: .*\[identifier_not_found\]\n  \S")


class Tokens(unittest.TestCase):
    def test_a_token_from_making_to_revoking(self) -> None:
        with tempfile.TemporaryDirectory() as directory:
            file = Path(directory) / "m.token"
            made = admin("token", "add", "监测", "--scope", "monitor,audit", "--prefix", "88.118",
                         "--below", "--expires", "2099-12-31", "--out", file, "--json")
            self.assertEqual(made.exit, 0, made.err)
            self.assertNotIn("secret", made.json)
            secret = file.read_text()
            self.assertRegex(secret, r"\Aidn_[A-Za-z0-9_-]{43}\n\Z")
            self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600)
            self.assertEqual(made.json["id"], hashlib.sha256(secret.strip().encode()).hexdigest()[:16])
            listed = {t["id"]: t for t in admin("token", "list", "--json").json}
            token = listed[made.json["id"]]
            self.assertEqual(
                {k: token[k] for k in ("name", "scopes", "all_prefixes", "prefixes", "revoked")},
                {"name": "监测", "scopes": ["monitor", "audit"], "all_prefixes": False,
                 "prefixes": [{"prefix": "88.118", "below": True}], "revoked": False})
            self.assertEqual(token["expires_ms"], 4_102_415_999_999 + 1)  # 2100-01-01 in China

            words = ("--server", node.grpc, "--token-file", file, "stats", "--prefix", PREFIX, "--json")
            self.assertEqual(ctl(*words).exit, 0)
            self.assertEqual(admin("token", "revoke", made.json["id"]).exit, 0)
            ended = ctl(*words)
            self.assertEqual(ended.exit, 5)
            self.assertIs({t["id"]: t for t in admin("token", "list", "--json").json}
                          [made.json["id"]]["revoked"], True)
            self.assertEqual(admin("token", "revoke", "0" * 16).exit, 4)

    def test_a_secret_without_a_file_is_printed_and_works(self) -> None:
        made = admin("token", "add", "once", "--scope", "read", "--all-prefixes", "--json").json
        with tempfile.NamedTemporaryFile("w") as file:
            file.write(made["secret"])
            file.flush()
            self.assertEqual(ctl("--server", node.grpc, "--token-file", file.name, "list", PREFIX).exit, 0)
        people = admin("token", "add", "twice", "--scope", "read", "--all-prefixes").out
        self.assertRegex(people, r"(?m)^idn_[A-Za-z0-9_-]{43}$")

    def test_an_existing_file_is_never_overwritten(self) -> None:
        before = len(admin("token", "list", "--json").json)
        with tempfile.NamedTemporaryFile() as file:
            refused = admin("token", "add", "x", "--scope", "read", "--all-prefixes", "--out",
                            file.name, "--json")
            self.assertEqual((refused.exit, refused.error["code"]), (1, "file_exists"))
            self.assertEqual(Path(file.name).read_bytes(), b"")
        self.assertEqual(len(admin("token", "list", "--json").json), before)

    def test_a_refused_token_leaves_no_file(self) -> None:
        with tempfile.TemporaryDirectory() as directory:
            file = Path(directory) / "t"
            refused = ctl("--server", node.grpc, "token", "add", "x", "--scope", "read",
                          "--all-prefixes", "--out", file)
            self.assertEqual(refused.exit, 5)
            self.assertFalse(file.exists())


class Rows(unittest.TestCase):
    def test_refused_rows_are_named_and_stop_no_other(self) -> None:
        rows = (row(f"{PREFIX}/ROW-1", (1, "URL", "a")) + "\n" +
                row("88.999.1/ROW-2", (1, "URL", "a")) +
                "no json\n" +
                '{"identifier": "88.118.1001/ROW-4", "values": [{"index": 1, "tpye": "URL"}]}\n' +
                row(f"{PREFIX}/ROW-5", (1, "URL", "a")).rstrip())
        done = admin("register", "--file", "-", "--json", stdin=rows.encode())
        self.assertEqual(done.exit, 3, done.err)
        result = done.json
        told = {f["line"]: f for f in result.pop("failures")}
        self.assertEqual({line: f["error"]["code"] for line, f in told.items()},
                         {3: "prefix_unknown", 4: "row_malformed", 5: "row_malformed"})
        self.assertEqual(told[5]["error"]["field"], "values[0].tpye")
        self.assertEqual(told[3]["identifier"], "88.999.1/ROW-2")
        self.assertEqual({k: result[k] for k in ("rows", "done", "repeated", "refused", "unanswered")},
                         {"rows": 5, "done": 2, "repeated": 0, "refused": 3, "unanswered": 0})
        for name, exit_ in [("ROW-1", 0), ("ROW-4", 4), ("ROW-5", 0)]:
            self.assertEqual(admin("get", f"{PREFIX}/{name}").exit, exit_)
        people = admin("register", "--file", "-", stdin=b"no json\n")
        self.assertEqual(people.exit, 1)
        self.assertIn("line 1: ", people.err)

    def test_a_second_run_with_the_same_id_repeats(self) -> None:
        rows = "".join(row(f"{PREFIX}/AGAIN-{i}", (1, "URL", "a")) for i in range(50)).encode()
        words = ("register", "--file", "-", "--json", "--request-id", os.urandom(16).hex())
        first, second = admin(*words, stdin=rows), admin(*words, stdin=rows)
        self.assertEqual((first.exit, first.json["done"], first.json["repeated"]), (0, 50, 0))
        self.assertEqual((second.exit, second.json["done"], second.json["repeated"]), (0, 50, 50))
        third = admin("register", "--file", "-", "--json", stdin=rows)
        self.assertEqual((third.exit, third.json["refused"]), (1, 50))

    def test_what_list_prints_can_be_registered_and_imported(self) -> None:
        source = admin("register", f"{PREFIX}/COPY", "--value", "1 URL a", "2 URL b", "--ttl", "5")
        self.assertEqual(source.exit, 0, source.err)
        record = admin("get", f"{PREFIX}/COPY", "--json").json
        record["values"][0]["timestamp_s"] = 1_000_000_000
        record["values"][1]["data_hex"] = "ff00"
        del record["values"][1]["data"]
        for words, name, stamp in [(("register", "--file", "-"), "COPY-R", None),
                                   (("import", "-"), "COPY-I", 1_000_000_000)]:
            record["identifier"] = f"{PREFIX}/{name}"
            done = admin(*words, stdin=json.dumps(record).encode())
            self.assertEqual(done.exit, 0, done.err)
            got = admin("get", record["identifier"], "--json").json["values"]
            if stamp is not None:
                self.assertEqual(got[0]["timestamp_s"], stamp)
            for mine, theirs in zip(record["values"], got):
                self.assertEqual({**mine, "timestamp_s": 0}, {**theirs, "timestamp_s": 0})

    def test_lists_go_on_over_pages(self) -> None:
        prefix = "88.118.1003"
        self.assertEqual(admin("prefix", "add", prefix).exit, 0)
        names = [f"{prefix}/P{i:05}" for i in range(2345)]
        rows = "".join(row(name, (1, "URL", "a")) for name in names).encode()
        self.assertEqual(admin("register", "--file", "-", stdin=rows).exit, 0)
        self.assertEqual(admin("list", prefix).out.split(), names)
        listed = admin("list", prefix, "--json").json
        self.assertEqual([r["identifier"] for r in listed], names)
        self.assertNotIn("values", listed[0])
        for limit in (1, 1000, 1001):
            self.assertEqual(admin("list", prefix, "--limit", limit).out.split(), names[:limit])
        self.assertEqual(len(admin("list", prefix, "--values", "--json").json[150]["values"]), 1)
        self.assertEqual(admin("list", "88.118.1004", "--json").exit, 4)

    def test_a_node_that_is_busy_gets_its_rows_again(self) -> None:
        with Node("[ledger]\nqueue = 32\n") as busy:  # a stream alone fills it
            self.assertEqual(admin("prefix", "add", PREFIX, at=busy).exit, 0)
            rows = "".join(row(f"{PREFIX}/BUSY-{i}", (1, "URL", "a")) for i in range(2000))
            done = admin("register", "--file", "-", "--json", stdin=rows.encode(), at=busy)
            self.assertEqual(done.exit, 0, done.err)
            self.assertEqual((done.json["done"], done.json["refused"]), (2000, 0))
            self.assertEqual(admin("stats", "--json", at=busy).json["created"], 2000)

    def test_a_file_that_is_not_there(self) -> None:
        failed = admin("register", "--file", "/nonexistent", "--json")
        self.assertEqual((failed.exit, failed.error["code"]), (1, "file_unreadable"))


class LostAnswers(unittest.TestCase):
    def through(self, proxy: CuttingProxy, *arguments: object, **more) -> Result:
        return ctl("--server", proxy.address, "--token-file", token_file(node), *arguments, **more)

    def test_a_change_whose_answer_is_lost_is_made_once(self) -> None:
        before = admin("stats", "--json").json["created"]
        proxy = CuttingProxy(node.grpc, 2, CuttingProxy.HEADERS)
        done = self.through(proxy, "register", f"{PREFIX}/LOST-1", "--value", "1 URL a", "--json")
        proxy.close()
        self.assertEqual(proxy.cut, 2)
        self.assertEqual(done.exit, 0, done.err)
        self.assertIs(done.json["repeated"], True)
        self.assertEqual(admin("stats", "--json").json["created"], before + 1)

    def test_when_no_answer_ever_comes_the_id_finds_out(self) -> None:
        identifier = f"{PREFIX}/LOST-2"
        proxy = CuttingProxy(node.grpc, 99, CuttingProxy.HEADERS)
        words = ("register", identifier, "--value", "1 URL a", "--json")
        lost = self.through(proxy, *words)
        proxy.close()
        self.assertEqual(lost.exit, 6)
        found = admin(*words, "--request-id", lost.error["parameters"]["request_id"])
        self.assertEqual((found.exit, found.json["repeated"]), (0, True))

    def test_rows_go_on_when_the_stream_breaks(self) -> None:
        count = 3000
        before = admin("stats", "--json").json["created"]
        rows = "".join(row(f"{PREFIX}/BROKEN-{i}", (1, "URL", str(i))) for i in range(count)).encode()
        proxy = CuttingProxy(node.grpc, 3, CuttingProxy.DATA, after=5)
        done = self.through(proxy, "register", "--file", "-", "--json", stdin=rows)
        proxy.close()
        self.assertEqual(proxy.cut, 3)
        self.assertEqual(done.exit, 0, done.err)
        self.assertEqual((done.json["done"], done.json["refused"]), (count, 0))
        self.assertEqual(admin("stats", "--json").json["created"], before + count)

    def test_rows_without_an_answer_are_told(self) -> None:
        rows = "".join(row(f"{PREFIX}/GONE-{i}", (1, "URL", "a")) for i in range(10)).encode()
        proxy = CuttingProxy(node.grpc, 99, CuttingProxy.DATA)
        gone = self.through(proxy, "register", "--file", "-", "--json", stdin=rows)
        proxy.close()
        self.assertEqual(gone.exit, 6)
        self.assertEqual((gone.json["done"], gone.json["unanswered"]), (0, 10))
        found = admin("register", "--file", "-", "--json", "--request-id",
                      gone.error["parameters"]["request_id"], stdin=rows)
        self.assertEqual((found.exit, found.json["done"]), (0, 10))


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
        self.assertEqual(mine, [{"prefix": self.PREFIX, **self.COUNTS}])
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
        self.assertRegex(admin("stats", "--prefix", self.PREFIX).out, r"total +3 +1 +2 +2 +2\n")

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
        rows = admin("audit", "log", "--payload", "--json").json
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
        part = admin("audit", "log", "--from", 3, "--limit", 2, "--json").json
        self.assertEqual(part, [{**r, "payload": ""} for r in rows[3:5]])

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


class Encrypted(unittest.TestCase):
    def test_tls(self) -> None:
        with tempfile.TemporaryDirectory() as directory:
            def make(name: str) -> tuple[str, str]:
                certificate, key = f"{directory}/{name}.pem", f"{directory}/{name}.key"
                subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                                "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                                "/CN=idnode test", "-addext", "subjectAltName=IP:127.0.0.1", "-out",
                                certificate, "-keyout", key], check=True, capture_output=True)
                return certificate, key
            certificate, key = make("node")
            stranger, _ = make("stranger")
            with Node(f'[tls]\ncertificate = "{certificate}"\nkey = "{key}"\n') as tls:
                self.assertEqual(admin("status", "--ca", certificate, at=tls).exit, 0)
                for words in [(), ("--tls",), ("--ca", stranger)]:
                    failed = admin("status", "--json", *words, at=tls)
                    self.assertEqual((failed.exit, failed.error["code"]), (6, "unavailable"), words)
        missing = admin("status", "--ca", "/nonexistent", "--json")
        self.assertEqual((missing.exit, missing.error["code"]), (1, "file_unreadable"))


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
