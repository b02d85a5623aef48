"""The dashboard in a real browser, over 30 days of many calls and jobs."""

import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Page

from benchmarks.bench import (
    DAY,
    Bench,
    Connection,
    Result,
    connect,
    median,
    prepared_database,
    run,
    seconds,
)
from benchmarks.jobs import AGGREGATE, DAYS, load_month, prepare_jobs
from pgkit.dashboard.pages import PAGES
from tests import dashboard_data
from tests.dashboards import open_browser
from tests.receivers import free_port

CALLS_OF_DAY = 28_000_000 // DAYS
VIEWERS = 10
# A browser keeps what it made of a script once it has loaded it a few times.
VISITS = 4
# Of the seed's own data, which is added to the large tables.
FEW = 2_000
PAINTED = """() => {
    const panels = [...document.querySelectorAll(".panel")];
    const drawn = panels.filter((one) => !one.querySelector('[aria-label="Loading"]'));
    return panels.length > 0 && drawn.length >= Math.min(%(most)s, panels.length)
        && performance.now();
}"""
# Counts requests under way, and notes when the page last changed.
WATCHER = """
window.watched = {open: 0, last: 0, first: 0, since: 0};
const asked = window.fetch;
window.fetch = (...given) => {
    window.watched.open += 1;
    return asked(...given).finally(() => { window.watched.open -= 1; });
};
new MutationObserver((all) => {
    if (all.some((one) => (one.target.closest || (() => null)).call(one.target, ".panel"))) {
        window.watched.last = performance.now();
        window.watched.first ||= window.watched.last;
    }
}).observe(document, {childList: true, subtree: true});
"""
CLICKED = "() => { watched.since = performance.now(); watched.first = 0; watched.last = 0; }"
CHANGED = """() => watched.open === 0 && watched.last > 0 && performance.now() - watched.last > 400
    && [watched.first - watched.since, watched.last - watched.since]"""


class Times(NamedTuple):
    """Seconds until the first part of a page shows, and until all of it does."""

    first: float
    whole: float


def measure(bench: Bench) -> Iterator[Result]:
    with filled_database(bench) as dsn:
        yield from measure_pages(dsn, f"{bench.jobs:,} jobs", bench.repeats)


@contextmanager
def filled_database(bench: Bench) -> Iterator[str]:
    """Yield a database with a month of calls and jobs until now, and some of everything else."""
    rows = min(bench.month_rows, CALLS_OF_DAY)
    with prepared_database(bench, rows=rows, first_tokens=True) as dsn:
        with connect(dsn) as connection:
            fill(connection, rows, bench.jobs)
        yield dsn


def fill(connection: Connection, calls_of_day: int, jobs: int) -> None:
    end = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    start = end - timedelta(days=DAYS)
    connection.execute("select perf.ensure_partitions(%s, %s)", [start, DAYS + 1])
    moved = (start - datetime.fromisoformat(DAY).replace(tzinfo=UTC)) / timedelta(days=1)
    taken = 0.0
    for day in range(DAYS):
        days = moved + day
        taken += seconds(
            run, connection, "history", start_time="-infinity", most=calls_of_day, days=days
        )
        taken += seconds(connection.execute, AGGREGATE)
        print(f"\r{(day + 1) * calls_of_day:,} calls, {taken:.0f} s", end="", file=sys.stderr)
    print(file=sys.stderr)
    prepare_jobs(connection)
    load_month(connection, jobs, start)
    dashboard_data.fill(connection, end, calls=FEW)
    connection.execute("vacuum analyze")


def measure_pages(dsn: str, size: str, repeats: int) -> Iterator[Result]:
    """Look at every page, change its range and its filters, and let ten people look at once."""
    with open_browser() as browser:
        with served(dsn) as (address, _):
            for page in PAGES:
                yield from measure_page(browser, address, page.name, size, repeats)
        with served(dsn) as (address, process):
            before = memory(process.pid)
            look_together(browser, address)
            after = memory(process.pid)
            yield Result(
                f"memory of the server after {VIEWERS} people looked at every page at once",
                f"{after:.0f} MB",
                f"at its start {before:.0f} MB",
                "",
                "< 300 MB",
                after < 300,
            )


