"""Make the pictures of docs/images: every page of the dashboard over sample data."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import dashboard_data
import psycopg
from dashboards import WIDE, open_browser, serve, settle
from psycopg.conninfo import make_conninfo

from pgkit import migrations, runner
from pgkit.dashboard.pages import PAGES

IMAGES = Path(__file__).parent.parent / "docs" / "images"
# What a page shows best, beside its defaults.
SEARCH = {
    "costs": "?other=bedrock%2Fllama-2-70b-chat",
    "overview": "?range=30d",
    "models": "?range=30d",
}
# Charts that are drawn last still make the page longer.
STANDS_STILL = """() => {
    const before = window.heightBefore;
    window.heightBefore = document.documentElement.scrollHeight;
    return before === window.heightBefore;
}"""


def main() -> None:
    """Fill a database, and take a picture of each page that is asked for."""
    now = datetime.now(UTC)
    wanted = sys.argv[1:] or [page.name for page in PAGES]
    IMAGES.mkdir(exist_ok=True)
    with runner.temporary_server() as server:
        with psycopg.connect(server, autocommit=True) as connection:
            # Each picture shows the name of the database.
            connection.execute("create database perf")
        dsn = make_conninfo(server, dbname="perf")
        migrations.migrate(dsn)
        with psycopg.connect(dsn, autocommit=True) as connection:
            dashboard_data.fill(connection, now)
        with serve(dsn, now=now) as address, open_browser() as browser:
            page = browser.new_page(viewport=WIDE, reduced_motion="reduce")
            for name in wanted:
                settle(page, f"{address}/{name}{SEARCH.get(name, '')}")
                page.wait_for_function(STANDS_STILL, polling=300)
                page.screenshot(
                    path=IMAGES / f"{name}.jpg", type="jpeg", quality=75, full_page=True
                )
                print(name)


if __name__ == "__main__":
    main()
