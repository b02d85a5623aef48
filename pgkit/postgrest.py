"""Check what PostgREST needs in the database, and a PostgREST that runs."""

import os
import re
from collections.abc import Iterator
from typing import Any, Literal

import httpx
from psycopg.rows import dict_row

from pgkit.checks import Check, name_some
from pgkit.database import Connection, query

GUIDE = "docs/postgrest.md"
OLDEST = 13
# More rows than any report returns.
LEAST_ROWS = 1000
RELOAD = "notify pgrst, 'reload schema'"


def check_login(connection: Connection) -> Iterator[Check]:
    """Check the role that PostgREST logs in as, and the settings that it has in the database."""
    with connection.cursor(row_factory=dict_row) as cursor:
        login = cursor.execute(query("postgrest_login")).fetchone()
    if login is None:
        yield Check("postgrest", "ok", "no role authenticator, which PostgREST would need")
        return
    problems = [*find_login_problems(login), *find_setting_problems(login["settings"])]
    yield from problems
    if not problems:
        yield Check("postgrest", "ok", "authenticator may become anon, authenticated, service_role")


def find_login_problems(login: dict[str, Any]) -> Iterator[Check]:
    if login["is_superuser"] or login["bypasses_policies"]:
        yield Check(
            "postgrest",
            "fail",
            "authenticator bypasses row level security",
            "alter role authenticator nosuperuser nobypassrls",
        )
    if not login["can_login"]:
        yield Check(
            "postgrest", "warn", "authenticator cannot log in", "alter role authenticator login"
        )
    if login["inherits"]:
        yield Check(
            "postgrest",
            "warn",
            "authenticator has the rights of service_role without becoming it",
            "alter role authenticator noinherit",
        )
    if login["missing_roles"]:
        names = ", ".join(login["missing_roles"])
        yield Check(
            "postgrest",
            "warn",
            f"authenticator may not become {names}",
            f"grant {names} to authenticator",
        )
    if rights := login["own_rights"]:
        yield Check(
            "postgrest",
            "warn",
            f"authenticator has rights of its own: {name_some(rights)}",
            "Revoke them: it needs none, because it becomes another role.",
        )


def find_setting_problems(settings: dict[str, str]) -> Iterator[Check]:
    """Judge settings that are in the database; PostgREST may have others in a file."""
    schemas = settings.get("pgrst.db_schemas")
    if schemas is not None:
        exposed = [name for part in schemas.split(",") if (name := part.strip())]
        wanted = [name for name in exposed if name != "perf_internal"]
        if "perf" not in wanted:
            wanted.append("perf")
        remedy = (
            f"alter role authenticator set pgrst.db_schemas = '{', '.join(wanted)}'; "
            "notify pgrst, 'reload config'"
        )
        if "perf" not in exposed:
            yield Check(
                "postgrest", "warn", f"perf is not exposed: pgrst.db_schemas is {schemas}", remedy
            )
        if "perf_internal" in exposed:
            yield Check(
                "postgrest", "fail", "perf_internal is exposed, which is no interface", remedy
            )
    rows = settings.get("pgrst.db_max_rows", "")
    if rows.isdigit() and int(rows) < LEAST_ROWS:
        yield Check(
            "postgrest",
            "warn",
            f"pgrst.db_max_rows is {rows}: longer reports are cut off without a word",
            f"alter role authenticator set pgrst.db_max_rows = {LEAST_ROWS}; "
            "notify pgrst, 'reload config'",
        )


def check_policies(connection: Connection) -> Iterator[Check]:
    """Name roles and tables that row level security does not reach."""
    found = connection.execute(query("unguarded")).fetchall()
    for problem, remedy in found:
        yield Check("policies", "fail", problem, remedy)
    if not found:
        yield Check("policies", "ok", "row level security is on for all tables and API roles")


def check_server(connection: Connection, url: str) -> Iterator[Check]:
    """Ask a running PostgREST, as anon, what it serves.

    anon may run nothing, so PostgreSQL refuses each function and table that PostgREST knows. What
    PostgREST does not know, it answers itself. All requests are GET, whose transactions are read
    only, in case that somebody is let in who should not be.
    """
    if not url.startswith(("http://", "https://")):
        yield Check(
            "postgrest server",
            "fail",
            f"{url} is no address",
            "Begin it with http:// or https://.",
        )
        return
    try:
        with httpx.Client(base_url=url, timeout=10, headers=profile("perf")) as client:
            yield from examine_server(connection, client, url)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        yield Check(
            "postgrest server",
            "fail",
            f"no answer from {url}: {str(error) or type(error).__name__}",
            "Start PostgREST, or give another address.",
        )


