"""What people install: the wheel, and the files for Docker."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import psycopg
import yaml

from pgkit import binaries, migrations

ROOT = Path(__file__).parent.parent


def test_the_wheel_carries_sql_and_data(tmp_path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    names = set(zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist())
    wanted = {f"pgkit/sql/{file.name}" for file in migrations.read_files(ROOT / "sql")}
    wanted |= {f"pgkit/queries/{path.name}" for path in (ROOT / "pgkit/queries").iterdir()}
    for data in ("llmperf", "vm_jobs"):
        wanted |= {f"pgkit/data/{data}/{p.name}" for p in (ROOT / "pgkit/data" / data).iterdir()}
    assert wanted - names == set()


def test_the_compose_file_starts_things_in_order() -> None:
    compose = yaml.safe_load((ROOT / "docker/compose.yaml").read_text())
    services = compose["services"]
    assert set(services) == {"postgres", "migrate", "worker", "postgrest"}
    assert services["postgrest"]["environment"]["PGRST_DB_SCHEMAS"] == "perf"
    # Release 12 refuses jsonb in the address of a GET.
    assert services["postgrest"]["image"] == "postgrest/postgrest:v13.0.8"
    assert services["migrate"]["depends_on"]["postgres"]["condition"] == "service_healthy"
    finished = services["postgrest"]["depends_on"]["migrate"]["condition"]
    assert finished == "service_completed_successfully"


def test_every_file_that_the_compose_file_names_exists() -> None:
    services = yaml.safe_load((ROOT / "docker/compose.yaml").read_text())["services"]
    for service in services.values():
        if build := service.get("build"):
            assert (ROOT / "docker" / build["context"] / build["dockerfile"]).is_file()
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert not source.startswith(".") or (ROOT / "docker" / source).exists()


MEMBERSHIPS = """
select r.rolname::text
from pg_auth_members as m
join pg_roles as r on r.oid = m.roleid
where m.member = 'authenticator'::regrole
order by 1
"""


def run_roles_file(dsn: str, password: str | None) -> None:
    """Run the file of docker/initdb as the image of PostgreSQL does, or without its password."""
    environment = {name: value for name, value in os.environ.items() if name != "POSTGRES_PASSWORD"}
    if password is not None:
        environment["POSTGRES_PASSWORD"] = password
    file = ROOT / "docker/initdb/roles.sql"
    done = subprocess.run(
        [binaries.find_program("psql"), "--set=ON_ERROR_STOP=1", f"--file={file}", dsn],
        check=True,
        capture_output=True,
        text=True,
        env=environment,
    )
    assert done.stderr == ""


def test_the_roles_of_docker_are_made_before_and_after_a_migration(private_server: str) -> None:
    run_roles_file(private_server, "it's secret")
    migrations.migrate(private_server)
    run_roles_file(private_server, None)
    run_roles_file(private_server, "another")
    with psycopg.connect(private_server) as connection:
        members = connection.execute(MEMBERSHIPS).fetchall()
        assert [name for (name,) in members] == ["anon", "authenticated", "service_role"]
        login = "select rolcanlogin, rolinherit from pg_roles where rolname = 'authenticator'"
        assert connection.execute(login).fetchone() == (True, False)
