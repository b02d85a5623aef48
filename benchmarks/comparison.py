"""How often comparisons of workflows name one, and how often they are right.

Simulated jobs of many pairs of workflows, and real ones: the runs of five benchmarks on six
machines in `../shared/data/vm_jobs`, where a workflow is a benchmark and a worker a machine. Beside
each figure stands what a plain test of the means of all jobs says, which knows no workers.
"""

import csv
import gzip
import math
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from benchmarks.bench import Bench, Connection, Result, connect
from pgkit import migrations, runner

START = datetime(2020, 1, 6, tzinfo=UTC)
REAL = Path(__file__).parents[2] / "shared" / "data" / "vm_jobs" / "jobs.csv.gz"
MEAN_MS = 60_000


class Scenario(NamedTuple):
    """How the jobs of a pair of workflows are drawn.

    The second workflow takes `change` times as long. Standard deviations are of logarithms: of
    workers (the same for both workflows), of the difference from worker to worker, and of the days
    of a worker.
    """

    name: str
    workers: int
    jobs: int = 200
    variation: float = 0.3
    change: float = 1
    second_shares: tuple[float, ...] = ()
    slow_worker: float = 1
    workers_vary: float = 0.2
    difference_varies: float = 0
    days_vary: float = 0
    days: int = 12
    is_disjoint: bool = False
    metrics: tuple[str, ...] = ("total_wall_time_ms",)


class Job(NamedTuple):
    """A job, as it is copied into the database."""

    workflow: str
    worker: str
    ended_at: datetime
    wall_ms: int
    gpu_ms: int | None = None
    vram_mb: int | None = None
    failed: bool = False


class Pair(NamedTuple):
    """What is compared, in which range, by which metrics; truth is 1 if the second is slower."""

    first: str
    second: str
    start: datetime
    end: datetime
    metrics: tuple[str, ...]
    truth: int


class Outcome(NamedTuple):
    """How many pairs were compared, had a named winner, and had the right one."""

    compared: int
    named: int
    right: int


FASTER = [
    Scenario(
        f"10 % faster, {workers} worker{'s' if workers > 1 else ''}, variation {variation}",
        workers,
        variation=variation,
        change=0.9,
    )
    for workers, variation in [
        (1, 0.3), (2, 0.3), (3, 0.15), (3, 0.2), (4, 0.2), (4, 0.3), (6, 0.2), (6, 0.3)
    ]
]  # fmt: skip
EQUAL = [
    Scenario("equal workers", 4, workers_vary=0),
    Scenario("one worker", 1, variation=1),
    Scenario("one slow worker, most jobs of one workflow on it", 4,
             second_shares=(0.7, 0.1, 0.1, 0.1), slow_worker=2),
    Scenario("workers that vary by 50 %, other shares", 6,
             second_shares=(0.4, 0.3, 0.1, 0.1, 0.05, 0.05), workers_vary=0.5),
    Scenario("30 jobs each of 6 workers, variation 1", 6, jobs=30, variation=1),
    Scenario("200 jobs each of 60 workers", 60, variation=0.5),
    Scenario("difference varies by 4 % from worker to worker", 3, difference_varies=0.04),
    Scenario("difference varies by 14 %, 3 workers", 3, variation=0.1, difference_varies=0.14),
    Scenario("difference varies by 14 %, 8 workers", 8, variation=0.2, difference_varies=0.14),
    Scenario("jobs of a day resemble each other, 3 workers", 3, variation=0.2, days_vary=0.2),
    Scenario("jobs of a day resemble each other, 1 worker, 8 days", 1, variation=0.2,
             days_vary=0.2, days=8),
    Scenario("other workers for each workflow, 2 each", 4, is_disjoint=True),
    Scenario("other workers for each workflow, 5 each", 10, is_disjoint=True),
    Scenario("four metrics at once", 4, metrics=(
        "total_wall_time_ms", "total_gpu_time_ms", "vram_peak_mb", "failure_rate")),
]  # fmt: skip


def measure(bench: Bench) -> Iterator[Result]:
    pairs = 100 if bench.repeats > 1 else 10
    draw = random.Random(9)
    with runner.temporary_database(bench.dsn) as dsn:
        migrations.migrate(dsn)
        with connect(dsn) as connection:
            yield from simulate(connection, draw, pairs)
    if not REAL.exists():
        yield Result("comparison of real jobs", "no data")
        return
    with runner.temporary_database(bench.dsn) as dsn:
        migrations.migrate(dsn)
        with connect(dsn) as connection:
            yield from compare_real(connection, draw, every=1 if bench.repeats > 1 else 8)


