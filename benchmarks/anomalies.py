"""How often anomalies are found where none are, and how soon where one is.

numpy draws the calls of many series in slices of five minutes and decides as
`perf_internal.get_modified_z_score` does. The last rows are real jobs.
"""

import csv
import gzip
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.bench import Bench, Result

Floats = NDArray[np.float64]
SEED = 20200106
REAL = Path(__file__).parents[2] / "shared" / "data" / "vm_jobs" / "jobs.csv.gz"
SLICES = 12
WEEK = 168
WEEKS = 12
NEIGHBOURS = 1
FEWEST_POINTS = 8
WARNING, CRITICAL = 3.5, 6.0
TESTED_WEEKS = 4


class Kind(NamedTuple):
    """Series of one kind: `draw` returns counts and sums by series and slice."""

    name: str
    draw: Callable[[np.random.Generator, int, int], tuple[Floats, Floats]]
    statistic: str


def get_season(slices: int) -> Floats:
    """Return a load from 0.2 to 1: quiet nights, and weekends at 40 %."""
    hours = np.arange(slices) / SLICES
    day = 0.6 - 0.4 * np.cos(2 * np.pi * (hours % 24 - 3) / 24)
    return np.where(hours % WEEK >= 120, 0.4, 1) * day


def get_noise(rng: np.random.Generator, series: int, slices: int, deviation: float) -> Floats:
    """Return factors near 1 that drift: an AR(1) process of hours, half of it left after six."""
    hours = slices // SLICES + 2
    kept = 0.5 ** (1 / 6)
    steps = rng.standard_normal((series, hours)) * deviation * np.sqrt(1 - kept**2)
    noise = np.zeros((series, hours))
    for hour in range(1, hours):
        noise[:, hour] = kept * noise[:, hour - 1] + steps[:, hour]
    return np.exp(np.repeat(noise, SLICES, axis=1)[:, :slices])


def draw_counts(calls: float) -> Callable[[np.random.Generator, int, int], tuple[Floats, Floats]]:
    """Return calls an hour at the busiest time, with a season, and days that differ by 10 %."""

    def draw(rng: np.random.Generator, series: int, slices: int) -> tuple[Floats, Floats]:
        rate = calls / SLICES * get_season(slices) * get_noise(rng, series, slices, 0.1)
        counts = rng.poisson(rate).astype(float)
        return counts, counts

    return draw


def draw_times(
    sigma: float, growth: float = 0
) -> Callable[[np.random.Generator, int, int], tuple[Floats, Floats]]:
    """Return sums of lognormal times that are 20 % longer when it is busy."""

    def draw(rng: np.random.Generator, series: int, slices: int) -> tuple[Floats, Floats]:
        season = get_season(slices)
        counts = rng.poisson(200 / SLICES * season, (series, slices))
        level = (1 + 0.2 * season) * get_noise(rng, series, slices, 0.05)
        level = level * (1 + growth) ** (np.arange(slices) / SLICES / WEEK)
        times = np.exp(sigma * rng.standard_normal(int(counts.sum())))
        totals = np.concatenate([[0], np.cumsum(times)])
        ends = np.cumsum(counts.ravel())
        sums = totals[ends] - totals[ends - counts.ravel()]
        return counts.astype(float), sums.reshape(counts.shape) * level

    return draw


def draw_failures(rate: float) -> Callable[[np.random.Generator, int, int], tuple[Floats, Floats]]:
    """Return calls and how many of them failed."""

    def draw(rng: np.random.Generator, series: int, slices: int) -> tuple[Floats, Floats]:
        counts = rng.poisson(200 / SLICES * get_season(slices), (series, slices))
        share = np.minimum(rate * get_noise(rng, series, slices, 0.2), 1)
        return counts.astype(float), rng.binomial(counts, share).astype(float)

    return draw


