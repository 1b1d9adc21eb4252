#!/usr/bin/env python3
"""Fails when an #include breaks the layer diagram, a file outgrows its cap, or a NOLINT has no reason.

Usage: tools/check_layers.py [REPOSITORY]     (default: the one that this file lies in)
"""
from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

# The rooms of src/ from the lowest to the highest, and what each may include. A row may name only
# rows that come before it (that is checked, too); a new arrow needs a reason.
ROOMS: dict[str, list[str]] = {
    "base": [],
    "crypto": ["base"],
    "net": ["base"],
    "handle": ["base", "crypto"],  # and nothing else, ever: the core of the client library
    "store": ["base"],
    # hashes of the tree; keys of identifiers; the engine
    "ledger": ["base", "crypto", "handle", "store"],
    "resolve": ["base", "handle", "store", "ledger"],  # answers from records; the generations
    "registry": ["base", "crypto", "handle", "store", "ledger"],  # proofs in, commands out
    "audit": ["base", "crypto", "handle", "store", "ledger"],  # rebuilds every view from the entries
    # prefixes are asked about folded (handle); a report carries its proof (audit)
    "monitor": ["base", "handle", "store", "ledger", "registry", "audit"],
    # the doors; the log as it is read (ledger), from where it is stored (store)
    "serve": ["base", "net", "handle", "store", "ledger", "resolve", "registry", "audit", "monitor"],
    "node": ["base", "crypto", "net", "handle", "store", "ledger", "resolve", "registry", "audit",
             "monitor", "serve"],  # builds and owns everything
}
# The programs of tools/ and the rooms that each may include. A tool speaks to a node over the wire;
# what it takes from src/ is what both ends share.
TOOLS: dict[str, list[str]] = {
    "common": ["base"],  # what the tools share
    # resolves by itself (handle); verifies a stopped node's directory (store, ledger, audit)
    # by the rules that the node has kept, and refuses in the node's words (registry)
    "idnodectl": ["base", "crypto", "handle", "store", "ledger", "registry", "audit"],
    # its own echo limit (net), requests (handle), the engine's own synced puts (store)
    "idnode-bench": ["base", "net", "handle", "store"],
    "idnode-monitor-sink": ["base"],
}
# Include path of somebody else's -> the only places that may see it.
FENCES: dict[str, list[str]] = {
    r"rocksdb/": ["src/store/rocksdb/", "tools/idnode-bench/"],
    r"rados/": ["src/store/rados/"],
    r"boost/": ["src/net/", "src/serve/"],
    r"openssl/": ["src/crypto/", "src/net/"],
    r"(grpc|grpcpp|absl)/|.*\.grpc\.pb\.h": ["src/serve/grpc/", "tools/"],
    r"google/protobuf/|.*\.pb\.h": ["src/registry/", "src/monitor/", "src/serve/", "tools/"],
    r"(spdlog|fmt)/": ["src/node/", "tools/"],  # the rooms below get a base/log.h Logger
    r"toml\+\+/": ["src/node/"],
    r"CLI/": ["src/node/", "tools/"],
    r"(postgresql/)?libpq": ["tools/idnode-monitor-sink/"],
    r"(gtest|gmock|benchmark)/": [],
}
MAX_LINES = 600
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.MULTILINE)
NOLINT = re.compile(r"NOLINT(NEXTLINE|BEGIN|END)?(?![A-Z])(.*)")
REASONED = re.compile(r"\([a-z][a-zA-Z0-9.,-]*\): \S")  # (check): why


def table_problems() -> Iterator[str]:
    below: list[str] = []
    for room, row in ROOMS.items():
        for used in row:
            if used not in below:
                yield f"layer table: {room} names {used}, which is not below it"
        below.append(room)
    for tool, row in TOOLS.items():
        for used in row:
            if used not in ROOMS:
                yield f"layer table: {tool} names {used}, which is no room"


def include_problems(where: str, text: str) -> Iterator[str]:
    top, folder = where.split("/")[:2]
    allowed = (ROOMS if top == "src" else TOOLS).get(folder)
    if allowed is None:
        yield f"{where}: folder {folder!r} is not in the layer table"
        return
    for bracket, used in INCLUDE.findall(text):
        room = used.split("/")[0] if bracket == '"' else None
        if room in ROOMS and not (top == "src" and room == folder) and room not in allowed:
            yield f"{where}: {folder} must not include {room}"
        fence = next((places for name, places in FENCES.items() if re.match(name, used)), None)
        if fence is not None and not where.startswith(tuple(fence)):
            yield f"{where}: must not include {used}"


def nolint_problems(where: str, text: str) -> Iterator[str]:
    for number, line in enumerate(text.split("\n"), 1):
        for kind, rest in NOLINT.findall(line):
            if kind == "END":
                continue  # the reason stands at its BEGIN
            if not REASONED.match(rest):
                yield f"{where}:{number}: NOLINT needs a check and a reason: NOLINT(check): why"


def file_problems(where: str, text: str) -> Iterator[str]:
    code = where.endswith((".h", ".cc"))
    if code and where.startswith(("src/", "tools/")):
        yield from include_problems(where, text)
    if code:
        yield from nolint_problems(where, text)
    lines = text.count("\n")
    if lines > MAX_LINES:
        yield f"{where}: {lines} lines, the cap is {MAX_LINES}"


def problems(repository: Path) -> Iterator[str]:
    yield from table_problems()
    for top in ("src", "tools", "tests"):
        for path in sorted((repository / top).rglob("*")):
            if path.suffix in (".h", ".cc", ".py") and path.is_file():
                yield from file_problems(path.relative_to(repository).as_posix(),
                                         path.read_text(encoding="utf-8"))


def main() -> int:
    repository = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[1]
    found = list(problems(repository))
    print("\n".join(found) or "layers: ok")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
