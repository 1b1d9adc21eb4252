#!/usr/bin/env python3
"""check_tidy of tools/lib/lint.sh looks at every file of ours, wherever the repository lies."""
from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class CheckTidy(unittest.TestCase):
    def run_in(self, folder: str, files: list[str]) -> subprocess.CompletedProcess:
        """check_tidy on a repository in `folder` with these files; a clang-tidy that complains of
        those that are called bad, and says which it has looked at."""
        base = Path(tempfile.mkdtemp(prefix="idnode-lint-"))
        self.addCleanup(shutil.rmtree, base)
        root = base / folder
        (root / "build" / "release").mkdir(parents=True)
        shutil.copytree(ROOT / "tools" / "lib", root / "tools" / "lib")
        commands = []
        for name in files:
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("int main() {}\n", encoding="utf-8")
            commands.append({"directory": str(root), "command": "c++", "file": str(path)})
        (root / "build/release/compile_commands.json").write_text(json.dumps(commands, indent=2),
                                                                  encoding="utf-8")
        tidy = base / "bin" / "clang-tidy-14"
        tidy.parent.mkdir()
        tidy.write_text('#!/bin/sh\nfor last; do :; done\necho "$last" >>"$SEEN"\n'
                        'case $last in *bad*) exit 1 ;; esac\n', encoding="utf-8")
        tidy.chmod(0o755)
        self.seen = base / "seen"
        self.seen.touch()
        return subprocess.run(["bash", "-c", "source tools/lib/common.sh && check_tidy release"],
                              cwd=root, capture_output=True, text=True, timeout=60,
                              env={**os.environ, "PATH": f"{tidy.parent}:{os.environ['PATH']}",
                                   "SEEN": str(self.seen)})

    def names(self) -> list[str]:
        return sorted(Path(line).name for line in self.seen.read_text("utf-8").splitlines())

    def test_every_file_of_ours_wherever_the_repository_lies(self) -> None:
        for folder in ("plain", "c++ (a) [b].*$"):
            done = self.run_in(folder, ["src/a.cc", "tools/b.cc", "tests/c.cc", "build/made.cc"])
            with self.subTest(folder=folder):
                self.assertEqual((done.returncode, self.names()), (0, ["a.cc", "b.cc", "c.cc"]),
                                 done.stderr)

    def test_a_complaint_fails(self) -> None:
        self.assertNotEqual(self.run_in("c++", ["src/a.cc", "src/bad.cc"]).returncode, 0)

    def test_no_file_at_all_fails(self) -> None:
        done = self.run_in("plain", ["build/made.cc"])
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("names no file of ours", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
