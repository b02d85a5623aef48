"""The page of evaluations, in a real browser, with figures that were worked out by hand."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from dashboards import (
    assert_fits_and_is_readable,
    choose,
    panel,
    part,
    serve,
    settle,
    submit,
)
from playwright.sync_api import expect
from psycopg.types.json import Jsonb

NOW = datetime(2020, 3, 15, 12, 30, tzinfo=UTC)
DAY = timedelta(days=1)
MACHINE = "3f1a0c1e-0000-4000-8000-000000000001"

pytestmark = pytest.mark.once


@pytest.fixture
def evaluated(connection: psycopg.Connection) -> None:
    """A model whose rmse rises by 0.1 a day over 20 days, and whose load went from 1..10 to 11..20.

    Another one, on a machine, was evaluated once, long before.
    """
    for day in range(20):
        connection.execute(
            "select perf.record_model_metrics('forecast', %s, model_version => 'v1',"
            " rmse => %s, sample_count => 500, metrics => %s)",
            [NOW - (19 - day) * DAY - timedelta(hours=1), 1 + day / 10, Jsonb({"auc": 0.9})],
        )
    connection.execute(
        "select perf.record_model_metrics('forecast', %s, %s, recall => 0.5)",
        [NOW - 40 * DAY, MACHINE],
    )
    for at, low in ((NOW - 10 * DAY, 1), (NOW - DAY / 2, 11)):
        connection.execute(
            "select perf.record_feature_values('forecast', null, 'load',"
            " (select array_agg(%s + n %% 10)::float8[] from generate_series(1, 200) as n),"
            " observed_at => %s)",
            [low, at],
        )
        connection.execute(
            "select perf.record_feature_values('forecast', null, 'colour', null, %s,"
            " observed_at => %s)",
            [Jsonb({"red": 150, "blue": 50}), at],
        )


@pytest.fixture
def checked(connection: psycopg.Connection, evaluated: None) -> None:
    """The model was checked for drift, and a training is asked for."""
    connection.execute(
        "select perf.set_drift_reference('forecast', null, %s, %s)", [NOW - 20 * DAY, NOW - DAY]
    )
    connection.execute(
        "select perf.check_model_drift('forecast', null, %s, %s, retrain => true)",
        [NOW - DAY, NOW],
    )


@pytest.fixture
def address(database: str, evaluated: None) -> Iterator[str]:
    """The address of a dashboard over `evaluated`, at a fixed time."""
    with serve(database, now=NOW) as found:
        yield f"{found}/evaluations"


def test_a_trend_has_its_line_its_slope_and_its_verdict(address, page) -> None:
    settle(page, f"{address}?range=30d&compare=0")
    shown = panel(page, "Trend of a metric")
    assert "rmse of forecast on no machine" in shown
    assert "degrading" in shown.lower()
    assert "rmse changes by 0.1 a day" in shown
    assert "lower is better" in shown
    assert "+0.1 a day (+0.1 to +0.1), n 20" in shown
    said = part(page, "Trend of a metric").locator(".figure").get_attribute("aria-label")
    assert "Latest: rmse 2.9, mean of 7 2.6, trend 2.9." in said
    latest = panel(page, "Latest evaluation of each model")
    assert "2020-03-15 11:30" in latest
    assert "2.9" in latest


def test_a_few_evaluations_are_not_judged(address, page) -> None:
    settle(page, f"{address}?range=7d")
    shown = panel(page, "Trend of a metric")
    assert "insufficient data" in shown.lower()
    assert "8 times or more, and 7 evaluations have rmse" in shown
    # The mean of the last seven values, 2.3 to 2.9, less that of the seven before.
    assert "1.9 to 2.6, +0.7" in shown


def test_filters_choose_the_model_the_machine_and_the_metric(address, page) -> None:
    settle(page, f"{address}?range=30d")
    page.get_by_role("textbox", name="Metric", exact=True).click()
    page.get_by_role("option", name="auc").click()
    expect(part(page, "Trend of a metric")).to_contain_text("auc of forecast")
    expect(part(page, "Trend of a metric")).to_contain_text("stable")
    page.get_by_role("textbox", name="Machine", exact=True).click()
    page.get_by_role("option", name=MACHINE).click()
    expect(page).to_have_url(f"{address}?machine={MACHINE}&metric=auc&range=30d")
    expect(part(page, "Trend of a metric")).to_contain_text(
        "Its latest evaluation is from 2020-02-04 12:30"
    )
    settle(page, f"{address}?machine={MACHINE}&range=90d")
    assert f"recall of forecast on machine {MACHINE}" in panel(page, "Trend of a metric")


def test_drift_is_shown_by_feature_with_both_distributions(checked, address, page) -> None:
    settle(page, f"{address}?range=30d")
    assert "load" in panel(page, "Drift checks")
    tests = panel(page, "Drift by feature").lower()
    assert tests.index("load") < tests.index("colour")
    assert "drifted" in tests
    assert "< 0.0001" in tests
    assert "evaluations: 19 in the reference and 1 in the window" in tests
    shown = panel(page, "Distribution of a feature")
    assert "load of forecast" in shown
    assert "Drifted: effect 1, p < 0.0001; mean 5.5 to 15.5" in shown
    assert "n 200 in the reference, n 200 now" in shown
    chart = part(page, "Distribution of a feature").locator(".figure")
    assert "2 distributions over each other" in chart.get_attribute("aria-label")
    part(page, "Drift by feature").get_by_role("link", name="colour").click()
    expect(part(page, "Distribution of a feature")).to_contain_text("No drift: effect 0, p 1;")
    assert "feature=colour" in page.url
    assert "n 200 in the reference, n 200 now" in panel(page, "Distribution of a feature")


def test_a_saved_profile_is_drawn_as_the_reference(evaluated, address, connection, page) -> None:
    connection.execute(
        "select perf.save_feature_profile('forecast', null, 'load',"
        " (select array_agg(n % 10)::float8[] from generate_series(1, 200) as n))"
    )
    connection.execute("select perf.check_model_drift('forecast', null, %s, %s)", [NOW - DAY, NOW])
    settle(page, address)
    assert "against its saved profile" in panel(page, "Drift by feature")
    shown = panel(page, "Distribution of a feature")
    assert "n 200 in the reference, n 200 now" in shown
    chart = part(page, "Distribution of a feature").locator(".figure")
    assert "2 distributions over each other" in chart.get_attribute("aria-label")


def test_the_form_sets_a_reference_and_checks_for_drift(
    evaluated, address, connection, page
) -> None:
    settle(page, f"{address}?range=30d")
    row = part(page, "Latest evaluation of each model").get_by_role("row").nth(1)
    row.get_by_role("button", name="Check drift").click()
    dialog = submit(page, {"Data from": "2020-03-14T12:30", "Data until": "soon"}, "Check now")
    expect(dialog).to_contain_text("neither an age")
    submit(page, {"Data until": "2020-03-15T12:30"}, "Check now")
    expect(dialog).to_contain_text("has no reference")
    expect(dialog).to_contain_text("perf.set_drift_reference()")
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden()

    page.get_by_role("button", name="Set drift reference").click()
    dialog = submit(page, {"Type of the model": "forecast"}, "Set reference")
    expect(dialog).to_contain_text("Say from when and until when")
    times = {"Data from": "2020-02-24T12:30", "Data until": "2020-03-14T12:30"}
    submit(page, times, "Set reference")
    expect(page.get_by_role("status")).to_contain_text("The drift reference is set.")

    expect(dialog).to_be_hidden()
    row.get_by_role("button", name="Check drift").click()
    choose(page, "If it drifts", "ask for a training")
    times = {"Data from": "2020-03-14T12:30", "Data until": "2020-03-15T12:30"}
    submit(page, times, "Check now")
    expect(page.get_by_role("status")).to_contain_text("The drift check is done.")
    expect(part(page, "Drift checks")).to_contain_text("a training")
    expect(part(page, "Trainings")).to_contain_text("Drift in 1 of 2 tests.")
    found = connection.execute("select drift_detected, drift_score from perf.get_drift_checks()")
    assert found.fetchall() == [(True, 1.0)]


def test_a_training_is_asked_for_and_cancelled(address, connection, page) -> None:
    settle(page, address)
    assert "No training was asked for yet." in panel(page, "Trainings")
    page.get_by_role("button", name="Retrain").first.click()
    dialog = submit(page, {"Machine": "left"}, "Ask for a training")
    expect(dialog).to_contain_text("Say which type of model.")
    submit(page, {"Type of the model": "forecast"}, "Ask for a training")
    expect(dialog).to_contain_text("The machine must be a UUID, got left.")
    submit(page, {"Machine": MACHINE, "Reason": "new data"}, "Ask for a training")
    expect(page.get_by_role("status")).to_contain_text("A training is asked for.")
    expect(part(page, "Trainings")).to_contain_text("new data")
    asked = "select model_type, machine_id::text, training_status, error_message"
    found = connection.execute(f"{asked} from perf.get_trainings()").fetchall()
    assert found == [("forecast", MACHINE, "pending", None)]

    expect(dialog).to_be_hidden()
    part(page, "Trainings").get_by_role("button", name="Cancel").click()
    submit(page, {"Reason": "not now"}, "Cancel the training")
    expect(page.get_by_role("status")).to_contain_text("The training is cancelled.")
    expect(part(page, "Trainings")).to_contain_text("not now")
    found = connection.execute(f"{asked} from perf.get_trainings()").fetchall()
    assert found == [("forecast", MACHINE, "cancelled", "not now")]


def test_a_completed_training_says_what_it_improved(address, connection, page) -> None:
    for version, rmse in (("v2", 2.0), ("v3", 1.0)):
        connection.execute("select perf.trigger_retraining('forecast')")
        connection.execute(
            "select perf.complete_training(c.training_id, c.lease_id, %s, %s, sample_count => 70)"
            " from perf.claim_training('trainer') as c",
            [version, Jsonb({"rmse": rmse})],
        )
    settle(page, address)
    shown = panel(page, "Trainings")
    assert "version v3" in shown
    assert "rmse +50 %" in shown
    assert "completed" in shown.lower()


def test_the_page_with_data_fits_and_is_readable(checked, address, page) -> None:
    assert_fits_and_is_readable(page, f"{address}?range=30d")
