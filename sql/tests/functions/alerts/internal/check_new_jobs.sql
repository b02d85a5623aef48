begin;
select plan(22);

-- A threshold of jobs that a single job may be beyond.
create function pg_temp.watch(changes jsonb default '{}')
returns bigint
language sql
as $$
    insert into perf.performance_alert_thresholds (
        metric_name, statistic, direction, warning_threshold, critical_threshold, scope_type,
        scope_labels, group_by, for_duration, minimum_sample, baseline, enabled
    )
    select
        t.metric_name, t.statistic, t.direction, t.warning_threshold, t.critical_threshold,
        t.scope_type, t.scope_labels, t.group_by, t.for_duration, t.minimum_sample, t.baseline,
        t.enabled
    from jsonb_populate_record(
        null::perf.performance_alert_thresholds,
        '{
            "metric_name": "vram_peak_mb", "statistic": "max", "direction": "above",
            "warning_threshold": 10000, "critical_threshold": 20000, "scope_type": "global",
            "scope_labels": {}, "group_by": [], "for_duration": "0", "minimum_sample": 1,
            "enabled": true
        }'::jsonb || watch.changes
    ) as t
    returning id
$$;
create function pg_temp.record(
    vram_peak_mb bigint,
    workflow text default 'portrait',
    age interval default '0',
    quality_scores jsonb default null,
    error_type text default null
)
returns boolean
language sql
as $$
    select perf.record_job_metrics(
        record.workflow,
        'gpu-1',
        vram_peak_mb => record.vram_peak_mb,
        quality_scores => record.quality_scores,
        error_type => record.error_type,
        completed_at => now() - record.age
    )
$$;
create function pg_temp.alerts()
returns setof text
language sql
as $$
    select concat_ws(
        ' ', a.severity, a.labels ->> 'metric', a.labels ->> 'workflow',
        a.alert_details ->> 'value'
    )
    from perf.model_alerts as a
    where not a.is_resolved
    order by 1
$$;
-- Forget rules and alerts.
create function pg_temp.forget()
returns void
language sql
as $$
    delete from perf.performance_alert_thresholds;
    delete from perf.model_alerts
$$;

select pg_temp.watch(c)
from (
    values
        ('{"for_duration": "1 minute"}'::jsonb), ('{"minimum_sample": 2}'),
        ('{"baseline": "hour_of_week", "warning_threshold": 1}'), ('{"enabled": false}'),
        ('{"statistic": "avg"}'), ('{"statistic": "min"}'), ('{"metric_name": "response_time_ms"}'),
        ('{"direction": "below", "warning_threshold": 30000}')
) as t (c);
select pg_temp.record(25000);
select is_empty('select * from pg_temp.alerts()', 'one job says nothing to most thresholds');

select pg_temp.forget();
select pg_temp.watch('{"group_by": ["workflow", "resolution_tier"]}');
select pg_temp.record(10000);
select is_empty(
    'select * from pg_temp.alerts()', 'a job that is not beyond the threshold is no alert'
);
select pg_temp.record(10001);
select results_eq(
    'select * from pg_temp.alerts()',
    $$ values ('warning vram_peak_mb portrait 10001') $$,
    'a job that is beyond opens an alert at once'
);
select results_eq(
    $$ select a.alert_type, a.alert_message, a.labels, a.alert_timestamp, s.warning_state,
           s.warning_since, s.critical_state
       from perf.model_alerts as a
       join perf_internal.alert_states as s
           on s.alert_id = a.id and s.labels = a.labels and s.alert_type = a.alert_type $$,
    $$ select
           'threshold',
           'max of vram_peak_mb for resolution_tier (none), workflow portrait is 10001 MB over 15 minutes, above the warning threshold of 10000 MB (1 value).',
           jsonb_build_object(
               'workflow', 'portrait', 'resolution_tier', null, 'metric', 'vram_peak_mb',
               'statistic', 'max', 'threshold_id', t.id
           ),
           now(), 'firing', now(), 'ok'
       from perf.performance_alert_thresholds as t $$,
    'as the evaluation would open it'
);
select is(
    (
        select count(*)
        from perf_internal.read_threshold_samples(now() + interval '1 second') as r
        join perf_internal.alert_states as s
            on s.rule_id = r.rule_id and s.labels = r.labels and s.alert_type = r.alert_type
        where r.level > 0
    ),
    1::bigint,
    'the evaluation finds the same series'
);
select pg_temp.record(15000);
select results_eq(
    'select a.repeat_count from perf.model_alerts as a',
    $$ values (0::bigint) $$,
    'a further job leaves it to the evaluation'
);
select pg_temp.record(25000);
select results_eq(
    'select * from pg_temp.alerts()',
    $$ values ('warning vram_peak_mb portrait 10001') $$,
    'also a worse one, so that nobody waits for this transaction to acknowledge it'
);
select pg_temp.record(30000, workflow => 'sketch');
select results_eq(
    'select * from pg_temp.alerts()',
    $$ values ('critical vram_peak_mb sketch 30000'), ('warning vram_peak_mb portrait 10001') $$,
    'each group has an alert of its own'
);
select perf_internal.resolve_alert(a.id)
from perf.model_alerts as a
where a.labels ->> 'workflow' = 'sketch';
select pg_temp.record(12000, workflow => 'sketch');
select results_eq(
    'select * from pg_temp.alerts()',
    $$ values ('warning vram_peak_mb portrait 10001'), ('warning vram_peak_mb sketch 12000') $$,
    'after a person resolved it, the next job that is beyond opens another'
);

