begin;
select plan(7);

select perf.grant_role('b0000000-0000-4000-8000-000000000000', 'analyst', 'ben');
select perf.create_alert_threshold('vram_peak_mb', 1, 2);

create function pg_temp.enable(is_enabled boolean)
returns boolean
language sql as $$
    select perf.set_alert_threshold_enabled(t.id, enable.is_enabled)
    from perf.performance_alert_thresholds as t
$$;

set local role perf_admin;
select is(pg_temp.enable(false), true, 'disables a threshold');
select is(pg_temp.enable(false), false, 'a second time changes nothing');
select is(
    (select t.enabled from perf.performance_alert_thresholds as t), false, 'it is disabled'
);
select is(pg_temp.enable(true), true, 'enables it again');
select throws_ok('select pg_temp.enable(null)', '23502', null, 'refuses null');
select throws_ok(
    'select perf.set_alert_threshold_enabled(0, true)', 'PT404', 'there is no alert threshold 0',
    'refuses a threshold that does not exist'
);
set local role authenticated;
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select throws_ok('select pg_temp.enable(false)', '42501', null, 'an analyst disables none');
reset role;

select * from finish();
rollback;
