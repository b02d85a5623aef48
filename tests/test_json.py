"""Whatever leaves the database in JSON is right or absent."""

import json
import math
import re
from collections.abc import Iterator
from itertools import product
from typing import Any

import psycopg
import pytest
from test_messages import filled, functions, good_arguments

# What JSON holds without loss, or holds as a text that says all of it. A numeric may have more
# digits than a reader of JSON keeps, and an array of numbers loses its lower bound.
FINE_TYPES = {
    "bigint",
    "boolean",
    "bytea",
    "character varying",
    "date",
    "double precision",
    "double precision[]",
    "integer",
    "interval",
    "jsonb",
    "name",
    "perf.app_role",
    "real",
    "text",
    "text[]",
    "timestamp with time zone",
    "tstzrange",
    "uuid",
    "void",
}
# Results of functions and columns of tables and views; a function that returns rows of a table
# has the columns of that table.
COLUMNS = """
select c.object || '.' || c.name, format_type(c.type, null)
from (
    select p.oid::regproc::text as object, coalesce(a.name, 'result') as name, a.type
    from pg_proc as p
    cross join lateral unnest(
        coalesce(p.proallargtypes, array[p.prorettype]),
        p.proargnames[:cardinality(p.proallargtypes)],
        coalesce(p.proargmodes, '{t}')
    ) as a (type, name, mode)
    where p.pronamespace = 'perf'::regnamespace
        and not exists (select from pg_class as o where o.reltype = p.proargtypes[0])
        and a.mode in ('o', 'b', 't')
        and a.type not in (select c.reltype from pg_class as c)
    union all
    select p.oid::regproc::text, 'result', p.prorettype
    from pg_proc as p
    where p.pronamespace = 'perf'::regnamespace
        and not exists (select from pg_class as o where o.reltype = p.proargtypes[0])
        and p.proargmodes is not null
        and not p.proargmodes && '{o,b,t}'
        and p.prorettype not in (select c.reltype from pg_class as c)
    union all
    select a.attrelid::regclass::text, a.attname, a.atttypid
    from pg_class as c
    join pg_attribute as a on a.attrelid = c.oid
    where c.relnamespace = 'perf'::regnamespace
        and c.relkind in ('r', 'p', 'v', 'm')
        and a.attnum > 0
        and not a.attisdropped
) as c (object, name, type)
"""
FLOAT_FUNCTIONS = """
select p.proname, array_agg(format_type(a.type, null) order by a.number)
from pg_proc as p
cross join lateral unnest(p.proargtypes::oid[]) with ordinality as a (type, number)
where p.pronamespace = 'perf'::regnamespace
    and not exists (select from pg_class as o where o.reltype = p.proargtypes[0])
    and p.provolatile = 'i'
group by p.oid
having bool_or(a.type = 'double precision'::regtype)
"""
DAY = ["2020-01-06 10:00+00"]
USUAL = {
    "double precision": "0.5",
    "bigint": "10",
    "boolean": "true",
    "double precision[]": "{0.5,1,3}",
    "bigint[]": "{1,2,3}",
}
UNUSUAL = {
    "double precision": ["NaN", "Infinity", "-Infinity", "0", "1", "1e300"],
    "bigint": ["0", "9223372036854775807", "9007199254740992"],
    "boolean": ["false"],
    "double precision[]": [
        "{}",
        "{0}",
        "{1,1,1}",
        "{NaN,1,2}",
        "{-Infinity,1,2}",
        "{1e300,0,0}",
        "{1e90,-1e90,0}",
    ],
    "bigint[]": ["{}", "{1}", "{0,0,0}", "{9223372036854775807,1,1}", "{9007199254740992,0,0}"],
}


def test_no_result_or_column_of_perf_is_of_a_type_that_json_breaks(
    connection: psycopg.Connection,
) -> None:
    columns = connection.execute(COLUMNS).fetchall()
    assert len(columns) > 300
    assert [column for column in columns if column[1] not in FINE_TYPES] == []


def refuse_constant(name: str) -> None:
    raise AssertionError(f"JSON has no {name}")


