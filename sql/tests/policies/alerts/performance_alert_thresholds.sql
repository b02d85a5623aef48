begin;
select plan(37);

select perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin', 'ada');
select perf.grant_role('b0000000-0000-4000-8000-000000000000', 'analyst', 'ben');
select perf.grant_role('c0000000-0000-4000-8000-000000000000', 'recorder', 'cleo');
select perf.create_alert_threshold('vram_peak_mb', 1, 2);

create function pg_temp.add()
returns bigint
language sql
as $$
    with added as (
        insert into perf.performance_alert_thresholds
            (metric_name, warning_threshold, critical_threshold)
        values ('failure_rate', 0.1, 0.2)
        returning 1
    )
    select count(*) from added
$$;
create function pg_temp.change()
returns bigint
language sql
as $$
    with changed as (
        update perf.performance_alert_thresholds set enabled = not enabled returning 1
    )
    select count(*) from changed
$$;
create function pg_temp.remove()
returns bigint
language sql
as $$
    with gone as (
        delete from perf.performance_alert_thresholds where metric_name = 'failure_rate' returning 1
    )
    select count(*) from gone
$$;

set local role authenticated;

set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select is((select count(*) from perf.performance_alert_thresholds), 1::bigint, 'an admin by token reads');
select is(pg_temp.add(), 1::bigint, 'adds one');
select is(pg_temp.change(), 2::bigint, 'changes both');
select is(pg_temp.remove(), 1::bigint, 'and deletes one');

set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select is((select count(*) from perf.performance_alert_thresholds), 1::bigint, 'an analyst by token reads');
select throws_ok('select pg_temp.add()', '42501', null, 'adds none');
select is(pg_temp.change(), 0::bigint, 'changes none');
select is(pg_temp.remove(), 0::bigint, 'and deletes none');

set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select is((select count(*) from perf.performance_alert_thresholds), 0::bigint, 'a recorder by token reads nothing back');
select throws_ok('select pg_temp.add()', '42501', null, 'adds none');
select is(pg_temp.change(), 0::bigint, 'changes none');
select is(pg_temp.remove(), 0::bigint, 'and deletes none');

set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select is((select count(*) from perf.performance_alert_thresholds), 0::bigint, 'a stranger with a token reads nothing');
select throws_ok('select pg_temp.add()', '42501', null, 'adds none');
select is(pg_temp.change(), 0::bigint, 'changes none');
select is(pg_temp.remove(), 0::bigint, 'and deletes none');

set local request.jwt.claims = '';
select is((select count(*) from perf.performance_alert_thresholds), 0::bigint, 'nor is there anything without a token');

set local role perf_admin;
select is((select count(*) from perf.performance_alert_thresholds), 1::bigint, 'perf_admin reads');
select is(pg_temp.add(), 1::bigint, 'adds one');
select is(pg_temp.change(), 2::bigint, 'changes both');
select is(pg_temp.remove(), 1::bigint, 'and deletes one');

set local role service_role;
select is((select count(*) from perf.performance_alert_thresholds), 1::bigint, 'service_role reads');
select is(pg_temp.add(), 1::bigint, 'adds one');
select is(pg_temp.change(), 2::bigint, 'changes both');
select is(pg_temp.remove(), 1::bigint, 'and deletes one');

set local role perf_analyst;
select is((select count(*) from perf.performance_alert_thresholds), 1::bigint, 'perf_analyst reads');
select throws_ok('select pg_temp.add()', '42501', null, 'adds none');
select throws_ok('select pg_temp.change()', '42501', null, 'changes none');
select throws_ok('select pg_temp.remove()', '42501', null, 'and deletes none');

set local role perf_recorder;
select throws_ok('select * from perf.performance_alert_thresholds', '42501', null, 'perf_recorder reads nothing');
select throws_ok('select pg_temp.add()', '42501', null, 'adds none');
select throws_ok('select pg_temp.change()', '42501', null, 'changes none');
select throws_ok('select pg_temp.remove()', '42501', null, 'and deletes none');

set local role anon;
select throws_ok('select * from perf.performance_alert_thresholds', '42501', null, 'anon reads nothing');
select throws_ok('select pg_temp.add()', '42501', null, 'adds none');
select throws_ok('select pg_temp.change()', '42501', null, 'changes none');
select throws_ok('select pg_temp.remove()', '42501', null, 'and deletes none');

select * from finish();
rollback;
