"""A cluster of Citus for tests: a coordinator and workers on this machine, which may be killed.

`python tests/citus.py up DIR` starts one and prints the address of its coordinator.
"""

import os
import shutil
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from unittest.mock import patch

import psycopg
from pipeline import wait_for
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from pgkit import server

VARIABLE = "PGKIT_CITUS_BIN"
ADDRESS = "PGKIT_CITUS_DSN"
PORT = 55710
SETTINGS = {
    "shared_preload_libraries": "citus",
    # To move shards.
    "wal_level": "logical",
    "max_prepared_transactions": "100",
    "max_connections": "200",
    "citus.node_conninfo": "sslmode=disable",
    "citus.enable_statistics_collection": "off",
    # Otherwise a run may have to wait a minute after a crash.
    "citus.recover_2pc_interval": "1s",
}


class Running:
    """A cluster that somebody else started. Node 0 is the coordinator."""

    is_ours = False

    def __init__(self, dsn: str) -> None:
        self.nodes = [dsn]
        with psycopg.connect(dsn) as connection:
            self.nodes += [
                make_conninfo(dsn, host=host, port=port)
                for host, port in connection.execute(
                    "select nodename, nodeport from pg_dist_node"
                    " where groupid <> 0 and noderole = 'primary' order by nodeid"
                ).fetchall()
            ]

    def place(self, node: int) -> tuple[str, int]:
        """Return the host and port of a node."""
        found = conninfo_to_dict(self.nodes[node])
        return str(found.get("host", "localhost")), int(found.get("port") or 5432)

    def create_database(self, name: str) -> str:
        """Create a database on all nodes, and make a cluster of it; return its address."""
        addresses = [replace_database(dsn, name) for dsn in self.nodes]
        for node, address in zip(self.nodes, addresses, strict=True):
            with psycopg.connect(node, autocommit=True) as connection:
                connection.execute("set citus.enable_create_database_propagation = off")
                connection.execute(f"create database {name}".encode())
            with psycopg.connect(address, autocommit=True) as connection:
                connection.execute("create extension citus")
        with psycopg.connect(addresses[0], autocommit=True) as connection:
            connection.execute("select citus_set_coordinator_host(%s, %s)", self.place(0))
            for number in range(1, len(self.nodes)):
                connection.execute("select citus_add_node(%s, %s)", self.place(number))
        return addresses[0]

    def drop_database(self, name: str) -> None:
        for node in self.nodes:
            with psycopg.connect(node, autocommit=True) as connection:
                connection.execute("set citus.enable_create_database_propagation = off")
                connection.execute(f"drop database if exists {name} with (force)".encode())


class Cluster(Running):
    """A cluster of nodes in a folder, which may be killed."""

    is_ours = True

    def __init__(
        self,
        folder: Path,
        workers: int = 2,
        *,
        port: int = PORT,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder
        self.port = port
        self.settings = {**SETTINGS, **(settings or {})}
        self.nodes: list[str] = []
        for _ in range(workers + 1):
            self.start(len(self.nodes))

    @property
    def dsn(self) -> str:
        return self.nodes[0]

    def data(self, node: int) -> Path:
        return self.folder / f"node{node}"

    def start(self, node: int) -> None:
        """Start a node, creating it first if need be."""
        data = self.data(node)
        with patch.dict(os.environ, PGKIT_PG_BIN=os.environ[VARIABLE]):
            if not data.exists():
                data.parent.mkdir(parents=True, exist_ok=True)
                server.create(data, server.server_account())
                (data / "pg_hba.conf").write_text(
                    "local all all trust\nhost all all 127.0.0.1/32 trust\n"
                )
            dsn = server.up(data, port=self.port + node, listen="127.0.0.1", settings=self.settings)
        self.nodes[node : node + 1] = [dsn]

    def kill(self, node: int) -> None:
        """Kill a node and all its processes, as a loss of power does."""
        pid = int((self.data(node) / "postmaster.pid").read_text().split()[0])
        children = [
            int(path.name)
            for path in Path("/proc").iterdir()
            if path.name.isdigit() and is_child(path, pid)
        ]
        for process in (pid, *children):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        wait_for(lambda: all(is_gone(Path(f"/proc/{p}")) for p in (pid, *children)))

    def stop(self) -> None:
        stop(self.folder)


def stop(folder: Path) -> None:
    """Stop every node of a cluster."""
    with patch.dict(os.environ, PGKIT_PG_BIN=os.environ[VARIABLE]):
        for data in folder.glob("node*/"):
            server.down(data)


def replace_database(dsn: str, name: str) -> str:
    return make_conninfo(dsn, dbname=name)


def is_child(process: Path, parent: int) -> bool:
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[1]) == parent
    except OSError:
        return False


def is_gone(process: Path) -> bool:
    """Say whether a process has ended; one that nobody has asked for its exit code stays listed."""
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()[0] in ("Z", "X")
    except OSError:
        return True


@contextmanager
def running(folder: Path, workers: int = 2, **options: object) -> Iterator[Cluster]:
    """A cluster that is stopped and removed afterwards."""
    cluster = Cluster(folder, workers, **options)  # type: ignore[arg-type]
    try:
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    command, root, *rest = sys.argv[1:]
    if command == "down":
        stop(Path(root))
    else:
        number, name = [*rest, "2", "perf"][:2]
        made = Cluster(Path(root), int(number), settings={"fsync": "off"})
        print(made.create_database(name))
