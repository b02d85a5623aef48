begin;
select plan(4);

select perf.grant_role('b0000000-0000-4000-8000-000000000000', 'analyst', 'ben');
select perf.grant_role('c0000000-0000-4000-8000-000000000000', 'recorder', 'cleo');
select perf.record_calls('[
    {"model_name": "acme/one", "tool_name": "chat", "response_time_ms": 1, "provider": "other"},
    {"model_name": "acme/two", "tool_name": "chat", "response_time_ms": 1, "provider": "acme"},
    {"model_name": "acme/two", "tool_name": "chat", "response_time_ms": 1, "provider": "other",
        "parameters": {"temperature": 1.0, "seed": 7}}
]');

select results_eq(
    $$ select l.model, l.tool, l.provider, l.model_type::text, l.parameters
       from perf_internal.call_labels as l
       order by 1, 3 $$,
    $$ values
        ('acme/one', 'chat', 'other', null::text, '{}'::jsonb),
        ('acme/two', 'chat', 'acme', null, '{}'),
        ('acme/two', 'chat', 'other', null, '{"temperature": 1}') $$,
    'a column for each label, and the provider of the calls'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf_internal.call_labels), 3::bigint, 'an analyst reads them'
);
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select is_empty('select * from perf_internal.call_labels', 'a recorder sees none');

set local role anon;
select throws_ok('select * from perf_internal.call_labels', '42501', null, 'anon may not ask');

select * from finish();
rollback;
