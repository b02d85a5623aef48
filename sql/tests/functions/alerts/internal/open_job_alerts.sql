begin;
select plan(3);

insert into perf.performance_alert_thresholds (
    metric_name, statistic, direction, warning_threshold, critical_threshold
)
values
    ('vram_peak_mb', 'max', 'above', 10, 20),
    ('frame_count', 'min', 'below', -10, -20);
insert into perf.workflows (name) select 'w' || n from generate_series(1, 3) as n;
insert into perf_internal.job_kinds (workflow_id) select f.id from perf.workflows as f;

select perf_internal.open_job_alerts(
    array_agg(t.id), array_agg(k.id), array_agg(15 + case f.name when 'w3' then 8 else 0 end)
)
from perf.performance_alert_thresholds as t
cross join perf_internal.job_kinds as k
join perf.workflows as f on f.id = k.workflow_id;
select results_eq(
    $$ select a.labels ->> 'metric', a.severity, a.alert_details -> 'value'
       from perf.model_alerts as a
       order by 1 $$,
    $$ values ('frame_count', 'critical', '-23'::jsonb), ('vram_peak_mb', 'critical', '23') $$,
    'of several series of a group the worst counts; below a limit values are negated'
);
update perf.performance_alert_thresholds as t set group_by = '{workflow}' where t.direction = 'above';
insert into perf.workflows (name) select 'w' || n from generate_series(4, 120) as n;
insert into perf_internal.job_kinds (workflow_id)
select f.id from perf.workflows as f where f.name > 'w' on conflict do nothing;
select perf_internal.open_job_alerts(array_agg(t.id), array_agg(k.id), array_agg(15))
from perf.performance_alert_thresholds as t
cross join perf_internal.job_kinds as k
where t.direction = 'above';
select is(
    (select count(*) from perf.model_alerts),
    102::bigint,
    'a call opens at most 100 alerts, and leaves the others to the evaluation'
);

set local role perf_admin;
select throws_ok(
    $$ select perf_internal.open_job_alerts('{}', '{}', '{}') $$,
    '42501',
    null,
    'nobody but the owner calls it'
);

select * from finish();
rollback;
