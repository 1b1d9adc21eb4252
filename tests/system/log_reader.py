"""Reads the log of a node octet by octet, counts it and hashes it, without anything of the node's.

Layouts: the tables in src/ledger/entry.h. Tree: RFC 9162, section 2.1.1, as it is written there.
"""
import hashlib
import struct
from collections import namedtuple

KINDS = {1: "created", 2: "recreated", 3: "updated", 4: "deleted"}
CHANNELS = {1: "grpc", 2: "stream", 3: "import", 4: "handle", 5: "http"}
NONE = 2**64 - 1
CHINA_MS = 8 * 3_600_000
DAY_MS = 24 * 3_600_000

Entry = namedtuple("Entry", "seq time_ms kind channel totals prev prev_in_prefix commitment prefix "
                            "request_id actor identifier state leaf payload")


def read_entry(row) -> Entry:
    """An entry from a ReadLogResponse.Row with its payload."""
    leaf, payload = row.leaf, row.payload
    (version, _shard, seq, time_ms, kind, channel, created, recreated, updated, deleted, prev,
     prev_in_prefix, commitment, size) = struct.unpack_from(">BIQQBB4QQQ32sB", leaf)
    prefix = leaf[104:].decode()
    assert version == 1 and len(leaf) == 104 + size, leaf.hex()
    assert seq == row.seq, (seq, row.seq)
    assert commitment == hashlib.sha256(b"\x10" + payload).digest(), f"commitment of {seq}"
    version, flags, _salt, request_id, size = struct.unpack_from(">BB16s16sB", payload)
    assert version == 1 and flags & ~3 == 0, payload.hex()
    at = 35
    actor, at = payload[at:at + size], at + size
    if flags & 1:
        at += 8
    size, at = struct.unpack_from(">H", payload, at)[0], at + 2
    identifier, state = payload[at:at + size], payload[at + size:]
    return Entry(seq, time_ms, kind, channel, (created, recreated, updated, deleted), prev,
                 prev_in_prefix, commitment, prefix, request_id, actor, identifier, state, leaf,
                 payload)


def read_log(api, limit: int = 0) -> list:
    return [read_entry(row)
            for part in api.Audit.ReadLog(with_payload=True, limit=limit, timeout=300)
            for row in part.rows]


def root_hash(leaves: list) -> bytes:
    """MTH(leaves)."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + root_hash(leaves[:k]) + root_hash(leaves[k:])).digest()


def china_day(time_ms: int) -> str:
    import datetime
    day = (time_ms + CHINA_MS) // DAY_MS
    return (datetime.date(1970, 1, 1) + datetime.timedelta(days=day)).isoformat()


def count(log: list) -> dict:
    """{(prefix, day, channel): [created, recreated, updated, deleted]}, cumulative at the end of each
    day on which something happened to the prefix: the rows that the feed sends."""
    totals, rows = {}, {}
    names = list(KINDS.values())
    for entry in log:
        if entry.kind not in KINDS:
            continue
        by_channel = totals.setdefault(entry.prefix, {})
        counts = by_channel.setdefault(CHANNELS[entry.channel], [0, 0, 0, 0])
        counts[names.index(KINDS[entry.kind])] += 1
        day = china_day(entry.time_ms)
        for channel, so_far in by_channel.items():
            rows[entry.prefix, day, channel] = list(so_far)
    return rows


def check_chains(log: list):
    """Seqs, times, running totals and both chains, entry by entry."""
    last_of, last_in, totals, time_ms = {}, {}, {}, 0
    names = list(KINDS.values())
    for position, entry in enumerate(log):
        assert entry.seq == position, (entry.seq, position)
        assert entry.time_ms >= time_ms, f"time of {entry.seq} goes back"
        time_ms = entry.time_ms
        key = entry.identifier.upper() if entry.prefix else entry.identifier
        assert entry.prev == last_of.get((entry.prefix, key), NONE), f"prev of {entry.seq}"
        assert entry.prev_in_prefix == last_in.get(entry.prefix, NONE), f"prev of {entry.seq}"
        last_of[entry.prefix, key] = last_in[entry.prefix] = entry.seq
        counts = totals.setdefault(entry.prefix, [0, 0, 0, 0])
        if entry.kind in KINDS and entry.prefix:
            counts[names.index(KINDS[entry.kind])] += 1
        assert entry.totals == tuple(counts), f"totals of {entry.seq}"
