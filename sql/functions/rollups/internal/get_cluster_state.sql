-- security definer: only the owner reaches the other machines; the caller is checked first.
create or replace function perf_internal.get_cluster_state(
    out status text,
    out value text,
    out hint text
)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_unsettled bigint[];
begin
    perform perf_internal.require_role('analyst', 'admin');
    if not perf_internal.is_distributed() then
        return;
    end if;
    v_unsettled := perf_internal.get_unsettled();
    status := case when v_unsettled = '{}' then 'ok' else 'warn' end;
    value := case
        when v_unsettled = '{}' then 'all nodes answer, and no transaction is left open'
        else format(
            '%s transactions are not over on every node yet', cardinality(v_unsettled)
        )
    end;
    hint := case
        when v_unsettled <> '{}'
        then 'Citus ends them within a minute. Until then runs leave their rows out.'
    end;
exception
    when sqlstate 'PT409' or connection_exception then
        status := 'fail';
        value := sqlerrm;
        get stacked diagnostics hint = pg_exception_hint;
        hint := coalesce(nullif(hint, ''), 'No run starts until every node answers.');
end
$$;

comment on function perf_internal.get_cluster_state is
    'Whether all nodes of the cluster answer and agree: status ok, warn or fail, and what to do. Nulls where tables are on one machine. Error 42501: not an analyst or admin.';

revoke execute on function perf_internal.get_cluster_state from public;
grant execute on function perf_internal.get_cluster_state
    to authenticated, service_role, perf_admin, perf_analyst;
