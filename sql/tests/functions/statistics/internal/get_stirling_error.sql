begin;
select plan(2);

-- For 1 it is 1 - ln(2 pi) / 2, because gamma(1) is 1; for 10 the logarithm of 362880 less
-- 9.5 ln 10 - 10 + ln(2 pi) / 2; 0.5 and 3.3 by scipy.special.gammaln.
select is_empty(
    $$ select c.*, perf_internal.get_stirling_error(c.x)
       from (
           values
               (0.5::float8, 0.1534264097200273::float8),
               (1, 0.08106146679532733),
               (3.3, 0.02517713296724500),
               (10, 0.00833056343336287),
               (1e30, 0)
       ) as c (x, expected)
       where abs(perf_internal.get_stirling_error(c.x) - c.expected) > 1e-14 $$,
    'agrees with the tables, below and above 10'
);
select is(perf_internal.get_stirling_error(null), null, 'null gives null');

select * from finish();
rollback;
