#!/usr/bin/env python3
"""The tour of tools/demo: a node, a catalogue, resolutions, counts, a receiver.

Needs the programs in build/release/bin. Everything runs in a temporary directory and ends with this
script; every command it shows is run as shown, so what is printed is what happened.
"""
from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
BIN = REPOSITORY / "build/release/bin"
sys.path.insert(0, str(REPOSITORY / "tests/system"))
from postgres import PostgreSQL

PATIENCE = 30  # seconds for anything that takes milliseconds


class Disappointed(Exception):
    """Something was not as the tour says it is."""


def say(text: str) -> None:
    print(f"\n== {text}", flush=True)


def wait_for(what: str, ready, watched: subprocess.Popen) -> None:
    deadline = time.monotonic() + PATIENCE
    while not ready():
        if watched.poll() is not None:
            raise Disappointed(f"{what}: {watched.args[0]} ended with {watched.returncode}")
        if time.monotonic() > deadline:
            raise Disappointed(f"{what}: not within {PATIENCE} s")
        time.sleep(0.02)


class Demo:
    def __init__(self, directory: Path, postgres: PostgreSQL):
        self.directory = directory
        self.postgres = postgres
        self.catalogue = json.loads((REPOSITORY / "tools/lib/catalogue.json").read_text("utf-8"))
        self.processes: list[subprocess.Popen] = []
        self.ready: dict = {}

    # ---- programs

    def start(self, name: str, *arguments: str) -> subprocess.Popen:
        with open(self.directory / f"{name}.log", "ab") as log:
            process = subprocess.Popen([str(BIN / name), *arguments], stdin=subprocess.DEVNULL,
                                       stdout=log, stderr=log, start_new_session=True)
        self.processes.append(process)
        return process

    def stop(self) -> None:
        for process in reversed(self.processes):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(PATIENCE)
                except subprocess.TimeoutExpired:
                    process.kill()

    def ctl(self, *arguments: str, token: Path | None = None, expect: int = 0,
            show: bool = True) -> str:
        """Runs idnodectl, shows the command and its output, and returns the output."""
        command = [str(BIN / "idnodectl"), "--server", self.ready["grpc"]]
        if token is not None:
            command += ["--token-file", str(token)]
        done = subprocess.run([*command, *arguments], stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if show or done.returncode != expect:
            print(f"$ idnodectl {shlex.join(arguments)}")
            print("".join(f"    {line}\n" for line in done.stdout.splitlines()), end="", flush=True)
        if done.returncode != expect:
            raise Disappointed(f"idnodectl ended with {done.returncode}, expected {expect}")
        return done.stdout

    # ---- the tour

    def run(self) -> None:
        self.start_node()
        self.admit_enterprises()
        self.register_catalogue()
        self.refuse_strangers()
        self.resolve()
        self.start_receiver()
        self.change_and_count()
        self.audit()

    def start_node(self) -> None:
        say("A node, on a directory of its own and on ports that the system picked")
        ready_file = self.directory / "ready.json"
        node = self.start("idnoded", "--data", str(self.directory / "data"), "--ephemeral",
                          "--ready-file", str(ready_file))
        wait_for("the node starts", ready_file.exists, node)
        self.ready = json.loads(ready_file.read_text("utf-8"))
        print(f"handle protocol {self.ready['handle']} (UDP and TCP), gRPC {self.ready['grpc']}")
        print(f"Its first start wrote an administrator's token to {self.ready['admin_token_file']}")

    @property
    def admin(self) -> Path:
        return Path(self.ready["admin_token_file"])

    def token_of(self, enterprise: dict) -> Path:
        return self.directory / f"{enterprise['prefix']}.token"

    def admit_enterprises(self) -> None:
        say("The bureau admits four enterprises: a prefix and a token each")
        for enterprise in self.catalogue["enterprises"]:
            self.ctl("prefix", "add", enterprise["prefix"], "--name", enterprise["name"],
                     token=self.admin)
            self.ctl("token", "add", enterprise["english"], "--scope", "register,read",
                     "--prefix", enterprise["prefix"], "--out", str(self.token_of(enterprise)),
                     token=self.admin, show=False)

    def register_catalogue(self) -> None:
        say("Each registers its products with its own token; every row is synced before it is "
            "answered")
        for enterprise in self.catalogue["enterprises"]:
            rows = self.directory / f"{enterprise['prefix']}.ndjson"
            with open(rows, "w", encoding="utf-8") as file:
                for product in enterprise["products"]:
                    json.dump(self.row(enterprise, product), file, ensure_ascii=False)
                    file.write("\n")
            print(f"# {enterprise['name']} ({enterprise['english']})")
            self.ctl("register", "--file", str(rows), token=self.token_of(enterprise))

    @staticmethod
    def row(enterprise: dict, product: dict) -> dict:
        texts = {"NAME": product["name"], "NAME.EN": product["english"],
                 "MANUFACTURER": enterprise["name"], **product["values"]}
        values = [{"index": 1, "type": "URL",
                   "data": f"https://{enterprise['prefix'].split('.')[-1]}.example.cn/p"}]
        values += [{"index": index, "type": kind, "data": text}
                   for index, (kind, text) in enumerate(texts.items(), start=2)]
        return {"identifier": f"{enterprise['prefix']}/{product['suffix']}", "values": values}

    def refuse_strangers(self) -> None:
        say("What must not work: another enterprise's prefix, an identifier that ends in a blank, no token")
        fasteners, chemicals = self.catalogue["enterprises"][:2]
        value = ("--value", "1 URL https://example.cn")
        self.ctl("register", f"{chemicals['prefix']}/not-ours", *value,
                 token=self.token_of(fasteners), expect=5)
        self.ctl("register", f"{fasteners['prefix']}/SKU ", *value,
                 token=self.token_of(fasteners), expect=1)
        self.ctl("register", f"{fasteners['prefix']}/x", *value, expect=5)

    def resolve(self) -> None:
        say("Anyone resolves: over UDP, over TCP, over gRPC, all with the same answer")
        fasteners, _, textiles, electronics = self.catalogue["enterprises"]
        first = self.identifier(fasteners, 0)
        answers = {self.ctl("resolve", first, "--via", "udp", "--handle", self.ready["handle"]),
                   self.ctl("resolve", first, "--via", "tcp", "--handle", self.ready["handle"],
                            show=False),
                   self.ctl("resolve", first, show=False)}
        if len(answers) != 1:
            raise Disappointed("UDP, TCP and gRPC gave different answers:\n" + "\n".join(answers))
        print("(TCP and gRPC: the same)")
        self.ctl("resolve", self.identifier(fasteners, 4), "--via", "tcp", "--handle",
                 self.ready["handle"], "--type", "NAME.")
        self.ctl("resolve", self.identifier(textiles, 1), "--type", "YARN")
        self.ctl("resolve", f"{electronics['prefix']}/nobody-registered-this", "--via", "udp",
                 "--handle", self.ready["handle"], expect=4)

    @staticmethod
    def identifier(enterprise: dict, position: int) -> str:
        return f"{enterprise['prefix']}/{enterprise['products'][position]['suffix']}"

    def start_receiver(self) -> None:
        say("The bureau's receiver follows the counts into a PostgreSQL of its own")
        token = self.directory / "monitor.token"
        self.ctl("token", "add", "Bureau", "--scope", "monitor", "--all-prefixes", "--out",
                 str(token), token=self.admin, show=False)
        self.start("idnode-monitor-sink", "--server", self.ready["grpc"], "--token-file",
                   str(token), "--database", self.postgres.conninfo)
        self.show_totals()

    def node_totals(self) -> dict[str, int]:
        counts = json.loads(self.ctl("stats", "--json", token=self.admin, show=False))
        return {name: int(counts[name]) for name in
                ("created", "recreated", "updated", "deleted", "active")}

    def receiver_totals(self) -> dict[str, int]:
        try:
            rows = self.postgres.query("SELECT sum(created), sum(recreated), sum(updated), "
                                       "sum(deleted), sum(active) FROM idnode.totals")
        except RuntimeError:  # the receiver has not made its tables yet
            return {}
        names = ("created", "recreated", "updated", "deleted", "active")
        return {name: int(text or 0) for name, text in zip(names, rows[0])}

    def show_totals(self) -> None:
        expected = self.node_totals()
        started = time.monotonic()
        wait_for("the receiver has the node's counts",
                 lambda: self.receiver_totals() == expected, self.processes[-1])
        took = time.monotonic() - started
        print("node and receiver agree" + f" (after {took:.2f} s): " +
              ", ".join(f"{name} {count}" for name, count in expected.items()), flush=True)

    def change_and_count(self) -> None:
        say("Things change: an update (which replaces the record), a deletion, a registration anew. The "
            "counts move")
        electronics = self.catalogue["enterprises"][3]
        token = self.token_of(electronics)
        board, other = self.identifier(electronics, 0), self.identifier(electronics, 1)
        self.ctl("update", board, "--value", "1 URL https://1004.example.cn/p",
                 "6 FIRMWARE 4.3.0", token=token)
        self.ctl("delete", other, token=token)
        self.ctl("resolve", other, "--via", "udp", "--handle", self.ready["handle"], expect=4)
        self.ctl("register", other, "--value", "1 URL https://1004.example.cn/p", token=token)
        self.show_totals()
        self.ctl("history", other, token=self.admin)
        self.ctl("stats", "--by", "prefix", token=self.admin)
        print("# the same in the receiver's PostgreSQL")
        query = "SELECT prefix, created, recreated, updated, deleted, active FROM idnode.totals"
        print(f"$ psql -c '{query}'")
        for row in self.postgres.query(query + " ORDER BY prefix"):
            print("    " + "  ".join(row), flush=True)

    def audit(self) -> None:
        say("The proof: count the whole log anew, rebuild every view from it, and compare")
        self.ctl("recount", token=self.admin)
        self.ctl("audit", "verify", token=self.admin)

    def invite(self) -> None:
        fasteners = self.catalogue["enterprises"][0]
        first = self.identifier(fasteners, 0)
        say("The node goes on until Ctrl-C. To try, in another terminal:")
        print(f"""
    export PATH={BIN}:$PATH IDNODE_SERVER={self.ready['grpc']} IDNODE_TOKEN_FILE={self.admin}
    idnodectl --help
    idnodectl get {first}
    idnodectl register {fasteners['prefix']}/mine --value "1 URL https://example.cn" "2 NAME 我的零件"
    idnodectl resolve {fasteners['prefix']}/mine --via udp --handle {self.ready['handle']}
    idnodectl list {fasteners['prefix']}
    idnodectl stats --by prefix
    idnodectl watch
    psql "{self.postgres.conninfo}" -c 'TABLE idnode.totals'
""", flush=True)


def main() -> int:
    once = "--once" in sys.argv[1:]
    os.environ.setdefault("LANG", "C.UTF-8")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="idnode-demo-") as directory, PostgreSQL() as postgres:
        demo = Demo(Path(directory), postgres)
        try:
            demo.run()
            if not once:
                demo.invite()
                signal.pause()
        except Disappointed as reason:
            print(f"\ndemo: {reason}", file=sys.stderr)
            for log in sorted(Path(directory).glob("*.log")):
                print(f"---- the end of {log.name}", file=sys.stderr)
                print("\n".join(log.read_text("utf-8", "replace").splitlines()[-20:]), file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print("\ndemo: stopping the node")
        finally:
            demo.stop()
    if once:
        say("Done; nothing is left behind. Without --once the node stays up for you to try.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
