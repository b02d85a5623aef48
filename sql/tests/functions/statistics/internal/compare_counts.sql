begin;
select plan(16);

select results_eq(
    $$ select used_method, round(statistic::numeric, 4), round(p_value::numeric, 5),
           round(effect::numeric, 12), round(threshold::numeric, 4)
       from perf_internal.compare_counts('{50,50}', '{30,70}', 'auto') $$,
    $$ values ('chi_square', 8.3333, 0.00389, 0.2, 3.8415) $$,
    'two categories: chi-square is 200 * 2000 ^ 2 / (100 * 100 * 80 * 120), a fifth has moved'
);

select results_eq(
    $$ select used_method, round(statistic::numeric, 4), round(p_value::numeric, 5),
           round(threshold::numeric, 4)
       from perf_internal.compare_counts('{50,50}', '{30,70}', 'psi') $$,
    $$ values ('psi', 0.1695, 0.00396, 0.0784) $$,
    'psi is 0.2 ln(5 / 3) + 0.2 ln(7 / 5); times 50 / (1 + 1 / 48) it has a chi-square distribution'
);

select results_eq(
    $$ select used_method, round(statistic::numeric, 4), round(p_value::numeric, 5),
           round(threshold::numeric, 4), statistic = js_distance
       from perf_internal.compare_counts('{50,50}', '{30,70}', 'jensen_shannon') $$,
    $$ values ('jensen_shannon', 0.1741, 0.00393, 0.1183, true) $$,
    'the Jensen-Shannon divergence in nats, times 400 / (1 + 1 / 96), has a chi-square distribution'
);

select results_eq(
    $$ select used_method, statistic, round(p_value::numeric, 12), round(effect::numeric, 12)
       from perf_internal.compare_counts('{900,0}', '{98,2}', 'auto') $$,
    $$ values ('binomial', 2::float8, 0.02, 0.02) $$,
    'a category that is too rare for chi-square is compared by its share'
);

select results_eq(
    $$ select used_method, statistic, round(p_value::numeric, 12), round(effect::numeric, 12)
       from perf_internal.compare_counts('{450,450,0,0}', '{49,49,1,1}', 'auto') $$,
    $$ values ('chi_square', 0::float8, 0.04, 0.02) $$,
    'beside other categories the smaller p value counts double, and rare ones are one'
);

select results_eq(
    $$ select used_method, round(statistic::numeric, 4), round(effect::numeric, 12)
       from perf_internal.compare_counts(
           '{90,2,2,2,2,2}', '{90,4,3,1,1,1}', 'auto'
       ) $$,
    $$ values ('chi_square', 0.7713, 0.03) $$,
    'rare ones are put together, the most common first: 4 and 7, and 6 and 3 are left'
);

select results_eq(
    $$ select used_method, statistic, p_value, effect, js_distance
       from perf_internal.compare_counts('{100}', '{200}', 'auto') $$,
    $$ values ('chi_square', 0::float8, 1::float8, 0::float8, 0::float8) $$,
    'one category everywhere is no difference'
);

select results_eq(
    $$ select p_value, effect from perf_internal.compare_counts('{70,30}', '{7000,3000}', 'psi') $$,
    $$ values (1::float8, 0::float8) $$,
    'equal shares are no difference, whatever the numbers'
);

select results_eq(
    $$ select round(effect::numeric, 12), round(js_distance::numeric, 12), p_value < 1e-30
       from perf_internal.compare_counts('{100,0}', '{0,100}', 'auto') $$,
    $$ values (1.0, 1.0, true) $$,
    'sides without a common category are as far apart as can be'
);

select ok(
    (select p_value < 1e-20
     from perf_internal.compare_counts('{50000,50000,0}', '{45,45,10}', 'auto')),
    'a tenth of a hundred is a new category: it is found, however many values the other side has'
);

select ok(
    (select p_value > 0.05
     from perf_internal.compare_counts('{99900,50,50}', '{99,1,0}', 'auto')),
    'one rare value among a hundred is no difference'
);

select results_eq(
    $$ select c.effect, c.p_value < 1e-15
       from perf_internal.compare_counts('{30,0,0,17}', '{0,26,18,0}', 'auto') as c $$,
    $$ values (1::float8, true) $$,
    'no effect is above 1, also where rounding would make it so'
);

select results_eq(
    $$ select c.used_method, c.effect, c.p_value < 1e-30
       from perf_internal.compare_counts(
           array_fill(3000::bigint, '{30}') || 0::bigint, array_fill(0::bigint, '{30}') || 100::bigint, 'auto'
       ) as c $$,
    $$ values ('chi_square', 1::float8, true) $$,
    'a value never seen takes the place of thirty of which fewer than five are expected'
);

select results_eq(
    $$ select c.used_method, round(c.statistic::numeric, 6), round(c.effect::numeric, 6)
       from perf_internal.compare_counts(
           array_fill(8::bigint, '{250}') || array_fill(0::bigint, '{250}'),
           array_fill(0::bigint, '{250}') || array_fill(8::bigint, '{250}'),
           'auto'
       ) as c $$,
    $$ values ('chi_square', 4000::numeric, 1::numeric) $$,
    'five hundred rare categories, none of them on both sides, are 250 cells'
);

select results_eq(
    $$ select m.method, c.used_method, c.statistic > 0, round(c.p_value::numeric, 12), c.threshold
       from unnest('{psi,jensen_shannon}'::text[]) as m (method)
       cross join lateral perf_internal.compare_counts('{900,0}', '{98,2}', m.method) as c $$,
    $$ values ('psi', 'psi', true, 0.02, null::float8), ('jensen_shannon', 'jensen_shannon', true, 0.02, null) $$,
    'a named method keeps its name and its statistic where the binomial test decides'
);

select results_eq(
    $$ select m.method, c.used_method, c.statistic, c.p_value
       from unnest('{psi,jensen_shannon}'::text[]) as m (method)
       cross join lateral perf_internal.compare_counts('{100}', '{200}', m.method) as c $$,
    $$ values ('psi', 'psi', 0::float8, 1::float8), ('jensen_shannon', 'jensen_shannon', 0, 1) $$,
    'and where there is only one category'
);

select * from finish();
rollback;
