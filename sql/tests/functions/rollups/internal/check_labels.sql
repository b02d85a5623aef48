begin;
select plan(6);

select lives_ok(
    format('select perf_internal.check_labels(%L)', l.labels),
    'takes ' || coalesce(l.labels, 'null')
)
from (values ('{}'), ('{"model": "acme/one"}'), (null)) as l (labels);
select throws_ok(
    format('select perf_internal.check_labels(%L)', l.labels),
    '22023',
    format('labels must be a JSON object, got "%s"', l.labels),
    'refuses ' || l.labels
)
from (values ('[]'), ('1'), ('null')) as l (labels);

select * from finish();
rollback;
