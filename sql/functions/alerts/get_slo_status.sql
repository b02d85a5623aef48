create or replace function perf.get_slo_status(
    objective_name text default null,
    as_of timestamptz default now(),
    max_rows integer default 1000
)
returns table (
    objective text,
    labels jsonb,
    severity text,
    total_count bigint,
    good_count bigint,
    bad_count bigint,
    compliance double precision,
    target double precision,
    error_budget_left double precision,
    burn_rate_5m double precision,
    burn_rate_30m double precision,
    burn_rate_1h double precision,
    burn_rate_2h double precision,
    burn_rate_6h double precision,
    burn_rate_1d double precision,
    burn_rate_3d double precision,
    gone_at_1h_rate timestamptz,
    gone_at_6h_rate timestamptz,
    window_start timestamptz,
    window_end timestamptz
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_ids bigint[];
begin
    perform perf_internal.require_role('analyst');
    perform perf_internal.check_as_of(get_slo_status.as_of);
    perform perf_internal.check_max_rows(get_slo_status.max_rows);
    v_ids := array(
        select o.id
        from perf.slo_objectives as o
        where o.objective_name = btrim(get_slo_status.objective_name)
            or (get_slo_status.objective_name is null and o.enabled)
    );
    if get_slo_status.objective_name is not null and v_ids = '{}' then
        raise exception using
            errcode = 'PT404',
            message = 'there is no objective '
                || perf_internal.quote_value(get_slo_status.objective_name),
            hint = 'perf.get_slo_objectives() lists them.';
    end if;
    return query
    select
        o.objective_name,
        m.labels,
        (array['warning', 'critical'])[m.level],
        m.total_count,
        m.total_count - m.bad_count,
        m.bad_count,
        1 - s.bad_share,
        o.target,
        s.budget_left,
        (m.burn_rates ->> '300')::float8,
        (m.burn_rates ->> '1800')::float8,
        (m.burn_rates ->> '3600')::float8,
        (m.burn_rates ->> '7200')::float8,
        (m.burn_rates ->> '21600')::float8,
        (m.burn_rates ->> '86400')::float8,
        (m.burn_rates ->> '259200')::float8,
        g.gone_at[1],
        g.gone_at[2],
        m.budget_start,
        m.budget_end
    from perf_internal.measure_objectives(get_slo_status.as_of, v_ids, true) as m
    join perf.slo_objectives as o on o.id = m.objective_id
    cross join lateral (
        select
            b.bad_share,
            1 - b.bad_share / (1 - o.target::numeric)::float8 as budget_left
        from (select m.bad_count / nullif(m.total_count, 0)::float8 as bad_share) as b
    ) as s
    cross join lateral (
        select array_agg(
            case
                when s.budget_left <= 0 then m.budget_end
                -- Later, all that is bad now has left the time window.
                when r.burn_rate >= s.budget_left
                then m.budget_end + o.time_window * (s.budget_left / r.burn_rate)
            end
            order by r.position
        ) as gone_at
        from unnest(
            array[(m.burn_rates ->> '3600')::float8, (m.burn_rates ->> '21600')::float8]
        ) with ordinality as r (burn_rate, position)
    ) as g
    order by m.level desc, s.budget_left, o.objective_name, m.labels
    limit get_slo_status.max_rows;
end
$$;

comment on function perf.get_slo_status is
    'How service level objectives stand: the enabled ones, or the named one, also if it is disabled. A row for each group, alerting and worst first: how many values the time window has, how many of them are good, how many bad; compliance, the good share; error_budget_left, the share of the error budget (1 untouched, 0 gone, below 0 overspent); and burn rates, the bad share over the share that may be bad, of the last 5 and 30 minutes, 1, 2 and 6 hours, 1 and 3 days. severity is what the burn rates mean: critical above 14.4 over 1 h and 5 m or above 6 over 6 h and 30 m, warning above 3 over 1 d and 2 h or above 1 over 3 d and 6 h, else null; with a time window other than 30 days these limits change in proportion to it, but are never below 1. gone_at_1h_rate and gone_at_6h_rate are when the budget will be gone at the burn rate of the last hour and 6 hours, if nothing leaves the time window before; window_end where it is gone already; null for never. window_start is from when the time window is kept: its first whole hour, or later where retention has removed rollups. Where raw rows of the last hours before as_of are removed, window_end is the last whole hour, and burn rates of 5 and 30 minutes are null. Shares and rates are null without values. At most max_rows, 1 to 100000. Errors: 22023 bad argument, 42501 not an analyst, PT404 no such objective.';

revoke execute on function perf.get_slo_status from public;
grant execute on function perf.get_slo_status
    to authenticated, service_role, perf_admin, perf_analyst;
