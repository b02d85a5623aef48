begin;
select plan(24);
set local timezone = 'UTC';

-- Samples of the test's own in place of those that the rules measure.
drop function if exists perf_internal.read_threshold_samples(timestamptz, bigint[]);
drop function if exists perf_internal.read_objective_samples(timestamptz);
drop function if exists perf_internal.get_objective_message(bigint, jsonb, float8, bigint, text);
drop function if exists perf_internal.watch_schedule(timestamptz, timestamptz);
create table perf_internal.samples (
    alert_type text not null default 'threshold',
    rule_id bigint not null,
    labels jsonb,
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
    keep_firing_for
)
select 'response_time_ms', 'p95', 'above', 100, 200, f.for_duration, '0'
from (values (interval '0'), ('1 minute')) as f (for_duration);
create temporary table rules as
select min(t.id) as quick, max(t.id) as slow
from perf.performance_alert_thresholds as t;
create function pg_temp.measure(rule text, model text, level integer)
returns void
language sql
as $$
    delete from perf_internal.samples as s where s.labels ->> 'model' = measure.model;
    insert into perf_internal.samples (rule_id, labels, value, level, is_recovered)
    select
        case measure.rule when 'quick' then r.quick else r.slow end,
        jsonb_build_object('model', measure.model, 'model_type', 'sdxl'),
        50 + 100 * measure.level,
        measure.level,
        measure.level = 0
    from rules as r
$$;
create function pg_temp.run(
    minute text,
    busy text default null,
    states perf_internal.alert_states[] default null
)
returns table (change text)
language sql
as $$
    select concat_ws(' ', a.labels ->> 'model', a.state, a.severity)
    from perf_internal.advance_alerts(
        'thresholds',
        coalesce(run.states, array(select s from perf_internal.alert_states as s)),
        array(
            select perf_internal.get_alert_lock('threshold', s.rule_id, s.labels)
            from perf_internal.samples as s
            where s.labels ->> 'model' = run.busy
        ),
        ('2020-01-06 ' || run.minute || '+00')::timestamptz
    ) as a
    where a.alert_type is not null
    order by 1
$$;

select pg_temp.measure('quick', m.model, 1) from unnest('{a,b,c}'::text[]) as m (model);
select pg_temp.measure('quick', 'd', 0);
create temporary table first as
select a.*
from perf_internal.advance_alerts('thresholds', '{}', '{}', '2020-01-06 09:00+00') as a;
select results_eq(
    $$ select f.series_count, f.problem, f.labels ->> 'model', f.alert_id = m.id
       from first as f
       join perf.model_alerts as m on m.labels = f.labels
       order by 3 $$,
    $$ values (4::bigint, '', 'a', true), (4, '', 'b', true), (4, '', 'c', true) $$,
    'returns the series that changed, and how many there are'
);
select is(
    (select a.model_type from perf.model_alerts as a where a.labels ->> 'model' = 'a'),
    'sdxl',
    'the model type of an alert is the label of that name'
);
select results_eq(
    $$ select a.series_count, a.alert_type
       from perf_internal.advance_alerts('objectives', '{}', '{}', '2020-01-06 09:00+00') as a $$,
    $$ values (0::bigint, null::text) $$,
    'without any series it still says so'
);
select is(
    (select count(*) from perf_internal.alert_states), 3::bigint, 'objectives leave thresholds alone'
);

select pg_temp.measure('quick', 'a', 2);
select pg_temp.measure('quick', 'b', 2);
select results_eq(
    $$ select pg_temp.run('09:01', busy => 'a') $$,
    $$ values ('b firing critical') $$,
    'a series whose lock is held is left alone'
);
select results_eq(
    $$ select pg_temp.run('09:02') $$,
    $$ values ('a firing critical') $$,
    'until the next run'
);
select is_empty($$ select pg_temp.run('09:02') $$, 'a run that is repeated changes no state');

-- A state that is newer than the run.
update perf_internal.alert_states as s
set warning_since = '2020-01-06 09:10'
where s.labels ->> 'model' = 'c';
select pg_temp.measure('quick', 'c', 0);
select is_empty(
    $$ select pg_temp.run('09:10') $$, 'a state that is not older than the run is left alone'
);
select results_eq(
    $$ select pg_temp.run('09:11') $$, $$ values ('c ok') $$, 'until a later run'
);

