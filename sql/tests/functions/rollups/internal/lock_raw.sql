begin;
select plan(8);

set local timezone = 'UTC';

create temporary view locks as
select l.relation::regclass::text as name, l.mode
from pg_locks as l
where l.pid = pg_backend_pid()
    and l.relation in (
        'perf.performance_metrics_raw'::regclass,
        'perf_internal.performance_metrics_raw_default'::regclass
    )
    and l.mode <> 'AccessShareLock';

select perf_internal.lock_raw(
    '{calls}', '{performance_metrics_raw_default}', 'share row exclusive'
);
select results_eq(
    'select * from locks',
    $$ values ('perf_internal.performance_metrics_raw_default', 'ShareRowExclusiveLock') $$,
    'locks a partition alone'
);

select perf_internal.lock_raw(
    '{calls}', '{performance_metrics_raw_default}', 'access exclusive', 'share'
);
select set_eq(
    'select * from locks',
    $$ values
        ('perf_internal.performance_metrics_raw_default', 'ShareRowExclusiveLock'),
        ('perf_internal.performance_metrics_raw_default', 'AccessExclusiveLock'),
        ('perf.performance_metrics_raw', 'ShareLock') $$,
    'or the whole table with it'
);

select perf.ensure_partitions('2020-01-06', days_ahead => 0);
select perf_internal.lock_raw(
    '{calls}',
    '{performance_metrics_raw_20200106,performance_metrics_raw_default}',
    'access exclusive'
);
select is(
    (select count(*) from pg_locks as l
     where l.pid = pg_backend_pid()
         and l.relation = 'perf_internal.performance_metrics_raw_20200106'::regclass
         and l.mode = 'AccessExclusiveLock'),
    1::bigint,
    'and several at once'
);

select throws_ok(
    $$ select perf_internal.lock_raw('{calls}', '{nothing}', 'share') $$,
    '42P01',
    null,
    'knows no other table'
);
select throws_ok(
    $$ select perf_internal.lock_raw('{calls}', '{performance_metrics_raw_default}', 'any') $$,
    '42601',
    null,
    'knows no other mode'
);
select throws_ok(
    $$ select perf_internal.lock_raw(
        '{nothing}', '{performance_metrics_raw_default}', 'share', 'share'
    ) $$,
    'PT404',
    null,
    'knows no other pipeline'
);
select is(
    (select count(*) from pg_locks as l
     where l.pid = pg_backend_pid()
         and l.relation = 'perf_internal.rollup_state'::regclass
         and l.mode = 'RowShareLock'),
    1::bigint,
    'takes the lock of the rollups of every pipeline with it'
);

set local role perf_admin;
select throws_ok(
    $$ select perf_internal.lock_raw('{calls}', '{performance_metrics_raw_default}', 'share') $$,
    '42501',
    null,
    'only the owner may call it'
);

select * from finish();
rollback;
