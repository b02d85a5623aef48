begin;
select plan(3);

select throws_ok(
    'select perf_internal.require_cron()',
    'PT409',
    'pg_cron is not installed in this database',
    'refuses where pg_cron is missing'
);

create schema cron;

select throws_ok(
    'select perf_internal.require_cron()',
    'PT409',
    'pg_cron is not installed in this database',
    'a schema of that name is not enough'
);

create table cron.job ();

select lives_ok('select perf_internal.require_cron()', 'passes where its jobs are');

select * from finish();
rollback;
