begin;
select plan(8);

insert into perf.model_ab_tests (
    id, test_name, model_type, model_a_version, model_b_version, test_start
) values
    (
        'e0000000-0000-4000-8000-000000000000', 'one', 'llm', 'v1', 'v2', '2020-01-06 00:00+00'
    );
insert into perf.ab_test_metrics (
    test_id, metric, role, better, minimum_effect, source_metric, above
) values
    ('e0000000-0000-4000-8000-000000000000', 'success', 'primary', 'higher', 0.01, null, null),
    ('e0000000-0000-4000-8000-000000000000', 'ms', 'other', 'lower', null, null, null),
    ('e0000000-0000-4000-8000-000000000000', 'slow', 'other', 'lower', null, 'ms', 2000);
insert into perf_internal.ab_series (test_id, metric, variant)
select m.test_id, m.metric, v.variant
from perf.ab_test_metrics as m
cross join (values ('a'), ('b')) as v (variant);

-- Two units of one variant.
create temporary table units as
select array_agg(u.unit_key) as keys
from (
    select 'u' || n as unit_key
    from generate_series(1, 20) as n
    where perf_internal.get_ab_variant('e0000000-0000-4000-8000-000000000000', 'u' || n, 0.5) = 'a'
    limit 2
) as u;

-- Outcome and id are recorded for the first unit by this function, and for the second by
-- record_outcomes(). Both must do the same.
create function pg_temp.record(
    is_alone boolean, outcomes jsonb, id text, is_of_calls boolean, day text default '06'
)
returns text
language plpgsql
as $$
declare
    v_unit text := (select keys[2 - is_alone::integer] from units);
    v_outcome perf_internal.ab_outcome := row(
        'e0000000-0000-4000-8000-000000000000', v_unit, record.outcomes, v_unit || record.id,
        format('2020-01-%s 10:00+00', record.day), null
    );
begin
    if record.is_alone then
        return perf_internal.record_outcome(v_outcome, record.is_of_calls);
    end if;
    return perf_internal.record_outcomes(array[v_outcome], record.is_of_calls) > 0;
exception
    when others then
        return sqlerrm;
end
$$;

create temporary table cases (
    number integer generated always as identity,
    outcomes jsonb,
    id text,
    is_of_calls boolean default false,
    day text default '06',
    expected text
);
insert into cases (outcomes, id, is_of_calls, expected) values
    ('{"success": true, "ms": 2500.5}', null, false, 'true'),
    ('{"success": false, "ms": 3}', null, false, 'false'),
    ('{"success": false}', '-1', false, 'true'),
    ('{"success": null, "ms": 1e-100}', '-1', false, 'true'),
    ('{"ms": -1e15}', '-1', false, 'false'),
    ('{"ms": -1e15}', '-2', false, 'true'),
    ('{"success": null}', '-3', false, 'false'),
    ('{"ms": 1e-150, "tokens": 7}', '-4', true, 'true'),
    ('{"tokens": 7}', '-5', true, 'false');
insert into cases (outcomes, id, day, expected) values
    ('{"ms": 1e-150}', '-6', '06', 'the outcome "ms" must be true%'),
    ('{"ms": 1000000000000000.01}', '-6', '06', 'the outcome "ms" must be true%'),
    ('{"ms": "7"}', '-6', '06', 'the outcome "ms" must be true%'),
    ('{"tokens": 7, "ms": 1}', '-6', '06', 'the A/B test "one" records no metric "tokens"'),
    ('{}', '-6', '06', 'outcomes must be a JSON object%'),
    (null, '-6', '06', 'outcomes must be a JSON object%'),
    ('{"ms": 1}', ' ', '06', 'outcome_id must have no spaces around it%'),
    ('{"ms": 1}', '-6', '05', 'observed_at must not be before the test starts%');

create temporary table results as
select
    c.*,
    pg_temp.record(true, c.outcomes, c.id, c.is_of_calls, c.day) as alone,
    pg_temp.record(false, c.outcomes, c.id, c.is_of_calls, c.day) as in_batch
from cases as c
order by c.number;

select is_empty(
    'select number, alone, expected from results where alone not like expected',
    'answers whether an outcome is new, and what is wrong with it'
);
select is_empty(
    $$ select number, alone, in_batch
       from results
       where replace(alone, (select keys[1] from units), (select keys[2] from units)) <> in_batch $$,
    'as record_outcomes() does'
);

create view pg_temp.kept as
select u.unit_key, s.metric, u.outcome_count, u.outcome_sum, u.has_ids
from perf_internal.ab_units as u
join perf_internal.ab_series as s on s.id = u.series_id;
select results_eq(
    $$ select metric, outcome_count, outcome_sum, has_ids
       from pg_temp.kept where unit_key = (select keys[1] from units) order by 1 $$,
    $$ values
        ('ms', 4, 2500.5 - 1e15::float8 + 1e-100, false),
        ('slow', 4, 1.0::float8, false),
        ('success', 2, 1.0::float8, false) $$,
    'keeps number and sum of the outcomes of a unit'
);
select results_eq(
    $$ select metric, outcome_count, outcome_sum, has_ids
       from pg_temp.kept where unit_key = (select keys[1] from units) order by 1 $$,
    $$ select metric, outcome_count, outcome_sum, has_ids
       from pg_temp.kept where unit_key = (select keys[2] from units) order by 1 $$,
    'the same'
);
select results_eq(
    $$ select s.metric, o.value, o.earlier_count, o.earlier_sum
       from perf.ab_outcomes as o
       join perf_internal.ab_series as s on s.id = o.series_id
       where s.metric = 'success'
       order by o.earlier_count, o.id $$,
    $$ values
        ('success', 1.0::float8, 0, 0.0::float8),
        ('success', 1.0::float8, 0, 0.0::float8),
        ('success', 0.0::float8, 1, 1.0::float8),
        ('success', 0.0::float8, 1, 1.0::float8) $$,
    'an outcome knows what its unit had before'
);

select is(
    (
        select count(*)
        from pg_locks as l
        where l.locktype = 'advisory' and l.mode = 'ShareLock' and l.pid = pg_backend_pid()
    ),
    1::bigint,
    'the test is locked in shared mode until this transaction ends'
);
select is(
    current_setting('perf.rows_are_checked'), 'off', 'direct writes are checked again afterwards'
);

update perf.model_ab_tests
set test_status = 'completed', test_end = '2020-01-07 00:00+00', winner_model = 'a',
    winner_metrics = '{}';
select is(
    pg_temp.record(true, '{"success": true}', '-7', true),
    'false',
    'a call is no outcome of a completed test'
);

select * from finish();
rollback;
