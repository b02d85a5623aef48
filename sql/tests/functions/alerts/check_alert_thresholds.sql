begin;
select plan(28);
set local timezone = 'UTC';

-- Samples of the test's own in place of those that the rules measure.
drop function if exists perf_internal.read_threshold_samples(timestamptz, bigint[]);
drop function if exists perf_internal.read_objective_samples(timestamptz);
drop function if exists perf_internal.get_objective_message(bigint, jsonb, float8, bigint, text);
drop function if exists perf_internal.watch_schedule(timestamptz, timestamptz);
create table perf_internal.samples (
    alert_type text not null default 'threshold',
    rule_id bigint not null,
    labels jsonb not null,
    value float8,
    sample_count bigint not null default 7,
    level integer,
    is_recovered boolean,
    problem text
);
create function perf_internal.read_threshold_samples(
    as_of timestamptz,
    threshold_ids bigint[] default null
)
returns setof perf_internal.samples
language sql
stable
as $$
    select s.* from perf_internal.samples as s where s.alert_type <> 'slo_burn_rate'
$$;
create function perf_internal.read_objective_samples(as_of timestamptz)
returns setof perf_internal.samples
language sql
stable
as $$
    select s.* from perf_internal.samples as s where s.alert_type = 'slo_burn_rate'
$$;
create function perf_internal.get_objective_message(
    rule_id bigint,
    labels jsonb,
    value float8,
    sample_count bigint,
    severity text
)
returns text
language sql
as $$
    select format('%s burns %s (%s)', labels ->> 'objective', value, severity)
$$;
create function perf_internal.watch_schedule(as_of timestamptz)
returns void
language sql
as 'select';

insert into perf.performance_alert_thresholds (
    metric_name, statistic, direction, warning_threshold, critical_threshold, for_duration,
    keep_firing_for, recovery_threshold
)
values
    ('response_time_ms', 'p95', 'above', 100, 200, '0', '0', null),
    ('response_time_ms', 'p95', 'above', 100, 200, '2 minutes', '1 minute', 80);
create temporary table rules as
select
    min(t.id) as quick,
    max(t.id) as slow
from perf.performance_alert_thresholds as t;
create function pg_temp.labels(rule_id bigint, model text default 'a')
returns jsonb
language sql
as $$
    select jsonb_build_object(
        'model', model, 'metric', 'response_time_ms', 'statistic', 'p95', 'threshold_id', rule_id
    )
$$;
create function pg_temp.measure(rule text, value float8)
returns void
language sql
as $$
    delete from perf_internal.samples;
    insert into perf_internal.samples (rule_id, labels, value, level, is_recovered)
    select
        r.id,
        pg_temp.labels(r.id),
        measure.value,
        case when value > 200 then 2 when value > 100 then 1 when value <= 100 then 0 end,
        case r.id when max(t.slow) then value <= 80 else value <= 100 end
    from rules as t
    cross join lateral (
        select case measure.rule when 'quick' then t.quick else t.slow end
    ) as r (id)
    group by r.id
$$;
-- state, severity and value of what changed at a minute.
create function pg_temp.check(minute text)
returns table (change text)
language sql
as $$
    select concat_ws(' ', c.state, c.severity, c.value)
    from perf.check_alert_thresholds(('2020-01-06 ' || minute || '+00')::timestamptz) as c
$$;
create view pg_temp.alerts as
select
    concat_ws(
        ' ', a.severity, case when a.is_resolved then 'resolved' else 'open' end, a.repeat_count
    ) as state,
    a.*
from perf.model_alerts as a
order by a.id desc
limit 1;

select pg_temp.measure('quick', 50);
select is_empty($$ select pg_temp.check('10:00') $$, 'a good value changes nothing');
select is_empty('select * from perf_internal.alert_states', 'and has no state');
select results_eq(
    $$ select r.last_run_at, r.series_count, r.problem, r.last_run_ms > 0
       from perf_internal.alert_runs as r $$,
    $$ values ('2020-01-06 10:00+00'::timestamptz, 1::bigint, null::text, true) $$,
    'the run is noted'
);

