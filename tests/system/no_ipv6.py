"""Runs a command as on a kernel without IPv6 (ipv6.disable=1): socket(AF_INET6) is EAFNOSUPPORT.

    python3 no_ipv6.py COMMAND ...
"""
import ctypes
import errno
import os
import platform
import socket
import struct
import sys

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06  # BPF_LD|W|ABS, BPF_JMP|JEQ|K, BPF_RET|K
ALLOW, ERRNO = 0x7FFF0000, 0x00050000
SOCKET_CALL = {"x86_64": 41, "aarch64": 198}.get(platform.machine())
NR_OFFSET, FIRST_ARGUMENT_OFFSET = 0, 16  # in struct seccomp_data, little-endian


def deny_ipv6() -> None:
    program = b"".join(struct.pack("<HBBI", *instruction) for instruction in (
        (LOAD, 0, 0, NR_OFFSET), (JUMP_IF_EQUAL, 0, 3, SOCKET_CALL),
        (LOAD, 0, 0, FIRST_ARGUMENT_OFFSET), (JUMP_IF_EQUAL, 0, 1, socket.AF_INET6),
        (RETURN, 0, 0, ERRNO | errno.EAFNOSUPPORT), (RETURN, 0, 0, ALLOW)))
    octets = ctypes.create_string_buffer(program, len(program))

    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]

    filter_ = Program(len(program) // 8, ctypes.cast(octets, ctypes.c_void_p))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 or \
            libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(filter_), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


if __name__ == "__main__":
    if SOCKET_CALL is None:
        sys.exit(77)
    deny_ipv6()
    os.execvp(sys.argv[1], sys.argv[1:])
