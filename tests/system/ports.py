"""Ports for servers that a test starts."""

import os
import random
import socket

# A server that was killed, or has not begun yet, leaves its port free: it is given to nobody else,
# neither here nor, as far as process numbers tell them apart, by a test that runs beside.
_CLASSES = 32
_given: set[int] = set()


def free_port() -> int:
    """A port that is free now, for UDP as well as for TCP, and that the system gives to no outgoing
    connection: a server that was killed finds it free again."""
    with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as file:
        first_outgoing = int(file.read().split()[0])
    while True:
        port = random.SystemRandom().randrange(10_000, max(first_outgoing, 20_000))
        if port in _given or port % _CLASSES != os.getpid() % _CLASSES:
            continue
        with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            try:
                tcp.bind(("127.0.0.1", port))
                udp.bind(("127.0.0.1", port))
            except OSError:
                continue
        _given.add(port)
        return port
