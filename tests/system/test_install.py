"""What `cmake --install` puts in place is a node that starts, and units that name it."""
import os
import shutil
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

import node

BUILD = Path(node.BIN).parent


class Install(unittest.TestCase):
    def setUp(self):
        self.prefix = Path(tempfile.mkdtemp(prefix="idnode-install-"))
        self.addCleanup(shutil.rmtree, self.prefix, ignore_errors=True)
        self.install()

    def install(self):
        subprocess.run(["cmake", "--install", BUILD, "--prefix", self.prefix], check=True,
                       stdout=subprocess.DEVNULL)

    def test_what_is_installed_runs_and_what_the_operator_wrote_stays(self):
        config = self.prefix / "etc" / "idnode" / "idnode.toml"
        data, ready = self.prefix / "data", self.prefix / "ready.json"
        for program in ("idnodectl", "idnode-monitor-sink", "idnode-bench"):
            subprocess.run([self.prefix / "bin" / program, "--help"], check=True,
                           stdout=subprocess.DEVNULL)
            self.assertTrue((self.prefix / "share/man/man1" / f"{program}.1").is_file())
        with subprocess.Popen([self.prefix / "bin" / "idnoded", "--ephemeral", "--config", config,
                               "--data", data, "--ready-file", ready]) as running:
            try:
                deadline = time.monotonic() + 60
                while not ready.exists() and running.poll() is None:
                    self.assertLess(time.monotonic(), deadline, "it starts")
                    time.sleep(0.01)
                self.assertIsNone(running.poll(), "it serves")
            finally:
                running.terminate()
            self.assertEqual(running.wait(60), 0)
        config.write_text("node.name = 'mine'\n", encoding="utf-8")
        self.install()
        self.assertEqual(config.read_text(encoding="utf-8"), "node.name = 'mine'\n")

    def test_units_and_users(self):
        units = sorted((self.prefix / "lib" / "systemd" / "system").glob("*.service"))
        users = (self.prefix / "lib/sysusers.d/idnode.conf").read_text(encoding="utf-8")
        self.assertEqual([unit.name for unit in units],
                         ["idnode-monitor-sink.service", "idnoded.service"])
        for unit in units:
            text = unit.read_text(encoding="utf-8")
            lines = dict(line.split("=", 1) for line in text.splitlines()
                         if "=" in line and not line.startswith("#"))
            program = lines["ExecStart"].split()[0]
            self.assertEqual(program, str(self.prefix / "bin" / unit.stem))
            self.assertTrue(os.access(program, os.X_OK))
            self.assertIn(f"u {lines['User']} ", users)
            self.assertNotIn("@", text)
            self.assertIn("2", lines["RestartPreventExitStatus"].split(), "a wrong configuration")
        analyze = shutil.which("systemd-analyze")
        if analyze is not None:
            done = subprocess.run([analyze, "verify", "--man=no", *units], capture_output=True,
                                  text=True, timeout=60)
            self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_the_sinks_unit_leaves_the_database_to_its_environment(self):
        unit = (self.prefix / "lib/systemd/system/idnode-monitor-sink.service").read_text("utf-8")
        self.assertIn('--database "" $SINK_OPTIONS', unit)
        # An empty one is taken; nobody listens on this port.
        done = subprocess.run([self.prefix / "bin/idnode-monitor-sink", "--database", "", "--server",
                               "127.0.0.1:1", "--once"], capture_output=True, text=True, timeout=60,
                              env={**os.environ, "PGHOST": "127.0.0.1", "PGPORT": "1"})
        self.assertEqual(done.returncode, 6, done.stderr)
        self.assertIn("127.0.0.1", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
