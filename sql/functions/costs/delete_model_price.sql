-- security invoker: an admin may delete prices. Of two at once the second finds none.
create or replace function perf.delete_model_price(
    model_name text,
    provider text default null,
    valid_from timestamptz default null,
    book text default 'standard'
)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_count bigint;
begin
    perform perf_internal.require_role('admin');
    delete from perf.model_prices as p
    where p.book = btrim(delete_model_price.book)
        and p.model_name = btrim(delete_model_price.model_name)
        and p.provider is not distinct from nullif(btrim(delete_model_price.provider), '')
        and (
            delete_model_price.valid_from is null
            or p.valid_from = delete_model_price.valid_from
        );
    get diagnostics v_count = row_count;
    return v_count;
end
$$;

comment on function perf.delete_model_price is
    'Deletes the prices of a model in a price book and returns how many: those for one provider, or for any (null), of one time or of all (null). The price before it is in force again. Error 42501: not an admin.';

revoke execute on function perf.delete_model_price from public;
grant execute on function perf.delete_model_price to authenticated, service_role, perf_admin;
