"""The handle protocol, written from its description and not from the server that it tests.

    answer = resolve_udp("127.0.0.1", 2641, "88.118.1001/BOLT-M8", types=["URL"])
    answer.response_code, [(v.index, v.type, v.data) for v in answer.values]

A request is made of an Envelope and a Header (or by `request`), octets are read by `decode`; `Reader`
checks every bound and raises Malformed. `exchange_udp` puts an answer together from its datagrams.
"""
import contextlib
import hashlib
import random
import socket
import struct
import time
from dataclasses import dataclass, field, replace

ENVELOPE_SIZE = 20
HEADER_SIZE = 24
PIECE = 492  # octets of a message in one datagram
MAX_MESSAGE = 262_144
MAX_ARRAY = 1_048_576
LIFETIME_S = 43_200

RESOLUTION, GET_SITE_INFO = 1, 2
SUCCESS, HANDLE_NOT_FOUND, VALUES_NOT_FOUND, NOT_RESPONSIBLE = 1, 100, 200, 301

COMPRESSED, ENCRYPTED, TRUNCATED = 0x80, 0x40, 0x20  # flags of the envelope
AUTHORITATIVE, CERTIFY, ENCRYPT, RECURSIVE = 1 << 31, 1 << 30, 1 << 29, 1 << 28  # of the header
CACHE_CERTIFY, CONTINUOUS, KEEP_ALIVE, PUBLIC_ONLY = 1 << 27, 1 << 26, 1 << 25, 1 << 24
REQUEST_DIGEST, OVERWRITE, MINT, DO_NOT_REFER = 1 << 23, 1 << 22, 1 << 21, 1 << 20
STOCK_FLAGS = RECURSIVE | CACHE_CERTIFY | PUBLIC_ONLY  # what HANDLE.NET's client asks with

DIGESTS = {0: ("md5", 16), 1: ("md5", 16), 2: ("sha1", 20), 3: ("sha256", 32)}


class Malformed(Exception):
    """The octets are not what they should be."""


class Reader:
    """Fields from the front of `octets`, one after the other."""

    def __init__(self, octets: bytes):
        self.octets, self.at = octets, 0

    def raw(self, size: int) -> bytes:
        if size < 0 or self.at + size > len(self.octets):
            raise Malformed(f"{size} octets wanted at {self.at} of {len(self.octets)}")
        self.at += size
        return self.octets[self.at - size:self.at]

    def number(self, form: str):
        form = ">" + form
        return struct.unpack(form, self.raw(struct.calcsize(form)))[0]

    def block(self) -> bytes:
        return self.raw(self.count())

    def text(self) -> str:
        return self.block().decode("utf-8", "surrogateescape")

    def count(self) -> int:
        count = self.number("i")
        if not 0 <= count <= MAX_ARRAY:
            raise Malformed(f"count {count} before {self.at}")
        return count

    def list(self, read) -> list:
        return [read() for _ in range(self.count())]

    def left(self) -> int:
        return len(self.octets) - self.at

    def end(self):
        if self.left():
            raise Malformed(f"{self.left()} octets too many at {self.at}")


def block(octets) -> bytes:
    if isinstance(octets, str):
        octets = octets.encode("utf-8", "surrogateescape")
    return struct.pack(">i", len(octets)) + octets


def sequence(items) -> bytes:
    items = list(items)
    return struct.pack(">i", len(items)) + b"".join(items)


@dataclass(frozen=True)
class Envelope:
    version: tuple = (2, 10)
    flags: int = 0
    suggested: tuple = (2, 10)
    session_id: int = 0
    request_id: int = 0
    sequence: int = 0
    length: int = 0

    def encode(self) -> bytes:
        return struct.pack(">BBBBIIII", *self.version, self.flags | self.suggested[0],
                           self.suggested[1], self.session_id, self.request_id, self.sequence,
                           self.length)

    @staticmethod
    def decode(octets: bytes) -> "Envelope":
        if len(octets) < ENVELOPE_SIZE:
            raise Malformed(f"an envelope of {len(octets)} octets")
        major, minor, mixed, suggested_minor, session, request, number, length = struct.unpack(
            ">BBBBIIII", octets[:ENVELOPE_SIZE])
        if length > MAX_MESSAGE:
            raise Malformed(f"a message of {length} octets")
        return Envelope((major, minor), mixed & 0xE0, (mixed & 0x1F, suggested_minor), session,
                        request, number, length)


@dataclass(frozen=True)
class Header:
    op_code: int = RESOLUTION
    response_code: int = 0
    flags: int = STOCK_FLAGS
    site_serial: int = 0xFFFF
    recursion: int = 0
    expiration: int = 0
    body_length: int = 0

    def encode(self) -> bytes:
        return struct.pack(">iiIHBBIi", self.op_code, self.response_code, self.flags,
                           self.site_serial, self.recursion, 0, self.expiration, self.body_length)

    @staticmethod
    def decode(octets: bytes) -> "Header":
        op, code, flags, serial, recursion, _, expiration, size = struct.unpack(">iiIHBBIi", octets)
        return Header(op, code, flags, serial, recursion, expiration, size)


