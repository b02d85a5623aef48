"""Real servers and databases for the tests.

`database` and `connection` are what most tests want: a new, migrated database that is gone
afterwards. Roles belong to the whole server; a test that needs it without ours takes
`private_server`.
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from zlib import crc32

import forked
import psycopg
import pytest
from dashboards import browser, dashboard, page  # noqa: F401
from hypothesis import HealthCheck, settings
from pipeline import wait_for
from psycopg.conninfo import make_conninfo

from pgkit import binaries, migrations, runner, server
from pgkit.database import parse_dsn

# The same examples at every run, however slow the machine is. --hypothesis-profile=explore takes
# others.
settings.register_profile(
    "explore",
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.register_profile("same", settings.get_profile("explore"), derandomize=True, database=None)
settings.load_profile("same")

Pgkit = Callable[..., subprocess.CompletedProcess[str]]

# These begin, because at the end everything else would wait for them.
LONGEST = ("test_schedule.py", "test_upgrade.py", "test_odd_databases.py", "test_supabase.py")
POOLER_PORT = 6432
POOLER_CONFIG = """
[databases]
* = {server}

[pgbouncer]
listen_port = {port}
unix_socket_dir = {folder}
logfile = {folder}/log
auth_type = any
pool_mode = transaction
default_pool_size = {size}
query_wait_timeout = 60
"""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, and leave tests marked `once` to another run.

    PGKIT_TEST_PART=2-3/3 has the second and the third of three parts of them.
    """
    items.sort(key=lambda item: item.path.name not in LONGEST)
    chosen, _, parts = os.environ.get("PGKIT_TEST_PART", "1/1").partition("/")
    first, _, last = chosen.partition("-")
    elsewhere = [
        item
        for item in items
        if item.get_closest_marker("once")
        and not int(first) <= crc32(item.nodeid.encode()) % int(parts) + 1 <= int(last or first)
    ]
    config.hook.pytest_deselected(items=elsewhere)
    items[:] = [item for item in items if item not in elsewhere]


@pytest.fixture(scope="session")
def server_dsn() -> Iterator[str]:
    """The server under test: PGKIT_TEST_DSN, or an embedded one started for this session."""
    with runner.test_server(os.environ.get("PGKIT_TEST_DSN", "")) as dsn:
        yield dsn


@pytest.fixture(scope="session")
def template_dsn(server_dsn: str) -> Iterator[str]:
    """A migrated database that others are copied from; nobody may stay connected to it.

    `pgkit test` makes one for all its processes: PGKIT_TEST_TEMPLATE.
    """
    if made := os.environ.get("PGKIT_TEST_TEMPLATE"):
        yield made
        return
    with runner.temporary_database(server_dsn) as dsn:
        migrations.migrate(dsn)
        yield dsn


@pytest.fixture
def database(server_dsn: str, template_dsn: str) -> Iterator[str]:
    """The connection string of a new, migrated database."""
    with runner.copied_database(server_dsn, template_dsn) as dsn:
        yield dsn


@pytest.fixture
def empty_database(server_dsn: str) -> Iterator[str]:
    """The connection string of a new database without anything of ours."""
    with runner.temporary_database(server_dsn) as dsn:
        yield dsn


@pytest.fixture
def connection(database: str) -> Iterator[psycopg.Connection]:
    """A connection to `database` that commits every statement."""
    with psycopg.connect(database, autocommit=True) as opened:
        yield opened


@pytest.fixture(scope="session")
def private_server() -> Iterator[str]:
    """A second server, of the same major version, whose roles are the test's own."""
    with runner.temporary_server() as dsn:
        yield dsn


@pytest.fixture(scope="module")
def crashing_server() -> Iterator[str]:
    """A server of one file, whose processes its tests kill."""
    with runner.temporary_server() as dsn:
        yield dsn


@pytest.fixture(scope="module")
def crashing_template(crashing_server: str) -> Iterator[str]:
    """A migrated database on `crashing_server` that others are copied from."""
    with runner.temporary_database(crashing_server) as dsn:
        migrations.migrate(dsn)
        yield dsn


@pytest.fixture
def crashing_database(crashing_server: str, crashing_template: str) -> Iterator[str]:
    """A new, migrated database on `crashing_server`."""
    with runner.copied_database(crashing_server, crashing_template) as dsn:
        yield dsn


@pytest.fixture
def pgkit() -> Pgkit:
    """Run the command line in a process of its own: `pgkit("status", dsn=database)`."""

    def run(
        *arguments: str | Path, dsn: str | None = None, input: str = ""
    ) -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        if dsn is not None:
            environment["DATABASE_URL"] = dsn
        return forked.run([*map(str, arguments)], environment, input)

    return run


@pytest.fixture
def sql_copy(tmp_path: Path) -> Path:
    """A copy of `sql/` that a test may change."""
    return Path(shutil.copytree(migrations.sql_folder(), tmp_path / "sql"))


@pytest.fixture
def dump_schema() -> Callable[[str], str]:
    """Return what `pg_dump -s` says about a database, without what is random in it.

    That is the restrict key, and an option of each column that 15.20 writes.
    """

    def dump(dsn: str) -> str:
        output = subprocess.run(
            [binaries.find_program("pg_dump"), "--schema-only", dsn],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        kept = [
            line
            for line in output.splitlines()
            if "restrict " not in line and "pg_attver=" not in line
        ]
        return "\n".join(kept)

    return dump


@pytest.fixture
def pooled() -> Iterator[Callable[[str, int], str]]:
    """Start a pgbouncer with so many sessions; return the connection string through it."""
    program = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    if program is None:
        pytest.skip("there is no pgbouncer on this machine")
    account = server.server_account()
    started: list[subprocess.Popen[bytes]] = []
    with TemporaryDirectory(prefix="pgkit-", dir="/tmp") as name:
        folder = Path(name)
        if account is not None:
            shutil.chown(folder, account.pw_uid, account.pw_gid)

        def start(dsn: str, size: int) -> str:
            parts = parse_dsn(dsn)
            kept = {key: parts[key] for key in ("host", "port", "user", "password") if key in parts}
            config = POOLER_CONFIG.format(
                server=make_conninfo("", **kept), folder=folder, size=size, port=POOLER_PORT
            )
            (folder / "config").write_text(config)
            command = [program, str(folder / "config")]
            started.append(
                subprocess.Popen(
                    command,
                    cwd="/",
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    **server.switch_to(account),
                )
            )
            wait_for((folder / f".s.PGSQL.{POOLER_PORT}").exists)
            return make_conninfo(
                "", host=str(folder), port=POOLER_PORT, dbname=parts["dbname"], user=parts["user"]
            )

        yield start
        for process in started:
            process.terminate()
            process.wait(timeout=60)
