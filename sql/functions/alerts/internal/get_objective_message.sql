create or replace function perf_internal.get_objective_message(
    rule_id bigint,
    labels jsonb,
    value double precision,
    sample_count bigint,
    severity text
)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
set intervalstyle = 'postgres'
as $$
    select format(
        '%s%s: %s.',
        o.objective_name,
        ' of ' || (
            select string_agg(l.key || ' ' || coalesce(l.value, 'null'), ', ' order by l.key)
            from jsonb_each_text(get_objective_message.labels) as l
            where l.key not in ('metric', 'objective')
        ),
        case
            when get_objective_message.value is null then 'no values'
            when get_objective_message.value = 0
            then 'none of ' || get_objective_message.sample_count || ' values of ' || o.metric_name
                || ' is bad'
            else format(
                '%s %% of %s values of %s are %s, %s %% may be; at this rate the error budget of %s lasts %s',
                perf_internal.write_number(
                    100 * get_objective_message.value * (1 - o.target::numeric)::float8
                ),
                get_objective_message.sample_count,
                o.metric_name,
                coalesce(
                    'above ' || perf_internal.write_number(o.faster_than, 6)
                        || ' ' || m.unit,
                    'bad'
                ),
                (100 * (1 - o.target::numeric))::float8,
                o.time_window,
                d.lasts
            )
        end
    )
    from perf.slo_objectives as o
    join perf.metrics as m on m.metric = o.metric_name
    cross join lateral (
        select case
            when s.seconds >= 172800 then perf_internal.write_number(s.seconds / 86400) || ' days'
            when s.seconds >= 7200 then perf_internal.write_number(s.seconds / 3600) || ' hours'
            else perf_internal.write_number(s.seconds / 60) || ' minutes'
        end as lasts
        from (
            select extract(epoch from o.time_window)::float8
                / nullif(get_objective_message.value, 0) as seconds
        ) as s
    ) as d
    where o.id = get_objective_message.rule_id;
$$;

comment on function perf_internal.get_objective_message is
    'The message of an alert slo_burn_rate, of a sample of perf_internal.read_objective_samples(): which share is bad, which may be, and how long the error budget of the whole time window lasts at this rate. It is the same for every severity. Null: there is no such objective.';

revoke execute on function perf_internal.get_objective_message from public;
grant execute on function perf_internal.get_objective_message
    to authenticated, service_role, perf_admin, perf_analyst;
