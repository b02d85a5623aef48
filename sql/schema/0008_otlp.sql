-- OpenTelemetry: summaries that metrics of applications bring, and the last point of each stream that
-- only ever grows. Spans become calls, and need no table.
create type perf_internal.otlp_histogram as (
    count bigint,
    sum double precision,
    minimum double precision,
    maximum double precision,
    low_limit double precision,
    high_limit double precision,
    scale integer,
    zero_threshold double precision,
    bounds double precision[],
    sides smallint[],
    indexes integer[],
    counts bigint[]
);

comment on type perf_internal.otlp_histogram is
    'What a data point says of its values. sides, indexes and counts are its buckets that are not empty: explicit ones, whose index counts the bounds below, all have side 1; exponential ones (with a scale) have side 1, -1 for negative values, or 0 for about zero. minimum and maximum are exact, or null; low_limit and high_limit are what no value is beyond. Without a count, sum is the only value.';

create type perf_internal.otlp_reading as (
    histogram perf_internal.otlp_histogram,
    problem text,
    is_malformed boolean
);

comment on type perf_internal.otlp_reading is
    'A data point as read, or what is wrong with it. is_malformed: it is no data point of OTLP/JSON at all.';

create type perf_internal.otlp_item as (
    place text,
    problem text,
    resource jsonb,
    scope jsonb,
    item jsonb
);

comment on type perf_internal.otlp_item is
    'A span or a metric of a body, with its place, its resource and its scope, or what is wrong there.';

create type perf_internal.otlp_call as (
    place text,
    problem text,
    call jsonb
);

comment on type perf_internal.otlp_call is
    'A span that is a call: the arguments of perf.record_call(), or what is wrong with it.';

create type perf_internal.otlp_point as (
    position bigint,
    place text,
    problem text,
    is_malformed boolean,
    metric text,
    unit text,
    series_id uuid,
    labels jsonb,
    stream_id uuid,
    is_cumulative boolean,
    started_at timestamptz,
    observed_ns bigint,
    factor double precision,
    histogram perf_internal.otlp_histogram,
    difference perf_internal.otlp_histogram,
    is_last boolean
);

comment on type perf_internal.otlp_point is
    'A data point of a metric, or what is wrong with it. is_cumulative: it counts all since the start of its stream. Its values times the factor have the unit. difference: what it adds to the points before; is_last: it is the last one of its stream.';

-- The id follows from the labels, so two sessions that add the same series add the same row.
create table perf_internal.otlp_series (
    id uuid primary key,
    model text,
    tool text,
    provider text,
    service text,
    error_type text,
    token_type text,
    created_at timestamptz not null default now(),
    constraint labels_have_at_most_200_characters check (
        greatest(
            length(model), length(tool), length(provider), length(service), length(error_type),
            length(token_type)
        ) <= 200
    )
);

comment on table perf_internal.otlp_series is
    'What metrics of OpenTelemetry tell apart: a series of rollups. Never deleted.';

create sequence perf_internal.otlp_summaries_id_seq;

-- The order of the columns leaves no gaps for alignment. No foreign key: perf.record_otlp() finds the
-- series, and a trigger checks that of direct writes.
create table perf_internal.otlp_summaries (
    series_id uuid not null,
    observed_at timestamptz not null,
    transaction_id bigint not null default txid_current(),
    id bigint not null default nextval('perf_internal.otlp_summaries_id_seq'),
    point_id uuid not null,
    count bigint not null,
    sum double precision not null,
    m2 double precision not null,
    min double precision not null,
    max double precision not null,
    metric text not null,
    sketch numeric,
    primary key (point_id, observed_at, series_id),
    constraint count_is_positive check (count > 0),
    -- What would stop the runs: no number, and a square that no double precision holds.
    constraint values_are_at_most_1e15 check (min >= -1e15 and min <= max and max <= 1e15),
    constraint sum_is_0_or_1e_117_to_1e31 check (sum = 0 or abs(sum) between 1e-117 and 1e31),
    constraint m2_is_0_to_1e47 check (m2 between 0 and 1e47),
    constraint sketch_is_not_negative check (sketch >= 0 and sketch < '1e121296')
) partition by range (observed_at);

