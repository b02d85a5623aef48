create or replace function perf_internal.add_metric_family(
    pipeline text,
    prefix text,
    unit text,
    better text,
    meaning text
)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into perf_internal.metric_families (pipeline, prefix, unit, better, meaning)
    values (
        add_metric_family.pipeline,
        add_metric_family.prefix,
        add_metric_family.unit,
        add_metric_family.better,
        add_metric_family.meaning
    )
    on conflict on constraint metric_families_pkey do update
    set unit = excluded.unit,
        better = excluded.better,
        meaning = excluded.meaning;
end
$$;

comment on function perf_internal.add_metric_family is
    'Says what the named metrics of a pipeline are whose names begin with prefix, or changes it for names that come from now on.';

revoke execute on function perf_internal.add_metric_family from public;
