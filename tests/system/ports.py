"""Ports for servers that a test starts."""

import random
import socket


def free_port() -> int:
    """A port that is free now, for UDP as well as for TCP, and that the system gives to no outgoing
    connection: a server that was killed finds it free again."""
    with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as file:
        first_outgoing = int(file.read().split()[0])
    while True:
        port = random.SystemRandom().randrange(10_000, max(first_outgoing, 20_000))
        with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            try:
                tcp.bind(("127.0.0.1", port))
                udp.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
