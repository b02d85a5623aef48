begin;
select plan(6);

select is(
    (
        select perf_internal.sum_sketches(s.sketch)
        from (
            values
                (perf_internal.make_sketch('{7,2}')),
                (perf_internal.make_sketch('{9}')),
                (perf_internal.make_sketch('{2,4}'))
        ) as s (sketch)
    ),
    perf_internal.make_sketch('{7,2,9,2,4}'),
    'the sum of many is the sketch of all their values'
);

select is(
    (select perf_internal.sum_sketches(s.sketch) from (values (perf_internal.make_sketch('{7}'))) as s (sketch)),
    perf_internal.make_sketch('{7}'),
    'the sum of one is that one'
);

select is(
    (
        select perf_internal.sum_sketches(s.sketch)
        from (values (null::numeric), (perf_internal.make_sketch('{7}')), (null)) as s (sketch)
    ),
    perf_internal.make_sketch('{7}'),
    'null counts as empty'
);

select is(
    (
        select perf_internal.sum_sketches(s.sign * s.sketch)
        from (
            values (1, perf_internal.make_sketch('{7,-3,7}')), (-1, perf_internal.make_sketch('{7}'))
        ) as s (sign, sketch)
    ),
    perf_internal.make_sketch('{7,-3}'),
    'a negative sketch takes away what it counts'
);

select is(
    (select perf_internal.sum_sketches(s.sketch) from (values (null::numeric)) as s (sketch)),
    null,
    'the sum of nulls is null'
);

select is(
    (select perf_internal.sum_sketches(s.sketch) from (values (perf_internal.make_sketch('{7}'))) as s (sketch)
     where false),
    null,
    'the sum of none is null'
);

select * from finish();
rollback;