@dataclass(frozen=True)
class Value:
    index: int
    type: str
    data: bytes
    ttl: int = 86_400
    ttl_type: int = 0  # 1: ttl is a moment, not a duration
    permissions: int = 0xE
    timestamp: int = 0
    references: tuple = ()  # of (identifier, index)

    def encode(self) -> bytes:
        return (struct.pack(">iIBiB", self.index, self.timestamp, self.ttl_type, self.ttl,
                            self.permissions) + block(self.type) + block(self.data) +
                sequence(block(name) + struct.pack(">i", index) for name, index in self.references))

    @staticmethod
    def read(reader: Reader) -> "Value":
        index, timestamp, ttl_type, ttl, permissions = (reader.number(f) for f in "iIBiB")
        return Value(index, reader.text(), reader.block(), ttl, ttl_type, permissions, timestamp,
                     tuple(reader.list(lambda: (reader.text(), reader.number("i")))))


@dataclass(frozen=True)
class Interface:
    use: int  # 1 admin, 2 query, 3 both
    protocol: int  # 0 UDP, 1 TCP, 2 HTTP, 3 HTTPS
    port: int


@dataclass(frozen=True)
class Server:
    id: int
    address: bytes
    public_key: bytes
    interfaces: list


@dataclass(frozen=True)
class Site:
    format: int
    version: tuple
    serial: int
    primary_mask: int
    hash_option: int
    hash_filter: str
    attributes: list
    servers: list

    @staticmethod
    def decode(octets: bytes) -> "Site":
        reader = Reader(octets)

        def server():
            return Server(reader.number("i"), reader.raw(16), reader.block(),
                          reader.list(lambda: Interface(*(reader.number(f) for f in "BBi"))))

        site = Site(reader.number("H"), (reader.number("B"), reader.number("B")),
                    *(reader.number(f) for f in "HBB"), reader.text(),
                    reader.list(lambda: (reader.text(), reader.text())), reader.list(server))
        reader.end()
        return site


@dataclass
class Message:
    """What `decode` finds. Fields that the message does not have keep their defaults."""
    envelope: Envelope
    header: Header
    body: bytes
    credential: bytes = None  # None: not even its length is there
    digest: bytes = b""  # of the request, its algorithm in front
    identifier: str = ""
    indexes: list = field(default_factory=list)
    types: list = field(default_factory=list)
    values: list = field(default_factory=list)
    site: Site = None
    text: str = ""  # of an error

    @property
    def response_code(self) -> int:
        return self.header.response_code

    def covered(self) -> bytes:
        """What a digest of this message covers."""
        return self.header.encode() + self.body

    def answers(self, asked: "Message") -> bool:
        """Whether the digest in this answer is that of the request `asked`."""
        name, _ = DIGESTS[self.digest[0]]
        return hashlib.new(name, asked.covered()).digest() == self.digest[1:]


def decode(octets: bytes) -> Message:
    """A whole message: one envelope, and all that it announces."""
    envelope = Envelope.decode(octets)
    reader = Reader(octets[ENVELOPE_SIZE:])
    if reader.left() != envelope.length:
        raise Malformed(f"{envelope.length} octets announced, {reader.left()} there")
    header = Header.decode(reader.raw(HEADER_SIZE))
    message = Message(envelope, header, reader.raw(header.body_length))
    if reader.left():
        message.credential = reader.block()
    reader.end()
    if header.response_code == 0:
        _read_request(message)
    else:
        _read_answer(message)
    return message


def _read_request(message: Message):
    if message.header.op_code != RESOLUTION:
        return
    reader = Reader(message.body)
    message.identifier = reader.text()
    message.indexes = reader.list(lambda: reader.number("i"))
    message.types = reader.list(reader.text)
    reader.end()


def _read_answer(message: Message):
    reader = Reader(message.body)
    header = message.header
    if header.flags & REQUEST_DIGEST:
        algorithm = reader.number("B")
        if algorithm not in DIGESTS:
            raise Malformed(f"digest algorithm {algorithm}")
        if algorithm == 0 and reader.raw(3) != b"\0\0\x10":  # of version 2.0: the length 16
            raise Malformed("digest length")
        message.digest = bytes([algorithm]) + reader.raw(DIGESTS[algorithm][1])
    if header.response_code == 402:
        reader.block()  # the nonce
    elif header.response_code in (302, 303):
        message.identifier = reader.text()
        if reader.left():
            message.values = reader.list(lambda: Value.read(reader))
    elif header.response_code != SUCCESS:
        message.text = reader.text()
        return  # DO-IRP may append indexes
    elif header.op_code == RESOLUTION:
        message.identifier = reader.text()
        message.values = reader.list(lambda: Value.read(reader))
    elif header.op_code == GET_SITE_INFO:
        message.site = Site.decode(reader.raw(reader.left()))
    else:
        return  # bodies of administration
    reader.end()


