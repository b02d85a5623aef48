-- A whole pipeline: what sensors read. It is all that the engine needs to know.
create table perf.sensors (
    series_id uuid primary key,
    labels jsonb not null
);

create table perf.readings (
    sensor_id uuid not null,
    read_at timestamptz not null,
    watts double precision not null,
    transaction_id bigint not null default txid_current(),
    humidity double precision,
    lag_ms integer,
    is_valid boolean not null default true,
    phases text[],
    volts double precision,
    constraint watts_are_0_to_1e10 check (watts between 0 and 1e10),
    constraint humidity_is_a_fraction check (humidity between 0 and 1),
    constraint lag_is_not_negative check (lag_ms >= 0)
) partition by range (read_at);

create index readings_transaction_id_idx
    on perf.readings using brin (transaction_id) with (pages_per_range = 64);

create table perf_internal.readings_default partition of perf.readings default;

alter table perf.sensors enable row level security;
alter table perf.readings enable row level security;
alter table perf_internal.readings_default enable row level security;
grant select on perf.sensors, perf.readings to perf_analyst;
create policy sensors_select_login on perf.sensors for select to perf_analyst using (true);
create policy readings_select_login on perf.readings for select to perf_analyst using (true);

select perf_internal.add_pipeline(
    'readings',
    raw_table => 'perf.readings',
    series_column => 'sensor_id',
    time_column => 'read_at',
    series_view => 'perf.sensors',
    failed_when => 'not r.is_valid',
    measures => 'array(
        select row(''volts.'' || p.phase, r.volts)::perf_internal.measure
        from unnest(r.phases) as p (phase)
    )'
);

select perf_internal.add_metric(
    'readings', m.metric, m.expression, unit => m.unit, better => m.better, meaning => m.meaning
)
from (
    values
        ('watts', 'r.watts', 'W', 'lower', 'Power that the sensor saw.'),
        ('humidity', 'r.humidity', 'share', null, 'Water in the air.'),
        ('lag_ms', 'r.lag_ms', 'ms', 'lower', 'Time until the reading was sent.')
) as m (metric, expression, unit, better, meaning);

select perf_internal.add_metric_family(
    'readings', 'volts.', unit => 'V', better => null, meaning => 'Volts of the phase of this name.'
);
