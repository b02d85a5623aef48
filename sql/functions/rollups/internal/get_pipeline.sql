create or replace function perf_internal.get_pipeline(pipeline text)
returns perf_internal.pipelines
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_pipeline perf_internal.pipelines;
begin
    select p.* into v_pipeline
    from perf_internal.pipelines as p
    where p.pipeline = get_pipeline.pipeline;
    if not found then
        raise exception using
            errcode = 'PT404',
            message = 'there is no pipeline ' || perf_internal.quote_value(get_pipeline.pipeline),
            hint = 'select distinct pipeline from perf.metrics lists them.';
    end if;
    return v_pipeline;
end
$$;

comment on function perf_internal.get_pipeline is
    'How the engine rolls up a raw table. Error PT404: no such pipeline.';

revoke execute on function perf_internal.get_pipeline from public;
grant execute on function perf_internal.get_pipeline
    to authenticated, service_role, perf_admin, perf_analyst;
