begin;
select plan(10);

select is(
    perf_internal.get_trade_off(
        'A', 'B',
        '{vram_peak_mb,quality.likeness,failure_rate,time_per_frame_ms,total_wall_time_ms}',
        '{better,better,worse,worse,worse}', '{-5.25,15.4,2.5,20,18}', '{-6,12,0.04,15,14}',
        '{-4.5,19,5,25,22}'
    ),
    'Compared with B, A is 20 % slower (15 to 25 %), 15 % better in likeness (12 to 19 %),'
        || ' needs 5.3 % less GPU memory (4.5 to 6.0 %), fails 2.5 points more often'
        || ' (0.04 to 5.0 points) and needs 18 % more wall time (14 to 22 %).',
    'speed and quality come first, then what a job needs'
);
select is(
    perf_internal.get_trade_off(
        'A', 'B', '{total_wall_time_ms,total_gpu_time_ms}', '{better,no_clear_difference}',
        '{-20,1}', '{-25,-3}', '{-15,5}'
    ),
    'Compared with B, A is 20 % faster (15 to 25 %).',
    'names only what is clear'
);
select is(
    perf_internal.get_trade_off(
        'A', 'B', '{stage.decode,frame_count}', '{worse,lower}', '{10,-30}', '{9,-40}', '{11,-20}'
    ),
    'Compared with B, A is 10 % slower in stage.decode (9.0 to 11 %) and 30 % lower in frame count'
        || ' (20 to 40 %).',
    'takes any metric'
);
select is(
    perf_internal.get_trade_off(
        'A', 'B', '{quality.likeness,total_wall_time_ms}', '{better,worse}',
        '{9.99999999999998,0.999999999999998}', '{9.4,0.5}', '{10.6,1.5}'
    ),
    'Compared with B, A is 1.0 % slower (0.50 to 1.5 %) and 10 % better in likeness (9.4 to 11 %).',
    'a number that is rounded up to 10 or 1 has the digits of that'
);
select is(
    perf_internal.get_trade_off(
        'A', 'B', '{time_per_frame_ms,stage.sample,wall_time_per_frame_ms,stage.rest}',
        '{better,better,worse,better}', '{-30,-10,10,20}', '{-40,-11,9,18}', '{-20,-9,11,22}'
    ),
    'Compared with B, A is 30 % faster (20 to 40 %), 10 % faster in stage.sample (9.0 to 11 %),'
        || ' 10 % slower in wall time per frame (9.0 to 11 %) and 20 % better in stage.rest'
        || ' (18 to 22 %).',
    'a stage is faster or slower, unless more time of it is better'
);
select is(
    perf_internal.get_trade_off(
        'A', 'B', '{total_wall_time_ms}', '{better}', '{-19.96}', '{-20.34}', '{-19.62}'
    ),
    'Compared with B, A is 20.0 % faster (19.6 to 20.3 %).',
    'has digits enough to see that the interval is one'
);
select is(
    perf_internal.get_trade_off(
        'A', 'B', '{quality.likeness}', '{better}', '{null}', '{null}', '{null}'
    ),
    'Compared with B, A is better in likeness.',
    'a difference from 0 has no percentage'
);
select is(
    perf_internal.get_trade_off(
        'A', 'B', '{total_wall_time_ms,vram_peak_mb}', '{no_clear_difference,insufficient_data}',
        '{1,null}', '{-1,null}', '{3,null}'
    ),
    'Compared with B, A shows no clear difference.',
    'says that nothing is clear'
);
select is(
    perf_internal.get_trade_off(
        'A', 'B', '{total_wall_time_ms}', '{insufficient_data}', '{null}', '{null}', '{null}'
    ),
    'Compared with B, A has too few jobs that can be compared.',
    'says that data are insufficient'
);
select is(
    perf_internal.get_trade_off('A', 'B', '{}', '{}', '{}', '{}', '{}'),
    'Compared with B, A has too few jobs that can be compared.',
    'also without any metric'
);

select * from finish();
rollback;
