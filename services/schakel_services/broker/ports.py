"""TCP ports for a server that must come back on the same one."""

import secrets
import socket

HOST = "127.0.0.1"
FIRST, LAST = 20_000, 32_000
"""Below the range from which the system lends ports to clients: a restart finds its port free."""

TRIES_MAX = 200


def is_free(port: int) -> bool:
    """Return whether a server may listen on the port now."""
    with socket.socket() as probe:
        # As servers do: a connection that is still ending does not occupy the port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """Return a port that is free now; at random, so that two who ask at once seldom collide."""
    for _ in range(TRIES_MAX):
        port = FIRST + secrets.randbelow(LAST - FIRST)
        if is_free(port):
            return port
    raise OSError(f"no free port between {FIRST} and {LAST}")
