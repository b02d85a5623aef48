-- security definer: an admin who may write prices may not read all profiles for created_by.
--
-- Checks are here and not in perf.set_model_price(), so that plain writes behave the same.
create or replace function perf_internal.prepare_model_price()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set datestyle = 'ISO, YMD'
as $$
declare
    v_problem text;
begin
    -- A policy would refuse the row only after this trigger has said what is wrong with it.
    perform perf_internal.require_role('admin');
    new.book := btrim(new.book);
    new.model_name := btrim(new.model_name);
    new.provider := nullif(btrim(new.provider), '');
    new.source := nullif(btrim(new.source), '');
    v_problem := coalesce(
        perf_internal.get_name_problem('book', new.book, 200),
        case
            when num_nulls(new.valid_from, new.currency, new.is_free) > 0
            then 'valid_from, currency and is_free must not be null'
        end,
        -- JSON has no NaN.
        case
            when greatest(
                new.input_price, new.output_price, new.cached_input_price, new.cache_write_price
            ) > 1e9
            then 'prices must be per million tokens from 0 to 1e9, got '
                || greatest(
                    new.input_price, new.output_price, new.cached_input_price,
                    new.cache_write_price
                )
        end,
        perf_internal.get_price_problem(
            jsonb_build_object(
                'model_name', new.model_name,
                'provider', new.provider,
                'input_price', new.input_price,
                'output_price', new.output_price,
                'cached_input_price', new.cached_input_price,
                'cache_write_price', new.cache_write_price,
                'currency', new.currency,
                'is_free', new.is_free,
                'source', new.source,
                'valid_from', new.valid_from::text
            )
        )
    );
    if v_problem is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = v_problem;
    end if;
    new.created_by := perf_internal.get_caller_name();
    new.created_at := now();
    return new;
end
$$;

comment on function perf_internal.prepare_model_price is
    'Trigger: checks a price before it is written, trims its texts and fills created_by and created_at. Errors: 22023 a bad value, 42501 not an admin.';

revoke execute on function perf_internal.prepare_model_price from public;

create or replace trigger prepare_model_price
    before insert or update on perf.model_prices
    for each row execute function perf_internal.prepare_model_price();
