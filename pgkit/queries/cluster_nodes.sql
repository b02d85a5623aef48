-- The nodes of the cluster, the coordinator first, and what stands in the way of each. A node is asked for
-- its settings and roles; what does not answer has no result.
select
    format('%s:%s', n.nodename, n.nodeport) as node,
    n.groupid = 0 as is_coordinator,
    n.shouldhaveshards as has_shards,
    r.success,
    r.result
from run_command_on_all_nodes(
    $$select json_build_object(
        'max_prepared_transactions', current_setting('max_prepared_transactions')::integer,
        'version', (select e.extversion from pg_extension as e where e.extname = 'citus'),
        'roles', (
            select coalesce(json_agg(r.rolname), '[]')
            from pg_roles as r
            where r.rolname in (
                'anon', 'authenticated', 'service_role', 'perf_admin', 'perf_analyst',
                'perf_recorder', 'perf_notifier'
            )
        ),
        'may_see', pg_has_role('pg_read_all_stats', 'usage'),
        'old_prepared', (
            select count(*)
            from pg_prepared_xacts as p
            where p.prepared < now() - interval '5 minutes'
                and p.database = current_database()
        )
    )$$,
    give_warning_for_connection_errors := false
) as r
join pg_catalog.pg_dist_node as n on n.nodeid = r.nodeid
order by n.groupid, n.nodename, n.nodeport
