"""The frame of the dashboard, in a real browser: addresses, states, what can be copied."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import psycopg
import pytest
from dashboards import NARROW, panel, serious, serve, settle
from playwright.sync_api import Route, expect

from pgkit.dashboard import pages
from pgkit.dashboard.ask import as_csv
from pgkit.dashboard.pages import PAGES
from pgkit.dashboard.pages.alerts import silenced_by

NOW = datetime(2020, 3, 15, 12, 30, tzinfo=UTC)
NAMES = [one.name for one in PAGES]

pytestmark = pytest.mark.once


@pytest.fixture
def calls(connection: psycopg.Connection) -> None:
    """Two models: one call an hour of each over 10 days, of 100 and 1000 ms; one call failed."""
    connection.execute(
        "select perf.record_calls(jsonb_agg(jsonb_build_object("
        " 'model_name', m.name, 'tool_name', 'chat', 'response_time_ms', m.ms,"
        " 'call_timestamp', %s::timestamptz - n * interval '1 hour',"
        " 'error_type', case when n = 3 and m.ms = 100 then 'timeout' end)))"
        " from generate_series(1, 240) as n,"
        " (values ('acme/one', 100), ('acme/two', 1000)) as m (name, ms)",
        [NOW],
    )


def test_pages_ask_functions_and_views_of_perf_and_no_table(connection) -> None:
    files = list(Path(pages.__file__).parent.glob("*.py"))
    text = "".join(file.read_text() for file in files)
    asked = {
        "view": set(re.findall(r'\bview\(\s*"(\w+)"', text)),
        "function": set(re.findall(r'\b(?:ask|Question)\(\s*"(\w+)"', text)),
    }
    known = {
        "view": "select relname from pg_class where relkind = 'v'"
        " and relnamespace = 'perf'::regnamespace",
        "function": "select proname from pg_proc where pronamespace = 'perf'::regnamespace",
    }
    for kind, names in asked.items():
        there = {row[0] for row in connection.execute(known[kind])}
        assert names and names - there == set(), kind


@pytest.fixture
def address(database: str, calls: None) -> Iterator[str]:
    """The address of a dashboard over `calls`, at a fixed time."""
    with serve(database, now=NOW) as found:
        yield found


@pytest.mark.parametrize("name", NAMES)
def test_every_page_of_an_empty_database_says_what_to_do(dashboard, page, name) -> None:
    settle(page, f"{dashboard}/{name}")
    assert page.get_by_role("alert").all_inner_texts() == []
    assert serious(page) == []
    assert page.title().endswith("· pgkit")


@pytest.mark.parametrize("name", NAMES)
def test_every_page_fits_a_telephone_and_is_readable_in_the_dark(address, page, name) -> None:
    page.set_viewport_size(NARROW)
    page.emulate_media(color_scheme="dark")
    settle(page, f"{address}/{name}")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= NARROW["width"]
    assert serious(page) == []


def test_nothing_moves_for_people_who_ask_for_less_motion(address, page) -> None:
    # The window of the tests asks for it.
    settle(page, f"{address}/models")
    moving = "() => document.getAnimations().map((one) => one.effect.target.className)"
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function(
            f"() => document.documentElement.dataset.mantineColorScheme === '{scheme}'"
        )
        assert page.evaluate(moving) == []


def test_a_link_shows_the_same_to_everybody(address, page) -> None:
    settle(page, f"{address}/models?range=24h&model=acme%2Ftwo")
    rows = panel(page, "p95 of each model")
    assert "acme/two" in rows
    assert "acme/one" not in rows
    assert "1 s" in rows
    assert page.get_by_role("textbox", name="Model").input_value() == "acme/two"
    assert page.get_by_role("radio", name="24h").is_checked()


def test_choices_go_into_the_address_and_back_with_the_browser(address, page) -> None:
    settle(page, f"{address}/models")
    assert "?" not in page.url
    page.get_by_text("30d", exact=True).click()
    expect(page).to_have_url(f"{address}/models?range=30d")
    page.get_by_role("textbox", name="Model").click()
    page.get_by_role("option", name="acme/one").click()
    expect(page).to_have_url(f"{address}/models?model=acme%2Fone&range=30d")
    expect(page.get_by_role("region", name="p95 of each model")).not_to_contain_text("acme/two")
    page.go_back()
    expect(page.get_by_role("region", name="p95 of each model")).to_contain_text("acme/two")
    expect(page.get_by_role("textbox", name="Model")).to_have_value("")


def test_a_list_stays_open_while_its_choices_come(address, page) -> None:
    settle(page, f"{address}/models")
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        if "filters.children" in (route.request.post_data or ""):
            waiting.append(route)
        else:
            route.fallback()

    page.route("**/_dash-update-component*", hold)
    with page.expect_request(lambda request: "filters.children" in (request.post_data or "")):
        page.get_by_text("30d", exact=True).click()
    model = page.get_by_role("textbox", name="Model")
    model.click()
    model.press_sequentially("acme/")
    with page.expect_response(lambda answer: answer.request == waiting[0].request):
        waiting[0].continue_()
    page.get_by_role("option", name="acme/one").click()
    expect(page).to_have_url(f"{address}/models?model=acme%2Fone&range=30d")


def test_links_between_pages_keep_the_range_and_drop_the_filters(address, page) -> None:
    settle(page, f"{address}/models?model=acme%2Fone&range=30d")
    page.get_by_role("navigation").get_by_role("link", name="Costs").click()
    expect(page).to_have_url(f"{address}/costs?range=30d")
    expect(page.locator("main h1")).to_have_text("Costs")


def test_a_range_that_cannot_be_read_is_an_error_that_says_so(address, page) -> None:
    settle(page, f"{address}/models?range=2y")
    assert "range must be one of 1h, 24h, 7d, 30d, 90d" in panel(page, "Response times")
    settle(page, f"{address}/models?from=yesterday")
    assert "neither an age" in panel(page, "Response times")
    settle(page, f"{address}/models?from=2020-03-02&to=2020-03-01")
    assert "from must be before to" in panel(page, "Response times")


def test_a_page_that_does_not_exist_says_so(address, page) -> None:
    assert httpx.get(f"{address}/nowhere").status_code == 404
    assert httpx.get(f"{address}/models").status_code == 200
    assert httpx.get(f"{address}/").status_code == 200
    settle(page, f"{address}/overview")
    page.evaluate(
        "history.pushState({}, '', '/nowhere');"
        " window.dispatchEvent(new CustomEvent('_dashprivate_pushstate'))"
    )
    expect(page.get_by_role("alert")).to_contain_text("There is no page 'nowhere'.")


def test_an_empty_range_leads_to_where_there_is_something(address, page) -> None:
    settle(page, f"{address}/models?from=2019-01-01&to=2019-01-08")
    page.get_by_role("region", name="Response times").get_by_role("link", name="latest").click()
    settle(page)
    assert "from=2020-03-08T12%3A00&to=2020-03-15T12%3A00" in page.url
    chart = page.get_by_role("region", name="Response times").locator(".figure")
    # Between 100 and 1000 ms, within 0.5 % of 991, 955 and 550.
    assert "Latest: p99 994 ms, p95 958 ms, p50 551 ms" in (chart.get_attribute("aria-label") or "")


def test_rows_can_be_had_as_csv_and_the_call_as_sql(address, page, connection) -> None:
    settle(page, f"{address}/models?range=24h")
    shown = page.get_by_role("region", name="Comparison")
    shown.get_by_text("SQL and CSV").click()
    with page.expect_download() as download:
        shown.get_by_role("link", name="CSV of get_model_comparison").click()
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text("utf-8-sig"))))
    # An hour that starts before the range is not part of it, so of 24 calls one is left out.
    assert [(row["model"], row["call_count"]) for row in rows] == [
        ("acme/one", "23"),
        ("acme/two", "23"),
    ]
    statement = shown.locator("pre").inner_text()
    with connection.cursor(row_factory=psycopg.rows.dict_row) as cursor:
        found = cursor.execute(statement.encode()).fetchall()
    assert [row["p95_response_time"] for row in found] == [
        float(row["p95_response_time"]) for row in rows
    ]


def test_a_point_of_a_chart_tells_its_interval_and_the_time_zone(address, page) -> None:
    settle(page, f"{address}/overview?range=24h")
    page.get_by_role("region", name="Errors").locator(".figure").hover()
    tip = page.locator(".tip")
    expect(tip).to_have_text(re.compile(r"^Mar 1[45] \d\d:00 UTC"))
    # Two calls without an error.
    expect(tip.get_by_role("row", name="errors", include_hidden=True)).to_have_text(
        re.compile(r"^errors0\s%0\s% to 65\.8\s%$")
    )


def test_a_range_of_an_hour_says_how_many_values_it_has(address, page) -> None:
    settle(page, f"{address}/overview?from=2020-03-15T11:00&to=2020-03-15T12:00")
    assert "Values are of a whole hour (UTC): this range has 1." in panel(page, "Calls")


@pytest.mark.parametrize(
    ("name", "shown"), [("models", True), ("configurations", False), ("workers", False)]
)
def test_the_period_before_can_be_chosen_where_it_is_shown(address, page, name, shown) -> None:
    settle(page, f"{address}/{name}")
    page.get_by_role("radio", name="24h").wait_for(state="attached")
    assert (page.get_by_role("radiogroup", name="Period before").count() == 1) == shown


def test_tables_have_the_name_of_their_panel(address, page) -> None:
    settle(page, f"{address}/models")
    table = page.get_by_role("group", name="Comparison table", exact=True)
    expect(table.get_by_role("row")).to_have_count(3)


def test_new_calls_are_shown_by_the_next_refresh_without_an_empty_page(
    database, connection, page
) -> None:
    now = datetime.now(UTC)
    with serve(database) as address:
        page.clock.install()
        settle(page, f"{address}/models")
        assert "Nothing is recorded yet" in panel(page, "Comparison")
        connection.execute("select perf.record_call('acme/new', 'chat', 5)")
        page.evaluate(
            "() => { window.gone = 0; new MutationObserver(() => {"
            " if (document.querySelector('.panel [aria-label=Loading]')) window.gone += 1; })"
            ".observe(document.body, {childList: true, subtree: true}); }"
        )
        page.clock.run_for(61_000)
        expect(page.get_by_role("region", name="Comparison")).to_contain_text("acme/new")
        assert page.evaluate("window.gone") == 0
        # What it still asks for would fail once nobody serves it.
        page.goto("about:blank")
    assert datetime.now(UTC) - now < timedelta(minutes=1)


def test_all_can_be_reached_with_the_keyboard(address, page) -> None:
    settle(page, f"{address}/models")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    focused = page.evaluate("document.activeElement.closest('main') !== null")
    assert focused


def test_the_browser_is_told_what_it_may_do(address) -> None:
    answer = httpx.get(f"{address}/overview")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-eval" not in policy
    assert "script-src 'self' 'sha256-" in policy
    assert "acme" not in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_thousands_of_models_are_shown_as_far_as_people_can_read_them(
    database, connection, page
) -> None:
    connection.execute(
        "select perf.record_call('vendor/model-' || n, 'chat', n),"
        " perf.record_call('vendor/model-' || n, 'chat', n, false, error_type => 'e' || n)"
        " from generate_series(1, 1001) as n"
    )
    with serve(database) as here:
        settle(page, f"{here}/models?range=24h")
        assert "max_rows" not in page.locator("main").inner_text()
        for title in ("Comparison", "Sets of parameters", "Errors by type"):
            assert "200 of 1,001 rows" in panel(page, title)
        for title in ("p95 of each model", "Errors of each model"):
            assert "The 50 highest of 1,001 models" in panel(page, title)
        assert "vendor/model-1001\n" in panel(page, "p95 of each model")
        settle(page, f"{here}/costs?range=24h")
        assert "max_rows" not in page.locator("main").inner_text()


def test_what_is_only_a_colour_is_seen_where_the_system_chooses_colours(address, page) -> None:
    page.emulate_media(forced_colors="active")
    settle(page, f"{address}/models?range=24h")
    dot = page.locator(".whiskers .dot").first
    look = "(one, name) => getComputedStyle(one)[name]"
    assert dot.evaluate(look, "backgroundColor") != page.locator("body").evaluate(
        look, "backgroundColor"
    )
    chosen = page.locator(".mantine-SegmentedControl-label[data-active]").first
    assert chosen.evaluate(look, "outlineStyle") == "solid"


def test_a_model_whose_failed_calls_end_at_once_is_not_the_fastest(
    database, connection, page
) -> None:
    connection.execute(
        "select perf.record_calls(jsonb_agg(jsonb_build_object("
        " 'model_name', m.name, 'tool_name', 'chat', 'call_timestamp', %s::timestamptz - n *"
        " interval '10 minutes', 'response_time_ms', case when n %% m.fails = 0 then 1 else m.ms"
        " end, 'error_type', case when n %% m.fails = 0 then 'refused' end)))"
        " from generate_series(1, 100) as n,"
        " (values ('acme/good', 100, 1000), ('acme/fails', 500, 1), ('acme/mixed', 200, 2))"
        " as m (name, ms, fails)",
        [NOW],
    )
    with serve(database, now=NOW) as here:
        settle(page, f"{here}/overview")
        shown = panel(page, "Fastest and slowest models")
        assert "successful calls" in shown
        assert "acme/fails" not in shown
        assert shown.index("acme/good") < shown.index("acme/mixed")
        settle(page, f"{here}/models")
        shown = panel(page, "p95 of each model")
        assert "Of successful calls" in shown
        assert "acme/fails" not in shown
        assert "Times are of all calls" in panel(page, "Comparison")
        assert "Times are of all calls" in panel(page, "Sets of parameters")
        settle(page, f"{here}/comparison?model=acme/good&model=acme/mixed")
        shown = panel(page, "Models")
        assert "Response time of successful calls, average of a call" in shown
        assert "+100 ms" in shown


def test_a_point_between_gaps_is_seen_on_a_long_trend(database, connection, page) -> None:
    # Two of the 100 hours have no neighbour, and the last ten have.
    connection.execute(
        "select perf.record_calls(jsonb_agg(jsonb_build_object('model_name', 'acme/one',"
        " 'tool_name', 'chat', 'response_time_ms', 100, 'call_timestamp',"
        " %s::timestamptz - n * interval '1 hour')))"
        " from unnest(array[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 98, 100]) as n",
        [NOW],
    )
    with serve(database, now=NOW) as here:
        settle(page, f"{here}/overview?compare=0")
        chart = page.get_by_role("region", name="Calls", exact=True)
        dots = chart.locator('.recharts-line-curve[stroke-dasharray="1 0"]')
        expect(dots).to_have_count(1)
        assert (dots.get_attribute("d") or "").count("M") == 2
        assert dots.evaluate("one => getComputedStyle(one).strokeLinecap") == "round"


def test_a_database_that_does_not_answer_is_said_once_with_its_reason(page, caplog) -> None:
    with serve("postgresql://nobody@127.0.0.1:1/none") as here:
        settle(page, f"{here}/overview")
        expect(page.locator(".panels")).to_have_class("panels alike")
        expect(page.get_by_role("alert")).to_have_count(1)
        expect(page.get_by_role("alert").first).to_contain_text("Connection refused")
        page.goto("about:blank")
    assert sum("cannot connect" in one.getMessage() for one in caplog.records) == 1


def test_formulas_of_every_script_become_text(connection) -> None:
    for text in ("=1+1", "\n=1+1", "\uff1d1", "\uff0b1", "\uff0d1", "\uff201"):
        ((shown,),) = list(csv.reader(io.StringIO(as_csv([{"a": text}]))))[1:]
        assert shown == f"'{text}"


def test_csv_links_have_names_of_their_own(address, page) -> None:
    settle(page, f"{address}/overview")
    found = page.get_by_role("region", name="Calls", exact=True).locator("a[download]")
    names = found.evaluate_all("all => all.map((one) => one.textContent)")
    assert len(names) > 1
    assert len(set(names)) == len(names)


def test_a_silence_of_a_drift_alert_names_its_type_and_model() -> None:
    row = {"labels": {}, "alert_type": "model_drift", "model_type": "energy", "machine_id": None}
    assert silenced_by(row) == {"alert_type": "model_drift", "model_type": "energy"}
    assert silenced_by({**row, "labels": {"metric": "error_rate"}}) == {"metric": "error_rate"}
