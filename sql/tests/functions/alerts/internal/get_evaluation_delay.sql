begin;
select plan(10);

select is(
    perf_internal.get_evaluation_delay('2090-01-06 10:00+00'), null, 'without rules nothing is late'
);

-- It would say that it was made now.
alter table perf.slo_objectives disable trigger prepare_slo_objective;
insert into perf.slo_objectives (objective_name, metric_name, target, created_at) values
    ('works', 'success_rate', 0.99, '2090-01-06 09:50+00');

select is(
    perf_internal.get_evaluation_delay('2090-01-06 10:00+00'),
    '2090-01-06 09:50+00',
    'rules that were never evaluated are late since they were made'
);
select is(
    perf_internal.get_evaluation_delay('2090-01-06 09:53+00'), null, 'but not for three minutes'
);

insert into perf.performance_alert_thresholds (
    metric_name, warning_threshold, critical_threshold, statistic, direction, created_at
)
values ('error_rate', 0.1, 0.2, 'rate', 'above', '2090-01-06 09:40+00');

select is(
    perf_internal.get_evaluation_delay('2090-01-06 10:00+00'),
    '2090-01-06 09:40+00',
    'of several since the oldest'
);

update perf_internal.alert_runs set last_run_at = '2090-01-06 09:57+00';

select is(
    perf_internal.get_evaluation_delay('2090-01-06 10:00+00'),
    null,
    'an evaluation three minutes ago is not late'
);
select is(
    perf_internal.get_evaluation_delay('2090-01-06 10:00:00.000001+00'),
    '2090-01-06 09:57+00',
    'one that is longer ago is'
);
update perf_internal.alert_runs set failed_since = '2090-01-06 08:00+00';
select is(
    perf_internal.get_evaluation_delay('2090-01-06 10:00+00'),
    '2090-01-06 08:00+00',
    'rules that fail as a whole are not evaluated'
);
update perf_internal.alert_runs set failed_since = null;
update perf.performance_alert_thresholds set enabled = false;
select is(
    perf_internal.get_evaluation_delay('2090-01-06 11:00+00'),
    '2090-01-06 09:57+00',
    'an objective is enough'
);
update perf.slo_objectives set enabled = false;
select is(
    perf_internal.get_evaluation_delay('2090-01-06 11:00+00'),
    null,
    'rules that are disabled are not late'
);
update perf.performance_alert_thresholds set enabled = true;
set local role perf_analyst;
select is(
    perf_internal.get_evaluation_delay('2090-01-06 11:00+00'),
    '2090-01-06 09:57+00',
    'functions of an analyst call it'
);

select * from finish();
rollback;
