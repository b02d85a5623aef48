-- A range is made of weeks in the middle, days around them and hours at both ends. So a month of
-- all series is a few thousand rows instead of a hundred thousand. Where retention has removed the
-- hours, the range begins or ends with the next whole day, and without days with the next whole
-- week. Where only days are gone, hours are read in their place.
--
-- With is_exact, raw rows give the parts of hours at both ends. Where those are gone too, the
-- range becomes shorter. It never becomes longer.
create or replace function perf_internal.get_cover(
    pipeline text,
    start_time timestamptz,
    end_time timestamptz,
    granularity text default null,
    is_exact boolean default false,
    time_zone text default 'UTC'
)
returns table (level text, range_start timestamptz, range_end timestamptz)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $$
#variable_conflict use_column
declare
    v_origin constant timestamptz := timestamptz '2001-01-01 00:00+00';
    v_instant constant interval := interval '1 microsecond';
    v_kept_from jsonb := (
        select coalesce(jsonb_object_agg(t.level, t.deleted_before), '{}')
        from perf.retention as t
        where t.pipeline = get_cover.pipeline
            and t.deleted_before is not null
    );
    v_hours_from timestamptz := coalesce((v_kept_from ->> 'hourly')::timestamptz, '-infinity');
    v_days_from timestamptz := coalesce((v_kept_from ->> 'daily')::timestamptz, '-infinity');
    v_weeks_from timestamptz := coalesce((v_kept_from ->> 'weekly')::timestamptz, '-infinity');
    v_start timestamptz;
    v_end timestamptz;
    v_first_day timestamptz;
    v_end_day timestamptz;
    v_first_week timestamptz;
    v_end_week timestamptz;
    v_width interval;
begin
    if get_cover.granularity is not null then
        v_width := perf_internal.get_width(get_cover.granularity);
        if get_cover.time_zone <> 'UTC' and get_cover.granularity <> 'hourly' then
            -- The longest day has 25 hours, so 26 hours later is in the next day.
            select min(e.bucket), max(e.bucket)
            into v_start, v_end
            from (
                select
                    case
                        when b.bucket >= t.at then b.bucket
                        else perf_internal.get_zone_bucket(
                            b.bucket + v_width + interval '2 hours',
                            get_cover.granularity,
                            get_cover.time_zone
                        )
                    end as bucket
                from (values (get_cover.start_time), (get_cover.end_time)) as t (at)
                cross join lateral (
                    select perf_internal.get_zone_bucket(
                        t.at, get_cover.granularity, get_cover.time_zone
                    )
                ) as b (bucket)
            ) as e;
            if v_start < v_hours_from and v_start < v_end then
                raise exception using
                    errcode = 'invalid_parameter_value',
                    message = format(
                        'start_time must not be before %s, from when hours are kept, got %s',
                        v_hours_from, get_cover.start_time
                    ),
                    hint = 'Days and weeks of a time zone are made of hours. Those of UTC are kept'
                        || ' longer.';
            end if;
            return query select 'hourly', v_start, v_end;
            return;
        end if;
        return query
        select
            get_cover.granularity,
            date_bin(v_width, get_cover.start_time + v_width - v_instant, v_origin),
            date_bin(v_width, get_cover.end_time + v_width - v_instant, v_origin);
        return;
    end if;
    v_width := case
        when date_bin('1 hour', get_cover.start_time + interval '1 hour' - v_instant, v_origin)
            >= v_hours_from
        then interval '1 hour'
        when date_bin('1 day', get_cover.start_time + interval '1 day' - v_instant, v_origin)
            >= v_days_from
        then interval '1 day'
        else interval '7 days'
    end;
    v_start := date_bin(v_width, get_cover.start_time + v_width - v_instant, v_origin);
    v_end_day := greatest(v_start, date_bin('1 day', get_cover.end_time, v_origin));
    v_end_week := greatest(v_start, date_bin('7 days', get_cover.end_time, v_origin));
    v_width := case
        when v_end_week < least(v_hours_from, v_days_from) then interval '7 days'
        when v_end_week >= v_days_from and v_end_day < v_hours_from then interval '1 day'
        else interval '1 hour'
    end;
    v_end := date_bin(
        v_width,
        get_cover.end_time
            + case when get_cover.is_exact then '0' else v_width - v_instant end,
        v_origin
    );
    if get_cover.is_exact then
        return query
        select 'raw', e.range_start, e.range_end
        from (
            values
                (get_cover.start_time, least(v_start, get_cover.end_time)),
                (greatest(v_end, v_start), get_cover.end_time)
        ) as e (range_start, range_end)
        where e.range_start < e.range_end
            and e.range_end - e.range_start < interval '1 hour'
            and not exists (
                select 1
                from perf_internal.dropped_ranges as x
                where x.pipeline = get_cover.pipeline
                    and x.range_start < e.range_end
                    and x.range_end > e.range_start
            );
    end if;
    v_first_day := date_bin('1 day', v_start + interval '1 day' - v_instant, v_origin);
    v_end_day := date_bin('1 day', v_end, v_origin);
    v_first_week := date_bin(
        '7 days', greatest(v_first_day, v_weeks_from) + interval '7 days' - v_instant, v_origin
    );
    v_end_week := date_bin('7 days', v_end, v_origin);
    if v_first_week >= v_end_week then
        v_first_week := v_end_day;
        v_end_week := v_end_day;
    end if;
    if v_first_day < v_days_from then
        v_first_day := v_first_week;
    end if;
    if v_end_week < v_days_from then
        v_end_day := v_end_week;
    end if;
    if v_first_day >= v_end_day then
        v_first_day := v_end;
        v_end_day := v_end;
        v_first_week := v_end;
        v_end_week := v_end;
    end if;
    return query
    select c.level, c.range_start, c.range_end
    from (
        values
            ('hourly', v_start, v_first_day),
            ('daily', v_first_day, v_first_week),
            ('weekly', v_first_week, v_end_week),
            ('daily', v_end_week, v_end_day),
            ('hourly', v_end_day, v_end)
    ) as c (level, range_start, range_end)
    where c.range_start < c.range_end;
end
$$;

comment on function perf_internal.get_cover is
    'The ranges of buckets that together cover a time range: of one granularity, or without one as coarse as possible. Days and weeks of a time zone are ranges of hours. All buckets that start in the range; with is_exact those that lie in it, and ranges of raw rows for the parts of hours at both ends, where raw is kept. Error 22023: no such granularity, or hours of a time zone''s days that are no longer kept.';

revoke execute on function perf_internal.get_cover from public;
grant execute on function perf_internal.get_cover
    to authenticated, service_role, perf_admin, perf_analyst;
