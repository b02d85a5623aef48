begin;
select plan(3);

-- By scipy.special.gammainc and gammaincc; with shape 1 the upper one is exp(-value).
select is_empty(
    $$ select c.*, perf_internal.get_incomplete_gamma(c.shape, c.value, c.is_upper)
       from (
           values
               (1::float8, 1e-9::float8, true, exp(-1e-9::float8)::float8),
               (1, 300, true, exp(-300::float8)),
               (1, 2, false, 1 - exp(-2::float8)),
               (0.05, 1e-300, false, 1.0272168652716738e-15),
               (2.5, 0.7, false, 0.07568672719833305),
               (100, 150, true, 5.924540335483916e-06),
               (1e5, 99000, false, 0.0007574199211747684)
       ) as c (shape, value, is_upper, expected)
       where abs(perf_internal.get_incomplete_gamma(c.shape, c.value, c.is_upper) / c.expected - 1) > 1e-10 $$,
    'agrees with the tables'
);

select is(
    array[
        perf_internal.get_incomplete_gamma(2, 0),
        perf_internal.get_incomplete_gamma(2, 'Infinity'),
        perf_internal.get_incomplete_gamma(2, 0, true),
        perf_internal.get_incomplete_gamma(2, 'Infinity', true)
    ],
    '{0,1,1,0}'::float8[],
    'knows the ends'
);
select is(perf_internal.get_incomplete_gamma(2, null), null, 'null gives null');

select * from finish();
rollback;
