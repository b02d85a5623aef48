create or replace function perf_internal.check_price_book(book text)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    if check_price_book.book = 'standard'
        or exists (select from perf.model_prices as p where p.book = check_price_book.book)
    then
        return;
    end if;
    raise exception using
        errcode = 'PT404',
        message = 'there is no price book ' || perf_internal.quote_value(check_price_book.book),
        hint = 'select distinct book from perf.model_prices lists them.';
end
$$;

comment on function perf_internal.check_price_book is
    'Refuses (PT404) a price book without a price; the book standard may be empty.';

revoke execute on function perf_internal.check_price_book from public;
grant execute on function perf_internal.check_price_book
    to authenticated, service_role, perf_admin, perf_analyst;
