"""The page of A/B tests, in a real browser, with figures that were worked out by hand."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from dashboards import assert_fits_and_is_readable, choose, panel, part, serve, settle, submit
from playwright.sync_api import expect
from psycopg.types.json import Jsonb

START = datetime(2020, 3, 5, tzinfo=UTC)
NOW = START + timedelta(days=2, hours=12)
METRICS = [
    {"metric": "stars", "role": "primary", "better": "higher", "minimum_effect": 0.5},
    {"metric": "seconds", "role": "guardrail", "better": "lower", "minimum_effect": 2},
]

pytestmark = pytest.mark.once


@pytest.fixture
def tested(connection: psycopg.Connection) -> tuple[int, int]:
    """A test in which B has 4 stars and A 3, give or take 0.5; how many units each got."""
    connection.execute(
        "select perf.start_ab_test('short prompts', 'chat', 'one', 'two', %s, test_start => %s)",
        [Jsonb(METRICS), START],
    )
    connection.execute(
        "select perf.record_ab_outcomes(jsonb_agg(jsonb_build_object("
        " 'test_id', t.id, 'unit_key', u.key, 'observed_at',"
        " %s::timestamptz + n * '5 min'::interval,"
        " 'outcomes', jsonb_build_object("
        " 'stars', case v.variant when 'b' then 4 else 3 end + (n %% 2 - 0.5),"
        " 'seconds', 5 + n %% 3"
        " ))))"
        " from perf.get_ab_tests() as t, generate_series(1, 400) as n,"
        " lateral (select 'user-' || n as key) as u,"
        " lateral perf.assign_ab_variant(t.id, u.key) as v",
        [START],
    )
    (found,) = connection.execute(
        "select units_a, units_b from perf.get_ab_test_results("
        " (select id from perf.get_ab_tests())) where metric = 'stars'"
    ).fetchall()
    return found


@pytest.fixture
def address(database: str, tested: tuple[int, int]) -> Iterator[str]:
    """The address of the page over `tested`, at a fixed time."""
    with serve(database, now=NOW) as found:
        yield f"{found}/experiments"


def test_results_say_what_to_do_and_how_sure_that_is(address, tested, page) -> None:
    settle(page, address)
    assert "short prompts" in panel(page, "A/B tests")
    shown = panel(page, "Results")
    assert "short prompts: chat, A is one, B is two" in shown
    assert "Ship B" in shown
    assert "B is better in stars" in shown
    assert "higher is better, 0.5 matters" in shown
    assert "valid at every look" in shown
    assert "Guardrails, which must not become worse" in shown
    assert "b is better" in shown.lower()
    assert "unharmed" in shown.lower()
    assert f"n {sum(tested):,}" in shown


def test_the_assignment_is_compared_with_the_split(address, tested, page) -> None:
    settle(page, address)
    shown = panel(page, "Assignment")
    assert "As even as chance allows." in shown
    assert f"Units: {tested[0]} of A, {tested[1]} of B." in shown
    assert "meant 50 %, n 400" in shown


def test_the_interval_is_drawn_over_time(address, page) -> None:
    settle(page, address)
    shown = part(page, "Difference over time")
    expect(shown).to_contain_text("stars of short prompts, hourly: B - A is +")
    expect(shown).to_contain_text("The green lines are the smallest that matters, 0.5.")
    said = shown.locator(".figure").get_attribute("aria-label")
    assert "Line at 0: no difference." in said
    assert "Line at 0.5: the smallest difference that matters." in said
    page.get_by_role("textbox", name="Metric over time").click()
    page.get_by_role("option", name="seconds").click()
    expect(shown).to_contain_text("seconds of short prompts")
    assert "metric=seconds" in page.url


def test_a_test_with_few_units_is_greyed(database, connection, page) -> None:
    connection.execute(
        "select perf.start_ab_test('tiny', 'chat', 'one', 'two', %s)", [Jsonb(METRICS[:1])]
    )
    connection.execute(
        "select perf.record_ab_outcome((select id from perf.get_ab_tests()), 'x', '{\"stars\": 1}')"
    )
    with serve(database) as address:
        settle(page, f"{address}/experiments")
        assert "no difference yet" in panel(page, "Results")
        assert "insufficient data" in panel(page, "Results").lower()
        assert "Too few units to say" in panel(page, "Assignment")
        assert "it takes 30 units of each variant" in panel(page, "Difference over time")


def test_a_test_is_started_and_stopped(dashboard, connection, page) -> None:
    settle(page, f"{dashboard}/experiments")
    assert "No A/B test was started yet." in panel(page, "A/B tests")
    page.get_by_role("button", name="Start test").click()
    named = {"Name": "new", "Type of the models": "chat", "Version of A": "1", "Version of B": "2"}
    dialog = submit(page, named, "Start")
    expect(dialog).to_contain_text("Say which difference matters.")
    more = {"Smallest difference": "0.02", "Further metrics": "guardrail slow"}
    submit(page, more, "Start")
    expect(dialog).to_contain_text("Got guardrail slow.")
    lines = "guardrail slow answers lower 0.05 response_time_ms above 2000\nother stars higher"
    submit(page, {"Further metrics": lines, "Share of B": "20"}, "Start")
    expect(page.get_by_role("status")).to_contain_text("The test has started.")
    expect(part(page, "A/B tests")).to_contain_text("chat: 1 or 2")
    asked = "select test_status, traffic_split, winner_model, stop_reason, metrics"
    ((status, split, _, _, metrics),) = connection.execute(
        f"{asked} from perf.get_ab_tests()"
    ).fetchall()
    assert (status, split) == ("running", 0.2)
    found = {row["metric"]: row for row in metrics}
    assert found["success"]["role"] == "primary"
    assert found["success"]["minimum_effect"] == 0.02
    assert found["slow answers"]["role"] == "guardrail"
    assert found["slow answers"]["source_metric"] == "response_time_ms"
    assert found["slow answers"]["above"] == 2000
    assert found["stars"]["role"] == "other"

    expect(dialog).to_be_hidden()
    part(page, "A/B tests").get_by_role("button", name="Stop").click()
    expect(dialog).to_contain_text("Recommended: Keep running.")
    choose(page, "Winner", "B")
    submit(page, {"Reason": "B is cheaper"}, "Stop the test")
    expect(page.get_by_role("status")).to_contain_text("The test has ended.")
    expect(part(page, "Results")).to_contain_text("winner: B.")
    ((status, _, winner, reason, _),) = connection.execute(
        f"{asked} from perf.get_ab_tests()"
    ).fetchall()
    assert (status, winner) == ("completed", "b")
    assert "B is cheaper" in reason


def test_the_page_with_data_fits_and_is_readable(address, page) -> None:
    assert_fits_and_is_readable(page, address)
