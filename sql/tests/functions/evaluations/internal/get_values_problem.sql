begin;
select plan(9);

select is(perf_internal.get_values_problem('{1,-2.5,0,1e15,-1e-100}'), null, 'numbers are good');
select is(
    perf_internal.get_values_problem(array[null, 1]::float8[]), null, 'null is a missing value'
);
select is(perf_internal.get_values_problem('{}'), null, 'no values are good');
select is(perf_internal.get_values_problem(null), null, 'and so is null');
select is(
    perf_internal.get_values_problem('{1,NaN,Infinity}'),
    'values[2] must be 0 or of a size from 1e-100 to 1e15, got NaN',
    'the first bad one is named'
);
select is(
    perf_internal.get_values_problem('{2e15}'),
    'values[1] must be 0 or of a size from 1e-100 to 1e15, got 2e+15',
    'one beyond 1e15 is bad'
);
select is(
    perf_internal.get_values_problem('{1e-101}'),
    'values[1] must be 0 or of a size from 1e-100 to 1e15, got 1e-101',
    'and one nearer to 0 than 1e-100'
);
select is(
    perf_internal.get_values_problem('{{1,2},{3,4}}'),
    'values must have one dimension, got 2',
    'refuses an array of arrays'
);
set local role anon;
select throws_ok(
    $$ select perf_internal.get_values_problem('{1}') $$, '42501', null, 'anon may not ask'
);

select * from finish();
rollback;
