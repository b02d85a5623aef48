begin;
select plan(22);

set local timezone = 'UTC';

select is(
    perf_internal.get_zone_bucket(b.at::timestamptz, b.granularity, b.time_zone),
    b.expected::timestamptz,
    b.description
)
from (
    values
        ('2026-11-20 15:30', 'daily', 'UTC', '2026-11-20 00:00', 'a day of UTC'),
        ('2026-11-20 00:00', 'daily', 'UTC', '2026-11-20 00:00', 'its first moment'),
        ('2026-11-22 15:30', 'weekly', 'UTC', '2026-11-16 00:00', 'a week of UTC, from Monday'),
        ('2026-11-20 12:00', 'daily', 'Asia/Kolkata', '2026-11-19 19:00',
            'midnight of India is 18:30, and the first hour that starts after it is that of 19:00'),
        ('2026-11-19 19:00', 'daily', 'Asia/Kolkata', '2026-11-19 19:00', 'which is in the day'),
        ('2026-11-19 18:00', 'daily', 'Asia/Kolkata', '2026-11-18 19:00',
            'the hour before started the day before'),
        ('2026-11-20 12:00', 'daily', 'Asia/Kathmandu', '2026-11-19 19:00',
            'midnight of Nepal is 18:15'),
        ('2026-11-20 12:00', 'daily', 'America/New_York', '2026-11-20 05:00',
            'west of Greenwich a day starts later'),
        ('2026-11-22 20:00', 'weekly', 'Asia/Kolkata', '2026-11-22 19:00',
            'Monday of India starts on Sunday'),
        ('2026-11-22 18:00', 'weekly', 'Asia/Kolkata', '2026-11-15 19:00',
            'and until then the week is the one before'),
        -- Clocks of Berlin change on 2026-03-29 and 2026-10-25, at 01:00 UTC.
        ('2026-03-29 12:00', 'daily', 'Europe/Berlin', '2026-03-28 23:00',
            'a day of 23 hours starts in winter'),
        ('2026-03-30 12:00', 'daily', 'Europe/Berlin', '2026-03-29 22:00',
            'and ends in summer'),
        ('2026-10-25 22:59:59', 'daily', 'Europe/Berlin', '2026-10-24 22:00',
            'a day of 25 hours starts in summer'),
        ('2026-10-25 23:00', 'daily', 'Europe/Berlin', '2026-10-25 23:00',
            'and ends in winter'),
        ('2026-10-25 23:00', 'weekly', 'Europe/Berlin', '2026-10-25 23:00',
            'weeks too'),
        -- On 2025-04-25 the clocks of Cairo went from 00:00 to 01:00, at 22:00 UTC.
        ('2025-04-25 12:00', 'daily', 'Africa/Cairo', '2025-04-24 22:00',
            'a day without a midnight starts when the clocks change'),
        -- On 2025-11-02 the clocks of Havana went from 01:00 back to 00:00, at 05:00 UTC.
        ('2025-11-02 04:00', 'daily', 'America/Havana', '2025-11-02 04:00',
            'a day with two midnights starts at the first'),
        ('2025-11-02 05:00', 'daily', 'America/Havana', '2025-11-02 04:00',
            'to which the second belongs'),
        -- Lord Howe moves its clocks by half an hour.
        ('2026-04-05 12:00', 'daily', 'Australia/Lord_Howe', '2026-04-04 13:00',
            'in summer it is 11 hours ahead'),
        ('2026-04-06 12:00', 'daily', 'Australia/Lord_Howe', '2026-04-05 14:00',
            'in winter 10 and a half')
) as b (at, granularity, time_zone, expected, description);

select is(
    perf_internal.get_zone_bucket(null, 'daily', 'UTC'), null, 'no time is in no day'
);

set local role anon;
select throws_ok(
    $$ select perf_internal.get_zone_bucket('2026-11-20', 'daily', 'UTC') $$,
    '42501',
    null,
    'anon may not ask'
);

select * from finish();
rollback;
