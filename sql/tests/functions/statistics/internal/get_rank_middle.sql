begin;
select plan(6);

create function pg_temp.get_middle(double precision[], double precision)
returns double precision
language sql
as $$
    select perf_internal.get_rank_middle(
        perf_internal.make_sketch(array(
            select ceil(ln(v) / ln(1.01::float8))::integer from unnest($1) as v where v > 0
        )),
        cardinality($1),
        $2,
        $1
    );
$$;

select is(pg_temp.get_middle('{1,2,4,8}', 0.5), 3::float8, 'the median is between two values');
select is(pg_temp.get_middle('{1,2,4}', 0.5), 2::float8, 'or one value');
select is(pg_temp.get_middle('{10,20}', 0.05), 10.5::float8, 'between two values it is interpolated');
select is(pg_temp.get_middle('{1,2,4}', 1), 4::float8, 'the last is the largest');
select is(
    round(
        perf_internal.get_rank_middle(perf_internal.make_sketch('{70}'), 1, 0.5)::numeric, 4
    ),
    1.9968,
    'the middle of a bin from 1.98689 to 2.00676'
);
select is(perf_internal.get_rank_middle(null, 0, 0.5), null, 'null for no values');

select * from finish();
rollback;