def simulate(connection: Connection, draw: random.Random, pairs: int) -> Iterator[Result]:
    drawn = {
        scenario: [
            (name_pair(scenario, number), make_jobs(draw, scenario, number))
            for number in range(pairs)
        ]
        for scenario in (*FASTER, *EQUAL)
    }
    store(connection, [job for made in drawn.values() for _, jobs in made for job in jobs])
    for scenario, made in drawn.items():
        outcome = compare(connection, [pair for pair, _ in made])
        yield describe(scenario.name, outcome, [jobs for _, jobs in made], scenario.change != 1)


def name_pair(scenario: Scenario, number: int) -> Pair:
    return Pair(
        f"{scenario.name} {number} a",
        f"{scenario.name} {number} b",
        START,
        START + timedelta(days=scenario.days),
        scenario.metrics,
        (scenario.change > 1) - (scenario.change < 1),
    )


def make_jobs(draw: random.Random, scenario: Scenario, number: int) -> list[Job]:
    """Draw the jobs of one pair; means do not depend on the variation."""
    pair = name_pair(scenario, number)
    workers = range(scenario.workers)
    speeds = [draw.gauss(0, scenario.workers_vary) for _ in workers]
    speeds[0] += math.log(scenario.slow_worker)
    differences = [draw.gauss(0, scenario.difference_varies) for _ in workers]
    days = [[draw.gauss(0, scenario.days_vary) for _ in range(scenario.days)] for _ in workers]
    deviation = math.sqrt(math.log(1 + scenario.variation**2))
    has_more = len(scenario.metrics) > 1
    jobs = []
    for workflow, change in ((pair.first, 0.0), (pair.second, math.log(scenario.change))):
        is_second = workflow == pair.second
        shares = [1.0] * scenario.workers
        if scenario.is_disjoint:
            shares = [float((worker * 2 < scenario.workers) != is_second) for worker in workers]
        elif is_second and scenario.second_shares:
            shares = list(scenario.second_shares)
        for worker in draw.choices(workers, shares, k=scenario.jobs):
            day = draw.randrange(scenario.days)
            mean = MEAN_MS * math.exp(
                change + speeds[worker] + days[worker][day] + is_second * differences[worker]
            )
            wall = mean * draw.lognormvariate(-(deviation**2) / 2, deviation)
            jobs.append(
                Job(
                    workflow,
                    f"worker {worker}",
                    # One hour of a day, so that hours are not many times as many rows as days.
                    START + timedelta(days=day, hours=12),
                    round(wall),
                    round(wall * draw.uniform(0.8, 0.9)) if has_more else None,
                    round(draw.gauss(12000, 500)) if has_more else None,
                    has_more and draw.random() < 0.05,
                )
            )
    return jobs


def store(connection: Connection, jobs: Sequence[Job]) -> None:
    """Copy jobs into the raw table and roll them up."""
    for table, names in (
        ("workflows", {job.workflow for job in jobs}),
        ("workers", {job.worker for job in jobs}),
    ):
        connection.execute(
            f"insert into perf.{table} (name) select unnest(%s::text[])".encode(), [sorted(names)]
        )
    connection.execute(
        "create temporary table copied (workflow text, worker text, ended_at timestamptz,"
        " wall_ms bigint, gpu_ms bigint, vram_mb integer, failed boolean)"
    )
    with connection.cursor() as cursor, cursor.copy("copy copied from stdin") as copy:
        for job in jobs:
            copy.write_row(job)
    connection.execute(
        "insert into perf_internal.job_kinds (workflow_id, worker_id)"
        " select distinct f.id, w.id from copied as c"
        " join perf.workflows as f on f.name = c.workflow"
        " join perf.workers as w on w.name = c.worker"
    )
    connection.execute(
        "insert into perf.performance_metrics (series_id, created_at, job_id, workflow_id,"
        " worker_id, total_wall_time_ms, total_gpu_time_ms, vram_peak_mb, failed)"
        " select k.id, c.ended_at, 1, f.id, w.id, c.wall_ms, c.gpu_ms, c.vram_mb, c.failed"
        " from copied as c"
        " join perf.workflows as f on f.name = c.workflow"
        " join perf.workers as w on w.name = c.worker"
        " join perf_internal.job_kinds as k on k.workflow_id = f.id and k.worker_id = w.id"
    )
    connection.execute("drop table copied")
    connection.execute("analyze")
    connection.execute("select perf.aggregate_performance_metrics()")
    connection.execute("vacuum analyze")


