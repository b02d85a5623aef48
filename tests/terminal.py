"""What a command shows on a terminal, where the other tests read a pipe."""

import os
import pty
import subprocess
import sys
from contextlib import suppress


def show(dsn: str, *arguments: str) -> str:
    """Run the command line on a terminal of 80 columns; return what it prints, without colours."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "DATABASE_URL": dsn, "TERM": "dumb"}
    shown = b""
    with subprocess.Popen(
        [sys.executable, "-m", "pgkit", *arguments], stdout=theirs, env=environment
    ):
        os.close(theirs)
        # Linux reports the end of a terminal's output as an error.
        with suppress(OSError):
            while part := os.read(ours, 4096):
                shown += part
    os.close(ours)
    return shown.decode().replace("\r\n", "\n")
