"""What `pgkit doctor` says of PostgREST: its login, its settings, and one that runs."""

from collections.abc import Iterator

import psycopg
import pytest
from postgrest import make_login, serve

from pgkit import doctor, migrations, runner

pytestmark = pytest.mark.once

OK = [("ok", "authenticator may become anon, authenticated, service_role", "")]
GUARDED = [("ok", "row level security is on for all tables and API roles", "")]


def checks(dsn: str, name: str, url: str | None = None) -> list[tuple[str, str, str]]:
    return [(c.result, c.message, c.next) for c in doctor.examine(dsn, url) if c.check == name]


@pytest.fixture(scope="module")
def dsn(private_server: str) -> Iterator[str]:
    """A migrated database on a server whose roles may be changed."""
    with runner.temporary_database(private_server) as dsn:
        migrations.migrate(dsn)
        yield dsn


@pytest.fixture
def connection(dsn: str) -> Iterator[psycopg.Connection]:
    make_login(dsn)
    with psycopg.connect(dsn, autocommit=True) as connection:
        yield connection
        connection.execute("drop owned by authenticator")
        connection.execute("drop role authenticator")


def test_without_the_login_there_is_nothing_to_check(dsn: str) -> None:
    assert checks(dsn, "postgrest") == [
        ("ok", "no role authenticator, which PostgREST would need", "")
    ]


def test_the_login_of_the_guide_passes(dsn: str, connection: psycopg.Connection) -> None:
    assert checks(dsn, "postgrest") == OK
    assert checks(dsn, "policies") == GUARDED


@pytest.mark.parametrize(
    ("change", "result", "message"),
    [
        ("alter role authenticator superuser", "fail", "bypasses row level security"),
        ("alter role authenticator bypassrls", "fail", "bypasses row level security"),
        ("alter role authenticator nologin", "warn", "cannot log in"),
        ("alter role authenticator inherit", "warn", "without becoming it"),
        ("revoke anon from authenticator", "warn", "may not become anon"),
        (
            "alter role authenticator set pgrst.db_schemas = 'public, storage'",
            "warn",
            "perf is not exposed: pgrst.db_schemas is public, storage",
        ),
        (
            "alter role authenticator set pgrst.db_schemas = 'perf,perf_internal'",
            "fail",
            "perf_internal is exposed",
        ),
        ("alter role authenticator set pgrst.db_max_rows = '500'", "warn", "cut off"),
    ],
)
def test_what_is_wrong_with_the_login_is_named_and_the_advice_mends_it(
    dsn: str, connection: psycopg.Connection, change: str, result: str, message: str
) -> None:
    connection.execute(change.encode())
    [(found, said, advice)] = checks(dsn, "postgrest")
    assert (found, message in said) == (result, True), said
    connection.execute(advice.encode())
    assert checks(dsn, "postgrest") == OK


def test_a_setting_of_this_database_comes_before_that_of_all(
    dsn: str, connection: psycopg.Connection
) -> None:
    connection.execute("alter role authenticator set pgrst.db_schemas = 'public'")
    database = connection.info.dbname
    connection.execute(
        f"alter role authenticator in database {database} set pgrst.db_schemas = 'perf'".encode()
    )
    assert checks(dsn, "postgrest") == OK
    connection.execute(f"alter role authenticator in database {database} reset all".encode())


def test_rights_of_the_login_itself_are_named(dsn: str, connection: psycopg.Connection) -> None:
    connection.execute("grant select on perf.models to authenticator")
    [(result, said, _)] = checks(dsn, "postgrest")
    assert (result, said) == (
        "warn",
        "authenticator has rights of its own: select on perf.models",
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("alter role perf_analyst bypassrls", "role perf_analyst has bypassrls"),
        ("alter role authenticated superuser", "role authenticated is a superuser"),
        ("alter table perf.models disable row level security", "perf.models has no row level"),
    ],
)
def test_what_row_level_security_does_not_reach_is_named(
    dsn: str, connection: psycopg.Connection, change: str, message: str
) -> None:
    connection.execute(change.encode())
    found = checks(dsn, "policies")
    assert [result for result, *_ in found] == ["fail"]
    assert message in found[0][1]
    if found[0][2] == "pgkit migrate":
        migrations.migrate(dsn)
    else:
        connection.execute(found[0][2].encode())
    assert checks(dsn, "policies") == GUARDED


