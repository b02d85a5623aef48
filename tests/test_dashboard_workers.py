"""The page about workers, in a real browser, over jobs whose figures are known."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from dashboards import check_looks, panel, serve, settle
from playwright.sync_api import Page, expect
from psycopg.types.json import Jsonb

pytestmark = pytest.mark.once

NOW = datetime(2025, 3, 10, 12, 30, tzinfo=UTC)


@pytest.fixture
def address(connection: psycopg.Connection, database: str) -> Iterator[str]:
    """A dashboard over 40 jobs of `fast`, and 50 of `slow`, which takes twice as long.

    `fast` was offered for 80 hours and worked for 20. When `slow` was offered is not known.
    """
    connection.execute("select perf.register_worker('fast', 'A100', 40960)")
    connection.execute(
        "select perf.record_worker_availability('fast', %s, %s)",
        [NOW - timedelta(hours=81), NOW - timedelta(hours=1)],
    )
    jobs = [
        {
            "workflow_name": "portrait",
            "worker_name": worker,
            "resolution_tier": "1080p",
            "completed_at": (NOW - timedelta(hours=number, minutes=10)).isoformat(),
            "time_per_frame_ms": ms + (10 if number % 2 else -10),
            "total_gpu_time_ms": 1_800_000,
            "total_wall_time_ms": 1_800_000,
            "vram_peak_mb": 20480,
        }
        for worker, ms, count in (("fast", 100, 40), ("slow", 200, 50))
        for number in range(count)
    ]
    connection.execute("select perf.record_job_metrics_batch(%s)", [Jsonb(jobs)])
    with serve(database, now=NOW) as served:
        yield served


def card(page: Page, name: str) -> str:
    """Return the text of the card of a worker."""
    return page.locator(".workers > li").filter(has_text=name).inner_text()


def open_form(page: Page, name: str) -> None:
    """Open the form behind a button of a card."""
    page.get_by_role("button", name=name, exact=True).click()
    page.get_by_role("dialog").get_by_role("button").last.wait_for()


def test_each_worker_has_a_card(address, page) -> None:
    page.goto(f"{address}/workers")
    settle(page)
    fast, slow = card(page, "fast"), card(page, "slow")
    # 2.023 is the quantile of Student's t with 39 degrees of freedom, 10.13 the deviation.
    assert "100 ms (96.8 ms to 103 ms)" in fast
    assert "25 % of 80 h" in fast
    assert "20 GB of 40 GB" in fast
    assert "40, 0 % (0 % to 8.76 %) failed" in fast
    assert "not offered now" in fast
    assert "200 ms (197 ms to 203 ms)" in slow
    assert "never offered in this range" in slow
    assert "unknown hardware" in slow


def test_a_worker_generates_or_is_idle(address, page) -> None:
    page.goto(f"{address}/workers?worker=fast")
    settle(page)
    text = " ".join(panel(page, "Utilization").split())
    assert "Of worker fast." in text
    assert "generating 20 h 25 % idle 60 h 75 %" in text
    assert "25 % of 80 hours in which it was offered." in text
    # Wilson's interval of 0 of 40.
    assert "0 of 40 jobs failed: 0 % (0 % to 8.76 %)." in text
    assert "portrait" in text
    page.goto(f"{address}/workers")
    settle(page)
    text = panel(page, "Utilization")
    assert "Of worker slow." in text
    assert "It generated for 25 h." in text


def test_workers_are_compared_on_the_same_jobs(address, page) -> None:
    page.goto(f"{address}/workers")
    settle(page)
    text = panel(page, "Same jobs")
    assert "Time per frame, against slow, on jobs of the same workflow" in text
    assert "-50 % (" in text and "n 40" in text
    rows = page.get_by_role("region", name="Same jobs", exact=True).locator("tbody tr")
    first, second = rows.all_inner_texts()
    assert first.split("\t")[:4] == ["1", "fast", "A100", "100 ms"]
    assert second.split("\t")[:4] == ["2", "slow", "-", "200 ms"]
    page.goto(f"{address}/workers?worker=fast")
    settle(page)
    assert "+100 %" in panel(page, "Same jobs")


def test_a_worker_is_marked_as_available(address, page, connection) -> None:
    page.goto(f"{address}/workers")
    settle(page)
    open_form(page, "Availability of slow")
    page.get_by_label("Since (UTC)").fill("2025-03-10 10:00")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#said")).to_have_text("The availability is recorded.")
    found = connection.execute(
        "select w.name, a.available_from, a.available_until from perf.worker_availability as a"
        " join perf.workers as w on w.id = a.worker_id where w.name = 'slow'"
    ).fetchall()
    assert found == [("slow", datetime(2025, 3, 10, 10, tzinfo=UTC), None)]
    # What the page shows has changed, without being loaded again.
    changed = page.locator(".workers > li").filter(has_text="slow")
    expect(changed).to_contain_text("of 2.5 h")
    expect(changed).to_contain_text("2025-03-10 10:00")


def test_a_worker_is_marked_as_not_available(address, page, connection) -> None:
    connection.execute("select perf.set_worker_available('slow', true, '2025-03-10 10:00+00')")
    page.goto(f"{address}/workers")
    settle(page)
    open_form(page, "Availability of slow")
    page.get_by_role("textbox", name="Is it offered?").click()
    page.get_by_role("option", name="not available").click()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#said")).to_have_text("The availability is recorded.")
    (count,) = connection.execute(
        "select count(*) from perf.worker_availability where available_until is null"
    ).fetchone()
    assert count == 0


def test_a_time_that_cannot_be_is_refused(address, page) -> None:
    page.goto(f"{address}/workers")
    settle(page)
    open_form(page, "Availability of fast")
    since = page.get_by_label("Since (UTC)")
    since.fill("soon")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog")).to_contain_text("neither an age")
    since.fill("2025-03-09 00:00")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog")).to_contain_text('worker "fast" was offered')
    expect(page.get_by_role("dialog")).to_be_visible()


def test_a_worker_is_retired_and_used_again(address, page, connection) -> None:
    retired = "select retired_at is not null from perf.workers where name = 'slow'"
    page.goto(f"{address}/workers")
    settle(page)
    open_form(page, "Retire slow")
    expect(page.get_by_role("dialog")).to_contain_text("Its history stays")
    page.get_by_role("dialog").get_by_role("button", name="Retire", exact=True).click()
    expect(page.locator("#said")).to_have_text("The worker is retired.")
    assert connection.execute(retired).fetchone() == (True,)
    expect(page.locator(".workers > li").filter(has_text="slow")).to_contain_text("retired")
    # Also where it has no jobs.
    page.goto(f"{address}/workers?from=2025-01-08T10:00&to=2025-01-08T20:00")
    settle(page)
    open_form(page, "Use again slow")
    page.get_by_role("dialog").get_by_role("button", name="Use again", exact=True).click()
    expect(page.locator("#said")).to_have_text("The worker is in use.")
    assert connection.execute(retired).fetchone() == (False,)


def test_one_worker_alone_is_not_compared(address, page, connection) -> None:
    page.goto(f"{address}/workers?from=2025-03-08T10:00&to=2025-03-08T20:00")
    settle(page)
    assert "Only slow has jobs in this range." in panel(page, "Same jobs")
    page.goto(f"{address}/workers?worker=none")
    settle(page)
    assert "There is no worker none in this range." in panel(page, "Utilization")


def test_the_page_is_readable(address, page) -> None:
    page.goto(f"{address}/workers?worker=fast")
    settle(page)
    check_looks(page)
    page.get_by_role("button", name="Availability of slow", exact=True).click()
    page.get_by_label("Since (UTC)").wait_for()
    check_looks(page)
