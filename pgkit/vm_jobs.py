"""The bundled jobs of the Azure VM noise dataset: benchmarks on two types of machines."""

import csv
import gzip
from importlib.resources import files
from typing import NamedTuple

# The types of the machines are in their names.
WORKERS = ("westus2-B8ms-0", "westus2-D8s_v5-0")


class Run(NamedTuple):
    """One run of a benchmark: its time from start to end in seconds, and what it measured."""

    started_at: str
    workflow: str
    worker: str
    runtime_s: float
    value: float
    unit: str


def read_runs() -> list[Run]:
    """Return the runs in the order of their start."""
    packed = files("pgkit").joinpath("data", "vm_jobs", "jobs.csv.gz").read_bytes()
    return [
        Run(
            started_at=row["started_at"],
            workflow=row["workflow"],
            worker=row["worker"],
            runtime_s=float(row["runtime_s"]),
            value=float(row["value"]),
            unit=row["unit"],
        )
        for row in csv.DictReader(gzip.decompress(packed).decode("utf-8").splitlines())
    ]
