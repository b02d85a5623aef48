begin;
select plan(24);

select perf.set_alert_receiver('ops', 'webhook', 'https://h.example/very-secret', repeat_interval => '2 hours');
select perf_internal.raise_alert('drift', 'warning', null, null, 'm', as_of => '2020-01-06 10:00+00');
create temporary table claimed as
select c.delivery_id, 0 as attempt, null::timestamptz as next_attempt_at
from perf.claim_alert_deliveries('w', as_of => '2020-01-06 10:00+00') as c;

-- The seconds until the next attempt, when attempt n failed at a time.
create function pg_temp.fail(n integer, retry_after interval default null) returns float8
language plpgsql as $$
declare
    v_at timestamptz := timestamptz '2020-01-06 10:00+00' + n * interval '10 minutes';
begin
    update perf_internal.alert_deliveries
    set attempt_count = n, lease_expires_at = v_at, next_attempt_at = v_at;
    return (
        select extract(epoch from perf_internal.fail_alert_delivery(c.delivery_id, n, 'no', fail.retry_after, v_at) - v_at)
        from claimed as c
    );
end
$$;
select ok(
    pg_temp.fail(t.n) between t.most / 2 and t.most, format('attempt %s is followed after %s s at most', t.n, t.most)
)
from (values (1, 5.0), (2, 10), (3, 20), (6, 160), (7, 300), (100, 300)) as t (n, most);
select ok(
    (select count(distinct pg_temp.fail(5)) from generate_series(1, 5)) > 1, 'at a random time'
);
select is(pg_temp.fail(1, '10 minutes'), 600::float8, 'a receiver that asks for more time gets it');
select is(pg_temp.fail(1, '100 years'), 3600::float8, 'an hour at most');
select ok(pg_temp.fail(1, '-1 day') between 2.5 and 5, 'less changes nothing');

select perf_internal.fail_alert_delivery(c.delivery_id, 1, 'twice') from claimed as c;
select is(
    (select d.last_error from perf_internal.alert_deliveries as d), 'no', 'a repeated call changes nothing'
);
select is(
    perf_internal.fail_alert_delivery(c.delivery_id, 1, 'twice'),
    (select d.next_attempt_at from perf_internal.alert_deliveries as d),
    'and returns the same'
) from claimed as c;
select is(perf_internal.fail_alert_delivery(c.delivery_id, 7, 'late'), null, 'another attempt changes nothing') from claimed as c;
select is(perf_internal.fail_alert_delivery(gen_random_uuid(), 1, 'late'), null, 'nor does one of a message that is gone');

create function pg_temp.error(error text) returns text
language plpgsql as $$
begin
    update perf_internal.alert_deliveries set lease_expires_at = '2020-01-06 10:00+00';
    perform perf_internal.fail_alert_delivery(c.delivery_id, 1, error.error, as_of => '2020-01-06 10:00+00')
    from claimed as c;
    return (select d.last_error from perf_internal.alert_deliveries as d);
end
$$;
select is(
    pg_temp.error('POST https://h.example/very-secret: very-secret is unknown'),
    'POST https://h.example: [secret] is unknown',
    'the address is left out of the error'
);
select is(pg_temp.error(E'a\r\nb'), 'a  b', 'so are control characters');
select is(pg_temp.error(null), 'no error was given', 'there is always an error');
select is(length(pg_temp.error(repeat('x', 5000))), 1000, 'of a long one the beginning is kept');
select is(
    pg_temp.error(repeat(' ', 500) || repeat('very-secret', 1000)) like '%very-%', false, 'a secret is not cut in the middle'
);

update perf_internal.alert_deliveries
set attempt_count = 9, lease_expires_at = '2020-01-09 10:00+00', created_at = '2020-01-06 10:00+00';
select isnt(
    perf_internal.fail_alert_delivery(c.delivery_id, 9, 'no', as_of => '2020-01-09 09:59:59+00'), null,
    'before 3 days it is not given up'
) from claimed as c;
update perf_internal.alert_deliveries set lease_expires_at = '2020-01-09 10:00+00';
select is(
    perf_internal.fail_alert_delivery(c.delivery_id, 9, 'no', as_of => '2020-01-09 10:00+00'), null, 'then it is'
) from claimed as c;
select results_eq(
    $$ select d.gave_up_at, d.repeat_after, d.lease_expires_at from perf_internal.alert_deliveries as d $$,
    $$ values ('2020-01-09 10:00+00'::timestamptz, '2020-01-09 12:00+00'::timestamptz, null::timestamptz) $$,
    'and what is open is repeated later'
);
select is(
    (select count(*) from perf.claim_alert_deliveries('w', as_of => '2020-01-09 12:00+00')), 1::bigint, 'in a new message'
);
set local role perf_admin;
select throws_ok($$ select perf.fail_alert_delivery(gen_random_uuid(), 1, 'x') $$, '42501', null, 'perf_admin may not');

select * from finish();
rollback;
