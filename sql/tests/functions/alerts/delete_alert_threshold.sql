begin;
select plan(7);

select perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin', 'ada');
select perf.grant_role('b0000000-0000-4000-8000-000000000000', 'analyst', 'ben');
create temporary table made as
select perf.create_alert_threshold('vram_peak_mb', 1, 2) as id from generate_series(1, 2);
grant select on made to authenticated;

set local role authenticated;
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    'select perf.delete_alert_threshold(m.id) from made as m', '42501', null,
    'an analyst deletes none'
);
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    'select perf.delete_alert_threshold(0)', '42501', null, 'nor does a stranger'
);
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select is(perf.delete_alert_threshold(min(m.id)), true, 'deletes a threshold') from made as m;
select results_eq(
    'select t.id from perf.performance_alert_thresholds as t',
    'select max(m.id) from made as m',
    'and no other'
);
select is(
    perf.delete_alert_threshold(min(m.id)), false, 'a second time there is none to delete'
) from made as m;
select is(perf.delete_alert_threshold(null), false, 'null is none');
set local role perf_admin;
select is(
    perf.delete_alert_threshold(t.id), true, 'perf_admin may'
) from perf.performance_alert_thresholds as t;
reset role;

select * from finish();
rollback;
