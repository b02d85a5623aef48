begin;
select plan(5);

select is(perf_internal.quote_value('chat'), '"chat"', 'a value is quoted');
select is(perf_internal.quote_value(''), '""', 'an empty value is seen');
select is(perf_internal.quote_value(null), 'null', 'null is not quoted');

select is(
    perf_internal.quote_value(repeat('a', 60)),
    '"' || repeat('a', 60) || '"',
    '60 characters are shown'
);

select is(
    perf_internal.quote_value(repeat('a', 60) || 'b'),
    '"' || repeat('a', 60) || '..." (61 characters)',
    '61 characters are cut and counted'
);

select * from finish();
rollback;
