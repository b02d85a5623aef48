create or replace function perf_internal.get_budget_message(details jsonb, period text)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select format(
        '%s: %s of %s %s of %s are spent%s%s.',
        d.budget,
        perf_internal.write_number(d.spent, 4),
        perf_internal.write_number(d.amount, 4),
        d.currency,
        get_budget_message.period,
        case
            when d.projected is not null
            then format(
                ', %s are expected by its end (%s to %s)',
                perf_internal.write_number(d.projected),
                perf_internal.write_number(d.projected_low),
                perf_internal.write_number(d.projected_high)
            )
        end,
        case
            when d.unpriced_calls > 0
            then format(
                '; %s %s no price and %s not count',
                d.unpriced_calls,
                case when d.unpriced_calls = 1 then 'call has' else 'calls have' end,
                case when d.unpriced_calls = 1 then 'does' else 'do' end
            )
        end
    )
    from jsonb_to_record(get_budget_message.details) as d (
        budget text,
        spent double precision,
        amount double precision,
        currency text,
        projected double precision,
        projected_low double precision,
        projected_high double precision,
        unpriced_calls bigint
    );
$$;

comment on function perf_internal.get_budget_message is
    'The message of an alert budget, of the details of a sample of perf_internal.read_budget_samples() and the label of its period: what is spent, what is expected by the end of the period, and how many calls have no price.';

revoke execute on function perf_internal.get_budget_message from public;
grant execute on function perf_internal.get_budget_message
    to authenticated, service_role, perf_admin, perf_analyst;
