-- A whole interval within the smallest effect that matters says so, also where it excludes 0.
create or replace function perf_internal.get_ab_verdict(
    is_guardrail boolean,
    better text,
    minimum_effect double precision,
    low double precision,
    high double precision,
    is_significant boolean
)
returns text
language sql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
    select case
        when get_ab_verdict.minimum_effect is null then null
        when g.low is null then 'undecided'
        when get_ab_verdict.is_guardrail then case
            when g.low > -get_ab_verdict.minimum_effect then 'unharmed'
            when g.high < 0 and get_ab_verdict.is_significant then 'harmed'
            else 'undecided'
        end
        when g.low > -get_ab_verdict.minimum_effect and g.high < get_ab_verdict.minimum_effect
            then 'no_difference'
        when g.low > 0 then 'b_better'
        when g.high < 0 then 'a_better'
        else 'undecided'
    end
    from (
        select
            case get_ab_verdict.better
                when 'higher' then get_ab_verdict.low
                else -get_ab_verdict.high
            end as low,
            case get_ab_verdict.better
                when 'higher' then get_ab_verdict.high
                else -get_ab_verdict.low
            end as high
    ) as g;
$$;

comment on function perf_internal.get_ab_verdict is
    'What the always-valid interval of a difference says: b_better, a_better, no_difference (all of it is smaller than minimum_effect) or undecided; of a guardrail harmed (worse, is_significant after correction), unharmed (not worse by minimum_effect) or undecided. Null without minimum_effect.';

revoke execute on function perf_internal.get_ab_verdict from public;
grant execute on function perf_internal.get_ab_verdict
    to authenticated, service_role, perf_admin, perf_analyst;
