"""The page about workflows, in a real browser, over jobs whose figures are known."""

import re
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
    """A dashboard over 24 jobs of `quick`, and 25 of `slow` of which one failed."""
    jobs = []
    for number in range(24):
        time = NOW - timedelta(hours=number, minutes=10)
        is_long = number % 2
        steps = 30 if number % 4 > 1 else 10
        jobs.append(
            {
                "workflow_name": "quick",
                "worker_name": "gpu-1" if number < 18 else "gpu-2",
                "completed_at": time.isoformat(),
                "time_per_frame_ms": 300 if is_long else 100,
                "total_gpu_time_ms": 3_600_000,
                "total_wall_time_ms": 3_600_000,
                "vram_peak_mb": 4096,
                "quality_scores": {"likeness": (0.6 if steps == 30 else 0.5) + is_long / 10},
                "pipeline_stages": {"load": 720_000, "sample": 2_880_000},
                "parameters": {"steps": steps},
            }
        )
    for number in range(25):
        time = NOW - timedelta(hours=number % 20, minutes=10)
        job = {
            "workflow_name": "slow",
            "worker_name": "gpu-1",
            "completed_at": time.isoformat(),
        }
        jobs.append(job | ({"time_per_frame_ms": 400} if number else {"error_type": "oom"}))
    connection.execute("select perf.record_job_metrics_batch(%s)", [Jsonb(jobs)])
    with serve(database, now=NOW) as served:
        yield served


def test_workflows_are_listed_and_ranked(address, page) -> None:
    page.goto(f"{address}/workflows")
    settle(page)
    quick, slow = (
        page.get_by_role("region", name="All workflows", exact=True)
        .locator("tbody tr")
        .all_inner_texts()
    )
    assert quick.split("\t")[:6] == [
        *("quick", "24", "0 % (0 % to 13.8 %)", "200 ms (157 ms to 243 ms)", "1 h", "24")
    ]
    assert slow.split("\t")[:6] == [
        *("slow", "25", "4 % (0.71 % to 19.5 %)", "400 ms (400 ms to 400 ms)", "-", "-")
    ]
    ranking = panel(page, "Ranking")
    assert ranking.index("1. quick") < ranking.index("2. slow")
    # 2.069 is the quantile of Student's t with 23 degrees of freedom; 102.15 the deviation.
    assert "200 ms (157 ms to 243 ms), n 24" in ranking


def test_one_workflow_is_the_one_with_most_gpu_hours(address, page) -> None:
    page.goto(f"{address}/workflows")
    settle(page)
    distribution = panel(page, "Distribution")
    assert "Of workflow quick." in distribution
    assert "Time per frame of 24 successful jobs: half of them at most 200 ms" in distribution
    assert "Of workflow quick: time per frame of successful jobs." in panel(page, "Over time")
    assert re.search(r"sample\s+19.2 h\s+80 %", panel(page, "Stages"))
    gpu = panel(page, "GPU time")
    assert re.search(r"gpu-1\s+18 h\s+75 %\s+gpu-2\s+6 h\s+25 %", gpu)
    quality = panel(page, "Quality over time")
    assert "Of workflow quick: quality rating of 24 successful jobs." in quality
    assert "quick, n 24" in panel(page, "Quality by workflow")


def test_a_workflow_is_chosen(address, page) -> None:
    page.goto(f"{address}/workflows")
    settle(page)
    page.get_by_role("textbox", name="Workflow", exact=True).click()
    page.get_by_role("option", name="slow").click()
    expect(page).to_have_url(f"{address}/workflows?workflow=slow")
    region = page.get_by_role("region", name="Distribution", exact=True)
    expect(region).to_contain_text("Of workflow slow.")
    expect(region).to_contain_text("Time per frame of 24 successful jobs")
    stages = page.get_by_role("region", name="Stages", exact=True)
    expect(stages).to_contain_text("Record pipeline_stages with its jobs.")
    expect(page.get_by_role("region", name="GPU time", exact=True)).to_contain_text(
        "Record total_gpu_time_ms with its jobs."
    )
    expect(page.get_by_role("region", name="Quality over time", exact=True)).to_contain_text(
        "No successful job of slow in this range has the score quality rating."
    )


def test_a_link_in_the_table_chooses_a_workflow(address, page) -> None:
    page.goto(f"{address}/workflows?range=24h")
    settle(page)
    page.get_by_role("link", name="slow", exact=True).click()
    expect(page).to_have_url(f"{address}/workflows?range=24h&workflow=slow")
    expect(page.get_by_role("region", name="Over time", exact=True)).to_contain_text(
        "Of workflow slow"
    )


def test_another_metric_is_shown(address, page) -> None:
    page.goto(f"{address}/workflows?metric=total_wall_time_ms")
    settle(page)
    assert "Wall time of 24 successful jobs: half of them at most 1 h" in panel(
        page, "Distribution"
    )
    assert "1. quick" in panel(page, "Ranking")
    assert "slow" not in panel(page, "Ranking")
    page.goto(f"{address}/workflows?metric=frame_count")
    settle(page)
    assert "No successful job has frames." in panel(page, "Distribution")
    assert "Choose another metric above." in panel(page, "Ranking")


def test_a_parameter_is_chosen(address, page) -> None:
    page.goto(f"{address}/workflows?score=likeness")
    settle(page)
    region = page.get_by_role("region", name="Parameter against quality", exact=True)
    expect(region).to_contain_text("Choose a parameter above.")
    page.get_by_role("textbox", name="Parameter", exact=True).click()
    page.get_by_role("option", name="steps", exact=True).click()
    expect(page).to_have_url(f"{address}/workflows?parameter=steps&score=likeness")
    expect(region).to_contain_text("Jobs with higher steps have higher likeness: a strong relation")
    # Both differ by one half of their spread: r is the root of one half.
    expect(region).to_contain_text("Pearson's r, of values: 0.707 (0.425 to 0.864)")
    expect(region).to_contain_text("n 24, 24 drawn")
    page.goto(f"{address}/workflows?parameter=nothing")
    expect(region).to_contain_text("No successful job in this range has a number as nothing")


def test_what_is_not_there_is_said(address, page) -> None:
    page.goto(f"{address}/workflows?workflow=none")
    settle(page)
    assert "There is no workflow none in this range." in panel(page, "Stages")
    assert page.get_by_role("textbox", name="Workflow", exact=True).input_value() == "none"
    page.goto(f"{address}/workflows?score=none")
    settle(page)
    assert "none" in page.get_by_role("alert").first.inner_text()


def test_an_empty_range_leads_to_the_last_jobs(address, page) -> None:
    page.goto(f"{address}/workflows?from=2025-01-01T00:00&to=2025-01-02T00:00")
    settle(page)
    page.get_by_role("region", name="All workflows", exact=True).get_by_role("link").click()
    expect(page.get_by_role("region", name="All workflows", exact=True)).to_contain_text("quick")


def test_the_page_is_readable(address, page: Page) -> None:
    page.goto(f"{address}/workflows?parameter=steps")
    settle(page)
    check_looks(page)
