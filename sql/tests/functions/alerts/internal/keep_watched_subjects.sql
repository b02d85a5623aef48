begin;
select plan(10);

select perf.record_job_metrics(
    'portrait', 'gpu-1', quality_scores => '{"likeness": 0.5}',
    completed_at => '2020-01-06 10:00+00'
);
insert into perf.workflows (name) values ('new');
insert into perf.workers (name) values ('gpu-9');
create temporary table made (n integer, id bigint);
insert into made values
    (1, perf.create_alert_threshold('quality.likeness', 0.6, 0.5)),
    (2, perf.create_alert_threshold('successful_quality.likeness', 0.6, 0.5)),
    (3, perf.create_alert_threshold(
        'vram_peak_mb', 1, 2, 'workflow', (select f.id from perf.workflows as f where f.name = 'new')
    )),
    (4, perf.create_alert_threshold(
        'vram_peak_mb', 1, 2, 'worker', (select w.id from perf.workers as w where w.name = 'gpu-9')
    ));
grant select on made to perf_admin;
insert into perf.slo_objectives (objective_name, metric_name, faster_than, target)
values ('likeness', 'quality.likeness', 1, 0.9);

set local role perf_admin;
select throws_ok(
    $$ select perf.forget_metric('quality.likeness') $$,
    '23001',
    (
        select format(
            'metric "quality.likeness" is watched by alert threshold %s, %s and objective "likeness"',
            min(m.id), max(m.id)
        )
        from made as m
        where m.n <= 2
    ),
    'a metric that thresholds and objectives watch is not forgotten'
);
select perf.delete_alert_threshold(m.id) from made as m where m.n = 1;
delete from perf.slo_objectives;
select throws_ok(
    $$ select perf.forget_metric('quality.likeness') $$,
    '23001',
    (
        select format('metric "quality.likeness" is watched by alert threshold %s', m.id)
        from made as m
        where m.n = 2
    ),
    'nor one of which what succeeded is watched'
);
select perf.delete_alert_threshold(m.id) from made as m where m.n = 2;
select lives_ok($$ select perf.forget_metric('quality.likeness') $$, 'then it is');
select throws_ok(
    format('delete from perf.%ss where name = %L', s.kind, s.name),
    '23001',
    format('%s "%s" is watched by alert threshold %s', s.kind, s.name, m.id),
    format('a %s that a threshold is for is not deleted', s.kind)
)
from (values ('workflow', 'new', 3), ('worker', 'gpu-9', 4)) as s (kind, name, n)
join made as m on m.n = s.n;
select perf.delete_alert_threshold(m.id) from made as m;
select lives_ok($$ delete from perf.workflows where name = 'new' $$, 'then it is');
select lives_ok($$ delete from perf.workers where name = 'gpu-9' $$, 'a worker too');
select throws_ok(
    $$ delete from perf.workflows where name = 'portrait' $$,
    '23001', 'workflow "portrait" has a history, which is kept',
    'what has a history stays anyway'
);
reset role;

select perf.create_alert_threshold('vram_peak_mb', 1, 2);
set constraints all immediate;
set constraints all deferred;
create temporary table saved as select m.* from perf.metrics as m where m.metric = 'vram_peak_mb';
delete from perf.metrics where metric = 'vram_peak_mb';
insert into perf.metrics select s.* from saved as s;
select lives_ok(
    'set constraints all immediate', 'a migration may delete a metric and add it again'
);
set constraints all deferred;
delete from perf.metrics where metric = 'vram_peak_mb';
select throws_ok(
    'set constraints all immediate', '23503', null,
    'but not leave out a metric that a threshold watches'
);

select * from finish();
rollback;
