"""Backup and restore as idnoded(1) describes them, command by command."""
import os
import re
import subprocess
import unittest

from node import BIN, ROOT, Node, value

PREFIX = "88.118.1001"


def commands() -> list:
    """The lists of commands of the section, in its order."""
    with open(os.path.join(ROOT, "deploy", "man", "idnoded.1"), encoding="utf-8") as file:
        section = file.read().split("\n.SH BACKUP AND RESTORE\n")[1].split("\n.SH ")[0]
    lists = re.findall(r"^\.nf\n\.RS\n(.*?)^\.RE\n", section, re.DOTALL | re.MULTILINE)
    return [text.replace("\\-", "-").splitlines() for text in lists]


class Backup(unittest.TestCase):
    def run_commands(self, lines: list) -> str:
        """As the operator does; but the service is the test's node, and the places are its."""
        out = ""
        for line in lines:
            if line == "systemctl stop idnoded":
                self.node.stop()
            elif line == "systemctl start idnoded":
                self.node.start()
            else:
                words = [word.replace("/var/lib/idnode", self.node.data)
                             .replace("/backup/idnode", self.copy) for word in line.split()]
                if words[0] == "idnodectl":
                    words[0] = os.path.join(BIN, words[0])
                self.assertIn(os.path.basename(words[0]), ("cp", "mv", "idnodectl"))
                out += subprocess.run(words, check=True, capture_output=True, text=True,
                                      timeout=60).stdout
        return out

    def numbers(self) -> tuple:
        status = self.node.ctl_json("status")
        return (status["log_size"], status["root"],
                self.node.ctl("--json", "stats", "--by", "prefix").stdout,
                self.node.ctl("--json", "list", PREFIX).stdout)

    def register(self, names):
        api = self.node.api()
        for name in names:
            api.Registrar.Register(identifier=f"{PREFIX}/{name}", values=[value(1, "URL", name)])
        api.close()

    def test_every_step_of_the_manual(self):
        backup, verify, restore = commands()
        with Node() as self.node:
            self.copy = os.path.join(self.node.directory, "copy")
            self.node.ctl("prefix", "add", PREFIX)
            self.register(f"early-{i}" for i in range(30))
            self.node.ctl("delete", f"{PREFIX}/early-7")
            before = self.numbers()
            self.run_commands(backup)
            self.register(f"late-{i}" for i in range(10))
            self.assertEqual(self.numbers()[0], before[0] + 10)

            said = self.run_commands(verify)
            self.assertIn(str(before[0]), said)
            self.assertIn(before[1], said)

            self.run_commands(restore)
            self.assertEqual(self.numbers(), before)
            self.register(["after"])
            self.node.ctl("recount")
            self.node.stop()
            self.run_commands([verify[0].replace("/backup/idnode", "/var/lib/idnode")])

    def test_a_part_of_a_backup_is_refused(self):
        """The store of the copy beside the mark of the node, which has gone on."""
        backup, _, _ = commands()
        with Node() as self.node:
            self.copy = os.path.join(self.node.directory, "copy")
            self.node.ctl("prefix", "add", PREFIX)
            self.run_commands(backup)
            self.register(["late"])
            self.node.stop()
            self.run_commands(["mv /var/lib/idnode/db /var/lib/idnode/db.damaged",
                               "cp -a /backup/idnode/db /var/lib/idnode/db"])
            self.assertIn("acknowledged entries are missing (1)", self.node.refused(3))


if __name__ == "__main__":
    unittest.main(verbosity=2)
