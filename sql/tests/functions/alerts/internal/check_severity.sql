begin;
select plan(5);

select lives_ok(
    format('select perf_internal.check_severity(%L)', s), s || ' is a severity'
)
from unnest(array['info', 'warning', 'critical']) as s;
select lives_ok('select perf_internal.check_severity(null)', 'null means all');
select throws_ok(
    $$ select perf_internal.check_severity('Critical') $$,
    '22023',
    'severity must be info, warning or critical, got "Critical"',
    'refuses anything else'
);

select * from finish();
rollback;
