"""The private server: up, down, and what may stand in their way."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from pipeline import wait_for

from pgkit import binaries, server
from pgkit.database import Failure


@pytest.fixture
def data() -> Iterator[Path]:
    """The place of a data directory that the server's account can reach, also when we are root."""
    folder = Path(tempfile.mkdtemp(prefix="pgkit-"))
    folder.chmod(0o755)
    yield folder / "postgres"
    server.down(folder / "postgres")
    shutil.rmtree(folder)


def answers(dsn: str) -> bool:
    with psycopg.connect(dsn) as connection:
        return connection.execute("select 1").fetchone() == (1,)


def test_up_prints_the_connection_string_alone(pgkit, data) -> None:
    started = pgkit("up", "--data", data)
    assert started.returncode == 0, started.stderr
    assert started.stdout.count("\n") == 1
    assert answers(started.stdout.strip())


def test_up_says_that_a_running_server_keeps_its_settings(pgkit, data) -> None:
    pgkit("up", "--data", data)
    again = pgkit("up", "--data", data, "--set", "work_mem=8MB")
    assert again.returncode == 1
    assert again.stderr.startswith("Error: the server already runs, where --set has no effect")


def test_up_twice_and_down_twice_are_fine(pgkit, data) -> None:
    first, second = pgkit("up", "--data", data), pgkit("up", "--data", data)
    assert first.stdout == second.stdout
    down, again = pgkit("down", "--data", data), pgkit("down", "--data", data)
    assert (down.returncode, again.returncode) == (0, 0)
    assert "not running" in again.stderr
    with pytest.raises(psycopg.OperationalError):
        answers(first.stdout.strip())


def test_data_is_still_there_after_down_and_up(data) -> None:
    with psycopg.connect(server.up(data)) as connection:
        connection.execute("create table kept (id int)")
    server.down(data)
    with psycopg.connect(server.up(data)) as connection:
        assert connection.execute("select count(*) from kept").fetchone() == (0,)


def test_the_server_listens_on_a_socket_only(data) -> None:
    with psycopg.connect(server.up(data)) as connection:
        assert connection.execute("show listen_addresses").fetchone() == ("",)


def test_a_port_asks_for_a_password(data) -> None:
    dsn = server.up(data, port=free_port())
    assert "@localhost:" in dsn
    assert answers(dsn)
    with pytest.raises(psycopg.OperationalError, match="password"):
        answers(dsn.replace(server.password(data, ""), "guess"))


def test_a_server_without_the_port_asked_for_is_not_silently_taken(data) -> None:
    server.up(data)
    with pytest.raises(Failure, match="does not listen there"):
        server.up(data, port=free_port())


def test_settings_reach_the_server(pgkit, data) -> None:
    started = pgkit("up", "--data", data, "--set", "work_mem=7MB")
    with psycopg.connect(started.stdout.strip()) as connection:
        assert connection.execute("show work_mem").fetchone() == ("7MB",)


def test_a_wrong_setting_is_one_error_with_the_reason(pgkit, data) -> None:
    failed = pgkit("up", "--data", data, "--set", "work_mem=plenty")
    assert failed.returncode == 1
    assert failed.stderr.startswith("Error: ")
    assert "work_mem" in failed.stderr
    assert "Traceback" not in failed.stderr


def test_two_at_once_start_one_server(data) -> None:
    command = [sys.executable, "-m", "pgkit", "up", "--data", str(data)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    printed = [process.communicate(timeout=60)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert printed[0] == printed[1]
    assert answers(printed[0].strip())


def test_a_killed_server_comes_up_again(data) -> None:
    server.up(data)
    kill_server(data)
    assert answers(server.up(data))


@pytest.mark.skipif(not Path("/proc").exists(), reason="needs /proc")
def test_a_killed_server_that_nobody_has_waited_for_is_no_server(tmp_path) -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, cwd=tmp_path)
    assert server.is_server(child.pid, tmp_path)
    child.kill()
    stat = Path(f"/proc/{child.pid}/stat")
    wait_for(lambda: ") Z " in stat.read_text())
    assert not server.is_server(child.pid, tmp_path)
    child.wait()


@pytest.mark.skipif(not Path("/proc").exists(), reason="needs /proc")
def test_a_stale_pid_file_naming_another_program_does_not_matter(data) -> None:
    server.up(data)
    lines = (data / "postmaster.pid").read_text().splitlines()
    kill_server(data)
    account = server.server_account()
    with subprocess.Popen(["sleep", "60"], **server.switch_to(account)) as other:
        lines[0] = str(other.pid)
        (data / "postmaster.pid").write_text("\n".join(lines) + "\n")
        assert not server.down(data)
        assert answers(server.up(data))
        assert other.poll() is None
        other.kill()


def test_an_empty_pid_file_does_not_matter(data) -> None:
    server.up(data)
    kill_server(data)
    (data / "postmaster.pid").write_text("")
    assert answers(server.up(data))


def test_an_unfinished_data_directory_is_made_again(data) -> None:
    unfinished = data.with_name(data.name + ".unfinished")
    unfinished.mkdir()
    (unfinished / "PG_VERSION").write_text("18\n")
    assert answers(server.up(data))
    assert not unfinished.exists()


def test_a_directory_of_other_things_is_left_alone(data) -> None:
    data.mkdir()
    (data / "letter.txt").write_text("dear diary")
    with pytest.raises(Failure, match="not a PostgreSQL data directory"):
        server.up(data)
    assert (data / "letter.txt").exists()


def test_data_of_a_version_that_is_not_here_is_refused(data) -> None:
    data.mkdir()
    (data / "PG_VERSION").write_text("9\n")
    with pytest.raises(Failure, match="made by PostgreSQL 9") as failure:
        server.up(data)
    assert "--data" in str(failure.value.hint)


def test_a_long_path_gets_a_short_socket(data) -> None:
    deep = data.parent / ("d" * 60) / ("e" * 60) / "postgres"
    try:
        dsn = server.up(deep)
        assert "host=/tmp/pgkit-" in dsn
        assert answers(dsn)
        assert dsn == server.up(deep)
    finally:
        server.down(deep)
    assert not Path(dsn.split("host=")[1]).exists()


def test_a_path_of_odd_characters_works(data) -> None:
    odd = data.parent / "it's a, path & more %20"
    try:
        assert answers(server.up(odd))
    finally:
        server.down(odd)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as somebody else")
def test_root_gets_a_clear_error_where_the_server_cannot_go(data) -> None:
    data.parent.chmod(0o700)
    with pytest.raises(Failure, match="cannot enter"):
        server.up(data)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as somebody else")
def test_root_may_keep_the_programs_in_a_closed_home(data, monkeypatch) -> None:
    installation = next(iter(binaries.bundled()), None)
    if installation is None:
        pytest.skip("needs the bundled server")
    home = Path(tempfile.mkdtemp())
    try:
        binaries.copy_server(installation, home / "packages")
        closed = home / "packages" / installation.relative_to(installation.parents[2])
        monkeypatch.setenv("PGKIT_PG_BIN", str(closed))
        assert answers(server.up(data))
        server.down(data)
        assert answers(server.up(data))
    finally:
        server.down(data)
        shutil.rmtree(home)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def kill_server(data: Path) -> None:
    """End a server as a power cut would, and wait until it is gone."""
    running = server.read_pid_file(data)
    assert running is not None
    os.kill(running.pid, signal.SIGKILL)
    wait_for(lambda: server.read_pid_file(data) is None, "the server did not end")
