"""Run the program in a process that has loaded it (`warm.py`): first its socket, then the arguments of the command.

A shell that finds a script of this on its path runs commands without their start. Signals are passed on.
"""

import json
import os
import signal
import socket
import sys


def main(place: str, *arguments: str) -> None:
    """Send the command, wait for its end, and end likewise."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as asked:
        asked.connect(place)
        socket.send_fds(asked, [json.dumps([arguments, os.getcwd(), dict(os.environ)]).encode()], [0, 1, 2])
        pid = int(asked.recv(20))
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda number, _: os.kill(pid, number))
        code = int(asked.recv(20))
    if code < 0:
        signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    sys.exit(code)


if __name__ == "__main__":
    main(*sys.argv[1:])
