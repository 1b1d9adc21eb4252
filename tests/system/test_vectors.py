"""Replays what the real HANDLE.NET client asked, and compares with what the real server answered.

Compared as tests/data/vectors/README.md says: what belongs to one run (expiration, flag TC, flag REC,
error texts, and of a site record the interfaces) is checked for sense, everything else octet by octet.
"""
import json
import os
import socket
import struct
import subprocess
import tempfile
import time
import unittest

from node import ROOT

OPEN = os.path.join(ROOT, "tests", "data", "vectors", "open")
REPLAYED = [
    "resolve-all-udp", "resolve-all-tcp", "resolve-not-found-udp", "resolve-not-found-tcp",
    "resolve-type-udp", "resolve-index-udp", "resolve-subtype-prefix-udp",
    "resolve-index-or-type-udp", "resolve-values-not-found-udp", "resolve-values-not-found-index-tcp",
    "resolve-not-responsible-udp", "resolve-utf8-udp", "resolve-utf8-lower-udp",
    "resolve-lower-case-udp", "resolve-latin-fold-no-udp", "resolve-empty-handle-tcp", "site-info-udp",
    "resolve-big-udp", "resolve-big-tcp", "resolve-types-udp", "resolve-slashless-udp",
    "resolve-prefix-handle-udp", "resolve-alias-udp", "resolve-authoritative-udp",
    "resolve-request-digest-udp", "resolve-request-digest-error-tcp",
    "resolve-restricted-public-only-udp", "resolve-restricted-only-public-filter-tcp",
    "resolve-version-2-1-udp", "resolve-version-2-5-udp", "resolve-version-2-9-udp",
]
REC = 0x10000000
PIECE = 492


def read_message(datagrams: list) -> dict:
    """A message from its datagrams, or from the one message of a stream."""
    length = struct.unpack_from(">I", datagrams[0], 16)[0]
    if len(datagrams) == 1:
        whole = datagrams[0][20:]
    else:
        parts = {struct.unpack_from(">I", d, 12)[0]: d[20:] for d in datagrams}
        whole = b"".join(parts[i] for i in range(len(parts)))
    assert len(whole) == length, (len(whole), length)
    major, minor, suggested, suggested_minor, session, request = struct.unpack_from(
        ">BBBBII", datagrams[0])
    op, code, flags, serial, recursion, _, expiration, size = struct.unpack_from(">iiIHBBIi", whole)
    body, rest = whole[24:24 + size], whole[24 + size:]
    return {"version": (major, minor), "suggested": (suggested & 0x1F, suggested_minor),
            "session": session, "request": request, "op": op, "code": code, "flags": flags & ~REC,
            "serial": serial, "recursion": recursion, "expiration": expiration, "body": body,
            "credential": rest}


def strings_at(body: bytes, at: int, count: int):
    for _ in range(count):
        size = struct.unpack_from(">i", body, at)[0]
        yield body[at + 4:at + 4 + size]
        at += 4 + size


def without_interfaces(site: bytes) -> tuple:
    """A site record with one server: what stands before its interfaces, and those."""
    at = 8
    at += 4 + struct.unpack_from(">i", site, at)[0]  # the hash filter
    attributes, at = struct.unpack_from(">i", site, at)[0], at + 4
    for _ in range(2 * attributes):
        at += 4 + struct.unpack_from(">i", site, at)[0]
    servers, at = struct.unpack_from(">i", site, at)[0], at + 4
    assert servers == 1
    at += 20
    at += 4 + struct.unpack_from(">i", site, at)[0]  # the key
    count, end = struct.unpack_from(">i", site, at)[0], at
    interfaces = [struct.unpack_from(">BBi", site, at + 4 + 6 * i) for i in range(count)]
    assert len(site) == end + 4 + 6 * count
    return site[:end], interfaces


