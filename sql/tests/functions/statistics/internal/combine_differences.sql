begin;
select plan(7);

create function pg_temp.rounded(
    estimates float8[], variances float8[], freedoms float8[], weights float8[], groups bigint[]
)
returns table (estimate numeric, low numeric, high numeric, p_value numeric, group_count bigint)
language sql
as $$
    select round(d.estimate::numeric, 4), round(d.low::numeric, 4), round(d.high::numeric, 4),
        round(d.p_value::numeric, 4), d.group_count
    from perf_internal.combine_differences($1, $2, $3, $4, $5, 0.95) as d
$$;

-- Student's t of 1 degree of freedom is 12.7062; beyond 2 lies 1/2 - atan(2) / pi on each side.
select results_eq(
    $$ select * from pg_temp.rounded('{2}', '{1}', '{1}', '{7}', '{1}') $$,
    $$ values (2.0000, -10.7062, 14.7062, 0.2952, 1::bigint) $$,
    'one stratum keeps its own variance and degrees of freedom'
);

-- Weights 1/4 and 3/4: 0.25 * 4 + 0.75 * 8; variance (1/16 * 4 + 9/16 * 4/9) = 0.5, degrees of
-- freedom 0.25 / (2 * 0.0625 / 10) = 20, of which t is 2.0860: 7 - 2.0860 * 0.7071.
select results_eq(
    $$ select * from pg_temp.rounded('{4,8}', array[4, 4 / 9.0], '{10,10}', '{1,3}', '{1,2}') $$,
    $$ values (7.0000, 5.5250, 8.4750, 0.0000, 2::bigint) $$,
    'two groups are taken as they are'
);

-- The variance of the mean of 1, 2, 3 is 1/3; t of 2 degrees of freedom is 4.3027, and beyond
-- 2 / sqrt(1/3) lies 1 - sqrt(12 / 14).
select results_eq(
    $$ select * from pg_temp.rounded(
        '{1,2,3}', '{1e-6,1e-6,1e-6}', '{9,9,9}', '{1,1,1}', '{1,2,3}') $$,
    $$ values (2.0000, -0.4841, 4.4841, 0.0742, 3::bigint) $$,
    'three groups that differ are a sample of groups'
);

-- Variance 3 * 1/9 * 1 = 1/3 with 27 degrees of freedom, t 2.0518; the groups agree.
select results_eq(
    $$ select * from pg_temp.rounded('{2,2,2}', '{1,1,1}', '{9,9,9}', '{1,1,1}', '{1,2,3}') $$,
    $$ values (2.0000, 0.8154, 3.1846, 0.0018, 3::bigint) $$,
    'groups that agree more than chance allows do not make it surer'
);

select results_eq(
    $$ select * from pg_temp.rounded(
        '{1,1,2,3}', '{1e-6,1e-6,1e-6,1e-6}', '{9,9,9,9}', '{0.5,0.5,1,1}', '{1,1,2,3}') $$,
    $$ values (2.0000, -0.4841, 4.4841, 0.0742, 3::bigint) $$,
    'strata of a group are one'
);

select results_eq(
    $$ select * from pg_temp.rounded('{0}', '{1e-12}', '{4}', '{1}', '{1}') $$,
    $$ values (0.0000, 0.0000, 0.0000, 1.0000, 1::bigint) $$,
    'no difference has p value 1'
);

select results_eq(
    $$ select estimate, low, p_value, group_count
       from perf_internal.combine_differences('{}', '{}', '{}', '{}', '{}', 0.95) $$,
    $$ values (null::float8, null::float8, null::float8, null::bigint) $$,
    'no strata give null'
);

select * from finish();
rollback;
