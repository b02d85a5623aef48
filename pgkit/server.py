"""Start and stop a private PostgreSQL server with `pg_ctl`."""

import fcntl
import hashlib
import os
import pwd
import secrets
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from psycopg import sql

from pgkit import binaries
from pgkit.database import Failure, connect

# A socket's path must fit into sockaddr_un: 107 bytes on Linux, 103 on macOS.
LONGEST_SOCKET_PATH = 103


class Running(NamedTuple):
    """What `postmaster.pid` says about a live server."""

    pid: int
    port: int
    socket_folder: Path
    listen: str


def default_data() -> Path:
    """Return the data directory of this user."""
    if base := os.environ.get("XDG_DATA_HOME"):
        return Path(base) / "pgkit" / "postgres"
    if os.geteuid() == 0:
        # The server cannot run as root, and no other account can enter root's home.
        return Path("/var/lib/pgkit/postgres")
    return Path.home() / ".local" / "share" / "pgkit" / "postgres"


def up(
    data: Path,
    *,
    port: int | None = None,
    listen: str | None = None,
    settings: Mapping[str, str] | None = None,
) -> str:
    """Start the server unless it runs, creating it first if need be; return a connection string.

    It listens on a unix socket only, unless `port` or `listen` asks for TCP.
    `settings` are configuration parameters for this start.
    """
    data = data.resolve()
    wants_tcp = port is not None or listen is not None
    with locked(data):
        running = read_pid_file(data)
        if running is not None and not has_programs(data):
            # It lives on without the files it would load, and fails later for want of one.
            pg_ctl(data, "stop", "-m", "fast")
            running = None
        if running is not None and settings:
            raise Failure(
                "the server already runs, where --set has no effect",
                "Run `pgkit down` first, then `pgkit up` with --set again.",
            )
        if running is None:
            start(data, port or 5432, (listen or "localhost") if wants_tcp else "", settings or {})
            running = read_pid_file(data)
        if running is None:
            raise Failure("the server stopped right after its start", f"See {data / 'server.log'}.")
    if wants_tcp and (not running.listen or port not in (None, running.port)):
        raise Failure(
            "the server already runs, but does not listen there",
            "Run `pgkit down` first, then `pgkit up` with --port or --listen again.",
        )
    return connection_string(data, running, tcp=wants_tcp)


def down(data: Path) -> bool:
    """Stop the server; return whether it was running. Open transactions are rolled back."""
    data = data.resolve()
    if not data.exists():
        return False
    with locked(data):
        running = read_pid_file(data)
        if running is None:
            return False
        pg_ctl(data, "stop", "-m", "fast")
        if running.socket_folder != data:
            running.socket_folder.rmdir()
    return True


def is_running(data: Path) -> bool:
    """Say whether the server of a data directory runs."""
    return read_pid_file(data.resolve()) is not None


def has_programs(data: Path) -> bool:
    """Return whether the programs that the running server was started from are still there."""
    try:
        return Path(shlex.split((data / "postmaster.opts").read_text())[0]).exists()
    except (OSError, IndexError):
        return True


def start(data: Path, port: int, listen: str, settings: Mapping[str, str]) -> None:
    """Start the server of a data directory, and create the directory if it is not there."""
    account = server_account()
    if account:
        ensure_reachable(data.parent, account)
    if not (data / "PG_VERSION").exists():
        create(data, account)
    sockets = socket_folder(data, port, account)
    for lock in (data / "postmaster.pid", sockets / f".s.PGSQL.{port}.lock"):
        remove_stale_lock(data, lock)
    all_settings = {
        **settings,
        "port": str(port),
        "listen_addresses": listen,
        "unix_socket_directories": f'"{sockets}"',
    }
    options = " ".join(f"-c {shlex.quote(f'{k}={v}')}" for k, v in all_settings.items())
    pg_ctl(data, "start", "-t", "60", "-l", str(data / "server.log"), "-o", options)


