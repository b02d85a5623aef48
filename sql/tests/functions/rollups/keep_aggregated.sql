begin;
select plan(8);

create function pg_temp.end_recording()
returns void
language plpgsql
as $$
declare
    -- As if another transaction, which the last run saw in progress, had recorded the rows.
    v_id bigint := 11 + coalesce(
        (
            select max(r.transaction_id)
            from perf.performance_metrics_raw as r
            where r.transaction_id < txid_current()
        ),
        0
    );
begin
    update perf_internal.rollup_state as s
    set in_progress = s.in_progress || v_id
    where s.pipeline = 'calls';
    update perf.performance_metrics_raw as r
    set transaction_id = v_id
    where r.transaction_id = txid_current();
end
$$;

-- It commits, so that it cannot go on here. tests/ has the rest.
create function pg_temp.keep_aggregated()
returns text
language plpgsql
as $$
begin
    call perf.keep_aggregated('1 minute', 1);
    return 'went on';
exception
    when invalid_transaction_termination then
        return 'cannot commit';
end
$$;

select throws_ok(
    'call perf.keep_aggregated()', '2D000', null, 'needs to be called outside a transaction'
);
select is(pg_temp.keep_aggregated(), 'cannot commit', 'whatever it is told');

set local role service_role;
select throws_ok('call perf.keep_aggregated()', '2D000', null, 'service_role may call it');

set local role perf_admin;
select throws_ok('call perf.keep_aggregated()', '2D000', null, 'so may perf_admin');

set local role perf_analyst;
select throws_ok('call perf.keep_aggregated()', '42501', null, 'perf_analyst may not');

set local role authenticated;
select throws_ok('call perf.keep_aggregated()', '42501', null, 'nor may authenticated');

reset role;
insert into perf.profiles (id, username) values ('a0000000-0000-4000-8000-000000000000', 'ada');
insert into perf.user_roles (user_id, role)
values ('a0000000-0000-4000-8000-000000000000', 'admin');
set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ call perf.keep_aggregated() $$,
    '2D000',
    null,
    'an admin by token may'
);

set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ call perf.keep_aggregated() $$,
    '42501',
    'this needs the role admin',
    'a stranger with a token may not'
);

select * from finish();
rollback;
