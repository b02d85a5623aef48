begin;
select plan(10);

do $$
begin
    perform perf.record_feature_values('demand', null, f.feature, f.values, f.categories, f.at)
    from (
        values
            -- 50 ones and 50 twos, then 30 and 70.
            ('load', array_fill(1.0::float8, '{50}') || array_fill(2.0::float8, '{50}'), null::jsonb,
                '2020-01-06 10:00+00'::timestamptz),
            ('load', array_fill(1.0::float8, '{30}') || array_fill(2.0::float8, '{70}'), null,
                '2020-02-03 10:00+00'),
            ('season', null, '{"dry": 50, "wet": 50}', '2020-01-06 10:00+00'),
            ('season', null, '{"dry": 30, "wet": 70}', '2020-02-03 10:00+00'),
            -- Ten of a hundred are missing, then twenty.
            ('wind', array_fill(1.0::float8, '{90}') || array_fill(null::float8, '{10}'), null,
                '2020-01-06 10:00+00'),
            ('wind', array_fill(1.0::float8, '{80}') || array_fill(null::float8, '{20}'), null,
                '2020-02-03 10:00+00'),
            ('new', array_fill(1.0::float8, '{100}'), null, '2020-02-03 10:00+00'),
            ('gone', array_fill(1.0::float8, '{100}'), null, '2020-01-06 10:00+00'),
            -- All values are 0, so neither has a sketch.
            ('zero', array_fill(0.0::float8, '{100}'), null, '2020-01-06 10:00+00'),
            ('zero', array_fill(0.0::float8, '{100}'), null, '2020-02-03 10:00+00'),
            -- All are missing from then on.
            ('lost', array_fill(1.0::float8, '{100}'), null, '2020-01-06 10:00+00'),
            ('lost', array_fill(null::float8, '{100}'), null, '2020-02-03 10:00+00')
    ) as f (feature, values, categories, at);
    perform perf.set_drift_reference('demand', null, '2020-01-06', '2020-01-07');
end
$$;

create function pg_temp.run(method text default 'auto', minimum_sample bigint default 80)
returns setof perf_internal.drift_test
language sql
as $$
    select t.*
    from perf_internal.trained_models as m
    cross join lateral perf_internal.test_features(
        m.id, '2020-02-03', '2020-02-04', method, 0.05, minimum_sample
    ) as t;
$$;

select results_eq(
    $$ select kind, method, round(statistic::numeric, 4), round(effect::numeric, 4), n_reference,
           n_current, reference_value, current_value, counts, note
       from pg_temp.run() where name = 'load' $$,
    $$ values ('feature', 'kolmogorov_smirnov', 0.2, 0.2, 100::bigint, 100::bigint, 1.5::float8,
        1.7::float8, true, null) $$,
    'numbers: a fifth of the values moved, and the mean from 1.5 to 1.7'
);

select results_eq(
    $$ select kind, method, round(statistic::numeric, 4), round(p_value::numeric, 5),
           round(effect::numeric, 4), n_reference, n_current, reference_value, current_value,
           counts, note
       from pg_temp.run() where name = 'season' $$,
    $$ values ('feature', 'chi_square', 8.3333, 0.00389, 0.2, 100::bigint, 100::bigint,
        null::float8, null::float8, true, null) $$,
    'categories: chi-square'
);

select results_eq(
    $$ select kind, method, round(statistic::numeric, 4), round(p_value::numeric, 4),
           round(effect::numeric, 4), round(threshold::numeric, 4), n_reference, n_current,
           reference_value, current_value, counts, note
       from pg_temp.run() where name = 'wind' and kind = 'missing' $$,
    $$ values ('missing', 'two_proportion', 1.9803, 0.0477, 0.1, 1.9600, 100::bigint, 100::bigint,
        0.1::float8, 0.2::float8, true, null) $$,
    'missing values: the difference of two shares'
);

select results_eq(
    $$ select n_reference, n_current, p_value, effect from pg_temp.run()
       where name = 'wind' and kind = 'feature' $$,
    $$ values (90::bigint, 80::bigint, 1::float8, 0::float8) $$,
    'the values beside missing ones are compared among themselves'
);

select results_eq(
    $$ select name, n_reference, n_current, p_value, note from pg_temp.run()
       where name in ('new', 'gone') order by 1 $$,
    $$ values
        ('gone', 100::bigint, 0::bigint, null::float8,
            'Values: 100 in the reference and 0 in the window. minimum_sample is 80.'),
        ('new', 0, 100, null,
            'Values: 0 in the reference and 100 in the window. minimum_sample is 80.') $$,
    'a feature that only one side has is not tested, and says so'
);

select results_eq(
    $$ select p_value, effect, note from pg_temp.run() where name = 'zero' $$,
    $$ values (1::float8, 0::float8, null) $$,
    'values that are all 0 are compared too'
);

select results_eq(
    $$ select kind, method, effect, counts, p_value < 1e-6
       from pg_temp.run() where name = 'lost' order by 1 $$,
    $$ values ('feature', null, null::float8, null::boolean, null::boolean),
        ('missing', 'two_proportion', 1, true, true) $$,
    'a feature of which all is missing is found by that'
);

select is(
    (select array_agg(distinct name order by name) from pg_temp.run(minimum_sample => 81)
     where p_value is not null and kind = 'feature'),
    '{load,season,zero}',
    'a side with fewer values than minimum_sample is not tested'
);

select results_eq(
    $$ select name, method
       from pg_temp.run('psi') where name in ('load', 'season', 'wind') order by 1, 2 $$,
    $$ values ('load', 'psi'), ('season', 'psi'), ('wind', 'psi'), ('wind', 'two_proportion') $$,
    'a named method is for numbers and categories, not for missing values'
);

select results_eq(
    $$ select name, method
       from pg_temp.run('wasserstein') where name in ('load', 'season') order by 1 $$,
    $$ values ('load', 'wasserstein'), ('season', 'chi_square') $$,
    'a method that is not for categories is chi-square for them'
);

select * from finish();
rollback;
