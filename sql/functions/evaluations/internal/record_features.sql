-- The batches were checked. Nothing is locked where all series exist, which is nearly always.
--
-- New series are added in one order, by all sessions: trained models, then the series of missing
-- values of each new feature, then the rest. Each is sorted, and only what is missing. So two
-- sessions that add the same wait in one direction and cannot deadlock.
--
-- Every feature has a series of missing values. Whoever adds another series of the feature locks that
-- row first, and looks at what there is in a later statement. So the sessions that add series of one
-- feature do so one after the other: a feature has numbers or categories, and no more categories
-- than allowed. The row is updated and not just locked, because in a transaction with one snapshot
-- that is a serialization error where another session was faster.
--
-- Generic plans, because planning takes longer than the rest.
create or replace function perf_internal.record_features(
    batches perf_internal.feature_batch[],
    is_batch boolean
)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
    v_parts perf_internal.feature_part[];
    v_missing perf_internal.feature_part[];
    v_wrong record;
    v_recorded bigint;
begin
    -- Fails while a restore is under way, because its end would take the rows for restored ones.
    perform perf_internal.check_origin();
    perform perf_internal.add_trained_model(m.model_type, m.machine_id)
    from (
        select distinct btrim(b.model_type) as model_type, b.machine_id
        from unnest(record_features.batches) as b
        order by 1, 2
    ) as m;
    v_parts := array(
        select row(
            b.position,
            b.trained_model_id,
            b.feature,
            s.kind,
            s.category,
            s.value_count,
            s.value_sum,
            s.m2,
            s.minimum,
            s.maximum,
            s.sketch,
            b.observed_at,
            b.batch_id
        )::perf_internal.feature_part
        from (
            select
                g.ordinality as position,
                perf_internal.get_trained_model(g.model_type, g.machine_id) as trained_model_id,
                btrim(g.feature) as feature,
                g.values,
                g.categories,
                coalesce(
                    g.observed_at,
                    case
                        when g.batch_id is not null then perf_internal.get_uuid_time(g.batch_id)
                    end,
                    now()
                ) as observed_at,
                coalesce(g.batch_id, gen_random_uuid()) as batch_id
            from unnest(record_features.batches) with ordinality as g
        ) as b
        cross join lateral perf_internal.summarize_feature(b.values, b.categories) as s
    );
    -- Sums and sketches are of no use here, and are large.
    v_missing := array(
        select row(
            p.position, p.trained_model_id, p.feature, p.kind, p.category, p.value_count,
            null, null, null, null, null, null, null
        )::perf_internal.feature_part
        from unnest(v_parts) as p
        where perf_internal.get_feature_series(p.trained_model_id, p.feature, p.kind, p.category)
            is null
    );
    if v_missing <> '{}' then
        insert into perf_internal.feature_series (trained_model_id, feature, kind)
        select distinct p.trained_model_id, p.feature, 'missing'
        from unnest(v_missing) as p
        where not exists (
            select
            from perf_internal.feature_series as f
            where f.trained_model_id = p.trained_model_id
                and f.feature = p.feature
                and f.kind = 'missing'
        )
        order by 1, 2
        on conflict do nothing;
        update perf_internal.feature_series as s
        set created_at = s.created_at
        from (
            select f.id
            from perf_internal.feature_series as f
            where f.kind = 'missing'
                and (f.trained_model_id, f.feature) in (
                    select p.trained_model_id, p.feature
                    from unnest(v_missing) as p
                    where p.kind <> 'missing'
                )
            order by f.trained_model_id, f.feature
            for no key update
        ) as l
        where s.id = l.id;
        select w.position, w.feature, w.kind
        into v_wrong
        from (
            select
                p.*,
                first_value(p.kind) over (
                    partition by p.trained_model_id, p.feature order by p.position
                ) as first_kind
            from unnest(v_missing) as p
            where p.kind <> 'missing'
        ) as w
        where w.kind <> w.first_kind
            or exists (
                select
                from perf_internal.feature_series as f
                where f.trained_model_id = w.trained_model_id
                    and f.feature = w.feature
                    and f.kind = case w.kind when 'number' then 'category' else 'number' end
            )
        order by w.position
        limit 1;
        if found then
            raise exception using
                errcode = 'PT409',
                message = format(
                    '%sfeature %s has %s, got %s',
                    case
                        when record_features.is_batch
                        then format('batches[%s]: ', v_wrong.position - 1)
                    end,
                    perf_internal.quote_value(v_wrong.feature),
                    case v_wrong.kind when 'number' then 'categories' else 'numbers' end,
                    case v_wrong.kind when 'number' then 'numbers' else 'categories' end
                ),
                hint = 'Record what is something else under another name.';
        end if;
        insert into perf_internal.feature_series (trained_model_id, feature, kind, category)
        select distinct
            n.trained_model_id,
            n.feature,
            n.kind,
            case
                when n.kind = 'number' or n.number <= 1000 then n.category
                else perf_internal.get_overflow_category(n.category)
            end
        from (
            select
                m.*,
                row_number() over (
                    partition by m.trained_model_id, m.feature
                    order by m.value_count desc, m.category
                ) + coalesce(k.category_count, 0) as number
            from (
                select
                    p.trained_model_id,
                    p.feature,
                    p.kind,
                    p.category,
                    sum(p.value_count) as value_count
                from unnest(v_missing) as p
                where p.kind <> 'missing'
                    and perf_internal.get_feature_series(
                        p.trained_model_id, p.feature, p.kind, p.category
                    ) is null
                group by 1, 2, 3, 4
            ) as m
            left join (
                select f.trained_model_id, f.feature, count(*) as category_count
                from perf_internal.feature_series as f
                where f.kind = 'category'
                    and f.category <> perf_internal.get_overflow_category(f.category)
                    and (f.trained_model_id, f.feature) in (
                        select p.trained_model_id, p.feature from unnest(v_missing) as p
                    )
                group by f.trained_model_id, f.feature
            ) as k
                on k.trained_model_id = m.trained_model_id
                and k.feature = m.feature
        ) as n
        order by 1, 2, 3, 4
        on conflict do nothing;
    end if;
    perform set_config('perf.rows_are_checked', 'on', true);
    with given as (
        select
            f.id as series_id,
            p.position,
            p.observed_at,
            p.batch_id,
            sum(p.value_count)::bigint as value_count,
            sum(p.value_sum) as value_sum,
            sum(p.m2) as m2,
            min(p.minimum) as minimum,
            max(p.maximum) as maximum,
            perf_internal.sum_sketches(p.sketch) as sketch
        from unnest(v_parts) as p
        cross join lateral (
            select perf_internal.get_feature_series(
                p.trained_model_id, p.feature, p.kind, p.category
            ) as id
            offset 0
        ) as f
        group by 1, 2, 3, 4
    ),
    added as (
        insert into perf_internal.feature_summaries (
            series_id, created_at, id, count, sum, m2, min, max, sketch
        )
        select
            g.series_id,
            g.observed_at,
            g.batch_id,
            g.value_count,
            g.value_sum,
            g.m2,
            g.minimum,
            g.maximum,
            g.sketch
        from given as g
        order by g.position, g.series_id
        on conflict do nothing
        returning series_id, created_at, id
    )
    select count(distinct n.position)
    into v_recorded
    from (
        select min(g.position) as position
        from added as a
        join given as g
            on g.series_id = a.series_id
            and g.observed_at = a.created_at
            and g.batch_id = a.id
        group by a.series_id, a.created_at, a.id
    ) as n;
    perform set_config('perf.rows_are_checked', 'off', true);
    return v_recorded;
end
$$;

comment on function perf_internal.record_features is
    'Records batches of features that were checked, with the trained models, features and categories that are new; returns how many were new. A feature has at most 1,000 categories, and values of further ones count in the cells of perf_internal.get_overflow_category(). Errors: PT409 numbers of a feature that has categories, or the reverse; while a restore is under way.';

revoke execute on function perf_internal.record_features from public;
