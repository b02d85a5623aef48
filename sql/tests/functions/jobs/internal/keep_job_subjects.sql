begin;
select plan(9);

insert into perf.workflows (name) values ('portrait'), ('landscape');
insert into perf.workers (name) values ('gpu-1'), ('gpu-2');
insert into perf_internal.job_kinds (workflow_id, worker_id)
select f.id, w.id
from perf.workflows as f, perf.workers as w
where f.name = 'portrait' and w.name = 'gpu-1';

create function pg_temp.get_hint(statement text)
returns text
language plpgsql
as $$
declare
    v_hint text;
begin
    execute statement;
    return null;
exception when restrict_violation then
    get stacked diagnostics v_hint = pg_exception_hint;
    return v_hint;
end
$$;

select throws_ok(
    $$ delete from perf.workflows where name = 'portrait' $$,
    '23001',
    'workflow "portrait" has a history, which is kept',
    'refuses to delete a workflow of which jobs were measured, without any row of them'
);
select is(
    pg_temp.get_hint($$ delete from perf.workflows where name = 'portrait' $$),
    (
        select format('Retire it instead: perf.retire_workflow(%s)', f.id)
        from perf.workflows as f
        where f.name = 'portrait'
    ),
    'and says what to do'
);
select throws_ok(
    'delete from perf.workers',
    '23001',
    'worker "gpu-1" has a history, which is kept',
    'refuses to delete a worker, also among others'
);
select is(
    pg_temp.get_hint('delete from perf.workers'),
    (
        select format('Retire it instead: perf.retire_worker(%s)', w.id)
        from perf.workers as w
        where w.name = 'gpu-1'
    ),
    'and says what to do'
);
select lives_ok(
    $$ delete from perf.workflows where name = 'landscape' $$, 'one without history goes'
);
select lives_ok($$ delete from perf.workers where name = 'gpu-2' $$, 'a worker too');
select is(
    (select count(*) from perf.workflows) + (select count(*) from perf.workers),
    2::bigint,
    'the others are still there'
);

-- Without a trigger the foreign key would still refuse.
alter table perf.workflows disable trigger keep_job_subjects;
select throws_ok('delete from perf.workflows', '23503', null, 'so does the foreign key');

set local role perf_admin;
select throws_ok('delete from perf.workers', '23001', null, 'an admin is told the same');

select * from finish();
rollback;
