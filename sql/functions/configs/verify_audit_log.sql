-- One statement, so that it sees log, head and queue by one snapshot. The length and the last hash
-- are kept beside the log, because a log without its last entries is still a valid chain. A
-- superuser can disable triggers, compute the hashes and forge all of it. So keep the last hash
-- elsewhere to be sure of what came before.
create or replace function perf.verify_audit_log()
returns table (entry_id bigint, problem text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.require_role('analyst');
    with links as (
        select
            l.id,
            row_number() over w as position,
            l.previous_hash,
            lag(l.hash, 1, encode(sha256('pgkit audit log'), 'hex')) over w as hash_before,
            l.hash,
            perf_internal.get_audit_hash(l) as computed_hash
        from perf.audit_log as l
        window w as (order by l.id)
    ),
    problems as (
        select
            l.id,
            case
                when l.id <> l.position
                then format('entries %s to %s are missing', l.position, l.id - 1)
                when l.previous_hash <> l.hash_before then 'does not follow the entry before'
                when l.hash <> l.computed_hash then 'was changed'
            end as problem
        from links as l
        union all
        select
            h.entries,
            case
                when h.entries > coalesce(l.id, 0) then format(
                    'entries %s to %s are missing', coalesce(l.id, 0) + 1, h.entries
                )
                when h.entries < l.id or h.hash <> l.hash then 'the log does not end as it should'
            end
        from perf_internal.audit_head as h
        left join lateral (
            select l.id, l.hash
            from perf.audit_log as l
            order by l.id desc
            limit 1
        ) as l on true
        union all
        select
            h.entries + 1,
            format('a change of %s %s was committed and not logged', q.table_name, q.row_id)
        from perf_internal.audit_head as h
        join perf_internal.audit_queue as q
            on q.transaction_id is distinct from txid_current_if_assigned()
    )
    select p.id, p.problem
    from problems as p
    where p.problem is not null
    order by p.id
    limit 1;
$$;

comment on function perf.verify_audit_log is
    'The first entry of the audit log that is missing, changed or out of place, and what is wrong; no row if the log is whole. Error 42501: not an analyst.';

revoke execute on function perf.verify_audit_log from public;
grant execute on function perf.verify_audit_log
    to authenticated, service_role, perf_admin, perf_analyst;
