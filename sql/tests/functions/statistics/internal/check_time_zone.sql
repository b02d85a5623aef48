begin;
select plan(32);

select lives_ok(
    format('select perf_internal.check_time_zone(%L)', z.time_zone), 'takes ' || z.time_zone
)
from (
    values
        ('UTC'), ('Asia/Kolkata'), ('Asia/Kathmandu'), ('America/Port-au-Prince'),
        ('America/Argentina/Buenos_Aires'), ('america/new_york')
) as z (time_zone);

select throws_ok(
    format('select perf_internal.check_time_zone(%L)', z.time_zone),
    '22023',
    'time_zone must be UTC or the name of an area and a city, got '
        || perf_internal.quote_value(z.time_zone),
    'refuses ' || perf_internal.quote_value(z.time_zone)
)
from (
    values
        -- Abbreviations, which stand for other places than many think.
        ('IST'), ('CST'), ('EST'), ('BST'), ('Z'), ('utc'), ('GMT'),
        -- Offsets and rules of POSIX, whose sign is the other way round.
        ('UTC+8'), ('+05:30'), ('5.5'), ('Etc/GMT+8'), ('Asia/Kolkata5'), ('Asia/Kolkata+5'),
        ('EST5EDT'), ('<+0530>-05:30'), ('posix/Asia/Kolkata'),
        -- No zones.
        ('Asia/Calcuta'), ('Asia/'), ('/Kolkata'), ('Asia/../Asia/Kolkata'), ('localtime'),
        ('Asia/Kolkata '), (''), (null)
) as z (time_zone);

set local role authenticated;
select lives_ok(
    $$ select perf_internal.check_time_zone('Asia/Kolkata') $$, 'a caller with a token may ask'
);
set local role anon;
select throws_ok($$ select perf_internal.check_time_zone('UTC') $$, '42501', null, 'anon may not');

select * from finish();
rollback;
