-- security definer: callers may not write profiles themselves; their role is checked first.
--
-- The row of the reference is written first, and locked until the transaction ends. So two sessions
-- that save profiles of one trained model do so one after the other.
create or replace function perf_internal.save_feature_profile(
    model_type text,
    machine_id uuid,
    feature text,
    "values" double precision[],
    categories jsonb,
    kind text
)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_feature text := btrim(save_feature_profile.feature);
    v_problem text;
    v_trained_model_id uuid;
    v_other_kind text := case
        when save_feature_profile.categories is null then 'category' else 'number'
    end;
    v_count bigint;
begin
    perform perf_internal.require_role('recorder');
    v_problem := case
        when save_feature_profile.kind is distinct from 'reference'
            then 'kind must be reference, got '
                || perf_internal.quote_value(save_feature_profile.kind)
        else perf_internal.get_feature_problem(row(
            save_feature_profile.model_type,
            save_feature_profile.machine_id,
            save_feature_profile.feature,
            save_feature_profile.values,
            save_feature_profile.categories,
            null,
            null
        ))
    end;
    if v_problem is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = v_problem;
    end if;
    v_trained_model_id := perf_internal.add_trained_model(
        save_feature_profile.model_type, save_feature_profile.machine_id
    );
    if exists (
        select
        from perf_internal.feature_series as f
        where f.trained_model_id = v_trained_model_id
            and f.feature = v_feature
            and f.kind = v_other_kind
    ) then
        raise exception using
            errcode = 'PT409',
            message = format(
                'feature %s has %s, got %s',
                perf_internal.quote_value(v_feature),
                case v_other_kind when 'number' then 'numbers' else 'categories' end,
                case v_other_kind when 'number' then 'categories' else 'numbers' end
            ),
            hint = 'A profile is of the kind of values that are recorded.';
    end if;
    insert into perf.drift_references as d (trained_model_id, kind, set_by)
    values (v_trained_model_id, 'profile', perf_internal.get_caller_name())
    on conflict on constraint drift_references_pkey do update
    set set_at = excluded.set_at,
        set_by = excluded.set_by
    where d.kind = 'profile';
    if not found then
        -- The insert has locked the row, though it did not change it.
        begin
            perform perf_internal.require_role('admin');
        exception when insufficient_privilege then
            raise exception using
                errcode = 'PT409',
                message = format(
                    'the reference of %s is a time range, which only an admin may replace',
                    perf_internal.quote_value(btrim(save_feature_profile.model_type))
                ),
                hint = 'When an admin saves a profile, profiles are the reference again, and recorders may save them.';
        end;
        update perf.drift_references as d
        set kind = 'profile',
            start_time = null,
            end_time = null,
            set_at = now(),
            set_by = perf_internal.get_caller_name()
        where d.trained_model_id = v_trained_model_id;
    end if;
    delete from perf_internal.feature_profiles as p
    where p.trained_model_id = v_trained_model_id
        and p.feature = v_feature;
    insert into perf_internal.feature_profiles (
        trained_model_id, feature, kind, category, count, sum, m2, min, max, sketch
    )
    select
        v_trained_model_id,
        v_feature,
        s.kind,
        case
            when s.kind = 'category' and s.number > 1000
                then perf_internal.get_overflow_category(s.category)
            else s.category
        end,
        sum(s.value_count),
        sum(s.value_sum),
        sum(s.m2),
        min(s.minimum),
        max(s.maximum),
        perf_internal.sum_sketches(s.sketch)
    from (
        select
            f.*,
            row_number() over (
                partition by f.kind
                order by f.value_count desc, f.category
            ) as number
        from perf_internal.summarize_feature(
            save_feature_profile.values, save_feature_profile.categories
        ) as f
    ) as s
    group by 3, 4;
    select coalesce(sum(p.count), 0)
    into v_count
    from perf_internal.feature_profiles as p
    where p.trained_model_id = v_trained_model_id
        and p.feature = v_feature;
    return v_count;
end
$$;

comment on function perf_internal.save_feature_profile is
    'As perf.save_feature_profile(), which calls it.';

revoke execute on function perf_internal.save_feature_profile from public;
grant execute on function perf_internal.save_feature_profile
    to authenticated, service_role, perf_admin, perf_recorder;
