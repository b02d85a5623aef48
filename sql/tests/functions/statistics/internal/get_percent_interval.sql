begin;
select plan(8);

create function pg_temp.percent(a double precision[], b double precision[])
returns text
language sql
as $$
    select concat_ws(' ', round(i.percent), coalesce(round(i.low)::text, '-'), coalesce(round(i.high)::text, '-'))
    from perf_internal.get_percent_interval(a[1], a[2], a[3], b[1], b[2], b[3]) as i;
$$;

-- (b - r * a)^2 = (b - its limit)^2 + r^2 * (a - the opposite limit)^2, worked out by hand: for the
-- lower limit 84 r^2 - 400 r + 391 = 0, for the upper one 91 r^2 - 400 r + 391 = 0.
select results_eq(
    $$ select i.percent, round(i.low::numeric, 9), round(i.high::numeric, 9)
       from perf_internal.get_percent_interval(10, 7, 14, 20, 17, 23) as i $$,
    $$ values (
        100::float8,
        round(100 * ((400 - sqrt(400 ^ 2 - 4 * 84 * 391)) / 168 - 1)::numeric, 9),
        round(100 * ((400 + sqrt(400 ^ 2 - 4 * 91 * 391)) / 182 - 1)::numeric, 9)
    ) $$,
    'takes each limit of the one with the opposite limit of the other'
);

select is(
    pg_temp.percent('{-10,-14,-7}', '{-20,-23,-17}'),
    '-100 -193 -37',
    'is in percent of the size of a, also where both are negative'
);

-- 1 of 300 and 0 of 300, with the limits of Wilson. The difference is -0.33 (-1.86 to 0.98) points.
select is(
    pg_temp.percent(
        '{0.00333333333,0.00058866764,0.01863447}',
        '{0,0,0.01264307}'
    ),
    '-100 -100 568',
    'a rate falls by at most 100 %'
);

select is(
    (
        select count(*)
        from generate_series(0, 20) as x1
        cross join generate_series(1, 20) as x2
        cross join (values (200, 30), (30, 200), (40, 40)) as n (n1, n2)
        cross join lateral perf.get_wilson_interval(x2, n.n2) as a
        cross join lateral perf.get_wilson_interval(x1, n.n1) as b
        cross join lateral perf.get_difference_interval(
            x2 / n.n2::float8, a.low, a.high, x1 / n.n1::float8, b.low, b.high
        ) as d
        cross join lateral perf_internal.get_percent_interval(
            x2 / n.n2::float8, a.low, a.high, x1 / n.n1::float8, b.low, b.high
        ) as p
        where sign(round(d.low::numeric, 9)) <> sign(round(p.low::numeric, 9))
            or sign(round(d.high::numeric, 9)) <> sign(round(p.high::numeric, 9))
            or p.low < -100
            or p.percent < p.low
            or p.percent > p.high
    ),
    0::bigint,
    'says of 1,260 pairs of rates what their difference says, and never less than -100 %'
);

select is(pg_temp.percent('{10,-1,14}', '{20,17,23}'), '100 37 -', 'is open where a may be 0');
select is(
    (
        select array_agg(pg_temp.percent(v.a, v.b))
        from (
            values
                ('{10,null,14}'::float8[], '{20,17,23}'::float8[]), ('{10,7,null}', '{20,17,23}'),
                ('{10,7,14}', '{20,null,23}'), ('{10,7,14}', '{20,17,null}')
        ) as v (a, b)
    ),
    array['100 37 -', '100 - 193', '100 - 193', '100 37 -'],
    'is open where a limit is unknown'
);
select is(
    (
        select array[pg_temp.percent('{0,0,1}', '{20,17,23}'), pg_temp.percent('{null,1,2}', '{20,17,23}'),
            pg_temp.percent('{1,1e-320,1e300}', '{1e300,-1e300,1e308}'),
            pg_temp.percent('{1,2,0}', '{0,1,-1}')]
    ),
    array['- -', '- -', '- -', '-100 - -'],
    'without something to compare with, or of an estimate outside of its limits, it says nothing'
);

set local role anon;
select throws_ok(
    'select perf_internal.get_percent_interval(1, 1, 1, 1, 1, 1)', '42501', null, 'anon may not ask'
);

select * from finish();
rollback;