class Vectors(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory(prefix="idnode-vectors-")
        cls.ready_file = os.path.join(cls.directory.name, "ready.json")
        cls.log = open(os.path.join(cls.directory.name, "log"), "w+", encoding="utf-8")
        cls.serve()

    @classmethod
    def serve(cls):
        cls.server = subprocess.Popen(
            [os.path.join(ROOT, "tests", "vectors", "serve"), "--data",
             os.path.join(cls.directory.name, "data"), "--ready-file", cls.ready_file],
            stdout=cls.log, stderr=cls.log, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while not os.path.exists(cls.ready_file):
            if cls.server.poll() is not None or time.monotonic() > deadline:
                cls.log.seek(0)
                raise RuntimeError(f"tests/vectors/serve is not ready:\n{cls.log.read()}")
            time.sleep(0.02)
        with open(cls.ready_file, encoding="utf-8") as file:
            host, port = json.load(file)["handle"].split(":")
        cls.address = (host, int(port))

    @classmethod
    def tearDownClass(cls):
        cls.server.terminate()
        cls.server.wait(60)
        cls.log.close()
        cls.directory.cleanup()

    def ask_udp(self, datagrams: list) -> dict:
        with socket.socket(type=socket.SOCK_DGRAM) as client:
            client.settimeout(10)
            for datagram in datagrams:
                client.sendto(datagram, self.address)
            answers = [client.recv(2048)]
            length = struct.unpack_from(">I", answers[0], 16)[0]
            while len(answers) < -(-length // PIECE):
                answers.append(client.recv(2048))
            for i, answer in enumerate(answers[:-1]):
                self.assertEqual(len(answer), 20 + PIECE, i)
        return read_message(answers)

    def ask_tcp(self, octets: bytes) -> dict:
        with socket.create_connection(self.address, timeout=10) as client:
            client.sendall(octets)
            return read_message([self.receive(client)])

    def receive(self, client) -> bytes:
        with client.makefile("rb") as stream:
            envelope = stream.read(20)
            return envelope + stream.read(struct.unpack_from(">I", envelope, 16)[0])

    def compare(self, answer: dict, recorded: dict):
        for field in ("version", "suggested", "session", "request", "op", "code", "flags", "serial",
                      "recursion", "credential"):
            self.assertEqual(answer[field], recorded[field], field)
        self.assertGreater(answer["expiration"], time.time())
        if recorded["op"] == 2:
            (site, interfaces), (expected, _) = (without_interfaces(m["body"])
                                                 for m in (answer, recorded))
            self.assertEqual(site, expected)
            self.assertEqual({(protocol, port) for _, protocol, port in interfaces},
                             {(0, self.address[1]), (1, self.address[1])})
        elif recorded["code"] == 1:
            self.assertEqual(answer["body"], recorded["body"])
        else:  # the text is free; the digest in front of it is not
            at = 33 if recorded["flags"] & 0x00800000 else 0
            self.assertEqual(answer["body"][:at], recorded["body"][:at])
            text, = strings_at(answer["body"], at, 1)
            self.assertEqual(len(answer["body"]), at + 4 + len(text))
            text.decode()

    def test_replay(self):
        for name in REPLAYED:
            with self.subTest(name):
                with open(os.path.join(OPEN, name + ".json"), encoding="utf-8") as file:
                    vector = json.load(file)
                sent = [bytes.fromhex(e["hex"]) for e in vector["exchange"] if e["dir"] == "c2s"]
                came = [bytes.fromhex(e["hex"]) for e in vector["exchange"] if e["dir"] == "s2c"]
                if vector["transport"] == "udp":
                    answer = self.ask_udp(sent)
                else:
                    answer = self.ask_tcp(sent[0])
                self.compare(answer, read_message(came))

    def test_a_restart_serves_the_same(self):
        """What was imported is there again, and importing it again changes nothing."""
        with open(os.path.join(OPEN, "resolve-all-tcp.json"), encoding="utf-8") as file:
            exchange = json.load(file)["exchange"]
        before = self.ask_tcp(bytes.fromhex(exchange[0]["hex"]))
        self.server.terminate()
        self.assertEqual(self.server.wait(60), 0)
        os.remove(self.ready_file)
        self.serve()
        after = self.ask_tcp(bytes.fromhex(exchange[0]["hex"]))
        self.assertEqual(before["body"], after["body"])

    def test_several_requests_on_one_connection(self):
        with open(os.path.join(OPEN, "resolve-all-tcp.json"), encoding="utf-8") as file:
            exchange = json.load(file)["exchange"]
        request = bytes.fromhex(exchange[0]["hex"])
        recorded = read_message([bytes.fromhex(exchange[1]["hex"])])
        with socket.create_connection(self.address, timeout=10) as client, \
                client.makefile("rb") as stream:
            client.sendall(request * 3)  # all at once
            for _ in range(3):
                envelope = stream.read(20)
                answer = envelope + stream.read(struct.unpack_from(">I", envelope, 16)[0])
                self.compare(read_message([answer]), recorded)


if __name__ == "__main__":
    unittest.main(verbosity=2)
