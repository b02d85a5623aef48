create or replace function perf.get_feature_distribution(
    model_type text,
    machine_id uuid,
    feature text,
    start_time timestamptz default now() - interval '30 days',
    end_time timestamptz default now(),
    bucket_count integer default 20,
    max_rows integer default 1000,
    is_profile boolean default false
)
returns table (
    kind text,
    category text,
    bucket_start double precision,
    bucket_end double precision,
    value_count bigint,
    share double precision,
    range_start timestamptz,
    range_end timestamptz
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_trained_model_id uuid;
    v_feature text := btrim(get_feature_distribution.feature);
    v_features text[];
    v_cover record;
    v_row_count bigint;
begin
    perform perf_internal.require_role('analyst');
    perform perf_internal.check_max_rows(get_feature_distribution.max_rows);
    perform perf_internal.check_time_range(
        get_feature_distribution.start_time, get_feature_distribution.end_time
    );
    perform perf_internal.check_bucket_count(get_feature_distribution.bucket_count);
    perform perf_internal.check_given('is_profile', get_feature_distribution.is_profile::text);
    v_trained_model_id := perf_internal.get_trained_model(
        get_feature_distribution.model_type, get_feature_distribution.machine_id
    );
    if v_trained_model_id is null then
        raise exception using
            errcode = 'PT404',
            message = format(
                'there is no trained model %s with machine_id %s',
                perf_internal.quote_value(get_feature_distribution.model_type),
                coalesce(get_feature_distribution.machine_id::text, 'null')
            ),
            hint = 'The first recorded feature or evaluation adds it.';
    end if;
    v_features := array(
        select f.feature
        from perf_internal.feature_series as f
        where f.trained_model_id = v_trained_model_id
            and not get_feature_distribution.is_profile
        union
        select p.feature
        from perf_internal.feature_profiles as p
        where p.trained_model_id = v_trained_model_id
            and get_feature_distribution.is_profile
        order by 1
    );
    if (v_feature = any(v_features)) is not true then
        raise exception using
            errcode = 'PT404',
            message = format(
                'model %s has no %s %s',
                perf_internal.quote_value(get_feature_distribution.model_type),
                case when get_feature_distribution.is_profile then 'profile of' else 'feature' end,
                perf_internal.quote_value(get_feature_distribution.feature)
            ),
            hint = case
                when v_features <> '{}' then 'It has ' || array_to_string(v_features[:20], ', ')
                    || case when cardinality(v_features) > 20 then ', and more.' else '.' end
                when get_feature_distribution.is_profile then 'perf.save_feature_profile() saves one.'
                else 'No feature of it was recorded.'
            end;
    end if;
    select min(c.range_start) as range_start, max(c.range_end) as range_end
    into v_cover
    from perf_internal.get_cover(
        'features', get_feature_distribution.start_time, get_feature_distribution.end_time
    ) as c;
    return query
    select
        d.kind,
        d.category,
        d.bucket_from,
        d.bucket_until,
        d.value_count,
        d.value_count / d.total_count::float8,
        case when not get_feature_distribution.is_profile then v_cover.range_start end,
        case when not get_feature_distribution.is_profile then v_cover.range_end end
    from (
        select
            f.kind,
            f.category,
            h.bucket_from,
            h.bucket_until,
            coalesce(h.value_count, f.value_count) as value_count,
            f.total_count
        from (
            select
                r.kind,
                case
                    when r.category = perf_internal.get_overflow_category(r.category) then '(other)'
                    else r.category
                end as category,
                sum(r.value_count)::bigint as value_count,
                sum(sum(r.value_count)) over () as total_count,
                max(r.sketch) as sketch,
                min(r.minimum) as minimum,
                max(r.maximum) as maximum
            from (
                select f.kind, f.category, f.value_count, f.sketch, f.minimum, f.maximum
                from perf_internal.read_features(
                    v_trained_model_id,
                    get_feature_distribution.start_time,
                    get_feature_distribution.end_time,
                    v_feature
                ) as f
                where not get_feature_distribution.is_profile
                union all
                select p.kind, p.category, p.count, p.sketch, p.min, p.max
                from perf_internal.feature_profiles as p
                where get_feature_distribution.is_profile
                    and p.trained_model_id = v_trained_model_id
                    and p.feature = v_feature
            ) as r
            group by 1, 2
        ) as f
        left join lateral perf_internal.get_sketch_histogram(
            f.sketch,
            case f.kind when 'number' then f.value_count else 0 end,
            f.minimum,
            f.maximum,
            get_feature_distribution.bucket_count
        ) as h on f.kind = 'number'
    ) as d
    order by
        d.kind = 'missing',
        d.bucket_from,
        d.value_count desc,
        d.category;
    get diagnostics v_row_count = row_count;
    perform perf_internal.check_max_rows(get_feature_distribution.max_rows, v_row_count);
end
$$;

comment on function perf.get_feature_distribution is
    'What a feature of a trained model was over the hours that start in a range. Of numbers a histogram (kind number): bucket_count buckets of equal width from the smallest to the largest, also the empty ones; there are fewer where they would be narrower than 1 % of the value farthest from 0, because numbers are known within 0.5 %. Of categories how many values each has (category), the most common first; (other) is all beyond the first 1,000. Then how many were missing (missing), if any were. share is of all values, missing ones included. With is_profile all that is of the profile of perf.save_feature_profile(), whatever the range; range_start and range_end are null then. range_start and range_end are what was counted: days or weeks where retention has removed the hours. Errors: 22023 bad argument, or more than max_rows rows, 42501 not an analyst, PT404 no such trained model, feature or profile.';

revoke execute on function perf.get_feature_distribution from public;
grant execute on function perf.get_feature_distribution
    to authenticated, service_role, perf_admin, perf_analyst;