def compare(connection: Connection, pairs: Sequence[Pair]) -> Outcome:
    """Ask `perf.compare_workflows` about each pair."""
    ids: dict[str, int] = dict(connection.execute("select name, id from perf.workflows").fetchall())
    named = right = 0
    for pair in pairs:
        clear = connection.execute(
            "select sign(difference)::integer from perf.compare_workflows(%s, %s, %s, %s::text[])"
            " where verdict in ('better', 'worse')",
            [[ids[pair.first], ids[pair.second]], pair.start, pair.end, list(pair.metrics)],
        ).fetchall()
        named += bool(clear)
        right += (pair.truth,) in clear
    return Outcome(len(pairs), named, right)


def describe(
    name: str, outcome: Outcome, made: Sequence[Sequence[Job]], is_different: bool
) -> Result:
    """Return a row of the table, with what a plain test of the means says beside it."""
    plain = sum(differ_plainly(jobs) for jobs in made) / len(made)
    named = outcome.named / outcome.compared
    if not is_different:
        return Result(
            f"no difference: {name}",
            f"named {named:.1%} of {outcome.compared}",
            f"plain test of the means names {plain:.1%}",
            "",
            "≤ 5 %",
            # What chance makes of 5 % in so few pairs, at most.
            named <= 0.05 + 1.645 * math.sqrt(0.05 * 0.95 / outcome.compared),
        )
    right = outcome.right / outcome.named if outcome.named else 0.0
    return Result(
        name,
        f"named {named:.1%} of {outcome.compared}, right {right:.1%}",
        f"plain test of the means names {plain:.1%}",
        "",
        "≥ 80 %, right ≥ 95 %",
        named >= 0.8 and right >= 0.95,
    )


def differ_plainly(jobs: Sequence[Job]) -> bool:
    """Tell whether the mean times of the two workflows of some jobs differ by 1.96 errors."""
    times: dict[str, list[int]] = {}
    for job in jobs:
        if not job.failed:
            times.setdefault(job.workflow, []).append(job.wall_ms)
    if len(times) < 2:
        return False
    means = [math.fsum(values) / len(values) for values in times.values()]
    squares = [
        math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1) / len(values)
        for mean, values in zip(means, times.values(), strict=True)
    ]
    return abs(means[0] - means[1]) > 1.96 * math.sqrt(sum(squares))


def compare_real(connection: Connection, draw: random.Random, *, every: int) -> Iterator[Result]:
    """Compare weeks of real jobs: halves of a workflow, a half that is slowed, other workflows."""
    jobs = list(read_real(draw))
    store(connection, jobs)
    by_week: dict[tuple[str, int], list[Job]] = {}
    for job in jobs:
        week = (job.ended_at - START) // timedelta(days=7)
        by_week.setdefault((job.workflow, week), []).append(job)
    workflows = sorted({name.rsplit(" ", 1)[0] for name, _ in by_week})
    weeks = sorted({week for _, week in by_week})[::every]

    def row(name: str, halves: Sequence[tuple[str, str]], truth: int | None) -> Result:
        pairs, made = [], []
        for week in weeks:
            for first, second in halves:
                both = [*by_week.get((first, week), []), *by_week.get((second, week), [])]
                counts = Counter(job.workflow for job in both)
                # Weeks in which the machines hardly ran decide nothing.
                if min(counts[first], counts[second]) >= 100:
                    start = START + timedelta(days=7 * week)
                    slower = (means[second] > means[first]) - (means[second] < means[first])
                    pairs.append(
                        Pair(first, second, start, start + timedelta(days=7),
                             ("total_wall_time_ms",), slower if truth is None else truth)
                    )  # fmt: skip
                    made.append(both)
        return describe(f"real jobs: {name}", compare(connection, pairs), made, truth != 0)

    means = {
        workflow: math.fsum(times) / len(times)
        for workflow in {job.workflow for job in jobs}
        if (times := [job.wall_ms for job in jobs if job.workflow == workflow])
    }
    yield row("halves of a workflow, a week", [(f"{w} a", f"{w} b") for w in workflows], 0)
    yield row("one half 10 % slower, a week", [(f"{w} a", f"{w} slow") for w in workflows], 1)
    yield row(
        "other workflows, a week",
        [(f"{first} a", f"{second} a") for first, second in combinations(workflows, 2)],
        None,
    )


def read_real(draw: random.Random) -> Iterator[Job]:
    """Yield the real jobs, each in one of two halves, and the second half again, slowed."""
    with gzip.open(REAL, "rt", newline="") as lines:
        for line in csv.DictReader(lines):
            if not line["runtime_s"]:
                continue
            ended_at = datetime.fromisoformat(line["started_at"]).replace(tzinfo=UTC)
            wall = float(line["runtime_s"]) * 1000
            half = draw.choice("ab")
            yield Job(f"{line['workflow']} {half}", line["worker"], ended_at, round(wall))
            if half == "b":
                yield Job(f"{line['workflow']} slow", line["worker"], ended_at, round(wall * 1.1))
