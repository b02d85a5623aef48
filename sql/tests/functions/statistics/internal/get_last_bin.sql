begin;
select plan(12);

select is(perf_internal.get_last_bin(perf_internal.make_sketch('{5}')), 5, 'of one value it is its bin');
select is(perf_internal.get_last_bin(perf_internal.make_sketch('{3,5,-2}')), 5, 'of several the highest');
select is(perf_internal.get_last_bin(perf_internal.make_sketch('{2399}')), 2399, 'the highest bin of all');
select is(perf_internal.get_last_bin(perf_internal.make_sketch('{-1389}')), -1389, 'the lowest bin of all');
select is(
    perf_internal.get_last_bin(perf_internal.make_sketch('{-1389,2399}')),
    2399,
    'the one does not hide the other'
);

-- PostgreSQL stores a numeric in digits of 10000, without the zeros at its end.
select results_eq(
    $$ select n, perf_internal.get_last_bin(n * perf_internal.make_sketch('{7}'))
       from unnest(
           '{1,10,1000,10000,10001,20000,100000000,123450000,1000000000000,9999999999999999}'
               ::numeric[]
       ) as n
       order by 1 $$,
    $$ values
        (1::numeric, 7), (10, 7), (1000, 7), (10000, 7), (10001, 7), (20000, 7),
        (100000000, 7), (123450000, 7), (1000000000000, 7), (9999999999999999, 7) $$,
    'is the same however many values the bin has'
);

select results_eq(
    $$ select b, perf_internal.get_last_bin(10000 * perf_internal.make_sketch(array[b]))
       from generate_series(-1389, 2399, 421) as b
       order by 1 $$,
    'select b, b from generate_series(-1389, 2399, 421) as b order by 1',
    'in any bin'
);

select is(
    perf_internal.get_last_bin(perf_internal.make_sketch('{3,5}') - perf_internal.make_sketch('{5}')),
    3,
    'a bin that was taken away does not count'
);

select is(
    perf_internal.get_last_bin(perf_internal.make_sketch('{-198611}')),
    -1392,
    'of negative values it is the place of the one nearest to 0'
);
select is(
    perf_internal.get_last_bin(9999999999999999 * perf_internal.make_sketch('{-202399}')),
    -5180,
    'down to that of the lowest'
);

select is(perf_internal.get_last_bin(null), null, 'null has none');

set local role perf_recorder;
select throws_ok(
    'select perf_internal.get_last_bin(1)', '42501', null, 'perf_recorder may not ask'
);

select * from finish();
rollback;