select pg_temp.measure('quick', 150);
select is_empty($$ select pg_temp.check('10:00') $$, 'a run of the same time does nothing');
select is_empty($$ select pg_temp.check('09:59') $$, 'nor does one of an earlier time');
select results_eq(
    $$ select pg_temp.check('10:01') $$,
    $$ values ('firing warning 150') $$,
    'a value beyond opens an alert'
);
select results_eq(
    $$ select a.alert_type, a.severity, a.model_type, a.machine_id, a.alert_message, a.labels,
           a.alert_timestamp, a.last_seen_at, a.alert_details ->> 'limit'
       from pg_temp.alerts as a $$,
    $$ select
           'threshold', 'warning', null::text, null::uuid,
           'p95 of response_time_ms for model a is 150 ms over 15 minutes, above the warning threshold of 100 ms (7 values).',
           pg_temp.labels(r.quick), '2020-01-06 10:01+00'::timestamptz,
           '2020-01-06 10:01+00'::timestamptz, '100'
       from rules as r $$,
    'with a message, labels and details'
);
select pg_temp.measure('quick', 250);
select results_eq(
    $$ select pg_temp.check('10:02') $$,
    $$ values ('firing critical 250') $$,
    'further out its severity rises'
);
select pg_temp.measure('quick', 180);
select results_eq(
    $$ select pg_temp.check('10:03') $$,
    $$ values ('firing warning 180') $$,
    'and falls again'
);
select is_empty($$ select pg_temp.check('10:04') $$, 'the same again is no change');
select results_eq(
    $$ select a.state, a.last_seen_at, a.alert_message, a.alert_timestamp from pg_temp.alerts as a $$,
    $$ values (
        'warning open 3', '2020-01-06 10:04+00'::timestamptz,
        'p95 of response_time_ms for model a is 180 ms over 15 minutes, above the warning threshold of 100 ms (7 values).',
        '2020-01-06 10:01+00'::timestamptz
    ) $$,
    'but the alert is seen again'
);
update perf.model_alerts as a set auto_action_taken = 'restart';
select pg_temp.measure('quick', null);
select is_empty($$ select pg_temp.check('10:05') $$, 'no data changes nothing');
select is((select a.state from pg_temp.alerts as a), 'warning open 3', 'the alert stays as it is');
select pg_temp.measure('quick', 90);
select results_eq(
    $$ select pg_temp.check('10:06') $$, $$ values ('ok 90') $$, 'a good value resolves it'
);
select results_eq(
    $$ select a.state, a.resolved_timestamp, a.resolved_by, a.resolution_note, a.auto_action_taken
       from pg_temp.alerts as a $$,
    $$ values (
        'warning resolved 3', '2020-01-06 10:06+00'::timestamptz, null::text,
        'The value is 90 ms, which is good.', 'restart'
    ) $$,
    'by nobody, with a note; what was done stays noted'
);
select is_empty('select * from perf_internal.alert_states', 'the state is gone');

-- Two minutes of for_duration, one of keep_firing_for, recovered at 80.
select pg_temp.measure('slow', 250);
select results_eq(
    $$ select pg_temp.check('11:00') $$, $$ values ('pending 250') $$, 'it waits for for_duration'
);
select is((select count(*) from perf.model_alerts), 1::bigint, 'without an alert');
select pg_temp.check('11:01');
select results_eq(
    $$ select pg_temp.check('11:02') $$,
    $$ values ('firing critical 250') $$,
    'then it opens as severe as it is'
);
select pg_temp.measure('slow', 90);
select is_empty(
    $$ select pg_temp.check('11:03') $$, 'a value that has not recovered keeps the warning'
);
select is(
    (select a.alert_message from pg_temp.alerts as a),
    'p95 of response_time_ms for model a is 90 ms over 15 minutes, not yet on the good side of the recovery threshold of 80 ms (7 values).',
    'and says so'
);
select results_eq(
    $$ select pg_temp.check('11:04') $$,
    $$ values ('firing warning 90') $$,
    'but is critical no longer than keep_firing_for'
);
select pg_temp.measure('slow', 80);
select results_eq(
    $$ select pg_temp.check('11:05') $$,
    $$ values ('recovering warning 80') $$,
    'a recovered value begins keep_firing_for'
);
select results_eq(
    $$ select pg_temp.check('11:06') $$, $$ values ('ok 80') $$, 'after which it is over'
);

select throws_ok(
    $$ select * from perf.check_alert_thresholds(null) $$,
    '22023',
    'as_of must be a point in time, got null',
    'refuses null for a time'
);
select throws_ok(
    $$ select * from perf.check_alert_thresholds(now() + interval '61 seconds') $$,
    '22023',
    null,
    'refuses a time in the future, until which no run would do anything'
);

set local role perf_admin;
select lives_ok($$ select * from perf.check_alert_thresholds('2020-01-06 12:00') $$, 'perf_admin may');
set local role perf_analyst;
select throws_ok(
    $$ select * from perf.check_alert_thresholds('2020-01-06 12:01') $$,
    '42501',
    null,
    'perf_analyst may not'
);

select * from finish();
rollback;
