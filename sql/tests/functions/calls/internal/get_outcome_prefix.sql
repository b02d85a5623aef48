begin;
select plan(6);

select is(perf_internal.get_outcome_prefix('all'), '', 'metrics of all calls have no prefix');
select is(
    perf_internal.get_outcome_prefix('success'),
    'successful_',
    'those of successful calls are called successful_'
);
select is(
    perf_internal.get_outcome_prefix('error'), 'failed_', 'those of failed calls are called failed_'
);

select throws_ok(
    $$ select perf_internal.get_outcome_prefix('failure') $$,
    '22023',
    'outcome must be all, success or error, got "failure"',
    'refuses any other'
);

select throws_ok(
    $$ select perf_internal.get_outcome_prefix('') $$,
    '22023',
    'outcome must be all, success or error, got ""',
    'refuses an empty one'
);

select throws_ok(
    'select perf_internal.get_outcome_prefix(null)',
    '22023',
    'outcome must be all, success or error, got null',
    'refuses null'
);

select * from finish();
rollback;