comment on table perf_internal.otlp_summaries is
    'What is kept of a data point of OpenTelemetry: the parts of a rollup. Written only by functions; kept 7 days.';
comment on column perf_internal.otlp_summaries.series_id is
    'Model, tool, provider, service, error type and token type: the series of its rollups.';
comment on column perf_internal.otlp_summaries.observed_at is
    'End of the time that the point summarizes. Its hour, day and week follow from this.';
comment on column perf_internal.otlp_summaries.transaction_id is
    'Id of the transaction that recorded it; 0 if it was rolled up before a restore.';
comment on column perf_internal.otlp_summaries.id is 'Grows, for perf.forget_metric().';
comment on column perf_internal.otlp_summaries.point_id is
    'Follows from stream, start and time of the point, so that a retry changes nothing; key, together with observed_at and series_id.';
comment on column perf_internal.otlp_summaries.count is 'How many values.';
comment on column perf_internal.otlp_summaries.sum is 'Their sum.';
comment on column perf_internal.otlp_summaries.m2 is
    'Sum of the squared differences from their mean; of histograms an estimate.';
comment on column perf_internal.otlp_summaries.min is
    'The smallest, or the smallest that its bucket stands for.';
comment on column perf_internal.otlp_summaries.max is
    'The largest, or the largest that its bucket stands for.';
comment on column perf_internal.otlp_summaries.metric is 'The named metric that it summarizes.';
comment on column perf_internal.otlp_summaries.sketch is
    'See perf_internal.make_sketch; null where all values are 0.';

-- Finds rows that no run has read.
create index otlp_summaries_transaction_id_idx
    on perf_internal.otlp_summaries using brin (transaction_id) with (pages_per_range = 64);

create table perf_internal.otlp_summaries_default
    partition of perf_internal.otlp_summaries default;

comment on table perf_internal.otlp_summaries_default is
    'Summaries outside every daily partition, until ensure_partitions() moves them.';

-- Sketches are mostly zeros: see perf_internal.rollups.
do $$
begin
    if exists (
        select 1
        from pg_catalog.pg_settings as s
        where s.name = 'default_toast_compression'
            and 'lz4' = any(s.enumvals)
    ) then
        alter table perf_internal.otlp_summaries alter column sketch set compression lz4;
        alter table perf_internal.otlp_summaries_default
            alter column sketch set compression lz4;
    end if;
end
$$;

-- Each export changes the row of each of its streams, so pages keep room for the next version.
create table perf_internal.otlp_streams (
    stream_id uuid primary key,
    observed_ns bigint,
    received_at timestamptz not null default now(),
    count bigint,
    sum double precision,
    minimum double precision,
    maximum double precision,
    zero_threshold double precision,
    scale integer,
    bounds double precision[],
    sides smallint[],
    indexes integer[],
    counts bigint[]
)
with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);

comment on table perf_internal.otlp_streams is
    'The last point of each stream of OpenTelemetry whose points count all since its start. What is recorded is the difference from it. A stream that is silent for 8 days is deleted when a new one comes.';
comment on column perf_internal.otlp_streams.stream_id is
    'Follows from resource, scope, metric, attributes and start.';
comment on column perf_internal.otlp_streams.observed_ns is
    'Time of the point, in nanoseconds since 1970; null before its transaction has written it.';
comment on column perf_internal.otlp_streams.received_at is 'When it came.';
comment on column perf_internal.otlp_streams.count is
    'How many values since the start; null for a sum. The other columns are as in perf_internal.otlp_histogram.';

-- Streams that are silent.
create index otlp_streams_received_at_idx on perf_internal.otlp_streams (received_at);
