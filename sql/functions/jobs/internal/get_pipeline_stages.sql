create or replace function perf_internal.get_pipeline_stages(result jsonb)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_stages jsonb := coalesce(
        nullif(get_pipeline_stages.result -> 'pipeline_stages', 'null'),
        nullif(get_pipeline_stages.result -> 'pipeline_stages_json', 'null')
    );
begin
    if v_stages is null then
        return null;
    elsif jsonb_typeof(v_stages) = 'object' then
        v_stages := (
            select jsonb_agg(jsonb_build_object('name', s.key, 'duration_ms', s.value))
            from jsonb_each(v_stages) as s
        );
    end if;
    return (
        select jsonb_agg(
            jsonb_build_object(
                'name', btrim(s.value ->> 'name'), 'duration_ms', s.value -> 'duration_ms'
            )
            order by s.ordinality
        )
        from jsonb_array_elements(v_stages) with ordinality as s
        where jsonb_typeof(s.value -> 'duration_ms') = 'number'
    );
end
$$;

comment on function perf_internal.get_pipeline_stages is
    'The stages in the result of a job as an array of {"name", "duration_ms"}, in their order; null if there are none. A stage without a duration is left out.';

revoke execute on function perf_internal.get_pipeline_stages from public;
