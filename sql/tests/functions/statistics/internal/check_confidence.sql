begin;
select plan(9);

select lives_ok(
    format('select perf_internal.check_confidence(%s)', c.confidence), 'takes ' || c.confidence
)
from (values ('1e-300'), ('0.95'), ('0.9999999999999999')) as c (confidence);

select throws_ok(
    format('select perf_internal.check_confidence(%L)', c.confidence),
    '22023',
    'confidence must be between 0 and 1, both excluded, got ' || coalesce(c.confidence, 'null'),
    'refuses ' || coalesce(c.confidence, 'null')
)
from (values ('0'), ('1'), ('95'), ('NaN'), (null)) as c (confidence);

set local role anon;
select throws_ok('select perf_internal.check_confidence(0.95)', '42501', null, 'anon may not');

select * from finish();
rollback;
