begin;
select plan(8);

create function pg_temp.sketch(numbers double precision[])
returns numeric
language sql as $$
    select perf_internal.make_sketch(
        array_agg(
            case
                when n > 0 then ceil(ln(n) / ln(1.01::float8))
                else -200000 - ceil(ln(-n) / ln(1.01::float8))
            end::integer
        ) filter (where n <> 0)
    )
    from unnest(numbers) as n
$$;

select is(
    perf_internal.count_sketch_above(pg_temp.sketch('{100,200,200,300}'), 150),
    3::bigint,
    'counts the values above'
);
select is(
    array[
        perf_internal.count_sketch_above(pg_temp.sketch('{100,200,200,300}'), 250),
        perf_internal.count_sketch_above(pg_temp.sketch('{100,200,200,300}'), 400),
        perf_internal.count_sketch_above(pg_temp.sketch('{100,200,200,300}'), 1)
    ],
    array[1, 0, 4]::bigint[],
    'of none up to all'
);
select is(
    perf_internal.count_sketch_above(pg_temp.sketch('{-300,-1,0,0,2}'), 1),
    1::bigint,
    'negative values and zeros are below'
);
select is(
    array[
        perf_internal.count_sketch_above(pg_temp.sketch('{1000}'), 994),
        perf_internal.count_sketch_above(pg_temp.sketch('{1000}'), 1006)
    ],
    array[1, 0]::bigint[],
    'a value is known within 0.5 %'
);
select is(
    array[
        perf_internal.count_sketch_above(pg_temp.sketch('{1e-300,1e300}'), 1e-300),
        perf_internal.count_sketch_above(pg_temp.sketch('{1e-300,1e300}'), 1),
        perf_internal.count_sketch_above(pg_temp.sketch('{1e-300,1e300}'), 1e300)
    ],
    array[2, 1, 0]::bigint[],
    'values beyond the bins count in the last'
);
select is(perf_internal.count_sketch_above(null, 1), null, 'is null without a sketch');
select is(perf_internal.count_sketch_above(0, 1), 0::bigint, 'and 0 of an empty one');

-- Every bin once, and limits at and beside the value of a bin.
select is_empty(
    $$ with every as (
           select perf_internal.make_sketch(array_agg(b)) as sketch, count(*) as counted
           from generate_series(-1389, 2399) as b
       )
       select l.low
       from every as e
       cross join (
           select 1.01::float8 ^ b * 2 / 2.01 * (1 + d) as low
           from generate_series(-1389, 2399, 97) as b
           cross join unnest('{0,1e-15,-1e-15,0.004,-0.004}'::float8[]) as d
       ) as l
       where e.counted - perf_internal.count_sketch_above(e.sketch, l.low)
           <> perf_internal.count_sketch_values(e.sketch, e.counted, null, l.low) $$,
    'is the rest of count_sketch_values'
);

select * from finish();
rollback;
