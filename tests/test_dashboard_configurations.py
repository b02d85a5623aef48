"""The page of configurations, in a real browser, with figures that were worked out by hand."""

from typing import Any

import psycopg
import pytest
from dashboards import assert_fits_and_is_readable, choose, panel, part, settle, submit
from playwright.sync_api import expect
from psycopg.types.json import Jsonb

FIRST = {"settings": {"scale": 7.5, "scheduler": "DPM"}, "loras": ["a"]}
SECOND = {"settings": {"scale": 6, "width": 1024}, "loras": ["a"]}

pytestmark = pytest.mark.once


@pytest.fixture
def saved(connection: psycopg.Connection) -> dict[int, Any]:
    """Two versions; after the second was activated, calls took 200 ms in place of 100."""
    connection.execute("select perf.register_model('acme/one', model_type => 'sdxl')")
    for name, data, base in (("Slow", FIRST, 100), ("Quick", SECOND, 200)):
        connection.execute(
            "select perf.save_model_config('sdxl', %s, %s, %s, activate => true)",
            [name, Jsonb(data), f"notes of {name}"],
        )
        connection.execute(
            "select perf.record_calls(jsonb_agg(jsonb_build_object('model_name', 'acme/one',"
            " 'tool_name', 'chat', 'response_time_ms', %s::float8 + n %% 10)))"
            " from generate_series(1, 100) as n",
            [base],
        )
    rows = connection.execute("select version, id from perf.get_config_history('sdxl')")
    return dict(rows.fetchall())


def in_force(connection: psycopg.Connection) -> list[Any]:
    """Return the versions in force, with the notes of their activations."""
    found = connection.execute(
        "select version, activation_notes from perf.get_active_configs('sdxl')"
    )
    return found.fetchall()


def test_versions_and_activations_are_listed(saved, dashboard, page) -> None:
    settle(page, f"{dashboard}/configurations")
    assert "@2" in panel(page, "In force")
    assert "notes of Quick" in panel(page, "In force")
    shown = panel(page, "Activations")
    assert shown.index("sdxl@2") < shown.index("sdxl@1")
    assert "in force" in panel(page, "Versions").lower()
    shown = panel(page, "Audit")
    assert "The audit log is whole." in shown
    assert "model_config_activations" in shown


def test_a_difference_has_colours_and_words(saved, dashboard, page) -> None:
    settle(page, f"{dashboard}/configurations")
    shown = part(page, "Difference of two versions")
    expect(shown).to_contain_text("From sdxl@1 (Slow) to sdxl@2 (Quick)")
    for kind, text in (
        ("changed", "$.settings.scale~ changed7.56"),
        ("removed", '$.settings.scheduler- removed"DPM"'),
        ("added", "$.settings.width+ added1024"),
    ):
        expect(shown.locator(f".diff-{kind}")).to_have_text(text)
    settle(page, f"{dashboard}/configurations?a={saved[2]}&b={saved[1]}")
    expect(shown).to_contain_text("From sdxl@2 (Quick) to sdxl@1 (Slow)")
    expect(shown.locator(".diff-added")).to_have_text('$.settings.scheduler+ added"DPM"')
    settle(page, f"{dashboard}/configurations?a={saved[2]}&b={saved[2]}")
    expect(shown).to_contain_text("That is one and the same version.")


def test_an_impact_has_intervals_and_verdicts(saved, dashboard, page) -> None:
    settle(page, f"{dashboard}/configurations")
    shown = panel(page, "Impact of an activation")
    assert "sdxl@2 (Quick), in force from" in shown
    assert "p50 response time" in shown
    assert "n 100 before and 100 after" in shown
    assert "worse" in shown.lower()
    assert "no clear change" in shown.lower()
    assert "not an experiment" in shown
    part(page, "Activations").get_by_role("link", name="sdxl@1").click()
    expect(part(page, "Impact of an activation")).to_contain_text("sdxl@1 (Slow), in force from")
    expect(part(page, "Impact of an activation")).to_contain_text("insufficient data")


def test_a_version_is_activated_with_a_guard_and_rolled_back(
    saved, dashboard, connection, page
) -> None:
    settle(page, f"{dashboard}/configurations")
    part(page, "Versions").get_by_role("button", name="Activate").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Activate sdxl@1 instead of @2.")
    # Enter in a line sends it.
    dialog.get_by_role("textbox", name="Guard: worse than").fill("bad")
    dialog.get_by_role("textbox", name="Guard: worse than").press("Enter")
    expect(dialog).to_contain_text("Say which metric the guard watches.")
    choose(page, "Guard: roll back", "error_rate")
    submit(page, {}, "Activate")
    expect(dialog).to_contain_text("Worse than must be a limit such as 0.05")
    submit(page, {"Guard: worse than": "0.05", "Notes": "the old one"}, "Activate")
    expect(page.get_by_role("status")).to_contain_text("sdxl@1 is in force.")
    expect(part(page, "In force")).to_contain_text("the old one")
    assert in_force(connection) == [(1, "the old one")]
    ((guard,),) = connection.execute(
        "select guard from perf.get_activation_history('sdxl', max_rows => 1)"
    ).fetchall()
    assert (guard["metric"], float(guard["worse_than"])) == ("error_rate", 0.05)

    expect(dialog).to_be_hidden()
    part(page, "In force").get_by_role("button", name="Roll back").click()
    expect(dialog).to_contain_text("Roll sdxl@1 back to @2, or another version.")
    submit(page, {"Notes": "it was worse"}, "Roll back")
    expect(page.get_by_role("status")).to_contain_text("The earlier version is in force again.")
    expect(page.locator(".toast")).to_be_in_viewport()
    page.get_by_role("button", name="Close message").click()
    expect(page.locator(".toast")).to_have_count(0)
    expect(part(page, "Activations")).to_contain_text("it was worse")
    assert in_force(connection) == [(2, "it was worse")]


def test_requests_are_made_and_decided(saved, dashboard, connection, page) -> None:
    connection.execute("select perf.set_config_approval('sdxl', true)")
    settle(page, f"{dashboard}/configurations")
    assert "Nobody asked for an activation." in panel(page, "Requests for approval")
    part(page, "Versions").get_by_role("button", name="Activate").click()
    expect(page.get_by_role("dialog").get_by_label("Notes")).to_be_focused()
    dialog = submit(page, {"Notes": "back"}, "Activate")
    expect(dialog).to_contain_text('activations of "sdxl" need approval')
    choose(page, "How", "ask another admin to approve it")
    submit(page, {}, "Activate")
    expect(part(page, "Requests for approval")).to_contain_text("sdxl@1")
    expect(dialog).to_be_hidden()

    part(page, "Requests for approval").get_by_role("button", name="Approve").click()
    submit(page, {}, "Approve")
    # The same login asked, so the database refuses.
    expect(dialog.get_by_role("alert")).to_be_visible()
    assert in_force(connection) == [(2, "notes of Quick")]
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden()

    part(page, "Requests for approval").get_by_role("button", name="Reject").click()
    submit(page, {"Notes": "no need"}, "Reject")
    expect(page.get_by_role("status")).to_contain_text("The request is closed.")
    expect(part(page, "Requests for approval")).to_contain_text("no need")
    found = connection.execute("select status, decision_notes from perf.model_config_requests")
    assert found.fetchall() == [("withdrawn", "no need")]


def test_the_page_with_data_fits_and_is_readable(saved, dashboard, page) -> None:
    assert_fits_and_is_readable(page, f"{dashboard}/configurations")
