create or replace function perf.check_model_drift(
    model_type text,
    machine_id uuid default null,
    start_time timestamptz default now() - interval '1 day',
    end_time timestamptz default now(),
    method text default 'auto',
    alpha double precision default 0.05,
    minimum_sample bigint default 100,
    correction text default 'holm',
    retrain boolean default false
)
returns table (
    check_id bigint,
    drift_detected boolean,
    drift_score double precision,
    drift_details jsonb,
    training_id uuid
)
language sql
set search_path = pg_catalog, pg_temp
as $$
    select d.check_id, d.drift_detected, d.drift_score, d.drift_details, d.training_id
    from perf_internal.check_model_drift(
        check_model_drift.model_type,
        check_model_drift.machine_id,
        check_model_drift.start_time,
        check_model_drift.end_time,
        check_model_drift.method,
        check_model_drift.alpha,
        check_model_drift.minimum_sample,
        check_model_drift.correction,
        check_model_drift.retrain
    ) as d;
$$;

comment on function perf.check_model_drift is
    'Whether a trained model is used on other data, or does worse, in a range than in its reference (perf.set_drift_reference(), perf.save_feature_profile()). Tests each feature and the share of its missing values; each metric of its evaluations (against those of the reference, of a profile those before the range), and the calls and jobs of the model type, of all machines, in their hours. Only a change for the worse counts, where perf.metrics says what is better. method: auto is Kolmogorov-Smirnov for numbers (where the deviation of the reference is below 5 % of its mean also Student''s t: the smaller p value, doubled, and method says kolmogorov_smirnov or student_t) and chi-square for categories, both with a minimum effect; a named one has none: kolmogorov_smirnov, psi, jensen_shannon, wasserstein (for numbers; its p value is that of kolmogorov_smirnov), chi_square (for categories). What is not made for a type is the method of auto. Where one side has fewer values than minimum_sample (at least 10), or fewer than 5 evaluations, nothing is tested. The p values of all tests are corrected together: holm (without drift, at most alpha of all checks find one), benjamini_hochberg (of what is found, at most alpha is no drift) or none. drift_score is the largest effect of what drifted, 0 (nothing) to 1. Where nothing was tested, drift_detected and drift_score are null. drift_details has windows (reference: kind, start_time, end_time; current: start_time, end_time), method, alpha, correction, minimum_sample, and two arrays. tests, the worst first: kind (feature, missing, metric, calls, jobs), name, method, statistic, p_value, adjusted_p_value (both 0 below 1e-30), effect (0 to 1: of numbers the largest difference of their distribution functions, of categories of the share of any set of them, of missing values and failures of their share, of metrics how much more often one side is higher), threshold (the statistic with p_value alpha; null if unknown), n_reference, n_current, reference_value, current_value (means or shares; null for categories), drifted, note (why it does not count; else null). skipped: kind, name, n_reference, n_current, reason. The check is kept, see perf.get_drift_checks(), and in the last evaluation before end_time, if anything was tested. With retrain a drift asks for a training, see perf.trigger_retraining(). Errors: 22023 bad argument, or a range that overlaps the reference, 42501 not an admin, PT404 no such model, PT409 no reference, or a restore is under way.';

revoke execute on function perf.check_model_drift from public;
grant execute on function perf.check_model_drift to authenticated, service_role, perf_admin;