def test_an_api_role_that_is_a_member_of_the_owner_is_named(
    dsn: str, connection: psycopg.Connection
) -> None:
    owner = connection.info.user
    connection.execute(f"grant {owner} to perf_recorder".encode())
    assert checks(dsn, "policies") == [
        (
            "fail",
            f"role perf_recorder is a member of {owner}, who owns the tables",
            f"revoke {owner} from perf_recorder",
        )
    ]
    connection.execute(f"revoke {owner} from perf_recorder".encode())


def test_a_server_that_does_not_answer_is_said(dsn: str) -> None:
    url = "http://127.0.0.1:1"
    [(result, said, advice)] = checks(dsn, "postgrest server", url)
    assert (result, advice) == ("fail", "Start PostgREST, or give another address.")
    assert said.startswith(f"no answer from {url}: ")


@pytest.mark.parametrize("url", ["nonsense", "localhost:3000"])
def test_what_is_no_address_is_said(dsn: str, url: str) -> None:
    assert checks(dsn, "postgrest server", url) == [
        ("fail", f"{url} is no address", "Begin it with http:// or https://.")
    ]


def test_a_running_postgrest_that_serves_perf_passes(dsn, connection, tmp_path) -> None:
    with serve(dsn, tmp_path) as url:
        found = checks(dsn, "postgrest server", url)
        assert [result for result, *_ in found] == ["ok", "ok"], found
        assert found[0][1].startswith("postgrest/")
        assert checks(dsn, "postgrest server", url + "/x")[0][0] == "fail"


def test_a_running_postgrest_with_an_old_cache_is_found(dsn, connection, tmp_path) -> None:
    with serve(dsn, tmp_path, db_channel_enabled="false") as url:
        connection.execute("create function perf.planted(a text) returns int return 1")
        connection.execute("create view perf.planted_view as select 1")
        try:
            found = checks(dsn, "postgrest server", url)
        finally:
            connection.execute("drop function perf.planted")
            connection.execute("drop view perf.planted_view")
    assert found[1][:2] == ("fail", "not in its schema cache: planted; planted_view")


def test_a_running_postgrest_that_exposes_too_much_or_too_little_is_found(
    dsn, connection, tmp_path
) -> None:
    with serve(dsn, tmp_path, db_schemas="public") as url:
        assert checks(dsn, "postgrest server", url)[1][1] == "it does not expose the schema perf"
    with serve(dsn, tmp_path, db_schemas="perf, perf_internal") as url:
        assert "perf_internal" in checks(dsn, "postgrest server", url)[1][1]


def test_a_server_that_takes_everybody_for_the_service_key_is_asked_nothing_more(
    dsn, connection, tmp_path
) -> None:
    connection.execute("select perf.set_role_claim('app_metadata.perf_role')")
    with serve(dsn, tmp_path, db_anon_role="service_role") as url:
        found = checks(dsn, "postgrest server", url)
    assert found[1][:2] == ("fail", "requests without a token may read perf.models")
    claim = connection.execute("select s.role_claim from perf.access_settings as s").fetchone()
    assert claim == ("app_metadata.perf_role",)


def test_a_server_without_a_database_is_said(dsn, connection, tmp_path) -> None:
    with serve(dsn, tmp_path) as url:
        connection.execute("alter role authenticator nologin")
        connection.execute(
            "select pg_terminate_backend(a.pid) from pg_stat_activity as a"
            " where a.usename = 'authenticator'"
        )
        found = checks(dsn, "postgrest server", url)
        connection.execute("alter role authenticator login")
    assert found[-1][0] == "fail"
    assert "may not reach its database" in found[-1][1]


def test_a_description_that_is_disabled_is_no_problem(dsn, connection, tmp_path) -> None:
    with serve(dsn, tmp_path, openapi_mode="disabled") as url:
        assert [result for result, *_ in checks(dsn, "postgrest server", url)] == ["ok", "ok"]


def test_a_function_open_to_anon_is_found(dsn, connection, tmp_path) -> None:
    """Not one of ours, because those ask for the role of their caller too."""
    connection.execute("create function perf.planted() returns int stable return 1")
    connection.execute("grant execute on function perf.planted to anon")
    try:
        with serve(dsn, tmp_path) as url:
            found = checks(dsn, "postgrest server", url)
    finally:
        connection.execute("drop function perf.planted")
    assert found[1][:2] == ("fail", "open to requests without a token: planted")
