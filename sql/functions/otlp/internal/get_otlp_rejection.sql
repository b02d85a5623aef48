create or replace function perf_internal.get_otlp_rejection(
    key text,
    problems text[],
    warnings text[] default '{}'
)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_texts text[] := get_otlp_rejection.problems || get_otlp_rejection.warnings;
begin
    if cardinality(v_texts) = 0 then
        return '{}'::jsonb;
    end if;
    return jsonb_build_object(
        get_otlp_rejection.key,
        cardinality(get_otlp_rejection.problems),
        'errorMessage',
        array_to_string(v_texts[1:5], '; ') || case
            when cardinality(v_texts) > 5
            then format('; and %s more', cardinality(v_texts) - 5)
            else ''
        end
    );
end
$$;

comment on function perf_internal.get_otlp_rejection is
    'partialSuccess of an answer of OTLP: how many were rejected, and why the first five were; warnings are for what was accepted with a reservation. Empty for neither.';

revoke execute on function perf_internal.get_otlp_rejection from public;
