-- Runs call it for every job, so it does most of its work in two JSON paths: they skip what is not
-- a number, out of bounds or without a name, and raise no error for any JSON. A table function in
-- its place takes twice as long.
create or replace function perf_internal.get_job_measures(
    quality_scores_json jsonb,
    pipeline_stages_json jsonb
)
returns perf_internal.measure[]
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    v_measures perf_internal.measure[] := array[]::perf_internal.measure[];
    v_items jsonb := jsonb_path_query_array(
        get_job_measures.quality_scores_json,
        'strict $.keyvalue() ? (
            (@.value == 0 || (@.value.abs() >= 1e-100 && @.value.abs() <= 1e10))
            && @.key like_regex "^[^ [:cntrl:]]([^[:cntrl:]]*[^ [:cntrl:]])?$"
        )',
        silent => true
    );
    v_name text;
    v_value double precision;
    v_scores integer := 0;
    v_total double precision := 0;
    v_rating double precision;
    v_stages text[] := array[]::text[];
    v_stage integer;
    v_durations double precision[] := array[]::double precision[];
begin
    for i in 0 .. coalesce(jsonb_array_length(v_items), 0) - 1 loop
        v_name := v_items -> i ->> 'key';
        continue when length(v_name) > 100;
        v_value := (v_items -> i -> 'value')::double precision;
        v_scores := v_scores + 1;
        v_total := v_total + v_value;
        if v_name = 'rating' then
            v_rating := v_value;
        end if;
        v_measures := v_measures || ('quality.' || v_name, v_value)::perf_internal.measure;
    end loop;
    if v_scores > 0 then
        v_measures := v_measures || (
            'quality_rating', coalesce(v_rating, v_total / v_scores)
        )::perf_internal.measure;
    end if;
    v_items := jsonb_path_query_array(
        get_job_measures.pipeline_stages_json,
        'strict $[*] ? (
            (@.duration_ms == 0 || (@.duration_ms >= 1e-100 && @.duration_ms <= 1e10))
            && @.name like_regex "^[^ [:cntrl:]]([^[:cntrl:]]*[^ [:cntrl:]])?$"
        )',
        silent => true
    );
    for i in 0 .. coalesce(jsonb_array_length(v_items), 0) - 1 loop
        v_name := v_items -> i ->> 'name';
        continue when length(v_name) > 100;
        v_value := (v_items -> i -> 'duration_ms')::double precision;
        v_stage := array_position(v_stages, v_name);
        if v_stage is null then
            v_stages := v_stages || v_name;
            v_durations := v_durations || v_value;
        else
            v_durations[v_stage] := v_durations[v_stage] + v_value;
        end if;
    end loop;
    for i in 1 .. cardinality(v_stages) loop
        v_measures := v_measures || ('stage.' || v_stages[i], v_durations[i])::perf_internal.measure;
    end loop;
    return v_measures;
end
$$;

comment on function perf_internal.get_job_measures is
    'The named measures of a job: quality.<name> of each score; quality_rating, which is the score named rating or else their mean; stage.<name> of each stage in ms, those of equal names added up. Skips scores that are not a number from -1e10 to 1e10, durations that are not one from 0 to 1e10, and names that are blank, have control characters, spaces around them or more than 100 characters.';

revoke execute on function perf_internal.get_job_measures from public;
grant execute on function perf_internal.get_job_measures
    to authenticated, service_role, perf_admin, perf_analyst;
