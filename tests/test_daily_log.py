"""The daily log: equal to a count over raw rows, right with late jobs and two runs at once."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import psycopg
from pipeline import wait_until_blocked

START = datetime(2020, 1, 6, tzinfo=UTC)
RUN = "select new_rows, changed_rows, removed_rows from perf.aggregate_model_performance_logs("
RUN += "as_of => '2020-03-01')"
LOG = """
    select model_type, date, total_generations, successful_generations, failed_generations,
        avg_generation_time_ms, round(avg_quality_rating::numeric, 4), total_processing_time_ms,
        job_count, call_count, timed_generations, rated_generations
    from perf.model_performance_logs
    order by 1, 2
"""
LATE = """
    select perf.record_job_metrics(
        'w', 'g', total_wall_time_ms => 7, model_type => 'sdxl',
        completed_at => '2020-01-08 10:00+00'
    )
"""
# The same from raw rows alone, which the log never reads.
RAW = """
    select model_type, (at at time zone 'UTC')::date as date, count(*),
        count(*) filter (where not failed), count(*) filter (where failed),
        round(avg(time) filter (where not failed))::bigint,
        round(avg(rating) filter (where not failed), 4),
        sum(time)::bigint,
        count(*) filter (where is_job), count(*) filter (where not is_job),
        count(time) filter (where not failed), count(rating) filter (where not failed)
    from (
        select model_type, created_at as at, failed, total_wall_time_ms::numeric as time,
            true as is_job,
            coalesce(
                (quality_scores_json ->> 'rating')::numeric,
                (select avg(s.value::numeric) from jsonb_each_text(quality_scores_json) as s)
            ) as rating
        from perf.performance_metrics
        union all
        select m.model_type, r.call_timestamp, not r.success, r.response_time_ms::numeric, false,
            null
        from perf.performance_metrics_raw as r
        join perf.model_tool_configs as c on c.id = r.model_tool_config_id
        join perf.models as m on m.id = c.model_id
    ) as generations
    where model_type is not null
    group by 1, 2
    order by 1, 2
"""


def add_generations(connection: psycopg.Connection, chooser: random.Random, count: int) -> None:
    """Record calls and jobs of some model types over 40 days, with and without times and scores."""
    for model_type in ("sdxl", "wan", None):
        connection.execute(
            "select perf.register_model(%s, model_type => %s)", [f"x/{model_type}", model_type]
        )
    jobs, calls = [], []
    for _ in range(count):
        at = START + timedelta(seconds=chooser.randrange(40 * 86400))
        model_type = chooser.choice(["sdxl", "wan", "only-jobs", None])
        scores = chooser.choice([None, '{"rating": 3.5, "a": 1}', '{"a": 0.25, "b": 0.75}'])
        jobs.append(
            (
                at,
                model_type,
                chooser.choice([None, chooser.randrange(90000)]),
                chooser.random() < 0.2,
                scores,
            )
        )
        name = chooser.choice(["x/sdxl", "x/wan", "x/None"])
        calls.append((name, chooser.randrange(1, 5000), chooser.random() < 0.8, at))
    with connection.transaction(), connection.cursor() as cursor:
        cursor.executemany(
            "select perf.record_job_metrics('w', 'g', completed_at => %s, model_type => %s,"
            " total_wall_time_ms => %s, success => not %s, quality_scores => %s)",
            jobs,
        )
        cursor.executemany(
            "select perf.record_call(%s, 'chat', %s, %s, call_timestamp => %s)", calls
        )


def check_log(connection: psycopg.Connection) -> None:
    logged, counted = (connection.execute(query).fetchall() for query in (LOG, RAW))
    assert logged == counted


def test_the_log_equals_a_count_over_raw_rows_rolled_up_or_not(connection) -> None:
    chooser = random.Random(9)
    add_generations(connection, chooser, 300)
    new, changed, removed = connection.execute(RUN).fetchone()
    assert (new > 60, changed, removed) == (True, 0, 0)
    check_log(connection)
    connection.execute("select perf.aggregate_performance_metrics()")
    assert connection.execute(RUN).fetchone() == (0, 0, 0)
    # Late ones, of days that the log has and of others.
    add_generations(connection, chooser, 20)
    connection.execute("select perf.aggregate_performance_metrics()")
    new, changed, removed = connection.execute(RUN).fetchone()
    assert (0 < changed <= 40, removed) == (True, 0)
    check_log(connection)
    connection.execute("call perf.run_job('daily-log')")
    check_log(connection)


def test_a_late_job_changes_its_day_only(connection) -> None:
    add_generations(connection, random.Random(1), 100)
    connection.execute("select perf.aggregate_performance_metrics()")
    connection.execute(RUN)
    connection.execute(LATE)
    connection.execute("select perf.aggregate_performance_metrics()")
    connection.execute("select from perf.aggregate_model_performance_logs(as_of => '2020-04-01')")
    assert connection.execute(
        "select model_type, date::text from perf.model_performance_logs"
        " where updated_at = '2020-04-01'"
    ).fetchall() == [("sdxl", "2020-01-08")]
    check_log(connection)


def test_two_runs_at_once_are_one_after_the_other(database, connection) -> None:
    add_generations(connection, random.Random(2), 30)
    with (
        psycopg.connect(database) as first,
        psycopg.connect(database) as second,
        ThreadPoolExecutor(1) as pool,
    ):
        assert first.execute(RUN).fetchone()[0] > 0
        # Readers do not wait.
        assert connection.execute(
            "select count(*) from perf.model_performance_logs"
        ).fetchone() == (0,)
        connection.execute(LATE)
        waiting = pool.submit(lambda: second.execute(RUN).fetchone())
        wait_until_blocked(connection, second.info.backend_pid)
        first.commit()
        found = waiting.result()
        # It sees what the first has written, and the job that came meanwhile.
        assert (found[0] + found[1], found[2]) == (1, 0)
        second.commit()
    check_log(connection)


def test_days_that_retention_has_removed_keep_their_rows(connection) -> None:
    add_generations(connection, random.Random(3), 50)
    connection.execute("select perf.aggregate_performance_metrics()")
    connection.execute(RUN)
    before = connection.execute(LOG).fetchall()
    connection.execute("delete from perf_internal.rollups where granularity in ('hourly', 'daily')")
    connection.execute(
        "update perf.retention set deleted_before = '2020-03-01' where level in ('hourly', 'daily')"
    )
    assert connection.execute(RUN).fetchone() == (0, 0, 0)
    assert connection.execute(LOG).fetchall() == before
