#!/usr/bin/env python3
"""idnodectl: its command line, single records, refusals, tokens, TLS."""
from __future__ import annotations

import hashlib
import os
import re
import socket
import stat
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from ctl import BIN, FOREIGN, PREFIX, Result, admin, ctl, node, token_file, set_up, tear_down
from node import Node

MAN = Path(__file__).parents[2] / "deploy/man/idnodectl.1"
setUpModule, tearDownModule = set_up, tear_down


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
        chinese = "注册"
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

    def test_usage_errors_are_in_the_language_and_name_the_verbs_help(self) -> None:
        for words, verb in [
                ((), ""), (("prefix",), " prefix"), (("nonsense",), ""), (("get",), " get"),
                (("register",), " register"), (("stats", "--nonsense"), " stats"),
                (("register", "a/b", "--file", "x"), " register"),
                (("update", "a/b", "--permissions", "16"), " update"),
                (("update", "a/b", "--ttl", "abc"), " update"),
                (("update", "a/b", "--value"), " update"),
                (("register", b"88.118.1001/\xff"), " register"), (("list", "a", "--limit", "0"), " list"),
                (("token", "add", "x", "--below", "--scope", "read"), " token add"),
                (("token", "add", "x", "--scope", "read"), " token add"),
                (("watch", "--cursor", "00", "--cursor-file", "x"), " watch"),
                (("stats", "--by", "moon"), " stats"), (("stats", "--server", "host"), " stats"),
                (("stats", "--server", "::1:50051"), " stats"),
                (("resolve", "a/b", "--handle", "127.0.0.1:99999"), " resolve"), (("stats", "--timeout", "10"), " stats")]:
            with self.subTest(words=words):
                chinese, english = (ctl("--lang", lang, "--json", *words).error for lang in ("zh", "en"))
                self.assertEqual(english["fix"], f"See: idnodectl{verb} --help")
                self.assertEqual(chinese["fix"], f"请参阅：idnodectl{verb} --help")
                self.assertRegex(english["cause"], "^[\x00-\x7f]{,100}$")
                self.assertRegex(chinese["cause"], "[\u4e00-\u9fff]")
                self.assertNotIn("命令行有误", chinese["cause"], "a text that has no Chinese yet")
        for words in [("stats", "--by", "moon"), ("prefix",)]:
            self.assertRegex(ctl(*words, LC_ALL="zh_CN.UTF-8").err, "[\u4e00-\u9fff]")

    def test_a_mistyped_word_is_named_with_the_nearest_known_one(self) -> None:
        for words, wrong, nearest in [
                (("lsit", PREFIX), "lsit", "list"), (("foo",), "foo", ""),
                (("tokn", "list"), "tokn", "token"), (("token", "ad", "x"), "ad", "add"),
                (("token", "create", "x"), "create", "add, list, revoke"),
                (("audit", "verfy"), "verfy", "verify"), (("--jsn", "stats"), "--jsn", "--json"),
                (("stats", "--prefx", "88"), "--prefx", "--prefix"),
                (("stats", "--prefx=88"), "--prefx", "--prefix"),
                (("get", "--deletd"), "--deletd", "--deleted"),
                (("token", "add", "x", "--below", "--prefx", "8"), "--prefx", "--prefix"),
                (("token", "list", "--servr", "a:1"), "--servr", "--server")]:
            for lang, there_is_no in [("en", "There is no"), ("zh", "没有")]:
                with self.subTest(words=words, lang=lang):
                    refused = ctl("--lang", lang, "--json", *words)
                    self.assertEqual((refused.exit, refused.error["code"]), (2, "usage"))
                    cause = refused.error["cause"]
                    self.assertTrue(cause.startswith(there_is_no), cause)
                    self.assertIn(wrong, cause)
                    self.assertIn(nearest, cause)
        for program, word in [("idnode-bench", "--cont"), ("idnode-monitor-sink", "--onc")]:
            words = ["fill", word] if program == "idnode-bench" else [word]
            done = subprocess.run([BIN / program, *words], capture_output=True, text=True, timeout=60,
                                  env={**os.environ, "LC_ALL": "C.UTF-8"})
            self.assertEqual(done.returncode, 2)
            self.assertIn(f"{program}: There is no option {word}; did you mean", done.stderr)

    def test_a_number_is_told_its_bounds_and_never_wraps(self) -> None:
        most = 2**64 - 1
        for words, said in [
                (("list", PREFIX, "--limit", "-1"), f"--limit: -1 is not a number from 1 to {most}"),
                (("update", "a/b", "--expected-seq", "-1"),
                 f"--expected-seq: -1 is not a number from 0 to {most}"),
                (("resolve", "a/b", "--index", "99999999999"),
                 f"--index: 99999999999 is not a number from 0 to {2**31 - 1}"),
                (("update", "a/b", "--ttl", "99999999999"),
                 f"--ttl: 99999999999 is not a number from 0 to {2**31 - 1}"),
                (("update", "a/b", "--ttl", "soon"), "--ttl: no duration such as 3600, 90min, 1d")]:
            with self.subTest(words=words):
                refused = admin(*words, "--json")
                self.assertEqual((refused.exit, refused.error["cause"]), (2, said))
        identifier = f"{PREFIX}/TTL"
        made = admin("register", identifier, "--ttl", "1d", "--value", "1 URL a")
        self.assertEqual(made.exit, 0, made.err)
        self.assertEqual(admin("get", identifier, "--json").json["values"][0]["ttl_s"], 86_400)

    def test_a_refusal_names_what_was_typed(self) -> None:
        identifier = f"{PREFIX}/TYPED"
        for words, field in [
                (("stats", "--from", "2026-13-01"), "--from"), (("stats", "--to", "x"), "--to"),
                (("stats", "--prefix", "a..b"), "--prefix"), (("prefix", "add", "a..b"), "PREFIX"),
                (("list", PREFIX, "--cursor", "zz"), "--cursor"), (("get", "nope"), "ID"),
                (("token", "add", "x", "--scope", "read", "--all-prefixes", "--expires", "2020-01-01"),
                 "--expires"),
                (("resolve", identifier, "--type", "a\tb"), "--type 1"),
                (("register", identifier, "--value", "1 URL a", "1 X b"), "value 2, index"),
                (("update", identifier, "--value", "1 URL a", "--request-id", "00" * 16), "ID")]:
            with self.subTest(words=words):
                self.assertEqual(admin(*words, "--json").error["field"], field)

    def test_global_options_stand_before_or_behind_the_verb(self) -> None:
        where = ("--server", node.grpc, "--token-file", token_file(node), "--json")
        self.assertEqual(ctl(*where, "stats").json, ctl("stats", *where).json)
        self.assertEqual(ctl(*where, "prefix", "list").rows, ctl("prefix", "list", *where).rows)

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

        told = admin("history", identifier, "--json").rows
        self.assertEqual([entry["seq"] for entry in told], seqs[::-1])
        self.assertEqual([entry["kind"] for entry in told], kinds[::-1])
        self.assertEqual([entry["prev"] for entry in told], seqs[:-1][::-1] + [None])
        self.assertEqual(told[0]["values"][0]["data"], "d")
        self.assertEqual(told[0]["channel"], "grpc")
        self.assertEqual(len(admin("history", identifier, "--json", "--limit", 2).rows), 2)
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
            listed = {t["id"]: t for t in admin("token", "list", "--json").rows}
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
            self.assertIs({t["id"]: t for t in admin("token", "list", "--json").rows}
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
        before = len(admin("token", "list", "--json").rows)
        with tempfile.NamedTemporaryFile() as file:
            refused = admin("token", "add", "x", "--scope", "read", "--all-prefixes", "--out",
                            file.name, "--json")
            self.assertEqual((refused.exit, refused.error["code"]), (1, "file_exists"))
            self.assertEqual(Path(file.name).read_bytes(), b"")
        self.assertEqual(len(admin("token", "list", "--json").rows), before)

    def test_a_refused_token_leaves_no_file(self) -> None:
        with tempfile.TemporaryDirectory() as directory:
            file = Path(directory) / "t"
            refused = ctl("--server", node.grpc, "token", "add", "x", "--scope", "read",
                          "--all-prefixes", "--out", file)
            self.assertEqual(refused.exit, 5)
            self.assertFalse(file.exists())


def bench(command: str, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run([BIN / "idnode-bench", command, "--prefix", PREFIX, *arguments],
                          capture_output=True, text=True, timeout=60)


class Encrypted(unittest.TestCase):
    def test_a_token_does_not_leave_the_machine_in_the_clear(self) -> None:
        for server in ["192.0.2.1:50051", "node.example:50051", "127.0.0.1.example:50051"]:
            refused = ctl("--server", server, "--token-file", node.ready["admin_token_file"],
                          "--json", "status")
            self.assertEqual((refused.exit, refused.error["field"]), (2, "--token-file"), server)
            for words in (["fill"], ["register", "--limit-dir", "/nonexistent"]):
                refused = bench(*words, "--server", server, "--token-file",
                                node.ready["admin_token_file"])
                self.assertEqual(refused.returncode, 2, refused.stderr)
                self.assertIn("in the clear", refused.stderr)

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
                self.assertEqual(admin("prefix", "add", PREFIX, "--ca", certificate, at=tls).exit, 0)
                fill = ("fill", "--count", "3", "--server", tls.grpc, "--token-file", token_file(tls))
                self.assertEqual(bench(*fill, "--ca", certificate).returncode, 0)
                self.assertEqual(bench(*fill, "--ca", stranger).returncode, 1)
                self.assertEqual(admin("get", f"{PREFIX}/id-2", "--ca", certificate, at=tls).exit, 0)
        missing = admin("status", "--ca", "/nonexistent", "--json")
        self.assertEqual((missing.exit, missing.error["code"]), (1, "file_unreadable"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