def create(data: Path, account: pwd.struct_passwd | None) -> None:
    """Make a new data directory; one that is not finished never has the final name."""
    if data.exists() and any(data.iterdir()):
        raise Failure(
            f"{data} is not empty and not a PostgreSQL data directory",
            "Choose another directory with --data.",
        )
    unfinished = data.with_name(data.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    if account:
        os.chown(unfinished, account.pw_uid, account.pw_gid)
    run(
        runnable(binaries.find_server(), data, account) / "initdb",
        f"--pgdata={unfinished}",
        "--username=postgres",
        "--encoding=UTF8",
        "--locale=C",
        "--auth-local=trust",
        "--auth-host=scram-sha-256",
        account=account,
    )
    with (unfinished / "pg_hba.conf").open("a") as rules:
        rules.write("host all all all scram-sha-256\n")
    unfinished.rename(data)


def pg_ctl(data: Path, *arguments: str) -> None:
    """Run `pg_ctl` of the data directory's major version, and wait until it has done its work."""
    major = int((data / "PG_VERSION").read_text())
    try:
        folder = binaries.find_server(major)
    except Failure as failure:
        raise Failure(
            f"{data} was made by PostgreSQL {major}, which is not on this machine",
            "Choose another directory with --data, or point PGKIT_PG_BIN at that version.",
        ) from failure
    account = server_account()
    folder = runnable(folder, data, account)
    run(folder / "pg_ctl", f"--pgdata={data}", "--wait", *arguments, account=account)


def run(program: Path, *arguments: str, account: pwd.struct_passwd | None) -> None:
    """Run a program, as `account` if given."""
    result = subprocess.run(
        [program, *arguments],
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        **switch_to(account),
    )
    if result.returncode != 0:
        said = (result.stderr.strip() or result.stdout.strip()).splitlines()
        log = next((Path(a) for a in arguments if a.endswith("server.log")), None)
        hint = f"{log} says: {last_line(log)}" if log and log.exists() else None
        raise Failure(said[0] if said else f"{program.name} failed ({result.returncode})", hint)


def last_line(log: Path) -> str:
    """Return the line of a server log that most likely says why it did not start."""
    lines = log.read_text(errors="replace").splitlines()
    fatal = [line for line in lines if "FATAL:" in line or "PANIC:" in line]
    return (fatal or lines or [""])[-1]


def server_account() -> pwd.struct_passwd | None:
    """Return the account to run the server as: an unprivileged one if we are root, else nothing."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise Failure(
        "PostgreSQL refuses to run as root, and there is no user postgres or nobody",
        "Run as another user, or add one: useradd --system postgres",
    )


def switch_to(account: pwd.struct_passwd | None) -> dict[str, Any]:
    """Return the arguments that make `subprocess.run` switch to an account."""
    if account is None:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def ensure_reachable(folder: Path, account: pwd.struct_passwd) -> None:
    """Refuse a directory that the server's account cannot enter."""
    entered = subprocess.run(["test", "-x", folder], cwd="/", check=False, **switch_to(account))
    if entered.returncode != 0:
        raise Failure(
            f"user {account.pw_name}, who runs the server for root, cannot enter {folder}",
            "Choose another directory with --data, for example /var/lib/pgkit/postgres.",
        )


def runnable(folder: Path, data: Path, account: pwd.struct_passwd | None) -> Path:
    """Return PostgreSQL's programs where `account` may run them.

    A virtual environment in root's home is closed to everybody else, so the programs are
    copied beside the data; opening root's home instead would be worse.
    """
    if account is None:
        return folder
    try:
        subprocess.run(
            [folder / "postgres", "--version"],
            cwd="/",
            check=True,
            capture_output=True,
            **switch_to(account),
        )
        return folder
    except PermissionError:
        pass
    version = subprocess.check_output([folder / "postgres", "--version"], text=True).split()[2]
    copy = data.with_name(f"programs-{version}")
    if copy.exists():
        return copy / folder.relative_to(folder.parents[2])
    return binaries.copy_server(folder, copy)


def socket_folder(data: Path, port: int, account: pwd.struct_passwd | None) -> Path:
    """Return the directory of the socket: the data directory, or a short one if that will not do.

    Either is closed to other users, which is what makes `trust` on the socket safe. A comma in a
    connection string would mean two hosts.
    """
    longest = os.fsencode(data / f".s.PGSQL.{port}")
    if len(longest) <= LONGEST_SOCKET_PATH and b"," not in longest:
        return data
    owner = account.pw_uid if account else os.geteuid()
    short = Path("/tmp") / f"pgkit-{owner}-{hashlib.sha256(os.fsencode(data)).hexdigest()[:12]}"
    short.mkdir(mode=0o700, exist_ok=True)
    if account and short.stat().st_uid == 0:
        os.chown(short, account.pw_uid, account.pw_gid)
    status = short.lstat()
    if short.is_symlink() or status.st_uid != owner or status.st_mode & 0o077:
        raise Failure(f"{short} belongs to somebody else", "Choose a shorter --data path.")
    return short


def read_pid_file(data: Path) -> Running | None:
    """Return what `postmaster.pid` says if that server is alive."""
    lines = lock_lines(data / "postmaster.pid")
    if len(lines) < 6 or not is_server(int(lines[0]), data):
        return None
    return Running(int(lines[0]), int(lines[3]), Path(lines[4]), lines[5].strip())


def lock_lines(lock: Path) -> list[str]:
    """Return the lines of a lock file, none where there is no such file."""
    try:
        return lock.read_text().splitlines()
    except FileNotFoundError:
        return []


def is_server(pid: int, data: Path) -> bool:
    """Say whether a process is the server of that data directory.

    After a reboot or in a container the id in a stale file may belong to any program.
    A server's working directory is its data directory.
    """
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    try:
        # A server that was killed stays a zombie until somebody asks for its exit code.
        if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
            return False
        return Path(f"/proc/{pid}/cwd").readlink() == data
    except OSError:
        # No /proc (macOS), or not ours to look at: the process id must do.
        return True


def remove_stale_lock(data: Path, lock: Path) -> None:
    """Remove a lock file that PostgreSQL itself would stumble over.

    It recognises the id of a process that is gone, but neither an empty file nor an id that
    another program got since or that a zombie still has. Both its lock files, `postmaster.pid` and
    the one beside the socket, begin with the process id and the data directory.
    """
    lines = lock_lines(lock)
    if not lines or (lines[1:2] == [str(data)] and not is_server(int(lines[0]), data)):
        lock.unlink(missing_ok=True)


def connection_string(data: Path, running: Running, *, tcp: bool) -> str:
    """Return the connection string of a running server."""
    port = "" if running.port == 5432 else f"&port={running.port}"
    local = f"postgresql://postgres@/postgres?host={quote(str(running.socket_folder))}{port}"
    if not tcp:
        return local
    host = "localhost" if running.listen in ("*", "0.0.0.0", "::") else running.listen
    return f"postgresql://postgres:{password(data, local)}@{host}:{running.port}/postgres"


def password(data: Path, local: str) -> str:
    """Return the password for TCP connections, setting one the first time."""
    file = data / "password"
    if not file.exists():
        new = secrets.token_urlsafe(24)
        with connect(local) as connection:
            connection.execute(sql.SQL("alter role postgres password {}").format(sql.Literal(new)))
        file.touch(mode=0o600)
        file.write_text(new)
    return file.read_text()


@contextmanager
def locked(data: Path) -> Iterator[None]:
    """Let one process at a time start or stop the server of a data directory."""
    data.parent.mkdir(parents=True, exist_ok=True)
    with data.with_name(data.name + ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
