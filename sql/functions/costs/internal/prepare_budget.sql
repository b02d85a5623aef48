-- security definer: an admin who may write budgets may not read all profiles for created_by.
--
-- Checks are here and not in perf.set_budget(), so that plain writes behave the same. What constraints
-- refuse as well is refused here first, because their message would show the whole row.
create or replace function perf_internal.prepare_budget()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_problem text;
begin
    -- A policy would refuse the row only after this trigger has said what is wrong with it.
    perform perf_internal.require_role('admin');
    new.budget_name := btrim(new.budget_name);
    new.description := nullif(btrim(new.description), '');
    new.runbook_url := nullif(btrim(new.runbook_url), '');
    v_problem := coalesce(
        perf_internal.get_name_problem('budget_name', new.budget_name, 200),
        perf_internal.get_name_problem('book', new.book, 200),
        case
            when not coalesce(new.amount > 0 and new.amount <= 1e12, false)
            then 'amount must be a number above 0 and at most 1e12, got '
                || coalesce(new.amount::text, 'null')
        end,
        case
            when not coalesce(new.currency ~ '^[A-Z]{3}$', false)
            then 'currency must be three capitals as in ISO 4217, got '
                || perf_internal.quote_value(new.currency)
        end,
        case
            when not coalesce(new.period in ('daily', 'weekly', 'monthly'), false)
            then 'period must be daily, weekly or monthly, got '
                || perf_internal.quote_value(new.period)
        end,
        case
            when not coalesce(new.warn_at > 0 and new.warn_at <= 1, false)
            then 'warn_at must be a share above 0 and at most 1, got '
                || coalesce(new.warn_at::text, 'null')
        end,
        case
            when new.enabled is null then 'enabled must be true or false, got null'
        end,
        perf_internal.get_json_problem('labels', new.labels),
        case
            when new.description is not null
            then perf_internal.get_name_problem('description', new.description, 1000)
        end,
        case
            when new.runbook_url !~ '^https?://[^[:space:][:cntrl:]]+$'
                or length(new.runbook_url) > 2000
            then 'runbook_url must be an http or https URL of at most 2000 characters, got '
                || perf_internal.quote_value(new.runbook_url)
        end
    );
    if v_problem is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = v_problem;
    end if;
    perform perf_internal.check_time_zone(new.time_zone);
    perform perf_internal.check_cost_labels(new.labels, '{}');
    if tg_op = 'INSERT' then
        new.created_by := perf_internal.get_caller_name();
        new.created_at := now();
    else
        new.created_by := old.created_by;
        new.created_at := old.created_at;
    end if;
    new.updated_at := now();
    return new;
end
$$;

comment on function perf_internal.prepare_budget is
    'Trigger: checks a budget before it is written, trims its texts and fills created_by, created_at and updated_at. Errors: 22023 a bad value, or a label that calls do not have; 42501 not an admin.';

revoke execute on function perf_internal.prepare_budget from public;

create or replace trigger prepare_budget
    before insert or update on perf.budgets
    for each row execute function perf_internal.prepare_budget();