-- A person resolves an alert while a run is under way.
create temporary table started as
select array(select s from perf_internal.alert_states as s) as states;
select perf_internal.resolve_alert(a.id, 'we know', '2020-01-06 09:12')
from perf.model_alerts as a
where a.labels ->> 'model' = 'a'
    and not a.is_resolved;
select is_empty(
    $$ select r.* from started as s, pg_temp.run('09:12', states => s.states) as r $$,
    'a series whose alert was resolved since the run began does not open again in this run'
);
select results_eq(
    $$ select pg_temp.run('09:13') $$,
    $$ values ('a firing critical') $$,
    'in the next run a new alert opens'
);
select is(
    (select count(*) from perf.model_alerts as a where a.labels ->> 'model' = 'a'),
    2::bigint,
    'and not the old one'
);

-- A person deletes an alert that is open.
delete from perf.model_alerts as a where a.labels ->> 'model' = 'b';
select is_empty(
    $$ select from perf_internal.alert_states as s where s.labels ->> 'model' = 'b' $$,
    'with an alert its state is deleted'
);
select results_eq(
    $$ select pg_temp.run('09:14') $$,
    $$ values ('b firing critical') $$,
    'so its series begins anew'
);

-- What is evaluated no more.
select pg_temp.measure('slow', 'e', 1);
select pg_temp.measure('slow', 'f', 1);
select pg_temp.run('09:15');
select results_eq(
    $$ select pg_temp.run('09:16') $$,
    $$ values ('e firing warning'), ('f firing warning') $$,
    'two more alerts open'
);
delete from perf_internal.samples as s where s.labels ->> 'model' = 'e';
select is(pg_temp.run('09:17'), 'e ok', 'a series without a sample is resolved');
select results_eq(
    $$ select a.resolution_note from perf.model_alerts as a where a.labels ->> 'model' = 'e' $$,
    $$ values (
        'This series is not evaluated any more: scope or groups of the rule changed, or a threshold with a narrower scope has it.'
    ) $$,
    'and the note says why'
);
update perf.performance_alert_thresholds as t set enabled = false where t.for_duration <> '0';
select is(pg_temp.run('09:18'), 'f ok', 'so is that of a threshold that was disabled');
select results_eq(
    $$ select a.resolution_note from perf.model_alerts as a where a.labels ->> 'model' = 'f' $$,
    $$ values ('The threshold is disabled, deleted or of another kind now.') $$,
    'and the note says that'
);
select pg_temp.measure('slow', 'g', 1);
select is_empty($$ select pg_temp.run('09:19') $$, 'of which nothing opens');
insert into perf_internal.samples (rule_id, labels, problem)
select r.quick, null, 'no such metric'
from rules as r;
create temporary table kept as
select s.* from perf_internal.samples as s where s.problem is null;
delete from perf_internal.samples as s where s.problem is null;
select results_eq(
    $$ select a.series_count, a.problem, a.alert_type
       from perf_internal.advance_alerts(
           'thresholds',
           array(select s from perf_internal.alert_states as s),
           '{}',
           '2020-01-06 09:19:30+00'
       ) as a $$,
    $$ select 0::bigint, 'threshold ' || r.quick || ': no such metric', null::text
       from rules as r $$,
    'the alerts of a rule that cannot be read stay as they are, and the problem is said'
);
delete from perf_internal.samples;
insert into perf_internal.samples select k.* from kept as k;
delete from perf.performance_alert_thresholds as t where t.for_duration = '0';
select results_eq(
    $$ select pg_temp.run('09:20') $$,
    $$ values ('a ok'), ('b ok') $$,
    'so are all of a threshold that was deleted'
);
select is_empty('select from perf_internal.alert_states', 'no state is left');

set local role perf_admin;
select throws_ok(
    $$ select * from perf_internal.advance_alerts('thresholds', '{}', '{}', '2020-01-06') $$,
    '42501',
    null,
    'nobody but the owner calls it'
);

select * from finish();
rollback;
