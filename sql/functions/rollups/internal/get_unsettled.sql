-- On plain PostgreSQL a transaction that is over in a snapshot is over everywhere, so nothing is
-- unsettled.
--
-- With Citus the coordinator gives out the transaction ids, and a transaction that is over there may
-- still wait on a worker. A caller takes its snapshot first, then calls this, and reads rows in a later
-- statement. Rows of transactions that are over in the snapshot, without those that this returns, are
-- then all visible, and none of them appears later:
-- 1. A transaction that wrote on one machine commits there before it is over here. If its rows are not
--    visible, the session here has died, and the machine still works for it: an orphan. Then this
--    refuses.
-- 2. A transaction that wrote on several machines is prepared on all of them before it is over here.
--    Where it still is prepared, it is unsettled. Its row in pg_dist_transaction was written by itself, so
--    xmin of the row is its id. Citus deletes that row only after no machine has it prepared any more,
--    and a transaction is visible as soon as it no longer is prepared.
-- 3. A machine that does not answer may have prepared transactions, so this refuses.
--
-- Between the look at the machines and the look at the sessions here a transaction may end, which looks
-- like an orphan once. So those that the first look finds are looked for up to 20 times. What was over
-- before the caller's snapshot is among them; what looks so later was not over then.
--
-- Dynamic SQL, because the functions and tables are those of Citus.
create or replace function perf_internal.get_unsettled()
returns bigint[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_id bigint;
    v_node record;
    v_prepared text[];
    v_open text[];
    v_orphans text[];
    v_unguarded text;
    v_unsettled bigint[];
begin
    if not perf_internal.is_distributed() then
        return '{}'::bigint[];
    end if;
    v_id := txid_current();
    for v_attempt in 1..20 loop
        v_prepared := '{}';
        v_open := '{}';
        -- Otherwise sessions would be those of an earlier look.
        perform pg_stat_clear_snapshot();
        for v_node in execute
            'select n.nodename, n.nodeport, r.success, r.result
            from run_command_on_all_nodes(
                $1, parallel := true, give_warning_for_connection_errors := false
            ) as r
            join pg_dist_node as n on n.nodeid = r.nodeid'
            using 'select json_build_object(
                ''prepared'', (
                    select coalesce(json_agg(p.gid), ''[]'')
                    from pg_prepared_xacts as p
                    where p.database = current_database()
                        and starts_with(p.gid, ''citus_0_'')
                ),
                ''open'', (
                    select coalesce(
                        json_agg(format(
                            ''%s %s %s'',
                            a.global_pid,
                            a.transaction_number,
                            extract(epoch from a.transaction_stamp)
                        )),
                        ''[]''
                    )
                    from get_all_active_transactions() as a
                    join pg_stat_activity as s on s.pid = a.process_id
                    where a.worker_query
                        and s.backend_xid is not null
                        and s.datname = current_database()
                        -- 99999999 where the session began before the coordinator was a node.
                        and a.global_pid / 10000000000 in (
                            select n.nodeid
                            from pg_dist_node as n
                            where n.groupid = 0
                                and n.noderole = ''primary''
                            union all
                            select 99999999
                        )
                ),
                ''is_guarded'', (select l.groupid = 0 from pg_dist_local_group as l)
                    or perf_internal.is_guarded()
            )'
        loop
            if not v_node.success then
                raise exception using
                    errcode = 'PT409',
                    message = format(
                        'node %s:%s does not answer: %s',
                        v_node.nodename,
                        v_node.nodeport,
                        split_part(v_node.result, E'\n', 1)
                    ),
                    hint = 'Start that node again. Until then no run starts, and calls and reports of its series fail. Calls of other series are recorded.';
            end if;
            v_prepared := v_prepared
                || array(select json_array_elements_text(v_node.result::json -> 'prepared'));
            v_open := v_open
                || array(select json_array_elements_text(v_node.result::json -> 'open'));
            if not (v_node.result::json ->> 'is_guarded')::boolean then
                v_unguarded := format('%s:%s', v_node.nodename, v_node.nodeport);
            end if;
        end loop;
        execute
            'select coalesce(array_agg(o.transaction), ''{}'')
            from unnest($1) as o (transaction)
            where o.transaction = any(coalesce($2, $1))
                and split_part(o.transaction, '' '', 1)::bigint <> citus_backend_gpid()
                and not exists (
                    select
                    from get_all_active_transactions() as a
                    join pg_stat_activity as s on s.pid = a.process_id
                    where a.global_pid = split_part(o.transaction, '' '', 1)::bigint
                        and not a.worker_query
                        and case split_part(o.transaction, '' '', 2)
                            -- A single statement, without a number of its own.
                            when ''0'' then s.state <> ''idle''
                            else o.transaction = format(
                                ''%s %s %s'',
                                a.global_pid,
                                a.transaction_number,
                                extract(epoch from a.transaction_stamp)
                            )
                        end
                )'
        into v_orphans
        using v_open, v_orphans;
        exit when v_orphans = '{}';
        perform pg_sleep(0.005);
    end loop;
    if v_orphans <> '{}' then
        raise exception using
            errcode = 'PT409',
            message = format('a node still works for a session that is gone (%s)', v_orphans[1]),
            hint = 'Runs go on once that is over. The view citus_stat_activity shows it.';
    end if;
    if v_unguarded is not null then
        raise exception using
            errcode = 'PT409',
            message = format('node %s would take calls with ids of its own', v_unguarded),
            hint = 'Run `pgkit distribute` again, as after every new node.';
    end if;
    execute
        'select coalesce(
            array_agg(distinct x.id - case when x.id > $2 then 4294967296 else 0 end), ''{}''
        )
        from pg_catalog.pg_dist_transaction as t
        cross join lateral (
            select (($2 >> 32) << 32) | t.xmin::text::bigint as id
        ) as x
        where t.gid = any($1)'
    into v_unsettled
    using v_prepared, v_id;
    return v_unsettled;
end
$$;

comment on function perf_internal.get_unsettled is
    'Transactions that are over on this machine and not yet on another: none on a single server. Error PT409: a node does not answer, still works for a session that is gone, or would take calls itself.';

revoke execute on function perf_internal.get_unsettled from public;
