begin;
select plan(4);

select results_eq(
    $$ select n.name from perf_internal.get_gen_ai_names() as n
       where n.field = 'provider' order by n.rank limit 2 $$,
    $$ values ('gen_ai.provider.name'), ('gen_ai.system') $$,
    'the current name comes before the older one'
);
select is_empty(
    $$ select n.part, n.field, n.rank from perf_internal.get_gen_ai_names() as n
       where n.part <> 'kind' group by 1, 2, 3 having count(*) > 1 $$,
    'names of a field have an order'
);
select is(
    (
        select n.detail ->> 'embedding' from perf_internal.get_gen_ai_names() as n
        where n.part = 'marker' and n.name = 'openinference.span.kind'
    ),
    'embeddings',
    'a marker says what a span is'
);
select results_eq(
    $$ select n.name from perf_internal.get_gen_ai_names() as n
       where n.part = 'kind' order by n.rank $$,
    $$ values ('0'), ('1'), ('3') $$,
    'the span of a server is not the call'
);

select * from finish();
rollback;
