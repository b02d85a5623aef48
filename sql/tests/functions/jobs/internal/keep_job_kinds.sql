begin;
select plan(6);

insert into perf.workflows (name) values ('portrait');
insert into perf_internal.job_kinds (workflow_id) select f.id from perf.workflows as f;

select throws_ok(
    'delete from perf_internal.job_kinds',
    '23001',
    'job_kinds rows are kept for ever: measured jobs refer to them',
    'refuses to delete a kind of jobs'
);
select throws_ok(
    'truncate perf_internal.job_kinds',
    '23001',
    'job_kinds rows are kept for ever: measured jobs refer to them',
    'refuses to truncate'
);
select throws_ok(
    $$ update perf_internal.job_kinds set id = '30000000-0000-4000-8000-000000000000' $$,
    '23001',
    'job_kinds rows are kept for ever: measured jobs refer to them',
    'refuses another id'
);
select throws_ok(
    'delete from perf_internal.job_kinds where false',
    '23001',
    null,
    'also where no row is meant'
);
select lives_ok(
    $$ update perf_internal.job_kinds set resolution_tier = '1080p' $$, 'a label may change'
);
select is(
    (select count(*) from perf_internal.job_kinds), 1::bigint, 'the kind of jobs is still there'
);

select * from finish();
rollback;
