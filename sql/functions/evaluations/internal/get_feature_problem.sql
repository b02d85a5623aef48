create or replace function perf_internal.get_feature_problem(batch perf_internal.feature_batch)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    b alias for batch;
begin
    return coalesce(
        perf_internal.get_name_problem('model_type', b.model_type, 200),
        perf_internal.get_name_problem('feature', b.feature, 200),
        case
            when (b.values is null) = (b.categories is null)
                then 'either values or categories must be given, got '
                    || case when b.values is null then 'neither' else 'both' end
            when b.observed_at < '1970-01-01 00:00+00'
                or b.observed_at > now() + interval '1 day'
                then 'observed_at must be between 1970 and tomorrow, got ' || b.observed_at
            when b.observed_at is null
                and b.batch_id is not null
                and perf_internal.get_uuid_time(b.batch_id) is null
                then 'observed_at must be given with a batch_id that is not a version 7 UUID, got '
                    || b.batch_id
            when b.observed_at is null
                and b.batch_id is not null
                and perf_internal.get_uuid_time(b.batch_id) > now() + interval '1 day'
                then 'batch_id must not carry a time after tomorrow, got '
                    || perf_internal.get_uuid_time(b.batch_id)
        end,
        perf_internal.get_values_problem(b.values),
        perf_internal.get_categories_problem(b.categories)
    );
end
$$;

comment on function perf_internal.get_feature_problem is
    'What is wrong with a batch of values of a feature, naming the argument and its value; null if nothing is.';

revoke execute on function perf_internal.get_feature_problem from public;
