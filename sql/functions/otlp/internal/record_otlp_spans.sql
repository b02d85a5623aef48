-- perf_internal.record_calls() is the one way in. It takes a batch or nothing, so a batch that it refuses
-- is tried again without the calls that it would refuse alone. That one looks at each call by itself,
-- which takes time only where one is bad.
create or replace function perf_internal.record_otlp_spans(body jsonb)
returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
set jit = off
as $$
declare
    v_items perf_internal.otlp_item[] := perf_internal.get_otlp_items(
        record_otlp_spans.body, 'resourceSpans', 'scopeSpans', 'spans'
    );
    v_calls perf_internal.otlp_call[];
    v_good jsonb;
    v_call record;
    v_recorded bigint;
    v_problem text;
    v_problems text[];
begin
    perform perf_internal.check_otlp_items(v_items);
    v_calls := perf_internal.read_otlp_spans(v_items);
    v_good := (
        select jsonb_agg(c.call order by c.ordinality)
        from unnest(v_calls) with ordinality as c
        where c.problem is null
    );
    begin
        v_recorded := perf_internal.record_calls(coalesce(v_good, '[]'));
    exception
        when invalid_parameter_value then
            v_recorded := null;
    end;
    if v_recorded is null then
        for v_call in
            select c.place, c.call, c.ordinality
            from unnest(v_calls) with ordinality as c
            where c.problem is null
        loop
            begin
                perform perf_internal.refuse_calls(jsonb_build_array(v_call.call));
            exception
                when invalid_parameter_value then
                    get stacked diagnostics v_problem = message_text;
                    v_calls[v_call.ordinality] := row(
                        v_call.place, regexp_replace(v_problem, '^calls[[]0[]]: ', ''), v_call.call
                    )::perf_internal.otlp_call;
            end;
        end loop;
        v_good := (
            select jsonb_agg(c.call order by c.ordinality)
            from unnest(v_calls) with ordinality as c
            where c.problem is null
        );
        v_recorded := perf_internal.record_calls(coalesce(v_good, '[]'));
    end if;
    v_problems := array(
        select concat(c.place, ': ', c.problem)
        from unnest(v_calls) with ordinality as c
        where c.problem is not null
        order by c.ordinality
    );
    return jsonb_build_object(
        'partialSuccess', perf_internal.get_otlp_rejection('rejectedSpans', v_problems),
        'recorded', v_recorded,
        'skipped', cardinality(v_calls) - cardinality(v_problems) - v_recorded,
        'ignored', cardinality(v_items) - cardinality(v_calls)
    );
end
$$;

comment on function perf_internal.record_otlp_spans is
    'Records the spans of a body that are calls, and returns the answer of perf.record_otlp().';

revoke execute on function perf_internal.record_otlp_spans from public;