KINDS = (
    Kind("calls, up to 2,000 an hour", draw_counts(2000), "count"),
    Kind("calls, up to 100 an hour", draw_counts(100), "count"),
    Kind("calls, up to 5 an hour", draw_counts(5), "count"),
    Kind("average of times, lognormal, sigma 0.5", draw_times(0.5), "avg"),
    Kind("average of times, lognormal, sigma 1.2", draw_times(1.2), "avg"),
    Kind("average of times that grow by 3 % a week", draw_times(0.5, 0.03), "avg"),
    Kind("error rate, 1 %", draw_failures(0.01), "share"),
    Kind("error rate, 0.02 %", draw_failures(0.0002), "share"),
)


def get_z_scores(present: Floats, samples: Floats, past: Floats, statistic: str) -> Floats:
    """Return modified z scores: `past` has the points in its last dimension."""
    known = np.isfinite(past).sum(axis=-1)
    with np.errstate(all="ignore"):
        median = np.nanmedian(past, axis=-1)
        distance = np.abs(past - median[..., None])
        mad = np.nanmedian(distance, axis=-1)
        spread = np.where(mad > 0, mad / 0.6745, np.nanmean(distance, axis=-1) * 1.253314)
        floor = 0.01 * np.abs(median)
        if statistic == "count":
            floor = np.maximum(floor, np.sqrt(np.maximum(np.abs(median), 1)))
        elif statistic == "share":
            share = np.maximum(median, 1 / samples)
            floor = np.maximum(floor, np.sqrt(share * (1 - np.minimum(share, 1)) / samples))
        score = (present - median) / np.maximum(spread, floor)
    return np.where(known >= FEWEST_POINTS, score, np.nan)


