-- A name that was forgotten and came again counts only in rows after perf.forget_metric(). Rows after
-- the last such call, nearly all, need no look at the name.
create or replace function perf_internal.get_forgotten_condition(pipeline text, name text)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    return (
        select format(
            '
        and case
            when r.id > %s then true
            else %s
        end',
            s.forgotten_until_id,
            case
                -- There perf.metrics is on one machine only.
                when perf_internal.is_distributed()
                then format(
                    'coalesce((%L::jsonb ->> %s)::bigint, 0) < r.id',
                    (
                        select coalesce(jsonb_object_agg(m.metric, m.counted_after_id), '{}')
                        from perf.metrics as m
                        where m.pipeline = get_forgotten_condition.pipeline
                            and m.counted_after_id > 0
                    ),
                    get_forgotten_condition.name
                )
                else format(
                    'not exists (
                select
                from perf.metrics as o
                where o.metric = %s
                    and o.counted_after_id >= r.id
            )',
                    get_forgotten_condition.name
                )
            end
        )
        from perf_internal.rollup_state as s
        where s.pipeline = get_forgotten_condition.pipeline
            and s.forgotten_until_id > 0
    );
end
$$;

comment on function perf_internal.get_forgotten_condition is
    'SQL that adds to a condition that a raw row r counts in the named metric that the SQL name gives: false for rows before perf.forget_metric() forgot the name. Null where no name of the pipeline was forgotten.';

revoke execute on function perf_internal.get_forgotten_condition from public;
grant execute on function perf_internal.get_forgotten_condition
    to authenticated, service_role, perf_admin, perf_analyst;
