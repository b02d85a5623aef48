-- The variant that a test assigns to each request, in the order of requests.
select 'request ' || n, a.variant
from generate_series(1, 1000) as n
cross join lateral perf.assign_ab_variant(%s, 'request ' || n) as a
order by n
