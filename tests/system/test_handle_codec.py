"""The codec of the system tests, against what HANDLE.NET said: so that a test that fails, or one
that passes, is not the codec's doing."""
import json
import os
import unittest

import handle_codec
from handle_codec import Envelope, Malformed, Value

OPEN = os.path.join(os.path.dirname(__file__), "..", "data", "vectors", "open")


def load(name: str):
    with open(os.path.join(OPEN, name), encoding="utf-8") as file:
        return json.load(file)


def messages(vector: dict):
    """(direction, octets, the other decoder's view), the pieces of datagrams put together."""
    pieces = []
    for item in vector["exchange"]:
        octets = bytes.fromhex(item["hex"])
        if vector["transport"] == "udp":
            pieces.append(octets)
            octets = handle_codec.join(reversed(pieces))
            if octets is None:
                continue
            pieces = []
        yield item["dir"], octets, item["decoded"].get("message")


class Recorded(unittest.TestCase):
    def exchanges(self):
        names = [name for name in sorted(os.listdir(OPEN)) if isinstance(load(name), dict)]
        self.assertGreaterEqual(len(names), 45)
        for name in names:
            with self.subTest(name):
                yield load(name)

    def test_messages_decode_and_encode(self):
        for vector in self.exchanges():
            for _, octets, expected in messages(vector):
                if expected is None:
                    continue
                message = handle_codec.decode(octets)
                header, body = message.header, expected["body"]
                self.assertEqual((header.op_code, header.response_code, header.site_serial,
                                  header.recursion, header.expiration, header.body_length),
                                 tuple(expected[k] for k in (
                                     "op_code", "response_code", "site_serial", "recursion",
                                     "expiration", "body_length")))
                self.assertEqual(header.flags, int(expected["flags_hex"], 16))
                self.assertEqual(handle_codec.encode(message.envelope, header, message.body,
                                                     message.credential), octets)
                if "values" in body:
                    self.assertEqual([(v.index, v.timestamp, v.ttl_type, v.ttl, v.permissions, v.type)
                                      for v in message.values],
                                     [tuple(v[k] for k in ("index", "timestamp", "ttl_type", "ttl",
                                                           "perm", "type"))
                                      for v in body["values"]])
                if header.op_code == 1 and header.response_code in (0, 1):
                    self.assertEqual(message.identifier, body["handle"])
                if header.op_code == 1 and header.response_code == 0:
                    self.assertEqual(message.indexes, body["indexes"])
                    self.assertEqual(message.types, body["types"])
                    self.assertEqual(handle_codec.resolution_body(
                        message.identifier, message.indexes, message.types), message.body)
                if "message" in body:
                    self.assertEqual(message.text, body["message"])

    def test_digests_are_those_of_the_requests(self):
        seen = 0
        for vector in self.exchanges():
            view = list(messages(vector))
            for (_, asked, _), (_, answered, _) in zip(view[::2], view[1::2]):
                try:
                    request, answer = handle_codec.decode(asked), handle_codec.decode(answered)
                except Malformed:
                    continue  # what was sent raw
                if answer.digest and request.header.op_code == 1:
                    self.assertTrue(answer.answers(request))
                    request.header = handle_codec.replace(request.header, expiration=0)
                    self.assertFalse(answer.answers(request))
                    seen += 1
        self.assertGreaterEqual(seen, 5)

    def test_no_part_of_a_message_decodes(self):
        for vector in self.exchanges():
            for _, octets, expected in messages(vector):
                if expected is not None:
                    for size in range(0, len(octets), 1 + len(octets) // 200):
                        self.assertRaises(Malformed, handle_codec.decode, octets[:size])

    def test_values(self):
        for row in load("values.json"):
            octets = bytes.fromhex(row["encoded_hex"])
            reader = handle_codec.Reader(octets)
            value = Value.read(reader)
            reader.end()
            self.assertEqual(value.encode(), octets, row["name"])
            self.assertEqual((value.index, value.type, value.data.hex(), value.ttl, value.permissions),
                             tuple(row[k] for k in ("index", "type", "data_hex", "ttl",
                                                    "permissions_byte")))

    def test_site(self):
        site = handle_codec.decode(bytes.fromhex(load("site-info-udp.json")["exchange"][1]["hex"])).site
        self.assertEqual((site.version, site.serial, site.attributes),
                         ((2, 10), 1, [("desc", "loopback test site")]))
        server, = site.servers
        self.assertEqual(server.address, bytes(12) + bytes([127, 0, 0, 1]))
        self.assertEqual([(i.use, i.protocol, i.port) for i in server.interfaces],
                         [(3, 1, 22641), (3, 0, 22641), (3, 2, 28000)])

    def test_a_long_request_is_cut_as_the_client_cut_it(self):
        sent = [bytes.fromhex(item["hex"]) for item in load("resolve-long-request-udp.json")["exchange"]
                if item["dir"] == "c2s"]
        self.assertEqual(len(sent), 2)
        whole = handle_codec.join(sent)
        self.assertEqual(handle_codec.datagrams(whole), sent)
        self.assertIsNone(handle_codec.join(sent[1:]))
        self.assertRaises(Malformed, handle_codec.join, [sent[1][:-1]])
        wrong = handle_codec.replace(Envelope.decode(sent[1]), sequence=2).encode() + sent[1][20:]
        self.assertRaises(Malformed, handle_codec.join, [wrong])


if __name__ == "__main__":
    unittest.main(verbosity=2)
