begin;
select plan(8);

select is(
    perf_internal.get_compared_metrics(null),
    '{time_per_frame_ms,total_wall_time_ms,total_gpu_time_ms,vram_peak_mb,failure_rate}'::text[],
    'null means times, memory and failures'
);
select lives_ok(
    $$ select perf_internal.add_named_metrics(
        'jobs', '{quality.sharpness,quality.likeness,stage.decode}') $$,
    'with three names'
);
select is(
    (perf_internal.get_compared_metrics(null))[6:],
    '{quality.likeness,quality.sharpness}'::text[],
    'it means quality scores too, and no stages'
);
select is(
    perf_internal.get_compared_metrics('{stage.decode,quality_rating,failure_rate}'),
    '{stage.decode,quality_rating,failure_rate}'::text[],
    'takes what is named, in its order'
);
select throws_ok(
    $$ select perf_internal.get_compared_metrics('{failure_rate,response_time_ms}') $$,
    'PT404',
    'jobs have no metric "response_time_ms"',
    'does not find a metric of calls'
);
select throws_ok(
    $$ select perf_internal.get_compared_metrics('{successful_vram_peak_mb}') $$,
    '22023',
    'metric "successful_vram_peak_mb" cannot be compared',
    'refuses what is made of another metric'
);
select throws_ok(
    $$ select perf_internal.get_compared_metrics('{}') $$,
    '22023',
    'metrics must hold 1 to 100 names, each once, got "{}"',
    'refuses no names'
);
select throws_ok(
    $$ select perf_internal.get_compared_metrics('{vram_peak_mb,vram_peak_mb}') $$,
    '22023',
    'metrics must hold 1 to 100 names, each once, got "{vram_peak_mb,vram_peak_mb}"',
    'refuses a name that is there twice'
);

select * from finish();
rollback;
