"""How a node listens, what it says when it cannot, and how its log is kept."""
import json
import os
import signal
import socket
import subprocess
import sys
import unittest

import handle_codec as codec
import no_ipv6
from node import BIN, Node, value
from waiting import wait_for

PREFIX = "88.118.1001"
WITHOUT_IPV6 = (sys.executable, "-B", no_ipv6.__file__)


class Listening(unittest.TestCase):
    def failed_start(self, node: Node) -> str:
        self.addCleanup(node.close)
        return node.refused(1)

    def test_a_taken_grpc_port_names_the_key_and_leaves_the_directory_alone(self):
        node = Node('[log]\nformat = "json"\n')
        host, port = node.grpc.split(":")
        with socket.create_server((host, int(port))):
            said = self.failed_start(node).splitlines()
        self.assertEqual(said[-1], f"idnoded: cannot serve gRPC on {node.grpc}: Address already in "
                                   "use; another program listens there, or the same one twice. See "
                                   "listen.grpc")
        for line in said[:-1]:
            json.loads(line)
        self.assertFalse(os.path.exists(node.data), "no store, no token")

    def test_another_failure_does_not_ask_for_another_program(self):
        node = Node()
        with open(node.config_file, "w", encoding="utf-8") as file:
            file.write('[listen]\nhandle = ["192.0.2.1:2641"]\n')
        said = self.failed_start(node)
        self.assertIn("192.0.2.1:2641 (bind: Cannot assign requested address). See listen.handle",
                      said)

    def test_a_kernel_without_ipv6(self):
        if no_ipv6.SOCKET_CALL is None:
            self.skipTest("an unknown machine")
        gone = subprocess.run([*WITHOUT_IPV6, sys.executable, "-c",
                               "import socket; socket.socket(socket.AF_INET6)"],
                              capture_output=True, text=True)
        self.assertIn("Address family not supported", gone.stderr, "otherwise this tests nothing")
        node = Node(under=WITHOUT_IPV6)
        host, port = node.handle.split(":")
        with open(node.config_file, encoding="utf-8") as file:
            config = file.read()
        for endpoint in (node.handle, f"[::]:{port}"):  # an address of IPv4, and the default
            with self.subTest(endpoint=endpoint):
                with open(node.config_file, "w", encoding="utf-8") as file:
                    file.write(config.replace(node.handle, endpoint))
                try:
                    node.start()
                    if endpoint == node.handle:
                        node.ctl("prefix", "add", PREFIX)
                        node.api().Registrar.Register(identifier=f"{PREFIX}/BOLT",
                                                      values=[value(1, "URL", "https://a")])
                    for resolve in (codec.resolve_udp, codec.resolve_tcp):
                        answer = resolve(host, int(port), f"{PREFIX}/BOLT")
                        self.assertEqual(answer.response_code, codec.SUCCESS)
                    # A socket for every address answers from the one that was asked.
                    if endpoint != node.handle:
                        answer = codec.resolve_udp("127.0.0.2", int(port), f"{PREFIX}/BOLT")
                        self.assertEqual(answer.response_code, codec.SUCCESS)
                    self.assertEqual(node.stop(), 0)
                finally:
                    node.kill()
        node.close()

    def test_connections_are_limited_and_counted(self):
        with Node("[grpc]\nconnections = 8\nconnections_per_source = 3\n") as node:
            host, port = node.grpc.split(":")
            held = [socket.create_connection((host, int(port))) for _ in range(3)]
            for connection in held:
                connection.settimeout(10)
                connection.recv(9)  # gRPC's settings: it is served
            refused = node.ctl("status", "--json", check=False)
            self.assertEqual(refused.returncode, 6)
            for connection in held:
                connection.close()
            wait_for("a good client gets in again",
                     lambda: node.ctl("status", check=False).returncode == 0, 20)
            counts = node.ctl_json("status")["counts"]
            self.assertGreaterEqual(counts["grpc.over_source"], 1)
            self.assertEqual(counts["grpc.over_limit"], 0)
            wait_for("the connections are given back",
                     lambda: node.ctl_json("status")["counts"]["grpc.open"] == 1, 20)


class Log(unittest.TestCase):
    def test_sighup_opens_the_file_anew(self):
        node = Node('[log]\nfile = "idnode.log"\nformat = "json"\n')
        self.addCleanup(node.close)
        file = os.path.join(node.directory, "idnode.log")
        node.start()
        os.rename(file, file + ".1")
        node.process.send_signal(signal.SIGHUP)
        wait_for("a new log file", lambda: os.path.exists(file), 20)
        self.assertEqual(node.stop(), 0)
        def events(path: str) -> list:
            with open(path, encoding="utf-8") as lines:
                return [json.loads(line)["event"] for line in lines]
        self.assertIn("listening", events(file + ".1"))
        self.assertNotIn("stopped", events(file + ".1"))
        self.assertEqual(events(file), ["log file opened anew", "stopping", "stopped"])

    def test_sighup_without_a_file_does_not_end_the_node(self):
        with Node() as node:
            node.process.send_signal(signal.SIGHUP)
            node.ctl("status")
            self.assertIsNone(node.process.poll())
            self.assertEqual(node.stop(), 0)

    def test_what_grpc_says_is_a_line_of_the_log(self):
        node = Node('[log]\nformat = "json"\n[tls]\ncertificate = "c.pem"\nkey = "k.pem"\n')
        self.addCleanup(node.close)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=node", "-keyout",
                        os.path.join(node.directory, "k.pem"), "-out",
                        os.path.join(node.directory, "c.pem")], check=True, capture_output=True)
        node.start()
        host, port = node.grpc.split(":")
        with socket.create_connection((host, int(port))) as plain:
            plain.sendall(b"GET / HTTP/1.1\r\n\r\n")
        wait_for("a line of gRPC in the log", lambda: "gRPC says" in node.log(), 20)
        for line in node.log().splitlines():
            json.loads(line)


class SiteInformation(unittest.TestCase):
    def test_a_node_that_others_may_ask_is_warned_of_a_loopback_address(self):
        with Node() as node:
            self.assertNotIn("site.address", node.log())
            with open(node.config_file, encoding="utf-8") as file:
                config = file.read()
            node.stop()
            port = node.handle.split(":")[1]
            with open(node.config_file, "w", encoding="utf-8") as file:
                file.write(config.replace(node.handle, f"[::]:{port}"))
            node.start()
            self.assertIn("come to 127.0.0.1", node.log())
            self.assertIn("site.address", node.log())


if __name__ == "__main__":
    unittest.main(verbosity=2)
