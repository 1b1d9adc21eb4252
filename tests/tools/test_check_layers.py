#!/usr/bin/env python3
"""tools/check_layers.py finds every kind of violation, and nothing in a tree without one."""
from __future__ import annotations

import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import check_layers

# name, file, its text, what must be said (None: nothing)
CASES: list[tuple[str, str, str, str | None]] = [
    ("own room", "src/net/a.cc", '#include "net/a.h"\n', None),
    ("allowed arrow", "src/store/a.h", '#include "base/result.h"\n', None),
    ("upward arrow", "src/base/a.h", '#include "store/engine.h"\n', "base must not include store"),
    ("sideways arrow", "src/net/a.h", '#include "handle/value.h"\n', "net must not include handle"),
    ("odd blanks", "src/base/a.h", '  #  include   "net/a.h"\n', "base must not include net"),
    ("unknown room", "src/misc/a.h", "", "folder 'misc' is not in the layer table"),
    ("unknown tool", "tools/misc/a.cc", "", "folder 'misc' is not in the layer table"),
    ("tool's arrow", "tools/idnode-bench/a.cc", '#include "net/datagram.h"\n', None),
    ("tool beyond its row", "tools/idnode-monitor-sink/a.cc", '#include "ledger/log.h"\n',
     "idnode-monitor-sink must not include ledger"),
    ("tool into node", "tools/idnodectl/a.cc", '#include "node/config.h"\n',
     "idnodectl must not include node"),
    ("RocksDB at home", "src/store/rocksdb/a.cc", "#include <rocksdb/db.h>\n", None),
    ("RocksDB outside", "src/store/a.cc", "#include <rocksdb/db.h>\n", "must not include rocksdb/"),
    ("Boost in ledger", "src/ledger/a.cc", "#include <boost/asio.hpp>\n", "not include boost/"),
    ("OpenSSL in serve", "src/serve/a.cc", "#include <openssl/ssl.h>\n", "not include openssl/"),
    ("gRPC in serve/grpc", "src/serve/grpc/a.cc", "#include <grpcpp/grpcpp.h>\n", None),
    ("gRPC in node", "src/node/a.cc", "#include <grpcpp/grpcpp.h>\n", "not include grpcpp/"),
    ("service in registry", "src/registry/a.cc", '#include "idnode/v1/admin.grpc.pb.h"\n',
     "not include idnode/v1/admin.grpc.pb.h"),
    ("message in registry", "src/registry/a.cc", '#include "idnode/v1/admin.pb.h"\n', None),
    ("message in ledger", "src/ledger/a.cc", '#include "idnode/v1/admin.pb.h"\n', "admin.pb.h"),
    ("absl in store", "src/store/a.cc", "#include <absl/strings/str_cat.h>\n", "not include absl/"),
    ("spdlog in serve", "src/serve/a.cc", "#include <spdlog/spdlog.h>\n", "not include spdlog/"),
    ("TOML in base", "src/base/a.cc", "#include <toml++/toml.h>\n", "not include toml++/"),
    ("CLI11 in serve", "src/serve/a.cc", "#include <CLI/CLI.hpp>\n", "not include CLI/"),
    ("libpq in a tool", "tools/idnodectl/a.cc", "#include <libpq-fe.h>\n", "not include libpq-fe"),
    ("libpq at home", "tools/idnode-monitor-sink/a.cc", "#include <libpq-fe.h>\n", None),
    ("gtest in src", "src/base/a.cc", "#include <gtest/gtest.h>\n", "not include gtest/"),
    ("tests are free", "tests/unit/base/a.cc", "#include <rocksdb/db.h>\n", None),
    ("at the cap", "src/base/a.cc", "\n" * 600, None),
    ("over the cap", "src/base/a.cc", "\n" * 601, "601 lines, the cap is 600"),
    ("Python over the cap", "tests/system/a.py", "\n" * 601, "601 lines"),
    ("reasoned", "src/base/a.cc", "f();  // NOLINT(bugprone-x): because\n", None),
    ("reasoned block", "src/base/a.cc",
     "// NOLINTBEGIN(bugprone-x): because\n// NOLINTEND(bugprone-x)\n", None),
    ("bare", "src/base/a.cc", "f();  // NOLINT\n", "a.cc:1: NOLINT needs"),
    ("no reason", "tests/unit/a.cc", "\n// NOLINTNEXTLINE(bugprone-x)\n", "a.cc:2: NOLINT needs"),
    ("no check", "src/base/a.cc", "f();  // NOLINT: implicit\n", "NOLINT needs"),
    ("wildcard", "src/base/a.cc", "f();  // NOLINT(*): all\n", "NOLINT needs"),
]


class CheckLayers(unittest.TestCase):
    def test_cases(self) -> None:
        for name, where, text, expected in CASES:
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / where
                path.parent.mkdir(parents=True)
                path.write_text(text, encoding="utf-8")
                found = list(check_layers.problems(Path(folder)))
                if expected is None:
                    self.assertEqual(found, [])
                else:
                    self.assertEqual(len(found), 1, found)
                    self.assertIn(expected, found[0])

    def test_upward_arrow_in_the_table(self) -> None:
        rooms = dict(check_layers.ROOMS)
        self.addCleanup(check_layers.ROOMS.update, rooms)
        check_layers.ROOMS["base"] = ["store"]
        self.assertEqual(list(check_layers.table_problems()),
                         ["layer table: base names store, which is not below it"])


if __name__ == "__main__":
    unittest.main()
