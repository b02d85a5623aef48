begin;
select plan(5);

-- Dynamic because the condition is a text.
create function pg_temp.get_pending(pipeline text, ids bigint[])
returns bigint[]
language plpgsql
as $$
declare
    v_pending bigint[];
begin
    execute format(
        'select array_agg(r.transaction_id order by r.transaction_id)
        from unnest($1) as r (transaction_id)
        where %s',
        perf_internal.get_pending_condition(pipeline)
    )
    into v_pending
    using ids;
    return v_pending;
end
$$;

-- The last run saw everything before transaction 700 but 690 and 695, which were not over.
update perf_internal.rollup_state as s
set snapshot_xmax = 700, in_progress = '{690,695}'
where s.pipeline = 'calls';

select is(
    pg_temp.get_pending('calls', '{0,689,690,691,694,695,696,699,700,701}'),
    '{690,695,700,701}',
    'rows of later transactions, and of those that were in progress, are pending'
);

update perf_internal.rollup_state as s
set in_progress = '{}'
where s.pipeline = 'calls';
select is(
    pg_temp.get_pending('calls', '{0,699,700}'), '{700}', 'without any in progress the later alone'
);

update perf_internal.rollup_state as s
set snapshot_xmax = 0
where s.pipeline = 'calls';
select is(pg_temp.get_pending('calls', '{0,3,700}'), '{0,3,700}', 'before the first run all are');

select is(
    pg_temp.get_pending('it''s another', '{0,700}'),
    null,
    'without a state of the pipeline none is known to be'
);

set local role perf_recorder;
select throws_ok(
    $$ select perf_internal.get_pending_condition('calls') $$,
    '42501',
    null,
    'perf_recorder may not ask'
);

select * from finish();
rollback;
