-- The hash alone decides, so a category has the same cell in every window and in every profile,
-- however common it is. A cell that comes as a category is itself. plpgsql, because that keeps the plan.
create or replace function perf_internal.get_overflow_category(category text)
returns text
language plpgsql
stable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
    return case
        when get_overflow_category.category ~ '^[(]other [0-9]{1,3}[)]$'
            then get_overflow_category.category
        else '(other '
            || get_byte(sha256(convert_to(get_overflow_category.category, 'UTF8')), 0) || ')'
    end;
end
$$;

comment on function perf_internal.get_overflow_category is
    'The cell in which a category counts beyond the first 1,000 of a feature: (other 0) to (other 255), the first byte of the SHA-256 hash of its UTF-8 text. Features that have more are compared by these cells alone.';

revoke execute on function perf_internal.get_overflow_category from public;
grant execute on function perf_internal.get_overflow_category
    to authenticated, service_role, perf_admin, perf_analyst;
