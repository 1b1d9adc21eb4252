#!/usr/bin/env python3
"""idnodectl: many records from a file, lists, and answers that are lost on the way."""
from __future__ import annotations

import json
import os
import re
import socket
import threading
import unittest

from ctl import PREFIX, Result, admin, ctl, node, row, token_file, set_up, tear_down
from node import Node

setUpModule, tearDownModule = set_up, tear_down


class CuttingProxy:
    """Passes gRPC connections on to `target`, and cuts each of the first `cuts` of them when the
    server sends frame number `after` (`then`, once one was cut) of HTTP/2 type `kind`; that frame and
    the rest are lost."""

    HEADERS, DATA = 1, 0

    def __init__(self, target: str, cuts: int, kind: int, after: int = 1,
                 then: int | None = None) -> None:
        host, port = target.rsplit(":", 1)
        self.target, self.cuts, self.kind, self.after = (host, int(port)), cuts, kind, after
        self.then = then or after
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
                if seen == (self.then if self.cut else self.after) and self.cut < self.cuts:
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
        strangers = "".join(row(f"88.999.1/S{i}", (1, "URL", "a")) for i in range(3))
        refused = admin("register", "--file", "-", stdin=strangers.encode()).err
        self.assertEqual(refused.count("[prefix_unknown]"), 3)
        self.assertEqual(refused.count("\n  Check the prefix; "), 1, "those alike are mended alike")

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

    def test_a_whole_list_goes_into_another_node(self) -> None:
        prefix = "88.118.1005"
        self.assertEqual(admin("prefix", "add", prefix).exit, 0)
        rows = [row(f"{prefix}/N{i}", (1, "URL", f"https://example.cn/{i}"), (2, "名称", "螺栓"))
                for i in range(250)]
        self.assertEqual(admin("register", "--file", "-", stdin="".join(rows).encode()).exit, 0)
        listed = admin("list", prefix, "--values", "--json")
        self.assertEqual(len(listed.rows), 250)
        for words in (("register", "--file", "-"), ("import", "-")):
            with Node() as other:
                self.assertEqual(admin("prefix", "add", prefix, at=other).exit, 0)
                done = admin(*words, "--json", stdin=listed.out.encode(), at=other)
                self.assertEqual((done.exit, done.json["done"]), (0, 250), done.out[:1000])
                there = admin("list", prefix, "--values", "--json", at=other).rows
                for mine, theirs in zip(listed.rows, there, strict=True):
                    for record in (mine, theirs):
                        for field in ("seq", "changed_ms"):
                            del record[field]
                        for value in record["values"] if words[0] == "register" else []:
                            del value["timestamp_s"]
                    self.assertEqual(mine, theirs)

    def test_lists_go_on_over_pages(self) -> None:
        prefix = "88.118.1003"
        self.assertEqual(admin("prefix", "add", prefix).exit, 0)
        names = [f"{prefix}/P{i:05}" for i in range(2345)]
        rows = "".join(row(name, (1, "URL", "a")) for name in names).encode()
        self.assertEqual(admin("register", "--file", "-", stdin=rows).exit, 0)
        self.assertEqual(admin("list", prefix).out.split(), names)
        listed = admin("list", prefix, "--json").rows
        self.assertEqual([r["identifier"] for r in listed], names)
        self.assertNotIn("values", listed[0])
        for limit in (1, 1000, 1001):
            part = admin("list", prefix, "--limit", limit)
            self.assertEqual(part.out.split(), names[:limit])
            cursor = re.search(r"--cursor (\w+)", part.err)[1]
            rest = admin("list", prefix, "--cursor", cursor)
            self.assertEqual((rest.out.split(), rest.err), (names[limit:], ""))
        self.assertEqual(admin("list", prefix, "--cursor", "xyz", "--json").error["code"],
                         "cursor_malformed")
        for words in (("--json",), ()):
            # Each answer has a frame of HEADERS before and behind it: the third page is lost.
            proxy = CuttingProxy(node.grpc, 99, CuttingProxy.HEADERS, after=5, then=1)
            broken = ctl("--server", proxy.address, "--token-file", token_file(node), "list", prefix, *words)
            proxy.close()
            self.assertEqual(broken.exit, 6)
            self.assertEqual([r["identifier"] for r in broken.rows] if words else broken.out.split(),
                             names[:2000])
            cursor = re.search(r"--cursor (\w+)", broken.err)[1]
            self.assertEqual(broken.error["parameters"]["cursor"] if words else cursor, cursor)
            self.assertEqual(admin("list", prefix, "--cursor", cursor).out.split(), names[2000:])
        self.assertEqual(len(admin("list", prefix, "--values", "--json").rows[150]["values"]), 1)
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
        folder = admin("register", "--file", "/tmp", "--json")
        self.assertEqual((folder.exit, folder.error["code"], folder.json["rows"]), (1, "file_unreadable", 0))
        self.assertNotIn("--request-id", folder.error["fix"], "nothing was read, so nothing is repeated")


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


if __name__ == "__main__":
    unittest.main(verbosity=2)