def get_scores(
    counts: Floats, sums: Floats, statistic: str, hours: int = 1,
    weeks: int = WEEKS, neighbours: int = NEIGHBOURS,
) -> Floats:  # fmt: skip
    """Return the score at the end of each slice of the last weeks of some series."""

    def total(values: Floats) -> Floats:
        added = np.concatenate([np.zeros((len(values), 1)), np.cumsum(values, axis=1)], axis=1)
        return added[:, hours * SLICES :] - added[:, : -hours * SLICES]

    def value(window_counts: Floats, window_sums: Floats) -> Floats:
        with np.errstate(all="ignore"):
            return window_sums if statistic == "count" else window_sums / window_counts

    window_counts, window_sums = total(counts), total(sums)
    values = value(window_counts, window_sums)
    hourly = values[:, ::SLICES]
    first = WEEKS * WEEK + NEIGHBOURS + 2
    last = hourly.shape[1] - NEIGHBOURS - 2
    scores = []
    for hour in range(first, last):
        points = hourly[:, [
            hour - WEEK * week + step
            for week, step in product(range(1, weeks + 1), range(-neighbours, neighbours + 1))
        ]]  # fmt: skip
        near = slice(hour * SLICES - SLICES // 2, hour * SLICES + SLICES // 2)
        scores.append(
            get_z_scores(values[:, near], window_counts[:, near], points[:, None, :], statistic)
        )
    return np.concatenate(scores, axis=1)


def count_alarms(scores: Floats, limit: float) -> int:
    """Return how many alerts open that need 15 minutes to open and 30 to be over."""
    alarms = 0
    for beyond in np.abs(np.nan_to_num(scores)) > limit:
        is_open, beyond_for, good_for = False, 0, 0
        for is_beyond in beyond:
            beyond_for = beyond_for + 1 if is_beyond else 0
            good_for = 0 if is_beyond else good_for + 1
            if not is_open and beyond_for > 3:
                is_open = True
                alarms += 1
            elif is_open and good_for > 6:
                is_open = False
    return alarms


def measure_kind(
    kind: Kind, series: int, weeks: int = WEEKS, neighbours: int = NEIGHBOURS
) -> tuple[float, float, dict[str, tuple[float, float]]]:
    """Return false warnings and criticals a series and week, and for each change the share found.

    A change lasts four hours. It counts as found if a warning comes within two; beside it stands
    the median of the minutes that takes.
    """
    rng = np.random.default_rng(SEED)
    slices = (WEEKS + TESTED_WEEKS) * WEEK * SLICES + 4 * SLICES
    counts, sums = kind.draw(rng, series, slices)
    scores = get_scores(counts, sums, kind.statistic, weeks=weeks, neighbours=neighbours)
    warnings = count_alarms(scores, WARNING) / series / TESTED_WEEKS
    criticals = count_alarms(scores, CRITICAL) / series / TESTED_WEEKS
    found = {}
    # At ten in the morning of each day of the last week.
    offset = (WEEKS * WEEK + NEIGHBOURS + 2) * SLICES + SLICES // 2 - 1
    for name, factor in (("1.5x", 1.5), ("2x", 2.0), ("outage", 0.0)):
        delays: list[float] = []
        for day in (1, 3):
            start = ((WEEKS + TESTED_WEEKS - 1) * WEEK + day * 24 + 10) * SLICES
            changed_counts, changed_sums = counts.copy(), sums.copy()
            part = slice(start, start + 4 * SLICES)
            if kind.statistic == "count":
                changed_counts[:, part] = rng.poisson(counts[:, part] * factor)
                changed_sums = changed_counts
            elif factor == 0:
                continue
            elif kind.statistic == "share":
                share = np.minimum(1, factor * sums[:, part].sum() / counts[:, part].sum())
                changed_sums[:, part] = rng.binomial(counts[:, part].astype(int), share)
            else:
                changed_sums[:, part] *= factor
            changed = get_scores(
                changed_counts, changed_sums, kind.statistic, weeks=weeks, neighbours=neighbours
            )
            part = slice(start - offset, start - offset + 2 * SLICES)
            beyond = np.abs(np.nan_to_num(changed[:, part])) > WARNING
            base = np.abs(np.nan_to_num(scores[:, part])) > WARNING
            new = beyond & ~base
            hit = new.any(axis=1)
            delays += [5.0 * (first + 1) if seen else np.inf
                       for seen, first in zip(hit, new.argmax(axis=1), strict=True)]  # fmt: skip
        if delays:
            seen = [delay for delay in delays if delay < np.inf]
            found[name] = (len(seen) / len(delays), float(np.median(seen)) if seen else np.inf)
    return warnings, criticals, found


def measure(bench: Bench) -> Iterator[Result]:
    """Yield false alarms and what is found of changes, by kind of series."""
    series = 40 if bench.repeats > 1 else 2
    for kind in KINDS:
        warnings, criticals, found = measure_kind(kind, series)
        shares = "; ".join(
            f"{name} {share:.0%}" + (f" after {delay:.0f} min" if share else "")
            for name, (share, delay) in found.items()
        )
        yield Result(
            f"anomalies, {kind.name}: false warnings and criticals a series and week",
            f"{warnings:.2f} and {criticals:.2f}",
            f"found within 2 hours: {shares}",
        )
    if REAL.exists():
        warnings, criticals, count = measure_jobs()
        yield Result(
            f"anomalies, daily averages of {count} real series of jobs",
            f"{warnings:.2f} and {criticals:.2f}",
        )


def measure_jobs() -> tuple[float, float, int]:
    """Return warnings and criticals a series and week in real jobs: averages of each day."""
    days: dict[tuple[str, str], dict[int, list[float]]] = {}
    with gzip.open(REAL, "rt", newline="") as lines:
        for row in csv.DictReader(lines):
            day = int(np.datetime64(row["started_at"][:10]).astype(int))
            series = days.setdefault((row["workflow"], row["worker"]), {})
            series.setdefault(day, []).append(float(row["runtime_s"]))
    warnings, criticals, used = 0, 0, 0
    weeks = 0.0
    for series in days.values():
        first, last = min(series), max(series)
        values = np.full(last - first + 1, np.nan)
        for day, times in series.items():
            values[day - first] = np.mean(times)
        present = np.arange(7 * WEEKS, len(values))
        if len(present) < 28:
            continue
        past = np.stack([values[present - 7 * week] for week in range(1, WEEKS + 1)], axis=-1)
        scores = np.nan_to_num(get_z_scores(values[present], values[present], past, "avg"))
        used += 1
        weeks += len(present) / 7
        warnings += int((np.abs(scores) > WARNING).sum())
        criticals += int((np.abs(scores) > CRITICAL).sum())
    return warnings / max(weeks, 1), criticals / max(weeks, 1), used
