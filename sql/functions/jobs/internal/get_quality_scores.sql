create or replace function perf_internal.get_quality_scores(result jsonb)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_scores jsonb := coalesce(
        nullif(get_quality_scores.result -> 'quality_scores', 'null'),
        nullif(get_quality_scores.result -> 'quality_scores_json', 'null')
    );
begin
    if v_scores is null then
        return null;
    end if;
    return (
        select jsonb_object_agg(btrim(s.key), s.value)
        from jsonb_each(v_scores) as s
        where jsonb_typeof(s.value) = 'number'
    );
end
$$;

comment on function perf_internal.get_quality_scores is
    'The quality scores in the result of a job, by name; null if there are none.';

revoke execute on function perf_internal.get_quality_scores from public;
