#!/usr/bin/env python3
"""Fails when an #include breaks the layer diagram or a file outgrows its cap.

Usage: tools/check_layers.py [SOURCE_ROOT]     (default: src)
"""
import re
import sys
from pathlib import Path

# The rooms from the lowest to the highest, and what each may include. A row may name only rows that
# come before it (that is checked, too); a new arrow needs a reason.
ALLOWED = {
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
    "monitor": ["base", "store", "ledger", "registry", "audit"],  # a report carries its proof
    "serve": ["base", "net", "handle", "resolve", "registry", "audit", "monitor"],  # the doors
    "node": ["base", "crypto", "net", "handle", "store", "ledger", "resolve", "registry", "audit",
             "monitor", "serve"],  # builds and owns everything
}
# Include path of somebody else's -> the only places that may see it.
FENCES = {
    r"rocksdb/": ["store/rocksdb/"],
    r"rados/": ["store/rados"],
    r"boost/": ["net/", "serve/"],
    r"openssl/": ["crypto/", "net/"],
    r"(grpcpp|absl)/|.*\.grpc\.pb\.h": ["serve/grpc"],
    r"google/protobuf/|.*\.pb\.h": ["registry/", "monitor/", "serve/"],
}
MAX_LINES = 600
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.MULTILINE)


def table_problems():
    below = []
    for room, row in ALLOWED.items():
        for used in row:
            if used not in below:
                yield f"layer table: {room} names {used}, which is not below it"
        below.append(room)


def file_problems(path: Path, where: str):
    room = where.split("/")[0]
    text = path.read_text()
    if room not in ALLOWED:
        yield f"{path}: folder {room!r} is not in the layer table"
        return
    for bracket, used in INCLUDE.findall(text):
        other = used.split("/")[0] if bracket == '"' else None
        if other in ALLOWED and other != room and other not in ALLOWED[room]:
            yield f"{path}: {room} must not include {other}"
        fence = next((places for name, places in FENCES.items() if re.match(name, used)), None)
        if fence is not None and not where.startswith(tuple(fence)):
            yield f"{path}: must not include {used}"
    lines = text.count("\n")
    if lines > MAX_LINES:
        yield f"{path}: {lines} lines, the cap is {MAX_LINES}"


def main() -> int:
    root = Path(sys.argv[1] if len(sys.argv) > 1 else "src")
    found = list(table_problems())
    for path in sorted(p for p in root.rglob("*") if p.suffix in (".h", ".cc")):
        found += file_problems(path, path.relative_to(root).as_posix())
    print("\n".join(found) or "layers: ok")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
