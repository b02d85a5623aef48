"""Databases as people have them: other styles of dates, time zones, levels, limits, encodings."""

import json
from collections.abc import Iterator

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from pgkit import migrations, runner
from pgkit.database import Failure, parse_dsn

STYLES = {
    "datestyle": "'German, DMY'",
    "intervalstyle": "iso_8601",
    "timezone": "'Asia/Kolkata'",
    "bytea_output": "escape",
    "extra_float_digits": "0",
    "statement_timeout": "'60s'",
    "escape_string_warning": "off",
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "jit": "off",
}
# What the command line overcomes as well, and a test file would not.
HOSTILE = {
    **STYLES,
    "default_transaction_isolation": "serializable",
    "standard_conforming_strings": "off",
    "search_path": "nowhere",
    "statement_timeout": "'5s'",
    "lock_timeout": "'2s'",
    "client_encoding": "latin1",
    "extra_float_digits": "-10",
    "array_nulls": "off",
    "transform_null_equals": "on",
    "quote_all_identifiers": "on",
    "row_security": "off",
}
CALLS = """model,tool,latency_ms,timestamp
モデル,chat,100,2026-01-05T10:00:00Z
モデル,chat,300,2026-01-05T10:59:59Z
"""
JOBS = """external_id,workflow,worker,wall_time_ms,frames,quality.likeness,completed_at
1,肖像,gpu-é,1000,10,0.5,2026-01-05T10:00:00Z
2,肖像,gpu-é,3000,30,0.9,2026-01-05T10:59:59Z
3,肖像,gpu-ö,2000,10,0.7,2026-01-05T11:00:00Z
"""
DAY = "--from", "2026-01-05", "--to", "2026-01-06"


@pytest.fixture
def hostile(server_dsn: str) -> Iterator[str]:
    """An empty database in which everything is set as pgkit does not expect it."""
    with runner.temporary_database(server_dsn, settings=HOSTILE) as dsn:
        yield dsn


def make_database(server_dsn: str, encoding: str) -> Iterator[str]:
    name = f"pgkit_test_{encoding.lower()}"
    with psycopg.connect(server_dsn, autocommit=True) as admin:
        admin.execute(
            f"create database {name} encoding '{encoding}' lc_collate 'C' lc_ctype 'C'"
            " template template0".encode()
        )
        yield make_conninfo("", **parse_dsn(server_dsn, dbname=name))
        admin.execute(f"drop database {name} with (force)".encode())


@pytest.fixture
def ascii_database(server_dsn: str) -> Iterator[str]:
    yield from make_database(server_dsn, "SQL_ASCII")


@pytest.fixture
def latin_database(server_dsn: str) -> Iterator[str]:
    yield from make_database(server_dsn, "LATIN1")


@pytest.fixture
def mule_database(server_dsn: str) -> Iterator[str]:
    yield from make_database(server_dsn, "MULE_INTERNAL")


@pytest.mark.once
def test_every_pgtap_file_passes_in_a_database_of_other_styles(server_dsn) -> None:
    try:
        outcome = runner.run_pgtap(server_dsn, runner.pgtap_files([]), settings=STYLES)
    except Failure as failure:
        if "pgtap" in failure.message:
            pytest.skip(failure.message)
        raise
    assert outcome.failures == ()
    assert outcome.passed > 1000


def test_doctor_finds_the_same_grants_when_names_are_quoted_later(
    pgkit, database, server_dsn
) -> None:
    """The migration notes names without quotes, where nothing needs them."""
    name = parse_dsn(database)["dbname"]
    with psycopg.connect(server_dsn, autocommit=True) as admin:
        admin.execute(f"alter database {name} set quote_all_identifiers = on".encode())
    done = pgkit("doctor", dsn=database)
    assert "\tfail\t" not in done.stdout
    assert "grants\tok\tas pgkit migrate granted them" in done.stdout


def test_a_limit_on_transactions_does_not_end_a_migration(pgkit, server_dsn) -> None:
    with psycopg.connect(server_dsn) as connection:
        if connection.info.server_version < 170000:
            pytest.skip("transaction_timeout is new in PostgreSQL 17")
    limit = {"transaction_timeout": "'50ms'"}
    with runner.temporary_database(server_dsn, settings=limit) as dsn:
        done = pgkit("migrate", dsn=dsn)
    assert done.returncode == 0, done.stderr


