create or replace function perf.assign_ab_variant(test_id uuid, unit_key text)
returns table (variant text, model_id uuid, model_version text)
language sql
stable
rows 1
set search_path = pg_catalog, pg_temp
as $$
    select a.variant, a.model_id, a.model_version
    from perf_internal.assign_ab_variant(
        assign_ab_variant.test_id, assign_ab_variant.unit_key
    ) as a;
$$;

comment on function perf.assign_ab_variant is
    'The variant of a unit, for example a user, and its model. It writes nothing: the same test and unit always give the same answer, here and in any client. Take the SHA-256 hash of the UTF-8 text test_id:unit_key, with the id in lower case, and its first 52 bits (13 hexadecimal digits) divided by 2^52: below traffic_split it is b, else a. Before its start a test gives a, completed it gives its winner, or a without one. Errors: 22023 bad unit_key, PT404 no such test, 42501 neither recorder nor analyst.';

revoke execute on function perf.assign_ab_variant from public;
grant execute on function perf.assign_ab_variant
    to authenticated, service_role, perf_admin, perf_analyst, perf_recorder;
