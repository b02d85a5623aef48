"""Name commands where PostgreSQL's hints name functions."""

import re

# Functions of perf, and the command that does the same.
COMMANDS = {
    "activate_model_config": "configs activate",
    "aggregate_performance_metrics": "aggregate",
    "cleanup_old_performance_data": "cleanup",
    "create_alert_threshold": "alerts add",
    "delete_alert_threshold": "alerts delete",
    "ensure_partitions": "partitions",
    "get_active_alerts": "alerts list",
    "get_alert_deliveries": "alerts deliveries",
    "get_activation_history": "configs history",
    "get_alert_receivers": "alerts receivers",
    "get_alert_silences": "alerts silences",
    "get_alert_thresholds": "alerts thresholds",
    "get_budget_status": "budgets list",
    "get_config_history": "configs list",
    "get_model_prices": "prices list",
    "get_ab_sample_size": "experiments sample-size",
    "get_ab_tests": "experiments list",
    "get_rollback_candidates": "configs history",
    "get_slo_objectives": "alerts objectives",
    "get_slo_status": "alerts objectives",
    "grant_role": "grant-role",
    "rebuild_performance_metrics": "rebuild",
    "request_activation": "configs request",
    "rollback_model_config": "configs rollback",
    "save_model_config": "configs save",
    "schedule_jobs": "schedule",
    "stop_ab_test": "experiments stop",
    "verify_performance_metrics": "verify",
}
# Queries that hints name, and the command that lists the same.
QUERIES = {
    "select budget_name from perf.budgets": "budgets list",
    "select model from perf.get_model_prices()": "prices list",
    "select id, name from perf.workers": "jobs workers",
    "select id, name from perf.workflows": "jobs workflows",
    "select model_type, machine_id from perf.v_latest_model_performance": "evaluations latest",
    "select name from perf.models": "models list",
    "select name from perf.tools": "percentiles --by tool",
    "select distinct pipeline from perf.metrics": "retention",
}
BARE = re.compile(r"(?<!`)\b(pgkit (?:migrate|worker))\b")
CALL = re.compile(r"(?:\b(?:call|select(?: \* from)?) )?\bperf\.(\w+)\([^()]*\)")


def in_commands(hint: str) -> str:
    """Return a hint with commands in place of the calls of functions that do the same."""

    def command(found: re.Match[str]) -> str:
        return f"`pgkit {COMMANDS[found[1]]}`" if found[1] in COMMANDS else found[0]

    for query, command_name in QUERIES.items():
        hint = hint.replace(query, f"`pgkit {command_name}`")
    return BARE.sub(r"`\1`", CALL.sub(command, hint))
