"""The handle protocol of a running node, asked by a client that shares no code with it: what every
transport must agree on, and what a peer that is slow, careless or hostile gets."""
import os
import random
import socket
import time
import unittest

import handle_codec as codec
from handle_codec import Envelope, exchange_tcp, exchange_udp, replace, resolve_tcp, resolve_udp
from node import Node, value
from waiting import wait_for

PREFIX = "88.118.1001"
SEED = int(os.environ.get("IDNODE_SEED", str(random.SystemRandom().randrange(2**32))))
BOTH = (resolve_udp, resolve_tcp)


class HandleProtocol(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.node = Node()
        cls.addClassCleanup(cls.node.close)
        cls.node.start()
        host, port = cls.node.ready["handle"].split(":")
        cls.where = (host, int(port))
        cls.node.ctl("prefix", "add", PREFIX)
        cls.register("BOLT", value(1, "URL", "https://parts.example/bolt"),
                     value(2, "CN.PART.MATERIAL", "钢", ttl_s=60), value(7, "DESC", "Sechskant"))
        cls.register("LONG", *(value(i, "DESC", "x" * 400) for i in range(1, 12)))
        cls.register("LONGER", *(value(i, "DESC", "y" * 400) for i in range(1, 41)))
        cls.register("MIXED", value(1, "URL", "https://a"), value(2, "NOTE", "inside", permissions=12))

    @classmethod
    def register(cls, suffix: str, *values):
        cls.node.api().Registrar.Register(identifier=f"{PREFIX}/{suffix}", values=values)

    def silent(self, *datagrams: bytes):
        """Sends them, and expects nothing before the answer to a question behind them."""
        with socket.socket(type=socket.SOCK_DGRAM) as client:
            client.connect(self.where)
            client.settimeout(10)
            for datagram in datagrams:
                client.send(datagram)
            question = codec.resolution(f"{PREFIX}/BOLT")
            client.send(question)
            answer = codec.decode(client.recv(2048))
            self.assertEqual(answer.envelope.request_id, Envelope.decode(question).request_id)
            self.assertEqual(answer.response_code, codec.SUCCESS)

    def test_both_transports_say_the_same(self):
        questions = [
            (f"{PREFIX}/BOLT", (), (), 1, [1, 2, 7]), (f"{PREFIX}/bolt", (), (), 1, [1, 2, 7]),
            (f"{PREFIX}/BOLT", (7, 1), (), 1, [1, 7]), (f"{PREFIX}/BOLT", (), ("url",), 1, [1]),
            (f"{PREFIX}/BOLT", (), ("CN.PART.",), 1, [2]), (f"{PREFIX}/BOLT", (7,), ("URL",), 1, [1, 7]),
            (f"{PREFIX}/BOLT", (9,), (), 200, []), (f"{PREFIX}/BOLT", (), ("CN.PART",), 200, []),
            (f"{PREFIX}/NUT", (), (), 100, []), ("99.999/X", (), (), 301, []),
            (f"{PREFIX}/MIXED", (), (), 1, [1]), (f"{PREFIX}/LONG", (), (), 1, list(range(1, 12))),
        ]
        for name, indexes, types, code, expected in questions:
            with self.subTest(name=name, indexes=indexes, types=types):
                udp, tcp = (ask(*self.where, name, indexes, types) for ask in BOTH)
                self.assertEqual(udp.response_code, code)
                self.assertEqual([v.index for v in udp.values], expected)
                self.assertEqual(udp.body, tcp.body)
                self.assertEqual(udp.header.flags, tcp.header.flags)
                if code == 1:
                    self.assertEqual(udp.identifier, name, "as it was asked")

    def test_values_are_what_was_registered(self):
        answer = resolve_udp(*self.where, f"{PREFIX}/BOLT")
        self.assertEqual([(v.index, v.type, v.data.decode(), v.ttl_type, v.ttl, v.permissions)
                          for v in answer.values],
                         [(1, "URL", "https://parts.example/bolt", 0, 86400, 14),
                          (2, "CN.PART.MATERIAL", "钢", 0, 60, 14),
                          (7, "DESC", "Sechskant", 0, 86400, 14)])
        for v in answer.values:
            self.assertLess(abs(v.timestamp - time.time()), 600)

    def test_what_is_not_for_everybody_needs_a_proof(self):
        for ask in BOTH:
            answer = ask(*self.where, f"{PREFIX}/MIXED", flags=codec.STOCK_FLAGS & ~codec.PUBLIC_ONLY)
            self.assertEqual(answer.response_code, 5, "which nobody can give yet")
            answer = ask(*self.where, f"{PREFIX}/MIXED", types=["URL"], flags=0)
            self.assertEqual(answer.response_code, 1)

    def test_versions_and_digests(self):
        for minor in range(11):
            algorithm = 3 if minor >= 7 else 2 if minor >= 1 else 0
            for exchange in (exchange_udp, exchange_tcp):
                asked = codec.resolution(f"{PREFIX}/NUT",
                                         envelope=Envelope(version=(2, 3), suggested=(2, minor)),
                                         flags=codec.STOCK_FLAGS | codec.REQUEST_DIGEST)
                answer = exchange(*self.where, asked)
                self.assertEqual(answer.envelope.version, (2, minor))
                self.assertEqual(answer.envelope.suggested, (2, 10))
                self.assertEqual(answer.digest[0], algorithm)
                self.assertTrue(answer.answers(codec.decode(asked)))
        answer = resolve_tcp(*self.where, f"{PREFIX}/BOLT",
                             envelope=Envelope(version=(3, 0), suggested=(3, 0)))
        self.assertEqual((answer.envelope.version, answer.response_code), ((2, 10), 1))

    def test_site_info_names_the_ports(self):
        for exchange in (exchange_udp, exchange_tcp):
            answer = exchange(*self.where, codec.site_info())
            server, = answer.site.servers
            self.assertEqual(server.address, bytes(12) + socket.inet_aton(self.where[0]))
            self.assertEqual({(i.protocol, i.port) for i in server.interfaces},
                             {(0, self.where[1]), (1, self.where[1])})
            self.assertEqual(answer.header.site_serial, answer.site.serial)
            self.assertEqual(len(server.public_key), 289)

    def test_other_operations_are_refused(self):
        for exchange in (exchange_udp, exchange_tcp):
            for op, code in ((100, 5), (101, 5), (105, 5), (200, 5), (400, 5), (1001, 5), (9999, 2), (0, 4),
                             (-1, 2)):
                answer = exchange(*self.where, codec.request(op, codec.block("/")))
                self.assertEqual((op, answer.response_code, answer.header.op_code), (op, code, op))
                self.assertNotEqual(answer.text, "")
            answer = exchange(*self.where, codec.resolution(
                f"{PREFIX}/BOLT", envelope=Envelope(session_id=4711)))
            self.assertEqual((answer.response_code, answer.envelope.session_id), (500, 4711))

    def test_a_long_answer_comes_in_pieces_or_not_at_all(self):
        answer = resolve_udp(*self.where, f"{PREFIX}/LONG")
        self.assertGreater(answer.envelope.length, 9 * codec.PIECE)
        self.assertEqual([v.data for v in answer.values], [b"x" * 400] * 11)
        self.silent(codec.resolution(f"{PREFIX}/LONGER"))  # above 16 datagrams
        answer = resolve_tcp(*self.where, f"{PREFIX}/LONGER")
        self.assertEqual([v.data for v in answer.values], [b"y" * 400] * 40)

    def test_udp_is_silent_towards_what_is_no_question(self):
        question = codec.resolution(f"{PREFIX}/BOLT")
        envelope = Envelope.decode(question)
        answer = bytearray(question)
        answer[27] = 1
        self.silent(b"", b"\0", os.urandom(20), question[:-1], question + b"\0", bytes(answer),
                    replace(envelope, flags=codec.ENCRYPTED).encode() + question[20:],
                    replace(envelope, flags=codec.COMPRESSED).encode() + question[20:],
                    replace(envelope, sequence=1).encode() + question[20:],
                    *codec.datagrams(codec.resolution(f"{PREFIX}/" + "z" * 600)))

    def test_tcp_takes_a_message_octet_by_octet_and_many_at_once(self):
        question = codec.resolution(f"{PREFIX}/BOLT")
        with codec.Stream(*self.where) as stream:
            stream.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for at in range(len(question)):
                stream.send(question[at:at + 1])
            self.assertEqual(stream.receive().response_code, 1)
            questions = [codec.resolution(f"{PREFIX}/{'BOLT' if i % 2 else 'NUT'}")
                         for i in range(1_000)]
            stream.send(b"".join(questions))
            for i, asked in enumerate(questions):
                answer = stream.receive()
                self.assertEqual(answer.envelope.request_id, Envelope.decode(asked).request_id)
                self.assertEqual(answer.response_code, 1 if i % 2 else 100)

    def test_tcp_serves_a_client_that_closes_its_side_first(self):
        with codec.Stream(*self.where) as stream:
            stream.send(codec.resolution(f"{PREFIX}/BOLT"))
            stream.socket.shutdown(socket.SHUT_WR)
            self.assertEqual(stream.receive().response_code, 1)
            self.assertTrue(stream.closed())

    def test_tcp_says_what_it_cannot_read_and_closes(self):
        question = codec.resolution(f"{PREFIX}/BOLT")
        too_long = replace(Envelope.decode(question), length=codec.MAX_MESSAGE + 1).encode()
        for octets, code, finish in ((b"GET / HTTP/1.1\r\nHost: example\r\n\r\n", 2, False),
                                     (too_long, 2, False), (question[:30], 4, True)):
            with self.subTest(octets[:4]), codec.Stream(*self.where) as stream:
                stream.send(octets)
                if finish:
                    stream.socket.shutdown(socket.SHUT_WR)
                answer = stream.receive()
                self.assertEqual((answer.response_code, answer.header.op_code), (code, 0))
                self.assertNotEqual(answer.text, "")
                self.assertTrue(stream.closed())

    def test_tcp_goes_on_after_a_body_that_it_cannot_read(self):
        with codec.Stream(*self.where) as stream:
            for body in (b"", b"\xFF\xFF\xFF\xFF", codec.resolution_body(f"{PREFIX}/BOLT") + b"\0",
                         codec.resolution_body(f"{PREFIX}/BOLT", types=["T"] * 2_000)):
                stream.send(codec.request(codec.RESOLUTION, body))
                self.assertEqual(stream.receive().response_code, 4)
            stream.send(codec.resolution(f"{PREFIX}/BOLT"))
            self.assertEqual(stream.receive().response_code, 1)

    def test_mutilated_questions_do_no_harm(self):
        chance = random.Random(SEED)
        print(f"IDNODE_SEED={SEED}")
        whole = codec.resolution(f"{PREFIX}/BOLT", (1, 2), ("URL", "CN.PART."),
                                 flags=codec.STOCK_FLAGS | codec.REQUEST_DIGEST)
        with socket.socket(type=socket.SOCK_DGRAM) as client:
            client.connect(self.where)
            for _ in range(5_000):
                client.send(self.mutilated(whole, chance))
        for _ in range(300):
            with codec.Stream(*self.where) as stream:
                stream.send(self.mutilated(whole, chance))
                stream.socket.shutdown(socket.SHUT_WR)
                while stream.socket.recv(65_536):
                    pass
        for ask in BOTH:
            self.assertEqual(ask(*self.where, f"{PREFIX}/BOLT").response_code, 1)
        self.assertIsNone(self.node.process.poll())

    @staticmethod
    def mutilated(octets: bytes, chance: random.Random) -> bytes:
        out = bytearray(octets)
        for _ in range(chance.randrange(1, 4)):
            at = chance.randrange(len(out))
            out[at] = chance.choice((0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)))
        return bytes(out[:chance.randrange(1, len(out) + 1)]) if chance.random() < 0.2 else bytes(out)


