"""What a command shows on a terminal, where the other tests read a pipe."""

import fcntl
import os
import pty
import struct
import sys
import termios
from contextlib import suppress
from multiprocessing.connection import wait
from pathlib import Path

import forked


def show(dsn: str, *arguments: str, width: int = 80, **environment: str) -> str:
    """Run the command line on a terminal; return what it prints there, without colours.

    What it prints on standard error goes to that of the tests.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    inherited = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    inherited |= {"DATABASE_URL": dsn, "TERM": "dumb"}
    streams = [os.devnull, os.ttyname(theirs), f"/proc/{os.getpid()}/fd/{sys.stderr.fileno()}"]
    process = forked.start(arguments, inherited | environment, [*map(Path, streams)])
    shown = b""
    # Goes on after the command has ended, until nothing is left to read.
    while (ready := wait([ours, process.sentinel])) and ours in ready:
        shown += os.read(ours, 4096)
    process.join()
    os.close(theirs)
    os.close(ours)
    return shown.decode().replace("\r\n", "\n")


def answer(dsn: str, *arguments: str, asked: str, answer: str) -> str:
    """Run the command line on a terminal, answer what it asks; return all that is seen there."""
    pid, ours = pty.fork()
    if pid == 0:
        os.environ |= {"DATABASE_URL": dsn, "TERM": "dumb"}
        os.execv(sys.executable, [sys.executable, "-m", "pgkit", *arguments])
    seen = b""
    is_answered = False
    with suppress(OSError):
        while part := os.read(ours, 4096):
            seen += part
            if not is_answered and asked.encode() in seen and seen.rstrip().endswith(b":"):
                os.write(ours, answer.encode() + b"\n")
                is_answered = True
    os.close(ours)
    os.waitpid(pid, 0)
    return seen.decode().replace("\r\n", "\n")
