"""docs/perf.types.ts is what `pgkit types` prints, and programs compile with it."""

import shutil
import subprocess
from pathlib import Path

import npm
import psycopg
import pytest

from pgkit import typescript

FILE = Path(__file__).parent.parent / "docs" / "perf.types.ts"
# Settings of a database that change how PostgreSQL writes types and defaults.
SETTINGS = {"search_path": "perf", "intervalstyle": "iso_8601", "quote_all_identifiers": "on"}


def test_the_file_is_not_stale(connection: psycopg.Connection) -> None:
    if FILE.read_text(encoding="utf-8") != typescript.describe(connection):
        pytest.fail(
            "docs/perf.types.ts is stale: run `pgkit types > docs/perf.types.ts`"
            " on a database that the files of this checkout were migrated into"
        )


def test_the_types_do_not_depend_on_settings(connection: psycopg.Connection) -> None:
    types = typescript.describe(connection)
    for name, value in SETTINGS.items():
        connection.execute("select set_config(%s, %s, false)", [name, value])
    assert typescript.describe(connection) == types


def test_the_command_prints_the_types(pgkit, database: str) -> None:
    done = pgkit("types", dsn=database)
    assert done.returncode == 0
    assert done.stdout == FILE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def clients() -> Path:
    """A folder with the npm packages, the program and the types."""
    if not npm.find_npm():
        pytest.skip("npm is not installed, so docs/perf.types.ts is not compiled")
    return npm.install_clients()


def compile_program(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["node", "node_modules/typescript/bin/tsc", "--strict", "-p", "tsconfig.json"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_right_calls_compile_and_wrong_ones_do_not(clients: Path, tmp_path: Path) -> None:
    for name in ("package.json", "tsconfig.json", "usage.ts"):
        shutil.copy(clients / name, tmp_path)
    (tmp_path / "node_modules").symlink_to(clients / "node_modules")
    shutil.copy(FILE, tmp_path)
    done = compile_program(tmp_path)
    assert done.returncode == 0, done.stdout
