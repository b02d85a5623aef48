begin;
select plan(5);

-- 0, one known to be 1, one in the bin from 0.9901 to 1, one from 1.9869 to 2.
create function pg_temp.count(double precision, double precision)
returns bigint
language sql
as $$
    select perf_internal.count_between(
        $1, $2, perf_internal.make_sketch('{0,0,70}'), 4, '{1}', 0, 2
    );
$$;

select is(pg_temp.count(1, 2), 2::bigint, 'a known value on a limit, and a bin by its middle');
select is(pg_temp.count(1.000001, 1.99), 0::bigint, 'not what lies outside');
select is(pg_temp.count(0, 2), 4::bigint, 'zeros too');
select is(pg_temp.count(null, 2), 0::bigint, 'nothing without limits');
select is(perf_internal.count_between(0, 1, null, 0), 0::bigint, 'nothing of no values');

select * from finish();
rollback;
