begin;
select plan(3);

create function pg_temp.get_values(
    count bigint, sum float8, min float8, max float8, percentile_values float8[], is_share boolean
)
returns float8[]
language sql
as $$
    select array_agg(
        perf_internal.get_threshold_value(
            s.statistic, count, sum, min, max, percentile_values, '5 minutes', is_share
        )
        order by s.number
    )
    from unnest('{avg,min,max,p50,p95,p99,sum,rate,count}'::text[])
        with ordinality as s (statistic, number);
$$;

select is(
    pg_temp.get_values(60, 120, 1, 9, '{2,3,4}', false),
    '{2,1,9,2,3,4,120,0.2,60}',
    'average, extremes, percentiles, sum, values per second and count'
);
select is(
    pg_temp.get_values(60, 15, null, null, null, true),
    '{0.25,null,null,null,null,null,15,0.25,60}',
    'the rate of a share is the share'
);
select is(
    pg_temp.get_values(null, null, null, null, null, false),
    '{null,null,null,null,null,null,0,0,0}',
    'of no values, only sum, rate and count are known'
);

select * from finish();
rollback;
