begin;
select plan(4);

do $$
begin
    perform perf.record_feature_values(
        'demand', null, 'load', array_fill(1.0::float8, '{100}'), observed_at => v.at
    )
    from unnest(array['2020-01-06 10:00+00', '2020-02-03 10:00+00']::timestamptz[]) as v (at);
    perform perf.set_drift_reference('demand', null, '2020-01-06', '2020-01-07');
end
$$;

create function pg_temp.check_drift() returns boolean language sql as $$
    select d.drift_detected
    from perf_internal.check_model_drift(
        'demand', null, '2020-02-03', '2020-02-04', 'auto', 0.05, 100, 'holm', true
    ) as d;
$$;

set local role perf_admin;
select ok(not pg_temp.check_drift(), 'an admin checks, without the right to write checks');
select throws_ok(
    'insert into perf.model_drift_checks default values',
    '42501',
    null,
    'an admin may not write a check'
);
reset role;

grant execute on function perf_internal.check_model_drift to perf_analyst, perf_recorder;
set local role perf_analyst;
select throws_ok(
    'select pg_temp.check_drift()', '42501', 'this needs the role admin', 'an analyst may not check'
);
reset role;
set local role perf_recorder;
select throws_ok(
    'select pg_temp.check_drift()', '42501', 'this needs the role admin', 'a recorder may not check'
);
reset role;

select * from finish();
rollback;
