begin;
select plan(14);

insert into perf.profiles (id, username) values
    ('a0000000-0000-4000-8000-000000000000', 'ada'),
    ('c0000000-0000-4000-8000-000000000000', 'cleo');
insert into perf.user_roles (user_id, role) values
    ('a0000000-0000-4000-8000-000000000000', 'admin'),
    ('c0000000-0000-4000-8000-000000000000', 'recorder');
insert into perf_internal.trained_models (id, model_type) values
    ('10000000-0000-4000-8000-000000000000', 'energy');

-- January gets a partition, December stays in the default partition.
insert into perf.model_performance_metrics (series_id, model_type, evaluation_date)
select '10000000-0000-4000-8000-000000000000', 'energy', d
from unnest('{2020-01-06 10:00+00, 2019-12-03 10:00+00}'::timestamptz[]) as d;
update perf.retention set keep = '10 days' where pipeline = 'evaluations' and level = 'raw';
create temporary table made as select * from perf.ensure_partitions('2020-01-20 12:00+00', 0);

set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';

select is(
    (select count(*) from perf.model_performance_metrics),
    2::bigint,
    'an admin by token reads every evaluation through the parent'
);
select throws_ok(
    'select * from perf_internal.model_performance_metrics_default',
    '42501',
    null,
    'but not the default partition by itself'
);
select throws_ok(
    'select * from perf_internal.model_performance_metrics_20200101',
    '42501',
    null,
    'nor a monthly partition'
);
select throws_ok(
    'delete from perf_internal.model_performance_metrics_default', '42501', null, 'nor deletes from it'
);

set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf.model_performance_metrics),
    0::bigint,
    'a recorder by token reads nothing through the parent'
);
select throws_ok(
    'select * from perf_internal.model_performance_metrics_20200101', '42501', null, 'and no partition'
);

set local role perf_admin;
select throws_ok(
    'select * from perf_internal.model_performance_metrics_default',
    '42501',
    null,
    'perf_admin does not read the default partition by itself'
);
select throws_ok(
    'insert into perf_internal.model_performance_metrics_default default values',
    '42501',
    null,
    'nor adds to it'
);
select throws_ok(
    'delete from perf_internal.model_performance_metrics_20200101',
    '42501',
    null,
    'nor deletes from a monthly one'
);

set local role perf_analyst;
select is(
    (select count(*) from perf.model_performance_metrics),
    2::bigint,
    'perf_analyst reads every evaluation through the parent'
);
select throws_ok(
    'select * from perf_internal.model_performance_metrics_20200101',
    '42501',
    null,
    'and no partition by itself'
);

set local role perf_recorder;
select throws_ok(
    'select * from perf_internal.model_performance_metrics_default',
    '42501',
    null,
    'perf_recorder reads none'
);
select throws_ok(
    'insert into perf_internal.model_performance_metrics_20200101 default values',
    '42501',
    null,
    'and adds to none directly'
);

set local role anon;
select throws_ok(
    'select * from perf_internal.model_performance_metrics_default', '42501', null, 'nor anon'
);

select * from finish();
rollback;