class Stopping(unittest.TestCase):
    def test_open_connections_do_not_keep_the_node(self):
        with Node() as node:
            host, port = node.ready["handle"].split(":")
            with codec.Stream(host, int(port)) as idle, codec.Stream(host, int(port)) as asking:
                question = codec.resolution("88.118/X")
                asking.send(question)
                self.assertEqual(asking.receive().response_code, 301)
                begin = time.monotonic()
                self.assertEqual(node.stop(), 0)
                self.assertLess(time.monotonic() - begin, 8, "not the patience of 10 s")
                self.assertTrue(idle.closed())
                self.assertTrue(asking.closed())

    def test_what_is_turned_away_can_be_read(self):
        limits = "[handle]\ntcp_connections_per_source = 2\n[log]\nlosses = \"1 s\"\n"
        with Node(limits) as node:
            host, port = node.handle.split(":")
            where = (host, int(port))
            def counts() -> dict:
                return node.ctl_json("status")["counts"]
            self.assertEqual({v for k, v in counts().items() if k.startswith("handle.")}, {0})
            with socket.create_connection(where), socket.create_connection(where), \
                    socket.create_connection(where) as third:
                third.settimeout(10)
                self.assertEqual(third.recv(1), b"")
                now = counts()
                self.assertEqual((now["handle.tcp.open"], now["handle.tcp.accepted"],
                                  now["handle.tcp.over_source"]), (2, 2, 1))
            codec.exchange_udp(host, int(port), codec.resolution("99.999/X"), timeout=60, tries=1)
            with socket.socket(type=socket.SOCK_DGRAM) as client:
                client.sendto(b"\0" * 7, where)
            wait_for("the datagram is counted", lambda: counts()["handle.udp.malformed"] == 1, 20)
            now = counts()
            self.assertEqual((now["handle.udp.received"], now["handle.udp.sent"],
                              now["handle.udp.not_here"], now["handle.tcp.not_here"]), (2, 1, 1, 0))
            shown = node.ctl("status").stdout
            self.assertRegex(shown, r"handle\.tcp\.over_source +1\n")
            self.assertNotIn("handle.tcp.over_limit", shown)
            wait_for("a line of losses", lambda: "handle.udp.malformed +1" in node.log(), 20)
            lines = [line for line in node.log().splitlines() if "refused or dropped" in line]
            self.assertLessEqual(len(lines), 2)
            self.assertIn("handle.tcp.over_source +1", lines[0])
            self.assertNotIn("received", "".join(lines))

    def test_a_second_node_does_not_get_the_port(self):
        with Node() as first, Node() as second:
            second.stop()
            with open(second.config_file, encoding="utf-8") as file:
                config = file.read()
            with open(second.config_file, "w", encoding="utf-8") as file:
                file.write(config.replace(second.handle, first.handle))
            self.assertIn("listen.handle", second.refused(1))


if __name__ == "__main__":
    unittest.main(verbosity=2)
