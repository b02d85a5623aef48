begin;
select plan(14);
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
    metric_name, statistic, direction, warning_threshold, critical_threshold
)
values ('response_time_ms', 'p95', 'above', 100, 200);
insert into perf.slo_objectives (objective_name, metric_name, target, runbook_url)
values ('chat works', 'success_rate', 0.99, 'https://example.org/chat');
insert into perf_internal.samples (alert_type, rule_id, labels, value, level, is_recovered)
select 'threshold', t.id, '{"metric": "response_time_ms"}'::jsonb, 150, 1, false
from perf.performance_alert_thresholds as t
union all
select 'slo_burn_rate', o.id, '{"objective": "chat works"}', 15, 2, false
from perf.slo_objectives as o;
create function pg_temp.check(minute text)
returns table (change text)
language sql
as $$
    select concat_ws(' ', c.alert_type, c.state, c.severity)
    from perf_internal.check_alert_thresholds(('2020-01-06 ' || minute || '+00')::timestamptz) as c
    order by 1
$$;

select results_eq(
    $$ select pg_temp.check('10:00') $$,
    $$ values ('slo_burn_rate firing critical'), ('threshold firing warning') $$,
    'evaluates thresholds and objectives'
);
select results_eq(
    $$ select a.alert_message, a.alert_details
       from perf.model_alerts as a
       where a.alert_type = 'slo_burn_rate' $$,
    $$ values (
        'chat works burns 15 (critical)',
        '{
            "value": 15, "sample_count": 7, "objective": "chat works", "metric": "success_rate",
            "target": 0.99, "faster_than": null, "time_window": "30 days",
            "end_time": "2020-01-06T10:00:00+00:00", "description": null,
            "runbook_url": "https://example.org/chat"
        }'::jsonb
    ) $$,
    'an objective has a message and details of its own'
);

create or replace function perf_internal.read_objective_samples(as_of timestamptz)
returns setof perf_internal.samples
language plpgsql
stable
as $$
begin
    raise exception 'no objectives today';
end
$$;
update perf_internal.samples as s set value = 90, level = 0, is_recovered = true;
select results_eq(
    $$ select pg_temp.check('10:01') $$,
    $$ values ('threshold ok') $$,
    'where objectives fail as a whole, thresholds are evaluated'
);
select results_eq(
    $$ select r.problem, r.last_run_at, r.series_count from perf_internal.alert_runs as r $$,
    $$ values (
        'objectives: no objectives today', '2020-01-06 10:01+00'::timestamptz, 1::bigint
    ) $$,
    'and the run says why'
);
select is(
    (select count(*) from perf_internal.alert_states as s where s.warning_state = 'firing'),
    1::bigint,
    'alerts of objectives stay as they are'
);

create or replace function perf_internal.read_threshold_samples(
    as_of timestamptz,
    threshold_ids bigint[] default null
)
returns setof perf_internal.samples
language sql
stable
as 'select s.* from perf_internal.samples as s where s.level / 0 = 1';
create or replace function perf_internal.read_objective_samples(as_of timestamptz)
returns setof perf_internal.samples
language sql
stable
as $$
    select s.* from perf_internal.samples as s where s.alert_type = 'slo_burn_rate'
$$;
select results_eq(
    $$ select pg_temp.check('10:02') $$,
    $$ values ('slo_burn_rate ok') $$,
    'and the other way round'
);
select is(
    (select r.problem from perf_internal.alert_runs as r),
    'thresholds: division by zero',
    'with the message of the database'
);

create or replace function perf_internal.watch_schedule(as_of timestamptz)
returns void
language plpgsql
as $$
begin
    raise exception 'no schedule';
end
$$;
create or replace function perf_internal.read_threshold_samples(
    as_of timestamptz,
    threshold_ids bigint[] default null
)
returns setof perf_internal.samples
language sql
stable
as 'select s.* from perf_internal.samples as s where s.alert_type = ''threshold''';
select pg_temp.check('10:03');
select is(
    (select r.problem from perf_internal.alert_runs as r),
    'schedule: no schedule',
    'a watch that fails is noted too'
);
create or replace function perf_internal.watch_schedule(as_of timestamptz)
returns void
language sql
as 'select';
select pg_temp.check('10:04');
select is(
    (select r.problem from perf_internal.alert_runs as r), null, 'a run without a problem has none'
);

-- The clock was wrong, and is right again.
update perf_internal.alert_runs as r set last_run_at = now() + interval '1 day';
update perf_internal.samples as s set level = 1, is_recovered = false;
select results_eq(
    $$ select pg_temp.check('10:05') $$,
    $$ values ('slo_burn_rate firing warning'), ('threshold firing warning') $$,
    'a last run in the future is no reason to do nothing'
);

-- A name of 200 characters of four bytes each, with which no index entry has room.
insert into perf_internal.samples (rule_id, labels, value, level, is_recovered)
select
    t.id,
    jsonb_build_object(
        'model', (select string_agg(chr(128512 + n), '') from generate_series(1, 200) as n),
        'tool', (select string_agg(chr(128712 + n), '') from generate_series(1, 200) as n),
        'provider', (select string_agg(chr(128912 + n), '') from generate_series(1, 200) as n)
    ),
    150, 1, false
from perf.performance_alert_thresholds as t;
select pg_temp.check('10:06');
select is(
    (select r.problem from perf_internal.alert_runs as r),
    'the labels of 1 series are too long for an alert',
    'labels that are too long for an index stop no other series'
);

-- The model type of an alert is in the index beside its labels.
delete from perf_internal.samples as s where s.labels ? 'provider';
insert into perf_internal.samples (rule_id, labels, value, level, is_recovered)
select
    t.id,
    jsonb_build_object(
        'model_type', (select string_agg(md5(n::text), '') from generate_series(1, 36) as n)
    ),
    150, 1, false
from perf.performance_alert_thresholds as t;
select pg_temp.check('10:06:30');
select is(
    (
        select concat_ws(' ', r.problem, r.failed_since, (
            select count(*) from perf.model_alerts as a where length(a.model_type) > 1000
        ))
        from perf_internal.alert_runs as r
    ),
    '1',
    'the longest labels that are allowed have room in it twice'
);

-- A state of the future is of a clock that was wrong.
update perf_internal.alert_states as s
set warning_since = now() + interval '1 day',
    critical_since = case when s.critical_since is not null then now() + interval '1 day' end;
update perf_internal.samples as s set level = 0, is_recovered = true;
select pg_temp.check('10:06:40');
select is(
    (select count(*) from perf_internal.alert_states), 0::bigint, 'states of the future end, too'
);

set local role perf_recorder;
select throws_ok(
    $$ select pg_temp.check('10:07') $$, '42501', null, 'perf_recorder may not'
);

select * from finish();
rollback;
