"""ClickHouse, the engine in the wheel chdb, in a process of its own.

Apart from psycopg, so that neither's memory and threads slow the other. Clocks run in that process,
so that ClickHouse does not pay for the way to it.
"""

import shutil
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

from benchmarks.bench import text

_session: Any = None


class ClickHouse(NamedTuple):
    """A session on disk."""

    process: ProcessPoolExecutor

    def run(self, name: str, **parameters: object) -> tuple[float, list[dict[str, str]]]:
        """Run a file of `sql/`; return seconds until the result was there as text, and rows."""
        return self.execute(text(name), **parameters)

    def execute(self, statement: str, **parameters: object) -> tuple[float, list[dict[str, str]]]:
        """Run a statement, as `run` does a file."""
        seconds, result = self.process.submit(ask, statement, parameters).result()
        names, *rows = (line.split("\t") for line in result.splitlines() or [""])
        return seconds, [dict(zip(names, row, strict=True)) for row in rows]


def is_installed() -> bool:
    return find_spec("chdb") is not None


@contextmanager
def open_clickhouse(folder: Path) -> Iterator[ClickHouse]:
    """Yield a new ClickHouse in a directory that is gone after the block."""
    try:
        with ProcessPoolExecutor(
            1, mp_context=get_context("spawn"), initializer=start, initargs=(str(folder),)
        ) as process:
            yield ClickHouse(process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def start(folder: str) -> None:
    """Open the session, in its process."""
    global _session
    from chdb.session import Session

    _session = Session(folder)


def ask(statement: str, parameters: dict[str, object]) -> tuple[float, str]:
    """Run a statement in the session's process."""
    start = perf_counter()
    result = _session.query(statement, "TabSeparatedWithNames", params=parameters)
    return perf_counter() - start, result.bytes().decode()
