"""A dashboard that is served, and a real browser that looks at it."""

import re
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright
from waitress import wasyncore

from pgkit.addresses import LOOPBACK
from pgkit.dashboard.app import Dashboard
from pgkit.dashboard.ask import Database
from pgkit.dashboard.serve import Settings, listen
from pgkit.dashboard.viewer import Gate, Tokens

# What Debian, Ubuntu and others call it.
NAMES = ("chromium", "chromium-browser", "google-chrome")
# A busy machine takes its time.
expect.set_options(timeout=30_000)
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@contextmanager
def serve(
    dsn: str | Database,
    tokens: Tokens | None = None,
    now: datetime | None = None,
    hosts: tuple[str, ...] = LOOPBACK,
    prefix: str = "",
) -> Iterator[str]:
    """Serve a database on a free port of loopback, and return the address."""
    database = Database(dsn) if isinstance(dsn, str) else dsn
    clock = (lambda: now) if now else (lambda: datetime.now(UTC))
    dashboard = Dashboard(database, Gate(tokens), hosts, clock, prefix)
    listener = listen(dashboard, Settings(port=0))
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(listener.run)
        try:
            yield f"http://127.0.0.1:{listener.effective_port}{prefix}"
        finally:
            # In the thread that serves, which ends when all is closed: also what a browser keeps.
            # It may be faster than the wake-up that follows.
            with suppress(OSError):
                listener.trigger.pull_trigger(lambda: wasyncore.close_all(listener._map, True))
            listener.task_dispatcher.shutdown()
            running.cancel()
            dashboard.ahead.shutdown(cancel_futures=True)
            database.pool.close()


@pytest.fixture
def dashboard(database: str) -> Iterator[str]:
    """The address of a dashboard over `database`."""
    with serve(database) as address:
        yield address


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Open a Chromium without a screen; skips the test where there is none."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip("there is no Chromium on this machine")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=path,
            args=[
                *("--no-sandbox", "--disable-gpu", "--disable-background-networking"),
                *("--no-first-run", "--disable-component-update", "--disable-sync"),
            ],
        )
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The Chromium of a test file."""
    with open_browser() as opened:
        yield opened


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A window that fails the test where a page has a fault, or breaks the rules of the server."""
    context = browser.new_context(viewport=WIDE, reduced_motion="reduce")
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on(
        "console",
        lambda message: faults.append(message.text) if message.type == "error" else None,
    )
    yield opened
    context.close()
    assert faults == []


def settle(page: Page, address: str | None = None) -> Page:
    """Go to an address, if there is one, and wait until every panel shows what it has."""
    if address is not None:
        page.goto(address)
    page.wait_for_selector("main h1")
    page.wait_for_function("() => !document.querySelector('.panel [aria-label=\"Loading\"]')")
    return page


def panel(page: Page, title: str) -> str:
    """Return the text of the panel with this title."""
    return page.get_by_role("region", name=title, exact=True).inner_text()


def check_looks(page: Page) -> None:
    """Fail for what a screen reader cannot read, or a page that scrolls sideways.

    The page is looked at dark and light, wide and narrow, as it is.
    """
    found = []
    for scheme, size in (("light", WIDE), ("dark", NARROW)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(size)
        page.wait_for_function(
            f"() => document.documentElement.dataset.mantineColorScheme === '{scheme}'"
        )
        found += [(scheme, *one) for one in serious(page)]
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > size["width"]:
            found.append((scheme, "scrolls sideways", str(wide)))
    assert not found, found


def part(page: Page, title: str) -> Locator:
    """Return the panel with this title."""
    return page.get_by_role("region", name=title, exact=True)


def serious(page: Page) -> list[tuple[str, str]]:
    """Return what axe finds that keeps people from using a page."""
    return [
        (one["id"], one["nodes"][0]["html"])
        for one in Axe().run(page).response["violations"]
        if one["impact"] in ("serious", "critical")
    ]


def submit(page: Page, fields: dict[str, str], button: str) -> Locator:
    """Fill the open form, send it, and return the dialog."""
    dialog = page.get_by_role("dialog")
    for label, value in fields.items():
        dialog.get_by_role("textbox", name=label).fill(value)
    dialog.get_by_role("button", name=button, exact=True).click()
    return dialog


def choose(page: Page, label: str, option: str) -> None:
    """Choose an option of the list in the open form whose label begins so."""
    begins = re.compile(f"^{re.escape(label)}")
    page.get_by_role("dialog").get_by_role("textbox", name=begins).click()
    page.get_by_role("option", name=option, exact=True).click()


def assert_fits_and_is_readable(page: Page, address: str) -> None:
    """Go to an address and check how the page looks, in dark on a telephone and in light wide."""
    settle(page, address)
    check_looks(page)
