-- Dynamic SQL, because each pipeline has its own view of series.
create or replace function perf.get_label_values(
    label text,
    pipeline text default null,
    max_rows integer default 1000
)
returns table (value text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_query text;
    v_has_label boolean;
    v_row_count bigint;
begin
    perform perf_internal.require_role('analyst');
    perform perf_internal.check_max_rows(get_label_values.max_rows);
    if get_label_values.pipeline is not null then
        perform perf_internal.get_pipeline(get_label_values.pipeline);
    end if;
    select string_agg(
        format('select s.labels from %s as s', p.series_view), ' union all ' order by p.pipeline
    )
    into v_query
    from perf_internal.pipelines as p
    where get_label_values.pipeline is null
        or p.pipeline = get_label_values.pipeline;
    execute format(
        'select exists (select from (%1$s) as s where s.labels ? $1)
            or not exists (select from (%1$s) as s)',
        v_query
    )
    into v_has_label
    using get_label_values.label;
    if v_has_label is not true then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'label must be a label of series, got '
                || perf_internal.quote_value(get_label_values.label),
            hint = 'For example model, tool, workflow or worker.';
    end if;
    return query execute format(
        'select distinct s.labels ->> $1 as value
        from (%s) as s
        where s.labels ->> $1 is not null
        order by value
        limit $2',
        v_query
    )
    using get_label_values.label, get_label_values.max_rows + 1;
    get diagnostics v_row_count = row_count;
    perform perf_internal.check_max_rows(get_label_values.max_rows, v_row_count);
end
$$;

comment on function perf.get_label_values is
    'The values that series have for a label, sorted, of a pipeline or of all: what the labels of perf.query_metrics() may say. Values that are no text are given as JSON. Errors: 22023 a label that no series has (unless there is no series), or more than max_rows values, 42501 not an analyst, PT404 no such pipeline.';

revoke execute on function perf.get_label_values from public;
grant execute on function perf.get_label_values
    to authenticated, service_role, perf_admin, perf_analyst;
