"""How a node starts, and above all how it is refused: what it says, and what it leaves alone."""
import os
import shutil
import stat
import subprocess
import unittest

from node import BIN, Node, value

PREFIX = "88.118.1001"
FAILED, NEEDS_OPERATOR = 1, 3


def content(directory: str) -> dict:
    """The octets of every file, but of those that only say who has the directory open."""
    found = {}
    for folder, _, names in os.walk(directory):
        for name in names:
            path = os.path.join(folder, name)
            if name not in ("lock", "LOCK", "LOG"):
                with open(path, "rb") as file:
                    found[os.path.relpath(path, directory)] = file.read()
    return found


def mode(path: str) -> int:
    return stat.S_IMODE(os.stat(path).st_mode)


class Start(unittest.TestCase):
    def make(self, config: str = "", **more) -> Node:
        node = Node(config, **more)
        self.addCleanup(node.close)
        return node

    def with_entries(self, count: int = 20) -> Node:
        """A node that was killed, so that its write-ahead log holds everything."""
        node = self.make()
        node.start()
        node.ctl("prefix", "add", PREFIX)
        api = node.api()
        for i in range(count):
            api.Registrar.Register(identifier=f"{PREFIX}/{i}", values=[value(1, "URL", "a")])
        api.close()
        node.kill()
        return node

    def refused(self, node: Node, status: int = NEEDS_OPERATOR) -> str:
        """What it says, each time the same, and nothing of its store was touched."""
        before = content(node.data)
        said = ""
        for _ in range(3):
            said = node.refused(status)
            self.assertEqual(content(node.data), before)
        return said


class RefusedForItsData(Start):
    def test_a_log_behind_its_mark(self):
        node = self.with_entries()
        earlier = os.path.join(node.directory, "earlier")
        shutil.copytree(node.data, earlier)
        node.start()
        node.ctl("register", f"{PREFIX}/late", "--value", "1 URL a")
        node.kill()
        mark = os.path.join(node.data, "mark")
        shutil.copy(mark, os.path.join(earlier, "mark"))
        node.data = earlier
        self.assertIn("acknowledged entries are missing (1); restore", self.refused(node))
        os.remove(os.path.join(earlier, "mark"))
        node.start()  # what it advises

    def test_a_store_that_is_gone(self):
        node = self.with_entries()
        shutil.rmtree(os.path.join(node.data, "db"))
        self.assertIn("acknowledged entries are missing (22)", self.refused(node))

    def test_a_damaged_write_ahead_log(self):
        node = self.with_entries()
        (log,) = [name for name in os.listdir(os.path.join(node.data, "db")) if name.endswith(".log")]
        with open(os.path.join(node.data, "db", log), "r+b") as file:
            file.seek(os.path.getsize(file.name) // 2)
            octet = file.read(1)
            file.seek(-1, os.SEEK_CUR)
            file.write(bytes([octet[0] ^ 1]))
        self.assertIn("it is damaged, and nothing was changed", self.refused(node))

    def test_a_damaged_mark(self):
        node = self.with_entries()
        with open(os.path.join(node.data, "mark"), "r+b") as file:
            file.write(b"?")
        self.assertIn("if it is damaged, run idnodectl audit verify", self.refused(node))

    def test_another_programs_token_file(self):
        node = self.make()
        os.makedirs(node.data, 0o700)
        with open(os.path.join(node.data, "admin.token"), "w", encoding="ascii") as file:
            file.write("hunter2\n")
        self.assertIn("it holds no token); remove the file and start again", self.refused(node))

    def test_it_is_not_tried_again_by_systemd(self):
        unit = os.path.join(os.path.dirname(__file__), "../../deploy/systemd/idnoded.service.in")
        with open(unit, encoding="utf-8") as file:
            lines = dict(line.strip().split("=", 1) for line in file if "=" in line)
        self.assertIn(str(NEEDS_OPERATOR), lines["RestartPreventExitStatus"].split())
        # The limit must be one that can be reached.
        self.assertLess(int(lines["RestartSec"]) * int(lines["StartLimitBurst"]),
                        int(lines["StartLimitIntervalSec"]))
        told = subprocess.run([os.path.join(BIN, "idnoded"), "--help"], capture_output=True,
                              text=True, check=True).stdout
        self.assertIn(f"{NEEDS_OPERATOR} the data needs a person", told)


class RefusedForItsConfiguration(Start):
    def test_a_bad_site_key_leaves_no_directory(self):
        node = self.make()
        key = os.path.join(node.directory, "key.pem")
        with open(key, "w", encoding="ascii") as file:
            file.write("no key\n")
        with open(node.config_file, "a", encoding="utf-8") as file:
            file.write(f'[site]\nkey_file = "{key}"\n')
        self.assertIn("See site.key_file", node.refused(FAILED))
        self.assertFalse(os.path.exists(node.data))

    def test_a_bad_site_key_in_the_directory(self):
        node = self.with_entries()
        with open(os.path.join(node.data, "site-key.pem"), "w", encoding="ascii") as file:
            file.write("no key\n")
        self.assertIn("site-key.pem cannot be used (private key in PEM form)",
                      self.refused(node, FAILED))

    def test_a_ready_file_that_cannot_be_written(self):
        node = self.with_entries()
        folder = os.path.join(node.directory, "folder")
        os.mkdir(folder)
        for file, why in ((os.path.join(node.directory, "missing", "ready.json"),
                           "(open: No such file or directory); name one with --ready-file"),
                          (folder, "is a directory; name a file with --ready-file")):
            with self.subTest(file=file):
                node.ready_file = file
                said = self.refused(node, FAILED)
                self.assertIn(why, said)
                self.assertNotIn("listening", said)
        self.assertTrue(os.path.isdir(folder))


class DataDirectory(Start):
    WITHOUT_UMASK = ("sh", "-c", 'umask 0; exec "$@"', "sh")

    def test_what_the_node_makes_is_its_own_whatever_the_umask(self):
        node = self.make(under=self.WITHOUT_UMASK)
        os.makedirs(os.path.join(node.data, "lost+found"))
        os.chmod(node.data, 0o777)  # a mount point as somebody has made it
        node.start()
        self.assertEqual(mode(node.data), 0o700)
        self.assertNotIn("open to others", node.log())
        seen = 0
        for folder, folders, names in os.walk(node.data):
            for name in folders + names:
                if name != "lost+found":
                    self.assertEqual(mode(os.path.join(folder, name)) & 0o077, 0, name)
                    seen += 1
        self.assertGreater(seen, 6)

    def test_one_that_others_may_enter_is_warned_of(self):
        node = self.with_entries()
        os.chmod(node.data, 0o755)
        os.chmod(os.path.join(node.data, "db"), 0o755)  # as another umask has left it
        node.start()
        self.assertIn("data directory is open to others", node.log())
        self.assertIn(f"chmod 0700 {node.data}", node.log())
        self.assertEqual(mode(os.path.join(node.data, "db")), 0o700)

    def test_one_that_others_may_write_in_is_refused(self):
        node = self.with_entries()
        for bits in (0o720, 0o1777):
            os.chmod(node.data, bits)
            self.assertIn(f"may write in {node.data} (mode {bits:04o})", self.refused(node, FAILED))
        os.chmod(node.data, 0o700)
        node.start()


if __name__ == "__main__":
    unittest.main(verbosity=2)
