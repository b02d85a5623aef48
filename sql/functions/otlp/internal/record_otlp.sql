-- security definer: as record_calls; the caller is checked first.
--
-- The parameter has no name, because then PostgREST passes the whole body of a request in it. It is json
-- and not jsonb, because a body may hold \u0000, as prompts do, which no jsonb holds. It is taken out
-- here.
create or replace function perf_internal.record_otlp(json)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_text text := $1::text;
    v_body jsonb;
begin
    perform perf_internal.require_role('recorder');
    if octet_length(v_text) > 64 * 1024 * 1024 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'a body must have at most 64 MB, got '
                || pg_size_pretty(octet_length(v_text)::bigint),
            hint = 'Send smaller batches: send_batch_max_size of the collector, or max_export_batch_size of an SDK.';
    end if;
    -- A text of JSON has no character 1 as such, so it can stand for a backslash that is escaped.
    if strpos(v_text, E'\\u0000') > 0 then
        v_text := replace(
            replace(replace(v_text, E'\\\\', E'\x01'), E'\\u0000', ''), E'\x01', E'\\\\'
        );
    end if;
    begin
        v_body := v_text::jsonb;
    exception
        when data_exception then
            raise exception using
                errcode = 'invalid_parameter_value',
                message = 'the body must be JSON in UTF-8: ' || perf_internal.quote_value(sqlerrm);
    end;
    if jsonb_typeof(v_body) is distinct from 'object' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'the body must be a JSON object with resourceSpans or resourceMetrics, got '
                || perf_internal.quote_json(v_body);
    elsif v_body ? 'resourceSpans' and v_body ? 'resourceMetrics' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'the body must have resourceSpans or resourceMetrics, got both';
    elsif v_body ? 'resourceMetrics' then
        return perf_internal.record_otlp_metrics(v_body);
    elsif v_body ? 'resourceSpans' or v_body = '{}' then
        return perf_internal.record_otlp_spans(v_body);
    end if;
    raise exception using
        errcode = 'invalid_parameter_value',
        message = format(
            'the body must have resourceSpans or resourceMetrics, got the keys %s',
            perf_internal.quote_value(
                (select string_agg(k, ', ' order by k) from jsonb_object_keys(v_body) as k)
            )
        ),
        hint = case
            when v_body ? 'resourceLogs' then 'Logs are not recorded.'
            else 'OTLP/JSON has keys in lowerCamelCase.'
        end;
end
$$;

comment on function perf_internal.record_otlp is 'Does the work of perf.record_otlp().';

revoke execute on function perf_internal.record_otlp from public;
grant execute on function perf_internal.record_otlp
    to authenticated, service_role, perf_admin, perf_recorder;