def examine_server(connection: Connection, client: httpx.Client, url: str) -> Iterator[Check]:
    answer = ask(client, "models", None)
    version = re.match(r"postgrest/(\d+)[\w.]*", answer.headers.get("server", ""))
    code = read_code(answer)
    # Of a gateway the version is not known.
    if code == "PGRST125" or not (version or code):
        yield Check(
            "postgrest server",
            "fail",
            f"what answers at {url} is no PostgREST",
            "Give the address of PostgREST. On Supabase it ends with /rest/v1, and the variable"
            " PGKIT_POSTGREST_KEY is the public (anon) key.",
        )
        return
    if version and int(version[1]) < OLDEST:
        yield Check(
            "postgrest server",
            "warn",
            f"{version[0]} refuses JSON in the address of a GET",
            f"Use PostgREST {OLDEST} or newer.",
        )
    elif version:
        yield Check("postgrest server", "ok", version[0])
    if problem := find_server_problem(answer, code):
        yield Check("postgrest server", *problem)
        return
    internal = client.get("/rollups", params={"limit": 0}, headers=profile("perf_internal"))
    if read_code(internal) != "PGRST106":
        yield Check(
            "postgrest server",
            "fail",
            "it exposes the schema perf_internal, which is no interface",
            'Set db-schemas = "perf".',
        )
    unknown, open_to_anon = [], []
    for name, arguments in connection.execute(query("exposed_objects")).fetchall():
        # An argument without a name is the body of a POST.
        if arguments == [""]:
            continue
        asked = ask(client, name, arguments)
        if read_code(asked) in ("PGRST202", "PGRST205"):
            unknown.append(name)
        elif asked.is_success:
            open_to_anon.append(name)
    if unknown:
        yield Check(
            "postgrest server",
            "fail",
            f"not in its schema cache: {name_some(unknown)}",
            f"{RELOAD}; or restart it, if it serves another database or has no db-channel.",
        )
    if open_to_anon:
        yield Check(
            "postgrest server",
            "fail",
            f"open to requests without a token: {name_some(open_to_anon)}",
            "pgkit migrate",
        )
    if not unknown and not open_to_anon:
        yield Check("postgrest server", "ok", "it knows all of perf, and refuses anon")


def find_server_problem(
    answer: httpx.Response, code: str
) -> tuple[Literal["warn", "fail"], str, str] | None:
    """Return why more requests make no sense: result, message and advice."""
    if answer.is_server_error:
        return (
            "fail",
            f"it answers {answer.status_code} {code}: it may not reach its database",
            "Look at its log.",
        )
    if answer.is_success:
        return (
            "fail",
            "requests without a token may read perf.models",
            'Set db-anon-role = "anon", then `pgkit migrate`.',
        )
    if code == "PGRST106":
        return (
            "fail",
            "it does not expose the schema perf",
            f'Set db-schemas = "perf": see {GUIDE}.',
        )
    if code == "PGRST302":
        return (
            "warn",
            "it takes no requests without a token, so its schema cache cannot be checked",
            'Set db-anon-role = "anon", who may do nothing in perf.',
        )
    return None


def ask(client: httpx.Client, name: str, arguments: list[str] | None) -> httpx.Response:
    """Ask for a table without rows, or for a function with empty arguments."""
    if arguments is None:
        return client.get(f"/{name}", params={"limit": 0})
    return client.get(f"/rpc/{name}", params=dict.fromkeys(arguments, ""))


def profile(schema: str) -> dict[str, str]:
    """Return the headers that name a schema; a gateway may want a key, PGKIT_POSTGREST_KEY."""
    headers = {"Accept-Profile": schema, "Content-Profile": schema}
    if key := os.environ.get("PGKIT_POSTGREST_KEY"):
        headers["apikey"] = key
    return headers


def read_code(answer: httpx.Response) -> str:
    """Return the error code of an answer; empty where it is no error of PostgREST."""
    try:
        body = answer.json()
    except ValueError:
        return ""
    code = body.get("code") if isinstance(body, dict) else None
    return code if isinstance(code, str) else ""
