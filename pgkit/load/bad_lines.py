"""What becomes of lines that cannot be loaded: the first ends the load, or all go to a file."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import IO, NamedTuple

from pgkit.calls import NOTHING_WRITTEN, BadLine, Value
from pgkit.database import Failure
from pgkit.load.files import STANDARD_INPUT
from pgkit.load.mapper import CONTROLS

MOST_SHOWN = 10
# Texts that programs write where there is nothing, as they stand in messages.
NULL_TEXT = re.compile(r'"(null|none|nan|n/?a|nil|-|\\N)"', re.I)


class Shown(NamedTuple):
    """One of the first bad lines."""

    place: str
    reason: str


def explain(problem: BadLine, values: Sequence[Value] = ()) -> str:
    """Return the hint of a bad line, which names an option that helps where there is one."""
    message = str(problem)
    if problem.hint != NOTHING_WRITTEN:
        return problem.hint
    if "must be a text, not a JSON object" in message:
        return f"Take a key of it: --map COLUMN.KEY={message.split()[0]}."
    texts = [f'"{value.strip()}"' for value in values if isinstance(value, str)]
    nulls = [found[1] for text in texts if (found := NULL_TEXT.fullmatch(text))]
    if nulls and "got null" not in message:
        return f"If {nulls[0]} stands for nothing, load with --null {nulls[0]}."
    return problem.hint


class BadLines:
    """Collects bad lines, where they are to be skipped, and writes each file's to one beside it."""

    def __init__(self, path: Path | None = None, *, writes: bool = True) -> None:
        self.path = path
        self.writes = writes
        self.count = 0
        self.shown: list[Shown] = []
        self.files: dict[Path, IO[str]] = {}

    def add(self, source: Path, problem: BadLine, place: str, text: str, header: str) -> None:
        """Take a bad line of a file; the first of a table has the header before it."""
        self.count += 1
        if len(self.shown) < MOST_SHOWN:
            self.shown.append(Shown(place, CONTROLS.sub(" ", str(problem))))
        if not self.writes:
            return
        beside = Path("stdin.bad") if source == STANDARD_INPUT else Path(f"{source}.bad")
        path = self.path or beside
        try:
            if path not in self.files:
                self.files[path] = path.open(
                    "w", encoding="utf-8", errors="surrogateescape", newline=""
                )
                self.files[path].write(header)
            self.files[path].write(text)
        except OSError as error:
            raise Failure(
                f"cannot write bad lines to {path}: {error.strerror}",
                "Name another file with --bad-file FILE.",
            ) from None

    def close(self) -> None:
        for file in self.files.values():
            file.close()
