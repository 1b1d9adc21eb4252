"""idnodectl run on a node that the tests of a file share.

What a test registers it counts itself; every other number comes from the node.
"""
from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from node import BIN as BIN_NAME
from node import Node

BIN = Path(BIN_NAME)
PREFIX = "88.118.1001"
FOREIGN = "88.118.1002"
node = Node()


class Result:
    def __init__(self, done: subprocess.CompletedProcess) -> None:
        self.exit = done.returncode
        self.out = done.stdout.decode()
        self.err = done.stderr.decode()

    @property
    def json(self):
        return json.loads(self.out)

    @property
    def rows(self) -> list:
        """Of a list: an object a line."""
        return [json.loads(line) for line in self.out.splitlines()]

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


def set_up() -> None:
    """setUpModule of a file."""
    node.start()
    for prefix in (PREFIX, FOREIGN):
        assert admin("prefix", "add", prefix).exit == 0


def tear_down() -> None:
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
