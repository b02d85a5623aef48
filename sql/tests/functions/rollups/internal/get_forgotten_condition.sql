begin;
select plan(4);

select is(
    perf_internal.get_forgotten_condition('otlp', 'r.metric'),
    null,
    'nothing was forgotten, so there is no condition'
);
select perf_internal.add_named_metrics('otlp', '{gen_ai.old,gen_ai.new}');
update perf_internal.rollup_state set forgotten_until_id = 10 where pipeline = 'otlp';
update perf.metrics set counted_after_id = 10 where metric = 'gen_ai.new';
select is(
    perf_internal.get_forgotten_condition('jobs', 'r.metric'), null, 'nor in another pipeline'
);

create temporary table rows_of_names as
select n.metric, i.id
from unnest('{gen_ai.old,gen_ai.new}'::text[]) as n (metric)
cross join unnest('{10,11}'::bigint[]) as i (id);
create function pg_temp.get_counted()
returns table (metric text, id bigint)
language plpgsql
as $$
begin
    return query execute 'select r.metric, r.id from pg_temp.rows_of_names as r where true'
        || perf_internal.get_forgotten_condition('otlp', 'r.metric');
end
$$;
select set_eq(
    'select * from pg_temp.get_counted()',
    $$ values ('gen_ai.old', 10::bigint), ('gen_ai.old', 11), ('gen_ai.new', 11) $$,
    'a name that came again counts only in rows after it was forgotten'
);
update perf.metrics set counted_after_id = 11 where metric = 'gen_ai.old';
select set_has(
    'select * from pg_temp.get_counted()',
    $$ values ('gen_ai.old', 11::bigint) $$,
    'rows that came after the last time need no look at the name'
);

select * from finish();
rollback;
