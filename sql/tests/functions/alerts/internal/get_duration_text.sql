begin;
select plan(2);

select results_eq(
    $$ select d.duration, perf_internal.get_duration_text(d.duration)
       from unnest(
           '{15 minutes,1 hour,90 minutes,1 day,30 days,25 hours 1 second,0 seconds,90061 seconds}'::interval[]
       ) as d (duration) $$,
    $$ values
        ('15 minutes'::interval, '15 minutes'),
        ('1 hour', '1 hour'),
        ('90 minutes', '1 hour 30 minutes'),
        ('1 day', '1 day'),
        ('30 days', '30 days'),
        ('25 hours 1 second', '1 day 1 hour 1 second'),
        ('0 seconds', '0 seconds'),
        ('90061 seconds', '1 day 1 hour 1 minute 1 second') $$,
    'says a time span in words'
);

set local role perf_admin;
select throws_ok(
    $$ select perf_internal.get_duration_text('1 hour') $$, '42501', null, 'nobody but the owner calls it'
);

select * from finish();
rollback;
