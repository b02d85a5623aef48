"""The page that compares, in a real browser, over jobs and calls whose figures are known."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from dashboards import check_looks, panel, serve, settle
from playwright.sync_api import expect
from psycopg.types.json import Jsonb

pytestmark = pytest.mark.once

NOW = datetime(2025, 3, 10, 12, 30, tzinfo=UTC)
CHANGE = NOW - timedelta(days=2)


def job(workflow: str, time: datetime, ms: float, **more: object) -> dict[str, object]:
    """Return a job on the one worker of this file."""
    return {
        "workflow_name": workflow,
        "worker_name": "gpu-1",
        "resolution_tier": "1080p",
        "completed_at": time.isoformat(),
        "time_per_frame_ms": ms,
        "total_wall_time_ms": 10 * ms,
        **more,
    }


@pytest.fixture
def address(connection: psycopg.Connection, database: str) -> Iterator[str]:
    """A dashboard over 40 jobs of `old` and of `new`, and 40 calls of two models.

    `old` takes 100 ms a frame, `new` 200, and from CHANGE on 150. `rare` has 3 jobs.
    """
    jobs = []
    for number in range(40):
        wave = 1 if number % 2 else -1
        quality = {"likeness": 0.8 + wave / 100}
        first, last = CHANGE - timedelta(hours=number + 1), CHANGE + timedelta(hours=number)
        jobs += [
            job("old", first, 100 + wave, quality_scores=quality),
            job("new", first, 200 + wave, quality_scores={"likeness": 0.88 + wave / 100}),
            job("new", last, 150 + wave),
        ]
    jobs += [job("rare", CHANGE, 100 + number) for number in range(3)]
    connection.execute("select perf.record_job_metrics_batch(%s)", [Jsonb(jobs)])
    calls = [
        {
            "model_name": model,
            "tool_name": "chat",
            "response_time_ms": ms + (10 if number % 2 else -10),
            "success": number >= failed,
            "input_tokens": 100,
            "output_tokens": 50 + number % 2,
            "call_timestamp": (NOW - timedelta(hours=number, minutes=10)).isoformat(),
        }
        for model, ms, failed in (("large", 400, 0), ("small", 200, 30))
        for number in range(41 if model == "large" else 40)
    ]
    connection.execute("select perf.record_calls(%s)", [Jsonb(calls)])
    with serve(database, now=NOW) as served:
        yield served


def test_workflows_are_compared_with_the_first(address, page) -> None:
    page.goto(
        f"{address}/comparison?workflow=old&workflow=new&from=2025-03-05T00:00&to=2025-03-08T12:00"
    )
    settle(page)
    text = panel(page, "Workflows")
    assert "new against old" in text
    assert "Compared with old, new is 100 % slower (99 to 101 %)" in text
    assert "10 % better in likeness (9.4 to 11 %)" in text
    assert "+100 % (99.3 to 101 %), n 40" in text
    assert "worse" in text
    assert "failure rate" in text


def test_the_most_used_are_compared_without_a_choice(address, page) -> None:
    page.goto(f"{address}/comparison")
    settle(page)
    assert "old against new" in panel(page, "Workflows")
    models = panel(page, "Models")
    assert "Difference from large:" in models


def test_too_few_jobs_are_no_verdict(address, page) -> None:
    page.goto(f"{address}/comparison?workflow=old&workflow=rare")
    settle(page)
    text = panel(page, "Workflows")
    assert "Compared with old, rare has too few jobs that can be compared." in text
    assert "Jobs that can be compared: 40 and 3. min_jobs is 30." in text


def test_a_workflow_is_chosen_to_compare(address, page) -> None:
    page.goto(f"{address}/comparison?workflow=old&workflow=new")
    settle(page)
    page.get_by_role("textbox", name="Workflows", exact=True).click()
    page.get_by_role("option", name="rare").click()
    expect(page).to_have_url(f"{address}/comparison?workflow=old&workflow=new&workflow=rare")
    region = page.get_by_role("region", name="Workflows", exact=True)
    expect(region).to_contain_text("new, rare against old")
    expect(region).to_contain_text("time per frame, rare")


def test_a_workflow_is_compared_before_and_after_a_time(address, page) -> None:
    page.goto(f"{address}/comparison?changed=new&change={CHANGE:%Y-%m-%dT%H:%M}")
    settle(page)
    text = panel(page, "Before and after")
    assert "new from 2025-03-08 12:30 to 2025-03-10 12:30 UTC" in text
    assert "against 2025-03-03 12:30 to 2025-03-08 12:30" in text
    assert "Compared with before, new is 25.0 % faster" in text
    page.goto(f"{address}/comparison?changed=new&range=24h&change=2025-03-01T00:00")
    settle(page)
    assert "change must be within the range" in panel(page, "Before and after")


def test_the_period_before_is_the_default(address, page) -> None:
    page.goto(f"{address}/comparison?changed=new&from=2025-03-08T12:30&to=2025-03-10T12:30")
    settle(page)
    text = panel(page, "Before and after")
    assert "against 2025-03-06 12:30 to 2025-03-08 12:30" in text
    assert "new is 25.0 % faster" in text


def test_models_are_compared_with_intervals(address, page) -> None:
    page.goto(f"{address}/comparison?model=large&model=small")
    settle(page)
    text = panel(page, "Models")
    # Each average is within 3.2 ms, so their difference within the root of two times that.
    assert "-200 ms" in text
    assert "400 ms (397 ms to 403 ms), n 41" in text
    assert "+75 points" in text
    # Ten successful calls are too few for a verdict about their time.
    assert "insufficient data" in text
    assert "worse" in text


def test_only_one_workflow_says_what_to_do(database, connection, page) -> None:
    connection.execute("select perf.record_job_metrics_batch(%s)", [Jsonb([job("old", NOW, 100)])])
    with serve(database, now=NOW + timedelta(hours=1)) as address:
        page.goto(f"{address}/comparison")
        settle(page)
        assert "Only one workflow has jobs in this range." in panel(page, "Workflows")
        assert "Nothing is recorded yet in calls." in panel(page, "Models")


def test_the_page_is_readable(address, page) -> None:
    page.goto(f"{address}/comparison?workflow=old&workflow=new&workflow=rare")
    settle(page)
    check_looks(page)