def is_exact(value: object) -> bool:
    """Tell whether a reader whose numbers are double precision gets the same number."""
    if isinstance(value, dict):
        return all(is_exact(part) for part in value.values())
    if isinstance(value, list):
        return all(is_exact(part) for part in value)
    if isinstance(value, int):
        return abs(value) <= 2**53
    return value is None or (isinstance(value, float) and math.isfinite(value))


def test_statistics_answer_with_numbers_or_not_at_all(connection: psycopg.Connection) -> None:
    functions = connection.execute(FLOAT_FUNCTIONS).fetchall()
    assert "get_mean_interval" in dict(functions)
    wrong = []
    for name, types in functions:
        for position, tried in enumerate(types):
            for value, other in product(UNUSUAL[tried], ["10", "1000000"]):
                arguments = [USUAL[kind] if kind != "bigint" else other for kind in types]
                arguments[position] = value
                typed = ", ".join(
                    f"'{argument}'::{kind}" for argument, kind in zip(arguments, types, strict=True)
                )
                try:
                    [(answer,)] = connection.execute(
                        f"select to_json(r)::text from perf.{name}({typed}) as r"
                    ).fetchall()
                except (
                    psycopg.errors.InvalidParameterValue,
                    psycopg.errors.NumericValueOutOfRange,
                ):
                    continue
                if answer and not is_exact(json.loads(answer, parse_constant=refuse_constant)):
                    wrong.append((name, arguments, answer))
    assert wrong == []


# For the fixture.
__all__ = ["filled"]


def texts_in(value: object) -> Iterator[str]:
    """Yield the texts in what JSON said."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from texts_in(part)


def numbers_in(value: object) -> Iterator[float]:
    """Yield the numbers in what JSON said."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from numbers_in(part)


@pytest.mark.parametrize("rolled_up", [False, True])
def test_reports_of_extreme_jobs_and_calls_are_numbers_that_json_holds(
    connection: psycopg.Connection, filled: dict[str, Any], rolled_up: bool
) -> None:
    """Of the smallest and largest that can be recorded, and of things with one job or none."""
    connection.execute("select perf.record_call('acme/one', 'chat', 0, call_timestamp => %s)", DAY)
    for number, frames in ((0, 0), (1e10, 2**31 - 1), (1e-9, 1)):
        connection.execute(
            "select perf.record_job_metrics(w, 'gpu-1', time_per_frame_ms => %(n)s,"
            " total_gpu_time_ms => %(n)s, total_wall_time_ms => %(n)s, frame_count => %(f)s,"
            " quality_scores => jsonb_build_object('likeness', -%(n)s::float8),"
            " parameters => '{\"steps\": 1}', resolution_tier => '1080p', completed_at => %(d)s)"
            " from unnest('{portrait,sketch}'::text[]) as w",
            {"n": number, "f": frames, "d": DAY[0]},
        )
    if rolled_up:
        connection.execute("select perf.aggregate_performance_metrics()")
    answered = set()
    for function in functions(connection):
        if not re.match("get_|compare_|query_|estimate_|find_", function.name):
            continue
        types = ", ".join(f"%s::{type}" for type in function.types)
        try:
            rows = connection.execute(
                f"select to_json(r)::text from perf.{function.name}({types}) as r".encode(),
                good_arguments(function, filled),
            ).fetchall()
        except psycopg.Error as error:
            assert error.sqlstate in ("22023", "PT404", "PT409"), function.name
            continue
        for (row,) in rows:
            answer = json.loads(row or "null", parse_constant=refuse_constant)
            texts = {text for text in texts_in(answer) if "NaN" in text or "Infinity" in text}
            assert texts <= {"-infinity"}, (function.name, row)
            assert all(map(is_exact, numbers_in(answer))), (function.name, row)
        answered |= {function.name} if rows else set()
    assert {"get_workflows", "get_workflow_performance", "compare_workflows"} <= answered
    assert {"get_slo_status", "get_budget_status", "get_costs"} <= answered


@pytest.mark.parametrize("name", ["make_sketch", "get_sketch_percentiles", "sum_sketches"])
def test_sketches_stay_inside(connection: psycopg.Connection, name: str) -> None:
    found = connection.execute(
        "select p.pronamespace::regnamespace::text from pg_proc as p where p.proname = %s", [name]
    ).fetchall()
    assert found == [("perf_internal",)]