select pg_temp.forget();
select pg_temp.watch();
select pg_temp.record(15000, age => '15 minutes 1 second');
select is_empty('select * from pg_temp.alerts()', 'a job that is older than the window is none');
select pg_temp.record(15000, age => '-1 second');
select is_empty('select * from pg_temp.alerts()', 'nor is one of the future');
select pg_temp.record(15000, age => '15 minutes');
select results_eq(
    'select * from pg_temp.alerts()',
    $$ values ('warning vram_peak_mb 15000') $$,
    'one at the start of the window is'
);

select pg_temp.forget();
select pg_temp.watch();
select pg_temp.watch(
    '{"scope_type": "labels", "scope_labels": {"workflow": "portrait"}, "statistic": "p95",
      "warning_threshold": 50000, "critical_threshold": 60000}'
);
select pg_temp.record(15000);
select is_empty(
    'select * from pg_temp.alerts()', 'a series that a narrower threshold takes is only that one''s'
);
select pg_temp.record(15000, workflow => 'sketch');
select results_eq(
    'select * from pg_temp.alerts()',
    $$ values ('warning vram_peak_mb 15000') $$,
    'the others are judged'
);

select pg_temp.forget();
select perf_internal.add_named_metrics('jobs', '{quality.likeness}');
select pg_temp.watch(
    '{"metric_name": "quality.likeness", "statistic": "min", "direction": "below",
      "warning_threshold": 0.5, "critical_threshold": 0.2}'
);
select pg_temp.record(1, quality_scores => '{"likeness": 0.5, "face": 0}');
select is_empty('select * from pg_temp.alerts()', 'the other scores of a job are not this one');
select pg_temp.record(1, quality_scores => '{"likeness": 0.1, "face": 1}');
select results_eq(
    'select * from pg_temp.alerts()',
    $$ values ('critical quality.likeness 0.1') $$,
    'named metrics and lower limits are checked too'
);

select pg_temp.forget();
select pg_temp.watch('{"metric_name": "failed_vram_peak_mb"}');
select pg_temp.record(15000);
select is_empty('select * from pg_temp.alerts()', 'of failed jobs only those count that failed');
select pg_temp.record(15000, error_type => 'out of memory');
select results_eq(
    'select * from pg_temp.alerts()',
    $$ values ('warning failed_vram_peak_mb 15000') $$,
    'and those do'
);
select pg_temp.forget();
select pg_temp.watch('{"metric_name": "successful_vram_peak_mb"}');
select pg_temp.record(15000, error_type => 'out of memory');
select is_empty('select * from pg_temp.alerts()', 'of successful jobs those that did not fail');

-- Whatever goes wrong, jobs are recorded.
select pg_temp.forget();
select pg_temp.watch();
create or replace function perf_internal.get_threshold_message(
    threshold perf.performance_alert_thresholds,
    unit text,
    labels jsonb,
    value double precision,
    sample_count bigint,
    level integer
)
returns text
language sql
as 'select (1 / 0)::text';
select ok(pg_temp.record(15000), 'an error while an alert opens does not stop recording');
select is_empty('select from perf_internal.alert_states', 'and leaves nothing behind');

set local role perf_admin;
select throws_ok(
    'select perf_internal.check_new_jobs()', '42501', null, 'nobody calls it'
);

select * from finish();
rollback;
