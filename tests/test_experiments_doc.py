"""The outputs in docs/experiments.md, of an A/B test that is made here."""

import subprocess
from pathlib import Path

import psycopg

from pgkit import binaries

DOCUMENT = Path(__file__).parent.parent / "docs" / "experiments.md"
# The variant of a unit follows from the id of the test, so the id is given.
TEST = """
insert into perf.model_ab_tests (
    id, test_name, model_type, model_a_version, model_b_version, test_start, planned_units
) values
    (
        '0633e136-d5c8-48fa-a5b8-9b8393996d24', 'tone', 'summarizer', 'v1', 'v2',
        '2026-11-16 00:00+00', 6426
    );
insert into perf.ab_test_metrics (
    test_id, metric, role, better, minimum_effect, source_metric, above
)
select t.id, m.*
from perf.model_ab_tests as t
cross join (
    values
        ('success', 'primary', 'higher', 0.02, null, null),
        ('slow answers', 'guardrail', 'lower', 0.02, 'response_time_ms', 2000),
        ('stars', 'other', 'higher', null, null, null)
) as m;
insert into perf_internal.ab_series (test_id, metric, variant)
select m.test_id, m.metric, v.variant
from perf.ab_test_metrics as m
cross join (values ('a'), ('b')) as v (variant)
"""
# Each day 500 users come, who get 1 to 3 answers each and give stars once. The hash of a name is
# its chance. Answers succeed 90 times of 100 with A and 93 times with B.
CHANCE = """
create function pg_temp.chance(text) returns double precision language sql immutable as
$$ select ('x' || substr(md5($1), 1, 8))::bit(32)::bigint / 2 ^ 32 $$
"""
ANSWERS = """
select perf.record_ab_outcomes(jsonb_agg(jsonb_build_object(
    'test_id', t.id,
    'unit_key', 'user-' || n,
    'outcome_id', 'answer-' || n || '-' || k,
    'outcomes', jsonb_build_object(
        'success',
        pg_temp.chance('success' || n || '-' || k) < case a.variant when 'a' then 0.9 else 0.93 end,
        'response_time_ms', round(-925 * ln(1 - pg_temp.chance('time' || n || '-' || k)))
    ),
    'observed_at', timestamptz '2026-11-16 12:00+00' + (n - 1) / 500 * interval '1 day'
)))
from perf.model_ab_tests as t
cross join generate_series(1, 5000) as n
cross join generate_series(1, 1 + floor(3 * pg_temp.chance('answers' || n))::integer) as k
cross join lateral perf.assign_ab_variant(t.id, 'user-' || n) as a
"""
STARS = """
select perf.record_ab_outcomes(jsonb_agg(jsonb_build_object(
    'test_id', t.id,
    'unit_key', 'user-' || n,
    'outcomes', jsonb_build_object('stars', 1 + floor(5 * pg_temp.chance('stars' || n))),
    'observed_at', timestamptz '2026-11-16 12:00+00' + (n - 1) / 500 * interval '1 day'
)))
from perf.model_ab_tests as t
cross join generate_series(1, 5000) as n
"""


def test_the_document_shows_what_its_queries_answer(database) -> None:
    with psycopg.connect(database) as connection:
        for statement in (TEST, CHANCE, ANSWERS, STARS):
            connection.execute(statement)
    text = DOCUMENT.read_text(encoding="utf-8")
    parts = text[text.index("## Reading results") : text.index("## Stopping a test")].split("```")
    shown = 0
    for query, between, output in zip(parts[1::4], parts[2::4], parts[3::4], strict=True):
        assert (query.startswith("sql\n"), between) == (True, "\n\n")
        answer = subprocess.run(
            [binaries.find_program("psql"), "-X", database],
            input=query.removeprefix("sql"),
            env={"PGTZ": "UTC", "PGDATESTYLE": "ISO", "PGCLIENTENCODING": "UTF8"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        rows = answer.rsplit("\n(", 1)[0]
        assert output.strip("\n") == rows, answer
        shown += 1
    assert shown == 3
