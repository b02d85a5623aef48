"""The command line in a process of its own, forked from one that has imported everything.

To start Python and import everything takes twenty times as long as most commands do.
"""

import multiprocessing
import os
import runpy
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from pkgutil import iter_modules
from tempfile import TemporaryDirectory

import pgkit.cli

context = multiprocessing.get_context("forkserver")
context.set_forkserver_preload(
    ["pgkit.cli", *(file.name for file in iter_modules(pgkit.cli.__path__, "pgkit.cli."))]
)


def run(
    arguments: Sequence[str], environment: Mapping[str, str], input: str = "", timeout: float = 120
) -> subprocess.CompletedProcess[str]:
    """Run `python -m pgkit` with these arguments, as `subprocess.run` would."""
    with TemporaryDirectory() as name:
        streams = [Path(name) / stream for stream in ("stdin", "stdout", "stderr")]
        for stream in streams:
            stream.write_text(input if stream is streams[0] else "")
        process = start(arguments, environment, streams)
        process.join(timeout)
        if process.is_alive():
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(["pgkit", *arguments], timeout)
        stdout, stderr = (stream.read_text() for stream in streams[1:])
        return subprocess.CompletedProcess(["pgkit", *arguments], process.exitcode, stdout, stderr)


def start(
    arguments: Sequence[str], environment: Mapping[str, str], streams: Sequence[Path]
) -> multiprocessing.context.ForkServerProcess:
    """Start it, with these files as standard input, output and error."""
    process = context.Process(
        target=become_pgkit, args=(arguments, dict(environment), Path.cwd(), streams)
    )
    process.start()
    return process


def become_pgkit(
    arguments: Sequence[str], environment: dict[str, str], folder: Path, streams: Sequence[Path]
) -> None:
    """Be what `python -m pgkit` is, with these files as standard input, output and error."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for descriptor, stream in enumerate(streams):
        # At the end of a file that others write too.
        os.dup2(os.open(stream, os.O_RDWR | os.O_APPEND | os.O_NOCTTY), descriptor)
    # As Python makes them when it starts; multiprocessing has replaced the first.
    sys.stdin = os.fdopen(0, closefd=False)
    encoding = environment.get("PYTHONIOENCODING", sys.stdout.encoding)
    sys.stdout = os.fdopen(1, "w", encoding=encoding, closefd=False)
    sys.stderr = os.fdopen(2, "w", 1, encoding, "backslashreplace", closefd=False)
    sys.argv[1:] = arguments
    runpy.run_module("pgkit", run_name="__main__", alter_sys=True)
