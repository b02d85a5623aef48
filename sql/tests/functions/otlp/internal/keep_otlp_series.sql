begin;
select plan(6);

insert into perf_internal.otlp_series (id, model) values
    ('20000000-0000-4000-8000-000000000000', 'gpt-4o');

select throws_ok(
    'delete from perf_internal.otlp_series',
    '23001',
    'otlp_series rows are kept for ever: summaries refer to them',
    'refuses to delete a series'
);
select throws_ok(
    'truncate perf_internal.otlp_series',
    '23001',
    'otlp_series rows are kept for ever: summaries refer to them',
    'refuses to truncate'
);
select throws_ok(
    $$ update perf_internal.otlp_series set id = '30000000-0000-4000-8000-000000000000' $$,
    '23001',
    'otlp_series rows are kept for ever: summaries refer to them',
    'refuses another id'
);
select throws_ok(
    $$ update perf_internal.otlp_series set model = 'gpt-4' $$,
    '23001',
    null,
    'and another label, from which the id follows'
);
select throws_ok(
    'delete from perf_internal.otlp_series where false',
    '23001',
    null,
    'also where no row is meant'
);
select is(
    (select s.model from perf_internal.otlp_series as s), 'gpt-4o', 'the series is still there'
);

select * from finish();
rollback;
