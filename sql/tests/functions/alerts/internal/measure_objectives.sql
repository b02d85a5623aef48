begin;
select plan(14);

-- Calls each minute: some a minute, of which some fail, in the minutes before 2020-02-06 15:00.
create function pg_temp.record(model text, minutes_from integer, minutes_until integer, failures integer)
returns void
language sql as $$
    select count(
        perf.record_call(
            model, 'chat', 100, success => c > failures,
            error_type => case when c <= failures then 'timeout' end,
            call_timestamp => timestamptz '2020-02-06 15:00+00' - make_interval(mins => m, secs => -c)
        )
    )
    from generate_series(minutes_until + 1, minutes_from) as m
    cross join generate_series(1, 10) as c
$$;
select pg_temp.record('acme/hour', 60, 0, 2);
select pg_temp.record('acme/over', 60, 5, 2);
select pg_temp.record('acme/over', 5, 0, 0);
select pg_temp.record('acme/six', 360, 60, 1);
select pg_temp.record('acme/six', 60, 0, 1);
select pg_temp.record('acme/exact', 60, 0, 1);
select pg_temp.record('acme/quiet', 1000, 900, 5);
select perf.set_slo_objective('ok', 'success_rate', 0.99, group_by => '{model}');

create function pg_temp.found(at text default '2020-02-06 15:00+00')
returns table (model text, level integer, burn_rate numeric, sample_count bigint, rates text)
language sql as $$
    select
        m.labels ->> 'model',
        m.level,
        round(m.burn_rate::numeric, 4),
        m.sample_count,
        (
            select string_agg(
                r.key || ':' || coalesce(round(r.value::numeric, 2)::text, ''), ' '
                order by r.key::integer
            )
            from jsonb_each_text(m.burn_rates) as r
        )
    from perf_internal.measure_objectives(
        at::timestamptz, array(select o.id from perf.slo_objectives as o)
    ) as m
$$;

select results_eq(
    $$ select f.level, f.burn_rate, f.sample_count from pg_temp.found() as f
       where f.model = 'acme/hour' $$,
    $$ values (2, 20::numeric, 600::bigint) $$,
    'is critical above 14.4 over 1 hour and 5 minutes'
);
select results_eq(
    $$ select f.level, f.burn_rate, f.sample_count from pg_temp.found() as f
       where f.model = 'acme/over' $$,
    $$ values (2, 18.3333, 600::bigint) $$,
    'over in the last 5 minutes the 6 hour pair still alerts by its 30 minutes'
);
select results_eq(
    $$ select f.level from pg_temp.found('2020-02-06 15:28+00') as f where f.model = 'acme/over' $$,
    $$ values (1) $$,
    'and warns when those are over too'
);
select results_eq(
    $$ select f.level, f.burn_rate, f.sample_count from pg_temp.found() as f
       where f.model = 'acme/six' $$,
    $$ values (2, 10::numeric, 3600::bigint) $$,
    'is critical above 6 over 6 hours and 30 minutes'
);
select is(
    (select f.rates from pg_temp.found() as f where f.model = 'acme/over'),
    '300:0.00 1800:16.67 3600:18.33 7200:18.33 21600:18.33 86400:18.33 259200:18.33',
    'has the burn rate of each window'
);
select results_eq(
    $$ select f.level, f.burn_rate, f.sample_count, f.rates from pg_temp.found() as f
       where f.model = 'acme/quiet' $$,
    $$ values (0, 50::numeric, 1000::bigint, '300: 1800: 3600: 7200: 21600: 86400:50.00 259200:50.00') $$,
    'where nothing is called lately nothing alerts'
);
select results_eq(
    $$ select f.level, f.burn_rate, f.sample_count, f.rates
       from pg_temp.found('2020-03-06 15:00+00') as f
       where f.model = 'acme/hour' $$,
    $$ values (0, null::numeric, 0::bigint, '300: 1800: 3600: 7200: 21600: 86400: 259200:') $$,
    'nor where nothing is called at all'
);

update perf.slo_objectives set minimum_sample = 601;
select results_eq(
    $$ select f.model, f.level from pg_temp.found() as f where f.model in ('acme/hour', 'acme/six')
       order by 1 $$,
    $$ values ('acme/hour', 0), ('acme/six', 2) $$,
    'a pair with too few values in its long window does not alert'
);
update perf.slo_objectives set minimum_sample = 600;
select is(
    (select f.level from pg_temp.found() as f where f.model = 'acme/hour'),
    2,
    'with as many it does'
);
-- 10 times 1.44 is the limit; a tenth of the calls fails.
update perf.slo_objectives set target = 1 - 0.1 / 14.4, minimum_sample = 1;
select is(
    (select f.level from pg_temp.found('2020-02-06 15:00+00') as f where f.model = 'acme/exact'),
    2,
    'by the pair of 6 hours, whose limit is lower'
);
update perf.slo_objectives set target = 0.9;
select results_eq(
    $$ select f.level, f.burn_rate from pg_temp.found() as f where f.model = 'acme/exact' $$,
    $$ values (0, 1::numeric) $$,
    'a rate of exactly 1 is not above 1'
);

-- 7 days: 0.02 * 168 = 3.36, 0.05 * 28 = 1.4; the others would be below 1.
update perf.slo_objectives set target = 0.97, time_window = '7 days';
select results_eq(
    $$ select f.model, f.level, f.burn_rate from pg_temp.found() as f
       where f.model in ('acme/exact', 'acme/hour') order by 1 $$,
    $$ values ('acme/exact', 2, 3.3333), ('acme/hour', 2, 6.6667) $$,
    'with a shorter time window the limits are lower'
);
update perf.slo_objectives set target = 0.899, time_window = '7 days';
select results_eq(
    $$ select f.level, f.burn_rate from pg_temp.found() as f where f.model = 'acme/exact' $$,
    $$ values (0, 0.9901) $$,
    'but never below 1'
);

select perf.set_slo_objective('chats', 'success_rate', 0.9, scope_labels => '{"tool": "chat"}');
select results_eq(
    $$ select m.labels, m.total_count, m.bad_count, m.budget_start, m.budget_end
       from perf_internal.measure_objectives(
           '2020-02-06 15:00+00',
           array(select o.id from perf.slo_objectives as o where o.objective_name = 'chats'),
           true
       ) as m $$,
    $$ values (
        '{"tool": "chat", "metric": "success_rate", "objective": "chats"}'::jsonb, 6400::bigint,
        1150::bigint, timestamptz '2020-01-07 15:00+00', timestamptz '2020-02-06 15:00+00'
    ) $$,
    'with has_budget says what the time window holds'
);

select * from finish();
rollback;