@pytest.mark.once
def test_every_command_is_right_in_a_hostile_database(pgkit, hostile, tmp_path) -> None:
    config = tmp_path / "config.json"
    config.write_text('{"temperature": 0.5}')
    jobs = tmp_path / "jobs.csv"
    jobs.write_text(JOBS, encoding="utf-8")
    for command in (
        ("migrate",),
        ("migrate", "--dry-run"),
        ("load", "-"),
        ("load", "--jobs", jobs),
        ("aggregate",),
        ("trends", "モデル", "chat", *DAY, "--json"),
        ("compare", "--tool", "chat", *DAY),
        ("percentiles", *DAY),
        ("errors", *DAY),
        ("jobs", "workflows", *DAY, "--json"),
        ("jobs", "workers", *DAY),
        ("jobs", "overview", *DAY),
        ("jobs", "quality", "likeness", *DAY),
        ("jobs", "log", *DAY),
        ("configs", "save", "assistant", "é", config),
        ("configs", "activate", "assistant@1"),
        ("configs", "list"),
        ("configs", "history", "assistant"),
        ("worker", "--once"),
        ("seed", "--calls", "100"),
        ("partitions",),
        ("cleanup",),
        ("retention",),
        ("retention", "calls", "raw", "8 days"),
        ("retention", "jobs", "raw", "180 days"),
        ("verify",),
        ("verify", "--pipeline", "jobs"),
        ("health",),
        ("status",),
    ):
        done = pgkit(*command, dsn=hostile, input=CALLS if command[1:] == ("-",) else "")
        assert (done.returncode, "Traceback" in done.stderr) == (0, False), (command, done.stderr)
        if command[0] == "trends":
            (row,) = json.loads(done.stdout)
            assert row["call_count"] == 2
            assert row["avg_response_time"] == 200
            assert row["time_bucket"].startswith("2026-01-05T10:00:00")
        if command[:2] == ("jobs", "workflows"):
            (row,) = json.loads(done.stdout)
            assert (row["workflow"], row["job_count"]) == ("肖像", 3)
            assert row["avg_wall_time_ms"] == 2000
    assert "\tfail\t" not in pgkit("doctor", dsn=hostile).stdout
    with psycopg.connect(hostile, autocommit=True) as connection:
        errors = connection.execute(
            "select error_message from perf_internal.worker_runs where error_message is not null"
        ).fetchall()
        assert errors == []
        # What was migrated there is what is migrated elsewhere.
        connection.execute("set standard_conforming_strings = on")
        assert connection.execute("select perf.record_call('gpt-4o', 'chat', 1)").fetchone()


@pytest.mark.parametrize("level", ["repeatable read", "serializable"])
def test_jobs_choose_their_isolation_level(connection, level) -> None:
    connection.execute(f"set default_transaction_isolation = '{level}'".encode())
    with pytest.raises(psycopg.Error, match="read committed"):
        connection.execute("select * from perf.ensure_partitions()")
    for (command,) in connection.execute("select command from perf_internal.get_jobs()").fetchall():
        connection.execute(command.encode())
    count = "select count(*) >= 8 from perf_internal.raw_partitions"
    assert connection.execute(count).fetchone() == (True,)
    with pytest.raises(psycopg.Error, match='there is no job "other"'):
        connection.execute("call perf.run_job('other')")


def test_a_job_makes_all_partitions_some_at_a_time(connection) -> None:
    connection.execute("update perf.retention set keep = '90 days' where level = 'raw'")
    connection.execute(
        "select perf.record_call('m', 't', 1, call_timestamp => now() - day * interval '1 day')"
        " from generate_series(1, 85) as day"
    )
    made = connection.execute(
        "select count(*) from perf.ensure_partitions() where partition_name like '%_raw_%'"
    ).fetchone()
    assert made == (30,)
    coming = "select max(range_end) > now() + interval '7 days' from perf_internal.raw_partitions"
    assert connection.execute(coming).fetchone() == (True,)
    connection.execute("call perf.run_job('partitions')")
    left = "select count(*) from perf_internal.performance_metrics_raw_default"
    assert connection.execute(left).fetchone() == (0,)