def resolution_body(identifier, indexes=(), types=()) -> bytes:
    return (block(identifier) + sequence(struct.pack(">i", index) for index in indexes) +
            sequence(block(type_) for type_ in types))


def encode(envelope: Envelope, header: Header, body: bytes, credential: bytes = b"") -> bytes:
    """A message with one envelope. `credential` None: it ends after the body."""
    rest = replace(header, body_length=len(body)).encode() + body
    if credential is not None:
        rest += block(credential)
    return replace(envelope, length=len(rest)).encode() + rest


def request(op_code: int, body: bytes, envelope: Envelope = Envelope(), **header) -> bytes:
    """A request as clients make it: a fresh request id, unless `envelope` has one, and 12 hours."""
    if envelope.request_id == 0:
        envelope = replace(envelope, request_id=random.SystemRandom().randrange(1, 1 << 31))
    header.setdefault("expiration", int(time.time()) + LIFETIME_S)
    return encode(envelope, Header(op_code=op_code, **header), body)


def resolution(identifier, indexes=(), types=(), **more) -> bytes:
    return request(RESOLUTION, resolution_body(identifier, indexes, types), **more)


def site_info(**more) -> bytes:
    return request(GET_SITE_INFO, block("/"), **more)


def datagrams(message: bytes) -> list:
    """A message cut as clients cut it: TC is set if there are several."""
    envelope, rest = Envelope.decode(message), message[ENVELOPE_SIZE:]
    pieces = [rest[at:at + PIECE] for at in range(0, len(rest), PIECE)]
    if len(pieces) > 1:
        envelope = replace(envelope, flags=envelope.flags | TRUNCATED)
    return [replace(envelope, sequence=number).encode() + piece
            for number, piece in enumerate(pieces)]


def join(pieces) -> bytes:
    """The message that datagrams, in any order, make; None while some are missing."""
    by_number = {}
    for piece in pieces:
        envelope = Envelope.decode(piece)
        count = max(1, -(-envelope.length // PIECE))
        number = envelope.sequence
        if number >= count:
            raise Malformed(f"datagram {number} of {count}")
        wanted = min(PIECE, envelope.length - number * PIECE)
        if len(piece) - ENVELOPE_SIZE != wanted:
            raise Malformed(f"{len(piece) - ENVELOPE_SIZE} octets in datagram {number}, not {wanted}")
        by_number[number] = piece
    if not by_number or len(by_number) < count:
        return None
    first = Envelope.decode(by_number[0])
    return (replace(first, sequence=0).encode() +
            b"".join(by_number[number][ENVELOPE_SIZE:] for number in range(count)))


def exchange_udp(host: str, port: int, message: bytes, timeout: float = 5, tries: int = 3) -> Message:
    """The answer to `message`, sent again each time that `timeout` seconds bring no whole answer.
    Raises TimeoutError when the last try meets silence."""
    asked = Envelope.decode(message)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as client:
        client.connect((host, port))  # so that only the server's own address is heard
        for _ in range(tries):
            for datagram in datagrams(message):
                client.send(datagram)
            deadline, pieces = time.monotonic() + timeout, []
            while (left := deadline - time.monotonic()) > 0:
                client.settimeout(left)
                with contextlib.suppress(socket.timeout):
                    piece = client.recv(65_535)
                    if Envelope.decode(piece).request_id == asked.request_id:
                        pieces.append(piece)
                whole = join(pieces) if pieces else None
                if whole is not None:
                    return decode(whole)
    raise TimeoutError(f"no answer over UDP from {host} port {port}")


class Stream:
    """A connection for any number of requests."""

    def __init__(self, host: str, port: int, timeout: float = 10):
        self.socket = socket.create_connection((host, port), timeout=timeout)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, octets: bytes):
        self.socket.sendall(octets)

    def receive(self) -> Message:
        """The next message. Raises EOFError when the server has closed instead."""
        envelope = self._exactly(ENVELOPE_SIZE)
        return decode(envelope + self._exactly(Envelope.decode(envelope).length))

    def closed(self) -> bool:
        """Whether the server closes, and sends nothing before."""
        return self.socket.recv(1) == b""

    def _exactly(self, size: int) -> bytes:
        octets = b""
        while len(octets) < size:
            more = self.socket.recv(size - len(octets))
            if not more:
                raise EOFError(f"closed after {len(octets)} of {size} octets")
            octets += more
        return octets


def exchange_tcp(host: str, port: int, message: bytes, timeout: float = 10) -> Message:
    """The answer to `message`, over a connection of its own."""
    with Stream(host, port, timeout) as stream:
        stream.send(message)
        return stream.receive()


def resolve_udp(host: str, port: int, identifier, indexes=(), types=(), **more) -> Message:
    return exchange_udp(host, port, resolution(identifier, indexes, types, **more))


def resolve_tcp(host: str, port: int, identifier, indexes=(), types=(), **more) -> Message:
    return exchange_tcp(host, port, resolution(identifier, indexes, types, **more))
