"""What people install: the wheel, and the files for Docker."""

import subprocess
import sys
import zipfile
from pathlib import Path

import yaml

from pgkit import migrations

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
    wanted |= {f"pgkit/data/llmperf/{p.name}" for p in (ROOT / "pgkit/data/llmperf").iterdir()}
    assert wanted - names == set()


def test_the_compose_file_starts_things_in_order() -> None:
    compose = yaml.safe_load((ROOT / "docker/compose.yaml").read_text())
    services = compose["services"]
    assert set(services) == {"postgres", "migrate", "postgrest"}
    assert services["postgrest"]["environment"]["PGRST_DB_SCHEMAS"] == "perf"
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