def test_ten_years_of_raw_calls_have_partitions_of_months(connection) -> None:
    connection.execute("update perf.retention set keep = '10 years' where level = 'raw'")
    connection.execute(
        "select perf.record_call('m', 't', 1, call_timestamp => now() - day * interval '1 day')"
        " from generate_series(1, 2190) as day"
    )
    connection.execute("call perf.run_job('partitions')")
    row = connection.execute(
        "select count(*) from perf_internal.raw_partitions where pipeline = 'calls'"
    ).fetchone()
    assert row is not None
    assert 70 < row[0] < 80
    for job in ("aggregate", "cleanup"):
        connection.execute("call perf.run_job(%s)", [job])
    wrong = (
        "select count(*) from perf.verify_performance_metrics(now() - interval '6 years', now())"
    )
    assert connection.execute(wrong).fetchone() == (0,)
    counted = connection.execute(
        "select sum(r.count) from perf_internal.rollups as r"
        " where r.granularity = 'weekly' and r.metric = 'response_time_ms'"
    ).fetchone()
    assert counted == (2190,)


def test_a_read_only_database_says_so(pgkit, database, server_dsn) -> None:
    name = parse_dsn(database)["dbname"]
    with psycopg.connect(server_dsn, autocommit=True) as admin:
        admin.execute(f"alter database {name} set default_transaction_read_only = on".encode())
    for command in ("migrate", "aggregate", "seed"):
        failed = pgkit(command, dsn=database)
        assert failed.returncode == 1
        assert "default_transaction_read_only" in failed.stderr
        assert "Traceback" not in failed.stderr
    assert pgkit("status", dsn=database).returncode == 0


def test_sql_ascii_is_refused_before_anything_is_changed(pgkit, ascii_database) -> None:
    failed = pgkit("migrate", dsn=ascii_database)
    assert failed.returncode == 1
    assert failed.stderr.startswith("Error: this database is in SQL_ASCII")
    assert "encoding 'UTF8' template template0" in failed.stderr
    assert "pgkit migrate" not in failed.stderr
    with psycopg.connect(ascii_database) as connection:
        assert connection.execute("select to_regnamespace('perf')::text").fetchone() == (None,)
    assert (
        "encoding\tfail\tthis database is in SQL_ASCII"
        in pgkit("doctor", dsn=ascii_database).stdout
    )


def test_a_name_that_the_database_cannot_store_is_an_error_in_words(pgkit, latin_database) -> None:
    migrations.migrate(latin_database)
    for command in (("load", "-"), ("trends", "モデル", "chat")):
        failed = pgkit(*command, dsn=latin_database, input=CALLS)
        assert failed.returncode == 1
        assert 'in encoding "UTF8" has no equivalent in encoding "LATIN1"' in failed.stderr
        assert "pgkit migrate" not in failed.stderr
        assert "Traceback" not in failed.stderr
    loaded = pgkit("load", "-", dsn=latin_database, input=CALLS.replace("モデル", "é"))
    assert loaded.returncode == 0
    shown = json.loads(pgkit("trends", "é", "chat", *DAY, "--json", dsn=latin_database).stdout)
    assert [row["call_count"] for row in shown] == [2]


def test_control_characters_are_told_from_letters_in_latin1(latin_database) -> None:
    migrations.migrate(latin_database)
    with psycopg.connect(latin_database, autocommit=True, client_encoding="UTF8") as connection:
        assert connection.execute(
            "select perf_internal.quote_value(%s)", ["é\r\n\x7f\x85\xa0"]
        ).fetchone() == (r'"é\r\n\u007f\u0085' + '\xa0"',)
        connection.execute("select perf.record_call('é', 'ÿ', 1)")
        for name in ("a\nb", "a\x85"):
            with pytest.raises(psycopg.errors.InvalidParameterValue, match="control characters"):
                connection.execute("select perf.record_call(%s, 'chat', 1)", [name])


def test_an_encoding_that_has_no_way_to_utf8_is_an_error_in_words(pgkit, mule_database) -> None:
    for command in ("migrate", "doctor"):
        failed = pgkit(command, dsn=mule_database)
        assert failed.returncode == 1
        assert "conversion between UTF8 and MULE_INTERNAL is not supported" in (
            failed.stdout + failed.stderr
        )
        assert "encoding 'UTF8' template template0" in failed.stdout + failed.stderr