def measure_page(
    browser: Browser, address: str, name: str, size: str, repeats: int
) -> Iterator[Result]:
    visits = [open_page(browser, f"{address}/{name}?range=30d") for _ in range(repeats + 1)][1:]
    for number, visit in ((0, "first visit"), (VISITS - 1, "later visit")):
        shown = [each[number] for each in visits]
        first, whole = (median([one[part] for one in shown]) for part in (0, 1))
        yield Result(
            f"{name}: first paint, {visit}, 30 days, {size}",
            f"{first * 1000:.0f} ms",
            f"whole page {whole * 1000:.0f} ms",
            "",
            "< 1 s",
            first < 1,
        )
    changes = list(change_page(browser, f"{address}/{name}?range=30d", repeats))
    if changes:
        first, whole = (median([one[part] for one in changes]) for part in (0, 1))
        yield Result(
            f"{name}: change of range or filter",
            f"{first * 1000:.0f} ms",
            f"whole page {whole * 1000:.0f} ms",
            "",
            "< 300 ms",
            first < 0.3,
        )


def open_page(browser: Browser, address: str) -> list[Times]:
    """Open a page several times as one person does, whose browser then knows the scripts."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    found = []
    for _ in range(VISITS):
        page.goto(address, wait_until="commit")
        times = [
            page.wait_for_function(PAINTED % {"most": most}, polling="raf", timeout=120_000)
            for most in (1, 1000)
        ]
        found.append(Times(*(float(one.json_value()) / 1000 for one in times)))
        page.goto("about:blank")
    context.close()
    return found


def change_page(browser: Browser, address: str, repeats: int) -> Iterator[Times]:
    """Change the range back and forth, then the first filter that offers something."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    page.add_init_script(WATCHER)
    page.goto(address)
    page.wait_for_function(PAINTED % {"most": 1000}, timeout=120_000)
    settle(page)
    for _ in range(repeats):
        for preset in ("7d", "30d"):
            one = page.locator("#filters label").get_by_text(preset, exact=True)
            if one.count():
                page.evaluate(CLICKED)
                one.click()
                yield settle(page)
    choice = page.locator("#filters .mantine-Select-input").first
    if choice.count():
        choice.click()
        option = page.get_by_role("option").last
        option.wait_for()
        page.evaluate(CLICKED)
        option.click()
        yield settle(page)
    context.close()


def settle(page: Page) -> Times:
    first, whole = page.wait_for_function(CHANGED, timeout=120_000).json_value()
    return Times(first / 1000, whole / 1000)


@contextmanager
def served(dsn: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Run `pgkit dashboard`, and yield its address and its process."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    program = Path(sys.executable).with_name("pgkit")
    with subprocess.Popen([program, "--dsn", dsn, "dashboard", "--port", str(port)]) as process:
        try:
            wait_until_alive(address)
            yield address, process
        finally:
            process.send_signal(signal.SIGINT)


def wait_until_alive(address: str) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{address}/alive").close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"nobody answers at {address}")


def look_together(browser: Browser, address: str) -> None:
    """Let several people go through all pages, each in a window of their own."""
    contexts = [browser.new_context() for _ in range(VIEWERS)]
    pages = [context.new_page() for context in contexts]
    for shown in PAGES:
        for page in pages:
            page.goto(f"{address}/{shown.name}?range=30d", wait_until="commit")
        for page in pages:
            page.wait_for_function(PAINTED % {"most": 1000}, timeout=300_000)
    for context in contexts:
        context.close()


def memory(process: int) -> float:
    """Return the most memory that a process has had, in MB."""
    status = Path(f"/proc/{process}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) / 1024
