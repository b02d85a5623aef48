begin;
select plan(17);

-- Five minutes of for_duration, three of keep_firing_for; since 10:00.
create function pg_temp.next(
    state text,
    condition boolean,
    as_of text,
    for_duration interval default '5 minutes',
    keep_firing_for interval default '3 minutes'
)
returns text
language sql
as $$
    select concat_ws(' ', n.state, to_char(n.since at time zone 'UTC', 'HH24:MI'))
    from perf_internal.advance_alert_state(
        next.state,
        case when next.state <> 'ok' then '2020-01-06 10:00+00'::timestamptz end,
        next.condition,
        next.for_duration,
        next.keep_firing_for,
        ('2020-01-06 ' || next.as_of || '+00')::timestamptz
    ) as n
$$;

select is(pg_temp.next('ok', false, '10:01'), 'ok', 'what is ok and not beyond stays ok');
select is(pg_temp.next('ok', true, '10:01'), 'pending 10:01', 'beyond, it is pending since then');
select is(
    pg_temp.next('ok', true, '10:01', for_duration => '0'),
    'firing 10:01',
    'without for_duration it fires at once'
);
select is(pg_temp.next('pending', true, '10:04'), 'pending 10:00', 'a pending series waits');
select is(
    pg_temp.next('pending', true, '10:05'),
    'firing 10:05',
    'until it has been beyond for for_duration, that minute included'
);
select is(pg_temp.next('pending', false, '10:04'), 'ok', 'one value that is not beyond ends it');
select is(
    pg_temp.next('pending', true, '10:01', for_duration => '0'),
    'firing 10:01',
    'a for_duration that was taken away holds at once'
);
select is(pg_temp.next('firing', true, '10:09'), 'firing 10:00', 'a firing series fires on');
select is(
    pg_temp.next('firing', false, '10:09'),
    'recovering 10:09',
    'the first value that is not beyond begins keep_firing_for'
);
select is(
    pg_temp.next('firing', false, '10:09', keep_firing_for => '0'),
    'ok',
    'or ends it where there is none'
);
select is(
    pg_temp.next('recovering', false, '10:02'),
    'recovering 10:00',
    'a recovering series waits'
);
select is(
    pg_temp.next('recovering', false, '10:03'),
    'ok',
    'until keep_firing_for is over, that minute included'
);
select is(
    pg_temp.next('recovering', true, '10:02'),
    'firing 10:02',
    'beyond again, it fires without for_duration'
);
select results_eq(
    $$ select s.state, pg_temp.next(s.state, null, '10:59')
       from unnest('{ok,pending,firing,recovering}'::text[]) as s (state) $$,
    $$ values
        ('ok', 'ok'),
        ('pending', 'pending 10:00'),
        ('firing', 'firing 10:00'),
        ('recovering', 'recovering 10:00') $$,
    'no data changes nothing'
);
select is(
    pg_temp.next('pending', true, '10:05', for_duration => '300 seconds'),
    'firing 10:05',
    'a minute is 60 seconds'
);
set local timezone = 'Europe/Berlin';
select results_eq(
    $$ select n.state
       from perf_internal.advance_alert_state(
           'pending', '2020-03-28 12:00+00', true, '1 day', '0', '2020-03-29 11:59+00'
       ) as n $$,
    $$ values ('pending') $$,
    'a day is 24 hours, also where the clock is put forward'
);

set local role perf_recorder;
select throws_ok(
    $$ select perf_internal.advance_alert_state('ok', null, true, '0', '0', '2020-01-06') $$,
    '42501',
    null,
    'who may not read may not call it'
);

select * from finish();
rollback;
