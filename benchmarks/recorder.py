"""Record calls with pgkit.Recorder: what it costs the application."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from time import perf_counter, process_time

import pgkit
from benchmarks.bench import Bench, Result, connect, median
from pgkit import migrations, runner

RATE = 5_000
# An application that makes so many calls a second wakes up for a few at a time.
TURNS = 100
PARAMETERS = {"temperature": 0.2, "max_tokens": 512}


def measure(bench: Bench) -> Iterator[Result]:
    with runner.temporary_database(bench.dsn) as dsn:
        migrations.migrate(dsn)
        with connect(dsn) as connection:
            connection.execute("select perf.ensure_partitions(%s)", [datetime.now(UTC)])
        with pgkit.Recorder(dsn) as recorder:
            record(recorder)
            assert recorder.flush(60)
            for name, work in (("with call()", record), ("record()", record_measured)):
                ns = min(time_one(recorder, work) for _ in range(bench.repeats * 5)) * 1e6
                yield Result(
                    f"enqueue a call, `{name}`", f"{ns:.1f} µs", target="< 10 µs", met=ns < 10
                )
        plain, recorded, rates = [], [], []
        for _ in range(bench.repeats):
            plain.append(run(lambda: None, bench.seconds))
            with pgkit.Recorder(dsn) as recorder:
                record(recorder)
                assert recorder.flush(60)
                before = recorder.stats.recorded
                recorded.append(run(lambda: record(recorder), bench.seconds))
                assert recorder.flush(60)
                rates.append((recorder.stats.recorded - before) / bench.seconds)
                lost = recorder.stats.dropped + recorder.stats.refused
                assert not lost, recorder.stats
        added = median(recorded) - median(plain)
        yield Result(
            f"record {median(rates):,.0f} calls/s, CPU of the application's process",
            f"{median(recorded):.1%}",
            f"the same loop without {median(plain):.1%}",
            f"+{added:.1%}",
            "< +3 %",
            added < 0.03,
        )


def record(recorder: pgkit.Recorder) -> None:
    with recorder.call("openai/gpt-4o", "chat", parameters=PARAMETERS) as call:
        call.first_token()
        call.input_tokens = 420
        call.output_tokens = 96


def record_measured(recorder: pgkit.Recorder) -> None:
    recorder.record(
        "openai/gpt-4o", "chat", 812.4, parameters=PARAMETERS, input_tokens=420, output_tokens=96
    )


def time_one(recorder: pgkit.Recorder, work: Callable[[pgkit.Recorder], None]) -> float:
    """Return how long a call takes the application, of a few hundred, which fill no batch."""
    count = recorder.batch_size - 10
    assert recorder.flush(60)
    start = perf_counter()
    for _ in range(count):
        work(recorder)
    return (perf_counter() - start) / count


def run(work: Callable[[], object], seconds: float) -> float:
    """Do the work at RATE for some seconds; return the share of a core that the process took."""
    start, cpu = perf_counter(), process_time()
    for turn in range(int(seconds * TURNS)):
        for _ in range(RATE // TURNS):
            work()
        left = start + (turn + 1) / TURNS - perf_counter()
        if left > 0:
            time.sleep(left)
    return (process_time() - cpu) / (perf_counter() - start)
