"""The test of the mission: register, store, resolve, count, feed, with everything killed at random.

A node, PostgreSQL and the sink run; clients register, update, delete and register again; node and sink
are killed with SIGKILL at random moments. Afterwards every acknowledged change is there with its exact
values, nothing unsent has appeared, a change of unknown outcome happened wholly or not at all, and the
node's statistics, the rows in PostgreSQL, recount, verification and this test's own count agree.

    IDNODE_KILLS=25   how many processes to kill       IDNODE_SEED=...   to repeat a run
"""
import os
import random
import subprocess
import sys
import threading
import time
import unittest

import grpc

import handle_codec
import log_reader
from node import BIN, Node, problem_of, registrar_pb2, value
from postgres import PostgreSQL

KILLS = int(os.environ.get("IDNODE_KILLS", "25"))
SEED = int(os.environ.get("IDNODE_SEED", str(random.SystemRandom().randrange(2**32))))
PREFIXES = ["88.118.1001", "88.118.1002", "88.118.1003"]
CLIENTS = 6
IDENTIFIERS = 30  # of each client
RETRIED = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED,
           grpc.StatusCode.UNKNOWN, grpc.StatusCode.CANCELLED)
ABSENT = None  # the data of an identifier that is not there


class Sink:
    """idnode-monitor-sink, following the node."""

    def __init__(self, node, postgres):
        self._node, self._postgres, self._process = node, postgres, None
        self.log_file = os.path.join(node.directory, "sink.log")

    def start(self):
        with open(self.log_file, "ab") as log:
            self._process = subprocess.Popen(
                ["setpriv", "--pdeathsig=KILL", os.path.join(BIN, "idnode-monitor-sink"),
                 "--server", self._node.grpc, "--token-file",
                 self._node.ready["admin_token_file"], "--database", self._postgres.conninfo],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    def kill(self):
        code = self._process.poll()
        assert code is None, f"the sink has ended by itself, with {code}: see {self.log_file}"
        self._process.kill()
        self._process.wait(60)


class Client(threading.Thread):
    """Changes identifiers of its own, one after the other, and remembers what must be true."""

    def __init__(self, number, node, token, stop):
        super().__init__(name=f"client-{number}")
        self.random = random.Random(SEED * 1000 + number)
        self.api = node.api(token)
        self.stop = stop
        self.number = number
        # identifier -> the data that it may have now: one, or two after an unknown outcome
        self.states = {f"{self.random.choice(PREFIXES)}/c{number}-螺栓-{i}": {ABSENT}
                       for i in range(IDENTIFIERS)}
        self.existed = set()
        self.request_ids = set()
        self.acknowledged = 0
        self.unknown = 0
        self.failure = None

    def run(self):
        try:
            while not self.stop.is_set():
                known = [name for name, states in self.states.items() if len(states) == 1]
                if not known:
                    break
                if self.random.random() < 0.2:
                    self.stream(self.random.sample(known, min(len(known), 8)))
                else:
                    self.change(self.random.choice(known))
        except Exception as error:  # reported by the test
            self.failure = error

    def new_id(self):
        request_id = self.random.randbytes(16)
        self.request_ids.add(request_id)
        return request_id

    def new_data(self):
        return f"https://例子.example/{self.random.getrandbits(64):x}" + "x" * self.random.choice(
            [0, 0, 10, 500])

    def values(self, data):
        return [value(1, "URL", data), value(7, "名称", data[::-1], ttl_s=3600)]

    def change(self, name):
        """One call, repeated under its request id until it is answered, or given up."""
        (before,) = self.states[name]
        after = ABSENT
        request = {"identifier": name, "request_id": self.new_id()}
        if before is ABSENT:
            after, method = self.new_data(), self.api.Registrar.Register
        elif self.random.random() < 0.3:
            method = self.api.Registrar.Delete
        else:
            after, method = self.new_data(), self.api.Registrar.Update
        if after is not ABSENT:
            request["values"] = self.values(after)
        patience = self.random.choice([0, 0, 100])
        self.states[name] = {before, after}
        for attempt in range(patience + 1):
            try:
                method(**request, timeout=10)
                self.states[name] = {after}
                self.acknowledged += 1
                return
            except grpc.RpcError as error:
                if error.code() not in RETRIED:
                    raise RuntimeError(f"{name}: {error.code()} {error.details()}") from error
                problem = problem_of(error)
                # Refused before anything was done, and no earlier attempt is open.
                if attempt == 0 and problem is not None and problem.code in ("unavailable", "busy"):
                    self.states[name] = {before}
                    return
            time.sleep(self.random.uniform(0, 0.2))
        self.unknown += 1

    def stream(self, names):
        """Rows of one stream; what is not answered when it breaks is unknown."""
        rows = [(name, self.new_data()) for name in names if self.states[name] == {ABSENT}]
        if not rows:
            return
        requests = [registrar_pb2.RegisterRequest(identifier=name, values=self.values(data),
                                                  request_id=self.new_id()) for name, data in rows]
        for name, data in rows:
            self.states[name] = {ABSENT, data}
        answered = 0
        try:
            for result in self.api.Registrar.RegisterStream(iter(requests), timeout=20):
                name, data = rows[result.row]
                assert result.row == answered, "rows are answered in order"
                answered += 1
                if result.HasField("receipt"):
                    self.states[name] = {data}
                    self.acknowledged += 1
                elif result.problem.code in ("unavailable", "busy"):
                    self.states[name] = {ABSENT}
                elif result.problem.code != "outcome_unknown":
                    raise RuntimeError(f"{name}: {result.problem}")
        except grpc.RpcError as error:
            if error.code() not in RETRIED:
                raise
        self.unknown += len(rows) - answered


class Mission(unittest.TestCase):
    def test_mission(self):
        print(f"IDNODE_SEED={SEED} IDNODE_KILLS={KILLS}", flush=True)
        with PostgreSQL() as self.postgres, Node() as self.node:
            self.run_mission()

    def run_mission(self):
        node = self.node
        for prefix in PREFIXES:
            node.ctl("prefix", "add", prefix)
        sink = Sink(node, self.postgres)
        sink.start()
        stop = threading.Event()
        clients = [Client(i, node, node.token(), stop) for i in range(CLIENTS)]
        for client in clients:
            client.start()
        self.kill_at_random(node, sink, clients)
        stop.set()
        for client in clients:
            client.join(120)
            self.assertFalse(client.is_alive(), f"{client.name} hangs")
            if client.failure is not None:
                raise AssertionError(f"{client.name} failed\n{node.log()[-3000:]}") from client.failure
        print(f"{sum(c.acknowledged for c in clients)} acknowledged, "
              f"{sum(c.unknown for c in clients)} of unknown outcome", flush=True)

        self.check_records(clients)
        log = log_reader.read_log(node.api())
        self.check_log(log, clients)
        self.check_counts(log, sink)
        self.assertEqual(node.stop(), 0)
        done = subprocess.run([os.path.join(BIN, "idnodectl"), "audit", "verify", "--data",
                               node.data], capture_output=True, text=True, timeout=300)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def kill_at_random(self, node, sink, clients):
        chance = random.Random(SEED)
        acknowledged = 0
        for _ in range(KILLS):
            # Some changes more, however slow the machine, so that no round is idle; and then any
            # moment.
            acknowledged += chance.randint(1, 10)
            self.wait_for_acknowledged(acknowledged, clients)
            time.sleep(chance.uniform(0.05, 1.0))
            acknowledged = sum(client.acknowledged for client in clients)
            if chance.random() < 0.7:
                node.kill()
                time.sleep(chance.choice([0, 0, 0.2]))
                node.start()
            else:
                sink.kill()
                sink.start()

    def wait_for_acknowledged(self, count, clients):
        deadline = time.monotonic() + 120
        while sum(client.acknowledged for client in clients) < count:
            if not any(client.is_alive() for client in clients):
                return  # every identifier's state is unknown by now, or the clients have failed
            self.assertLess(time.monotonic(), deadline,
                            f"nothing is acknowledged any more\n{self.node.log()[-3000:]}")
            time.sleep(0.01)

    def check_records(self, clients):
        """What is acknowledged is there, over gRPC, UDP and TCP; what is unknown is one or other."""
        api = self.node.api()
        host, port = self.node.handle.split(":")
        for client in clients:
            for name, states in client.states.items():
                try:
                    record = api.Registrar.Get(identifier=name).record
                    data = record.values[0].data.decode()
                    self.assertEqual(record.identifier, name)
                    self.assertEqual([(v.index, v.type, v.data.decode(), v.ttl_s, v.permissions)
                                      for v in record.values],
                                     [(1, "URL", data, 86400, 14), (7, "名称", data[::-1], 3600, 14)])
                except grpc.RpcError as error:
                    self.assertEqual(error.code(), grpc.StatusCode.NOT_FOUND, error)
                    data = ABSENT
                self.assertIn(data, states, name)
                client.states[name] = {data}
                transport = client.random.choice([handle_codec.resolve_udp, handle_codec.resolve_tcp])
                answer = transport(host, int(port), name)
                if data is ABSENT:
                    self.assertEqual(answer.response_code, 100, name)
                else:
                    self.assertEqual(answer.response_code, 1, name)
                    self.assertEqual([(v.index, v.type, v.data.decode(), v.ttl) for v in answer.values],
                                     [(1, "URL", data, 86400), (7, "名称", data[::-1], 3600)])

    def check_log(self, log, clients):
        log_reader.check_chains(log)
        status = self.node.api().Admin.GetStatus()
        self.assertEqual(status.log_size, len(log))
        self.assertEqual(status.root_hash, log_reader.root_hash([entry.leaf for entry in log]))
        about_identifiers = [entry for entry in log if entry.kind in log_reader.KINDS]
        sent = set().union(*(client.request_ids for client in clients))
        done = [entry.request_id for entry in about_identifiers]
        self.assertEqual(len(done), len(set(done)), "a request was done twice")
        self.assertEqual(set(done) - sent, set(), "nothing unsent appears")
        # Who exists by the log, exists by what the clients know.
        by_log = {}
        for entry in about_identifiers:
            by_log[entry.identifier.decode()] = entry.kind != 4
        for client in clients:
            for name, (data,) in client.states.items():
                self.assertEqual(by_log.get(name, False), data is not ABSENT, name)
        self.assertEqual(set(by_log) - {name for c in clients for name in c.states}, set())

    def check_counts(self, log, sink):
        rows = log_reader.count(log)
        latest = {}
        for (prefix, day, channel), counts in sorted(rows.items()):
            latest[prefix, channel] = counts
        total = [sum(column) for column in zip(*latest.values())]
        names = ["created", "recreated", "updated", "deleted"]
        stats = self.node.ctl_json("stats")
        self.assertEqual([stats[name] for name in names], total)
        self.assertEqual(stats["active"], total[0] + total[1] - total[3])
        for prefix in PREFIXES:
            stats = self.node.ctl_json("stats", "--prefix", prefix)
            own = [sum(column) for column in zip(*(c for (p, _), c in latest.items() if p == prefix))]
            self.assertEqual([stats[name] for name in names], own, prefix)
        self.assertTrue(self.node.ctl_json("recount")["equal"])
        verified = self.node.ctl_json("audit", "verify")
        self.assertTrue(verified["ok"], verified)

        self.wait_for_sink(len(log), sink)
        stored = {(prefix, day, channel): [int(n) for n in counts]
                  for prefix, day, channel, *counts in self.postgres.query(
                      "SELECT prefix, day, channel, created, recreated, updated, deleted "
                      "FROM idnode.counts")}
        self.assertEqual(stored, rows)

    def wait_for_sink(self, log_size, sink):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            found = self.postgres.query("SELECT log_size FROM idnode.feed")
            if found and int(found[0][0]) >= log_size:
                return
            time.sleep(0.1)
        with open(sink.log_file, encoding="utf-8", errors="replace") as file:
            self.fail(f"the sink does not catch up:\n{file.read()[-3000:]}")


if __name__ == "__main__":
    sys.argv[1:] = sys.argv[1:] or ["-v"]
    unittest.main()
