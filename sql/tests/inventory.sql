begin;
select plan(135);

select tables_are(
    'perf',
    array[
        'ab_outcomes',
        'ab_test_metrics',
        'access_settings',
        'alert_events',
        'alert_receivers',
        'alert_silences',
        'audit_log',
        'budgets',
        'characters',
        'drift_references',
        'jobs',
        'metrics',
        'model_ab_tests',
        'model_alerts',
        'model_config_activations',
        'model_config_history',
        'model_config_requests',
        'model_config_types',
        'model_drift_checks',
        'model_performance_logs',
        'model_performance_metrics',
        'model_prices',
        'model_tool_configs',
        'model_training_history',
        'models',
        'performance_alert_thresholds',
        'performance_metrics',
        'performance_metrics_raw',
        'profiles',
        'projects',
        'recorders',
        'retention',
        'scenes',
        'slo_objectives',
        'tools',
        'user_roles',
        'worker_availability',
        'workers',
        'workflows'
    ],
    'perf has these tables'
);

select tables_are(
    'perf_internal',
    array[
        '_yoyo_log',
        '_yoyo_migration',
        '_yoyo_version',
        'ab_outcome_ids',
        'ab_outcomes_default',
        'ab_series',
        'ab_units',
        'alert_deliveries',
        'alert_locks',
        'alert_outbox',
        'alert_runs',
        'alert_states',
        'applied_files',
        'applied_objects',
        'applied_rights',
        'audit_head',
        'audit_queue',
        'database_origin',
        'dropped_ranges',
        'feature_profiles',
        'feature_series',
        'feature_summaries',
        'feature_summaries_default',
        'job_kinds',
        'metric_families',
        'model_performance_metrics_default',
        'otlp_series',
        'otlp_streams',
        'otlp_summaries',
        'otlp_summaries_default',
        'performance_metrics_default',
        'performance_metrics_raw_default',
        'pipelines',
        'raw_partitions',
        'receiver_addresses',
        'retired_functions',
        'rollup_state',
        'rollups',
        'trained_models',
        'worker_runs'
    ],
    'perf_internal has these tables'
);

select views_are(
    'perf',
    array[
        'performance_metrics_daily',
        'performance_metrics_hourly',
        'performance_metrics_weekly',
        'v_active_ab_tests',
        'v_latest_model_performance',
        'v_unresolved_model_alerts'
    ],
    'perf has these views'
);
select views_are(
    'perf_internal',
    array[
        'ab_test_series',
        'alert_rules',
        'call_labels',
        'call_metrics',
        'call_series',
        'evaluation_series',
        'feature_series_labels',
        'job_series',
        'otlp_series_labels'
    ],
    'perf_internal has these views'
);
select materialized_views_are('perf', '{}', 'perf has no materialized views');
select materialized_views_are(
    'perf_internal',
    array[
        'origin'
    ],
    'perf_internal has this materialized view'
);

select functions_are(
    'perf',
    array[
        'acknowledge_alert',
        'activate_model_config',
        'aggregate_model_performance_logs',
        'aggregate_performance_metrics',
        'approve_activation',
        'assign_ab_variant',
        'backtest_alert_threshold',
        'cancel_job',
        'cancel_training',
        'characters',
        'check_alert_thresholds',
        'check_config_guards',
        'check_model_drift',
        'claim_alert_deliveries',
        'claim_training',
        'cleanup_old_performance_data',
        'compare_model_configs',
        'compare_periods',
        'compare_workers',
        'compare_workflow_periods',
        'compare_workflows',
        'complete_alert_delivery',
        'complete_job',
        'complete_training',
        'create_alert_silence',
        'create_alert_threshold',
        'create_job',
        'delete_alert_receiver',
        'delete_alert_threshold',
        'delete_budget',
        'delete_model_price',
        'delete_slo_objective',
        'end_alert_silence',
        'ensure_partitions',
        'estimate_job',
        'fail_alert_delivery',
        'fail_job',
        'fail_training',
        'find_model_config',
        'forget_metric',
        'get_ab_sample_size',
        'get_ab_test_history',
        'get_ab_test_results',
        'get_ab_tests',
        'get_activation_history',
        'get_activation_requests',
        'get_active_alerts',
        'get_active_configs',
        'get_alert_deliveries',
        'get_alert_history',
        'get_alert_receivers',
        'get_alert_silences',
        'get_alert_statistics',
        'get_alert_thresholds',
        'get_always_valid_interval',
        'get_always_valid_probability',
        'get_audit_log',
        'get_backtest_summary',
        'get_benjamini_hochberg_adjusted',
        'get_beta_probability',
        'get_beta_quantile',
        'get_budget_status',
        'get_call_id',
        'get_chi_square_probability',
        'get_chi_square_quantile',
        'get_chi_square_test',
        'get_config_at',
        'get_config_history',
        'get_config_impact',
        'get_config_settings',
        'get_costs',
        'get_difference_interval',
        'get_drift_checks',
        'get_drift_references',
        'get_error_breakdown',
        'get_estimate_coverage',
        'get_f_probability',
        'get_f_quantile',
        'get_feature_distribution',
        'get_gpu_time_breakdown',
        'get_health',
        'get_holm_adjusted',
        'get_jensen_shannon_distance',
        'get_job_parameters',
        'get_job_throughput',
        'get_kolmogorov_smirnov_probability',
        'get_kolmogorov_smirnov_test',
        'get_label_values',
        'get_latency_percentiles',
        'get_mann_kendall_test',
        'get_mann_whitney_test',
        'get_mean_interval',
        'get_metrics',
        'get_model_comparison',
        'get_model_log',
        'get_model_log_anomalies',
        'get_model_log_comparison',
        'get_model_log_quality',
        'get_model_log_success_rates',
        'get_model_log_summary',
        'get_model_log_times',
        'get_model_log_trends',
        'get_model_metric_trend',
        'get_model_prices',
        'get_normal_probability',
        'get_normal_quantile',
        'get_own_calls',
        'get_parameter_correlation',
        'get_performance_affecting_parameters',
        'get_performance_overview',
        'get_performance_trends',
        'get_pipeline_breakdown',
        'get_population_stability_index',
        'get_proportion_test',
        'get_quality_distribution',
        'get_quality_trends',
        'get_rank_interval',
        'get_recorded_range',
        'get_rollback_candidates',
        'get_sample_ratio_probability',
        'get_slo_objectives',
        'get_slo_status',
        'get_student_t_probability',
        'get_student_t_quantile',
        'get_subject_id',
        'get_theil_sen_slope',
        'get_trainings',
        'get_unpriced_models',
        'get_wasserstein_distance',
        'get_welch_test',
        'get_wilson_interval',
        'get_worker_performance',
        'get_workers',
        'get_workflow_performance',
        'get_workflow_ranking',
        'get_workflow_trend',
        'get_workflows',
        'grant_role',
        'has_role',
        'heartbeat_training',
        'jobs',
        'keep_aggregated',
        'model_tool_configs',
        'models',
        'profiles',
        'projects',
        'query_metrics',
        'rebuild_performance_metrics',
        'record_ab_outcome',
        'record_ab_outcomes',
        'record_call',
        'record_calls',
        'record_feature_batches',
        'record_feature_values',
        'record_job_metrics',
        'record_job_metrics_batch',
        'record_model_metrics',
        'record_model_metrics_batch',
        'record_otlp',
        'record_worker_availability',
        'recorders',
        'register_model',
        'register_worker',
        'register_workflow',
        'reject_activation',
        'request_activation',
        'resolve_alert',
        'retire_worker',
        'retire_workflow',
        'revoke_role',
        'rollback_model_config',
        'run_job',
        'save_feature_profile',
        'save_model_config',
        'scenes',
        'schedule_jobs',
        'send_test_alert',
        'set_alert_receiver',
        'set_alert_threshold_enabled',
        'set_budget',
        'set_config_approval',
        'set_drift_reference',
        'set_metric',
        'set_model_price',
        'set_model_prices',
        'set_own_calls_readable',
        'set_role_claim',
        'set_slo_objective',
        'set_worker_available',
        'start_ab_test',
        'start_job',
        'stop_ab_test',
        'suggest_alert_threshold',
        'tools',
        'trigger_retraining',
        'trim_job_history',
        'unschedule_jobs',
        'update_alert_threshold',
        'verify_audit_log',
        'verify_performance_metrics',
        'workers',
        'workflows'
    ],
    'perf has these functions'
);

select functions_are(
    'perf_internal',
    array[
        'acknowledge_alert',
        'activate_model_config',
        'add_activation',
        'add_audit_entry',
        'add_config',
        'add_metric',
        'add_metric_family',
        'add_named_metrics',
        'add_outcome_metrics',
        'add_own_profile',
        'add_pipeline',
        'add_share',
        'add_subjects',
        'add_to_rollups',
        'add_trained_model',
        'add_worker',
        'adopt_restored_rows',
        'advance_alert_state',
        'advance_alerts',
        'aggregate_model_performance_logs',
        'aggregate_performance_metrics',
        'announce_activation',
        'announce_alert',
        'announce_training',
        'approve_activation',
        'assign_ab_variant',
        'cancel_job',
        'cancel_training',
        'check_ab_metrics',
        'check_alert_id',
        'check_alert_note',
        'check_alert_thresholds',
        'check_always_valid',
        'check_as_of',
        'check_bucket_count',
        'check_compared_ids',
        'check_confidence',
        'check_config_guards',
        'check_cost_labels',
        'check_date_range',
        'check_drift_arguments',
        'check_given',
        'check_histograms',
        'check_history',
        'check_history_range',
        'check_job_change',
        'check_labels',
        'check_lease',
        'check_matcher',
        'check_max_rows',
        'check_model_drift',
        'check_new_jobs',
        'check_numbers',
        'check_origin',
        'check_otlp_items',
        'check_outcomes',
        'check_p_values',
        'check_percentiles',
        'check_price_book',
        'check_raw_rows',
        'check_sample_size',
        'check_severity',
        'check_sketch',
        'check_time_range',
        'check_time_zone',
        'check_trigger_table',
        'choose_job_history',
        'claim_alert_deliveries',
        'claim_training',
        'cleanup_old_performance_data',
        'clear_alert',
        'collect_job_metrics',
        'combine_differences',
        'compare_ab_test',
        'compare_ab_variants',
        'compare_counts',
        'compare_job_series',
        'compare_json',
        'compare_means',
        'compare_numbers',
        'compare_shares',
        'compare_sketches',
        'complete_alert_delivery',
        'complete_alert_threshold',
        'complete_buckets',
        'complete_guard',
        'complete_job',
        'complete_training',
        'correct_alert_times',
        'count_between',
        'count_limit_alerts',
        'count_pending_rows',
        'count_sketch_above',
        'count_sketch_values',
        'create_alert_silence',
        'create_job',
        'decode_percent',
        'delete_ab_units',
        'delete_alert_receiver',
        'delete_old_alerts',
        'drop_raw_range',
        'end_alert_silence',
        'ensure_partitions',
        'fail_alert_delivery',
        'fail_job',
        'fail_lost_trainings',
        'fail_training',
        'find_close_names',
        'find_config',
        'find_evaluation_metric',
        'find_model_prices',
        'finish_job',
        'forget_metric',
        'form_alert_deliveries',
        'get_ab_element_problem',
        'get_ab_metric_problem',
        'get_ab_recommendation',
        'get_ab_test',
        'get_ab_variant',
        'get_ab_verdict',
        'get_actor_name',
        'get_alert_group',
        'get_alert_labels',
        'get_alert_lock',
        'get_alert_mutes',
        'get_alert_payload',
        'get_audit_hash',
        'get_available_hours',
        'get_average_interval',
        'get_backtest',
        'get_backtest_alerts',
        'get_backtest_plan',
        'get_beta_tail',
        'get_bounds',
        'get_bucket_end',
        'get_budget_message',
        'get_call_outcomes',
        'get_call_problem',
        'get_caller',
        'get_caller_name',
        'get_categories_problem',
        'get_claims',
        'get_clustered_variance',
        'get_compared_metrics',
        'get_cluster_state',
        'get_config_groups',
        'get_config_metrics',
        'get_control_characters',
        'get_correlation_interval',
        'get_cost_ranges',
        'get_cover',
        'get_cover_start',
        'get_daily_from',
        'get_default_partition',
        'get_default_ranges',
        'get_detectable_effect',
        'get_due_alerts',
        'get_duration_text',
        'get_element_problem',
        'get_error_type',
        'get_estimated_days',
        'get_evaluation_delay',
        'get_evaluation_measures',
        'get_evaluation_problem',
        'get_exact_percentiles',
        'get_exponential',
        'get_feature_element_problem',
        'get_feature_problem',
        'get_feature_series',
        'get_fewest_values',
        'get_finish_problem',
        'get_fitting_workers',
        'get_float',
        'get_forgotten_condition',
        'get_gen_ai_names',
        'get_granularity',
        'get_guard_problem',
        'get_impact_range',
        'get_incomplete_beta',
        'get_incomplete_gamma',
        'get_job_differences',
        'get_job_kinds',
        'get_job_measures',
        'get_job_metric',
        'get_job_status',
        'get_jobs',
        'get_json_object',
        'get_json_problem',
        'get_known_values',
        'get_kolmogorov_probability',
        'get_last_bin',
        'get_last_job_at',
        'get_latest_evaluations',
        'get_levels_query',
        'get_matcher_problem',
        'get_metric_parts',
        'get_missing_kind',
        'get_missing_ranges',
        'get_model_config',
        'get_modified_z_score',
        'get_month',
        'get_name_problem',
        'get_named_user',
        'get_needed_distance',
        'get_notification_state',
        'get_objective_message',
        'get_odds_probability',
        'get_odds_quantile',
        'get_odds_tail',
        'get_otlp_items',
        'get_otlp_rejection',
        'get_otlp_unit',
        'get_outcome_prefix',
        'get_outcome_problem',
        'get_overflow_category',
        'get_own_calls',
        'get_parameter_hash',
        'get_pending_condition',
        'get_pending_start',
        'get_percent_interval',
        'get_pipeline',
        'get_pipeline_stages',
        'get_poisson_interval',
        'get_prediction_interval',
        'get_price_problem',
        'get_profile_id',
        'get_provider',
        'get_quality_scores',
        'get_rank_bounds',
        'get_rank_middle',
        'get_read_query',
        'get_receiver_problem',
        'get_receiver_states',
        'get_recorder_id',
        'get_report_element_problem',
        'get_report_problem',
        'get_result_problem',
        'get_rights',
        'get_runs',
        'get_score_metric',
        'get_series',
        'get_silenced_alerts',
        'get_sketch_bins',
        'get_sketch_bytes',
        'get_sketch_histogram',
        'get_sketch_interval',
        'get_sketch_percentiles',
        'get_sketch_unit',
        'get_spending_projection',
        'get_stirling_error',
        'get_subject_id',
        'get_suggested_threshold',
        'get_summary_query',
        'get_table_bytes',
        'get_text_id',
        'get_threshold_changes_problem',
        'get_threshold_details',
        'get_threshold_level',
        'get_threshold_message',
        'get_threshold_problem',
        'get_threshold_scope',
        'get_threshold_series',
        'get_threshold_value',
        'get_token_roles',
        'get_token_user',
        'get_trade_off',
        'get_trained_model',
        'get_training_improvement',
        'get_training_problem',
        'get_unit_key_problem',
        'get_unguarded_tables',
        'get_unsettled',
        'get_user_id',
        'get_uuid_time',
        'get_value_ranges',
        'get_value_text',
        'get_values_problem',
        'get_width',
        'get_worker_name',
        'get_workflow_name',
        'get_zone_bucket',
        'grant_role',
        'has_any_role',
        'guard_node',
        'has_role',
        'heartbeat_training',
        'is_alert_for',
        'is_distributed',
        'is_guarded',
        'is_requester',
        'is_threshold_recovered',
        'is_time',
        'keep_ab_series',
        'keep_ab_test_metrics',
        'keep_ab_tests',
        'keep_activations',
        'keep_audit_log',
        'keep_feature_series',
        'keep_job_kinds',
        'keep_job_subjects',
        'keep_model_configs',
        'keep_otlp_series',
        'keep_recorded_configs',
        'keep_trained_models',
        'keep_watched_subjects',
        'lock_ab_test',
        'lock_config_type',
        'lock_open_request',
        'lock_partitions',
        'lock_raw',
        'lock_rollup',
        'lock_training',
        'lock_worker',
        'make_counted_sketch',
        'make_sketch',
        'matches_alert',
        'measure_budgets',
        'measure_objectives',
        'measure_period',
        'measure_type',
        'note_address_change',
        'note_alert_event',
        'open_job_alerts',
        'place_activation',
        'prepare_alert_threshold',
        'prepare_budget',
        'prepare_model_price',
        'prepare_slo_objective',
        'queue_alert_event',
        'queue_audit_entry',
        'queue_open_alerts',
        'quote_json',
        'quote_value',
        'raise_alert',
        'read_ab_sums',
        'read_anomalies',
        'read_baselines',
        'read_budget_samples',
        'read_calls',
        'read_costs',
        'read_features',
        'read_generations',
        'read_intervals',
        'read_job_days',
        'read_job_history',
        'read_job_metrics',
        'read_jobs',
        'read_metrics',
        'read_model_log',
        'read_objective_samples',
        'read_objective_windows',
        'read_otlp_histogram',
        'read_otlp_metrics',
        'read_otlp_spans',
        'read_reference',
        'read_threshold_groups',
        'read_threshold_history',
        'read_threshold_samples',
        'read_totals',
        'read_window_samples',
        'rebuild_performance_metrics',
        'record_ab_outcome',
        'record_ab_outcomes',
        'record_call',
        'record_calls',
        'record_evaluations',
        'record_feature_batches',
        'record_feature_values',
        'record_features',
        'record_job_metrics',
        'record_job_metrics_batch',
        'record_jobs',
        'record_model_metrics',
        'record_model_metrics_batch',
        'record_otlp',
        'record_otlp_metrics',
        'record_otlp_spans',
        'record_outcome',
        'record_outcomes',
        'record_worker_availability',
        'redact_error',
        'refuse_calls',
        'refuse_node',
        'refuse_truncate',
        'register_model',
        'register_worker',
        'register_workflow',
        'reject_activation',
        'replay_alert_states',
        'request_activation',
        'requeue_alerts',
        'require_cron',
        'require_notifier',
        'require_last_run',
        'require_role',
        'reset_alert_state',
        'resolve_alert',
        'resolve_reports',
        'retire_worker',
        'retire_workflow',
        'revoke_role',
        'roll_up',
        'rollback_model_config',
        'round_limit',
        'save_feature_profile',
        'save_model_config',
        'schedule_jobs',
        'send_test_alert',
        'set_alert_receiver',
        'set_config_approval',
        'set_drift_reference',
        'set_metric',
        'set_own_calls_readable',
        'set_parameter_hash',
        'set_role_claim',
        'set_worker_available',
        'start_ab_test',
        'start_job',
        'stop_ab_test',
        'subtract_otlp_histogram',
        'sum_sketches',
        'summarize_feature',
        'summarize_new_ranges',
        'summarize_otlp_histogram',
        'summarize_own_shards',
        'summarize_shards',
        'summarize_values',
        'test_features',
        'test_metrics',
        'test_series',
        'trigger_retraining',
        'trim_job_history',
        'unschedule_jobs',
        'verify_performance_metrics',
        'was_alert_muted',
        'watch_config_guards',
        'watch_drift_checks',
        'watch_schedule',
        'watch_trainings',
        'watch_verification',
        'write_number'
    ],
    'perf_internal has these functions'
);

select types_are(
    'perf',
    array[
        'app_role'
    ],
    'perf has this type'
);

select types_are(
    'perf_internal',
    array[
        'ab_outcome',
        'ab_value',
        'call',
        'call_kind',
        'drift_test',
        'feature_batch',
        'feature_part',
        'job_report',
        'measure',
        'otlp_call',
        'otlp_histogram',
        'otlp_item',
        'otlp_point',
        'otlp_reading',
        'value_summary'
    ],
    'perf_internal has these types'
);

select set_eq(
    $$ select format('%s %s', t.tgrelid::regclass, t.tgname)
       from pg_trigger as t
       join pg_class as c on c.oid = t.tgrelid
       where c.relnamespace in ('perf'::regnamespace, 'perf_internal'::regnamespace)
           and not t.tgisinternal
           and t.tgparentid = 0
           and t.tgname <> 'refuse_truncate' $$,
    array[
        'perf.ab_outcomes check_raw_rows',
        'perf.ab_test_metrics keep_ab_test_metrics',
        'perf.ab_test_metrics keep_all_ab_test_metrics',
        'perf.access_settings queue_audit_entry',
        'perf.access_settings queue_truncate_entry',
        'perf.alert_events queue_alert_event',
        'perf.alert_receivers queue_audit_entry',
        'perf.alert_silences queue_audit_entry',
        'perf.alert_silences queue_truncate_entry',
        'perf.audit_log keep_audit_log',
        'perf.budgets prepare_budget',
        'perf.budgets queue_audit_entry',
        'perf.jobs check_job_change',
        'perf.jobs check_new_job',
        'perf.jobs collect_changed_jobs',
        'perf.jobs collect_new_jobs',
        'perf.metrics keep_watched_subjects',
        'perf.model_ab_tests keep_ab_tests',
        'perf.model_ab_tests keep_all_ab_tests',
        'perf.model_alerts announce_alert',
        'perf.model_alerts announce_new_alert',
        'perf.model_alerts note_alert_event',
        'perf.model_alerts note_new_alert',
        'perf.model_alerts reset_alert_state',
        'perf.model_config_activations announce_activation',
        'perf.model_config_activations keep_activations',
        'perf.model_config_activations keep_all_activations',
        'perf.model_config_activations place_activation',
        'perf.model_config_activations queue_audit_entry',
        'perf.model_config_activations watch_broken_guards',
        'perf.model_config_activations watch_config_guards',
        'perf.model_config_history keep_all_model_configs',
        'perf.model_config_history keep_model_configs',
        'perf.model_config_history queue_audit_entry',
        'perf.model_config_requests queue_audit_entry',
        'perf.model_config_requests queue_truncate_entry',
        'perf.model_config_types queue_audit_entry',
        'perf.model_drift_checks watch_drift_checks',
        'perf.model_performance_metrics check_raw_rows',
        'perf.model_prices prepare_model_price',
        'perf.model_prices queue_audit_entry',
        'perf.model_tool_configs keep_recorded_configs',
        'perf.model_tool_configs set_parameter_hash',
        'perf.model_training_history announce_new_training',
        'perf.model_training_history announce_training',
        'perf.model_training_history watch_trainings',
        'perf.models queue_audit_entry',
        'perf.performance_alert_thresholds prepare_alert_threshold',
        'perf.performance_alert_thresholds queue_audit_entry',
        'perf.performance_alert_thresholds queue_truncate_entry',
        'perf.performance_metrics check_new_jobs',
        'perf.performance_metrics check_raw_rows',
        'perf.performance_metrics_raw check_raw_rows',
        'perf.profiles queue_audit_entry',
        'perf.retention queue_audit_entry',
        'perf.retention queue_truncate_entry',
        'perf.slo_objectives prepare_slo_objective',
        'perf.slo_objectives queue_audit_entry',
        'perf.user_roles queue_audit_entry',
        'perf.user_roles queue_truncate_entry',
        'perf.workers keep_job_subjects',
        'perf.workers keep_watched_subjects',
        'perf.workers queue_audit_entry',
        'perf.workflows keep_job_subjects',
        'perf.workflows keep_watched_subjects',
        'perf.workflows queue_audit_entry',
        'perf_internal.ab_series keep_ab_series',
        'perf_internal.audit_head keep_audit_head',
        'perf_internal.audit_queue add_audit_entry',
        'perf_internal.feature_series keep_feature_series',
        'perf_internal.feature_summaries check_raw_rows',
        'perf_internal.job_kinds keep_job_kinds',
        'perf_internal.otlp_series keep_otlp_series',
        'perf_internal.otlp_summaries check_raw_rows',
        'perf_internal.receiver_addresses note_address_change',
        'perf_internal.trained_models keep_trained_models'
    ],
    'tables have these triggers'
);

select policies_are(
    'perf',
    'ab_outcomes',
    array[
        'ab_outcomes_select_reader'
    ],
    'perf.ab_outcomes has these policies'
);
select policies_are(
    'perf',
    'ab_test_metrics',
    array[
        'ab_test_metrics_select_reader'
    ],
    'perf.ab_test_metrics has these policies'
);
select policies_are(
    'perf',
    'access_settings',
    array[
        'access_settings_select_reader'
    ],
    'perf.access_settings has these policies'
);
select policies_are(
    'perf',
    'alert_events',
    array[
        'alert_events_select_reader'
    ],
    'perf.alert_events has these policies'
);
select policies_are(
    'perf',
    'alert_receivers',
    array[
        'alert_receivers_select_reader'
    ],
    'perf.alert_receivers has these policies'
);
select policies_are(
    'perf',
    'alert_silences',
    array[
        'alert_silences_select_reader'
    ],
    'perf.alert_silences has these policies'
);
select policies_are(
    'perf',
    'audit_log',
    array[
        'audit_log_select_reader'
    ],
    'perf.audit_log has these policies'
);
select policies_are(
    'perf',
    'budgets',
    array[
        'budgets_delete_admin',
        'budgets_insert_admin',
        'budgets_select_reader',
        'budgets_update_admin'
    ],
    'perf.budgets has these policies'
);
select policies_are(
    'perf',
    'characters',
    array[
        'characters_delete_admin',
        'characters_insert_admin',
        'characters_select_reader',
        'characters_update_admin'
    ],
    'perf.characters has these policies'
);
select policies_are(
    'perf',
    'drift_references',
    array[
        'drift_references_select_reader'
    ],
    'perf.drift_references has these policies'
);
select policies_are(
    'perf',
    'jobs',
    array[
        'jobs_delete_admin',
        'jobs_insert_admin',
        'jobs_select_reader',
        'jobs_update_admin'
    ],
    'perf.jobs has these policies'
);
select policies_are(
    'perf',
    'metrics',
    array[
        'metrics_select_reader'
    ],
    'perf.metrics has these policies'
);
select policies_are(
    'perf',
    'model_ab_tests',
    array[
        'model_ab_tests_select_reader'
    ],
    'perf.model_ab_tests has these policies'
);
select policies_are(
    'perf',
    'model_alerts',
    array[
        'model_alerts_select_reader'
    ],
    'perf.model_alerts has these policies'
);
select policies_are(
    'perf',
    'model_config_activations',
    array[
        'model_config_activations_select_reader'
    ],
    'perf.model_config_activations has these policies'
);
select policies_are(
    'perf',
    'model_config_history',
    array[
        'model_config_history_select_reader'
    ],
    'perf.model_config_history has these policies'
);
select policies_are(
    'perf',
    'model_config_requests',
    array[
        'model_config_requests_select_reader'
    ],
    'perf.model_config_requests has these policies'
);
select policies_are(
    'perf',
    'model_config_types',
    array[
        'model_config_types_select_reader'
    ],
    'perf.model_config_types has these policies'
);
select policies_are(
    'perf',
    'model_drift_checks',
    array[
        'model_drift_checks_select_reader'
    ],
    'perf.model_drift_checks has these policies'
);
select policies_are(
    'perf',
    'model_performance_logs',
    array[
        'model_performance_logs_select_reader'
    ],
    'perf.model_performance_logs has these policies'
);
select policies_are(
    'perf',
    'model_performance_metrics',
    array[
        'model_performance_metrics_select_reader'
    ],
    'perf.model_performance_metrics has these policies'
);
select policies_are(
    'perf',
    'model_prices',
    array[
        'model_prices_delete_admin',
        'model_prices_insert_admin',
        'model_prices_select_reader',
        'model_prices_update_admin'
    ],
    'perf.model_prices has these policies'
);
select policies_are(
    'perf',
    'model_tool_configs',
    array[
        'model_tool_configs_select_reader'
    ],
    'perf.model_tool_configs has these policies'
);
select policies_are(
    'perf',
    'model_training_history',
    array[
        'model_training_history_select_reader'
    ],
    'perf.model_training_history has these policies'
);
select policies_are(
    'perf',
    'models',
    array[
        'models_select_reader'
    ],
    'perf.models has these policies'
);
select policies_are(
    'perf',
    'performance_alert_thresholds',
    array[
        'performance_alert_thresholds_delete_admin',
        'performance_alert_thresholds_insert_admin',
        'performance_alert_thresholds_select_reader',
        'performance_alert_thresholds_update_admin'
    ],
    'perf.performance_alert_thresholds has these policies'
);
select policies_are(
    'perf',
    'performance_metrics',
    array[
        'performance_metrics_select_reader'
    ],
    'perf.performance_metrics has these policies'
);
select policies_are(
    'perf',
    'performance_metrics_raw',
    array[
        'performance_metrics_raw_select_reader'
    ],
    'perf.performance_metrics_raw has these policies'
);
select policies_are(
    'perf',
    'profiles',
    array[
        'profiles_delete_admin',
        'profiles_insert_admin',
        'profiles_select_reader',
        'profiles_update_admin'
    ],
    'perf.profiles has these policies'
);
select policies_are(
    'perf',
    'projects',
    array[
        'projects_delete_admin',
        'projects_insert_admin',
        'projects_select_reader',
        'projects_update_admin'
    ],
    'perf.projects has these policies'
);
select policies_are(
    'perf',
    'recorders',
    array[
        'recorders_select_reader'
    ],
    'perf.recorders has these policies'
);
select policies_are(
    'perf',
    'retention',
    array[
        'retention_select_reader',
        'retention_update_admin'
    ],
    'perf.retention has these policies'
);
select policies_are(
    'perf',
    'scenes',
    array[
        'scenes_delete_admin',
        'scenes_insert_admin',
        'scenes_select_reader',
        'scenes_update_admin'
    ],
    'perf.scenes has these policies'
);
select policies_are(
    'perf',
    'slo_objectives',
    array[
        'slo_objectives_delete_admin',
        'slo_objectives_insert_admin',
        'slo_objectives_select_reader',
        'slo_objectives_update_admin'
    ],
    'perf.slo_objectives has these policies'
);
select policies_are(
    'perf',
    'tools',
    array[
        'tools_select_reader'
    ],
    'perf.tools has these policies'
);
select policies_are(
    'perf',
    'user_roles',
    array[
        'user_roles_delete_admin',
        'user_roles_insert_admin',
        'user_roles_select_reader',
        'user_roles_update_admin'
    ],
    'perf.user_roles has these policies'
);
select policies_are(
    'perf',
    'worker_availability',
    array[
        'worker_availability_delete_admin',
        'worker_availability_insert_admin',
        'worker_availability_select_reader',
        'worker_availability_update_admin'
    ],
    'perf.worker_availability has these policies'
);
select policies_are(
    'perf',
    'workers',
    array[
        'workers_delete_admin',
        'workers_insert_admin',
        'workers_select_reader',
        'workers_update_admin'
    ],
    'perf.workers has these policies'
);
select policies_are(
    'perf',
    'workflows',
    array[
        'workflows_delete_admin',
        'workflows_insert_admin',
        'workflows_select_reader',
        'workflows_update_admin'
    ],
    'perf.workflows has these policies'
);
select policies_are(
    'perf_internal',
    '_yoyo_log',
    array[
        'yoyo_log_all_nobody'
    ],
    'perf_internal._yoyo_log has these policies'
);
select policies_are(
    'perf_internal',
    '_yoyo_migration',
    array[
        'yoyo_migration_all_nobody'
    ],
    'perf_internal._yoyo_migration has these policies'
);
select policies_are(
    'perf_internal',
    '_yoyo_version',
    array[
        'yoyo_version_all_nobody'
    ],
    'perf_internal._yoyo_version has these policies'
);
select policies_are(
    'perf_internal',
    'ab_outcome_ids',
    array[
        'ab_outcome_ids_all_nobody'
    ],
    'perf_internal.ab_outcome_ids has these policies'
);
select policies_are(
    'perf_internal',
    'ab_outcomes_default',
    array[
        'ab_outcomes_default_all_nobody'
    ],
    'perf_internal.ab_outcomes_default has these policies'
);
select policies_are(
    'perf_internal',
    'ab_series',
    array[
        'ab_series_select_reader'
    ],
    'perf_internal.ab_series has these policies'
);
select policies_are(
    'perf_internal',
    'ab_units',
    array[
        'ab_units_all_nobody'
    ],
    'perf_internal.ab_units has these policies'
);
select policies_are(
    'perf_internal',
    'alert_deliveries',
    array[
        'alert_deliveries_select_reader'
    ],
    'perf_internal.alert_deliveries has these policies'
);
select policies_are(
    'perf_internal',
    'alert_locks',
    array[
        'alert_locks_all_nobody'
    ],
    'perf_internal.alert_locks has these policies'
);
select policies_are(
    'perf_internal',
    'alert_outbox',
    array[
        'alert_outbox_select_reader'
    ],
    'perf_internal.alert_outbox has these policies'
);
select policies_are(
    'perf_internal',
    'alert_runs',
    array[
        'alert_runs_select_reader'
    ],
    'perf_internal.alert_runs has these policies'
);
select policies_are(
    'perf_internal',
    'alert_states',
    array[
        'alert_states_select_reader'
    ],
    'perf_internal.alert_states has these policies'
);
select policies_are(
    'perf_internal',
    'applied_files',
    array[
        'applied_files_all_nobody'
    ],
    'perf_internal.applied_files has these policies'
);
select policies_are(
    'perf_internal',
    'applied_objects',
    array[
        'applied_objects_all_nobody'
    ],
    'perf_internal.applied_objects has these policies'
);
select policies_are(
    'perf_internal',
    'applied_rights',
    array[
        'applied_rights_all_nobody'
    ],
    'perf_internal.applied_rights has these policies'
);
select policies_are(
    'perf_internal',
    'audit_head',
    array[
        'audit_head_select_reader'
    ],
    'perf_internal.audit_head has these policies'
);
select policies_are(
    'perf_internal',
    'audit_queue',
    array[
        'audit_queue_select_reader'
    ],
    'perf_internal.audit_queue has these policies'
);
select policies_are(
    'perf_internal',
    'database_origin',
    array[
        'database_origin_select_reader'
    ],
    'perf_internal.database_origin has these policies'
);
select policies_are(
    'perf_internal',
    'dropped_ranges',
    array[
        'dropped_ranges_select_reader'
    ],
    'perf_internal.dropped_ranges has these policies'
);
select policies_are(
    'perf_internal',
    'feature_profiles',
    array[
        'feature_profiles_select_reader'
    ],
    'perf_internal.feature_profiles has these policies'
);
select policies_are(
    'perf_internal',
    'feature_series',
    array[
        'feature_series_select_reader'
    ],
    'perf_internal.feature_series has these policies'
);
select policies_are(
    'perf_internal',
    'feature_summaries',
    array[
        'feature_summaries_select_reader'
    ],
    'perf_internal.feature_summaries has these policies'
);
select policies_are(
    'perf_internal',
    'feature_summaries_default',
    array[
        'feature_summaries_default_all_nobody'
    ],
    'perf_internal.feature_summaries_default has these policies'
);
select policies_are(
    'perf_internal',
    'job_kinds',
    array[
        'job_kinds_select_reader'
    ],
    'perf_internal.job_kinds has these policies'
);
select policies_are(
    'perf_internal',
    'metric_families',
    array[
        'metric_families_all_nobody'
    ],
    'perf_internal.metric_families has these policies'
);
select policies_are(
    'perf_internal',
    'model_performance_metrics_default',
    array[
        'model_performance_metrics_default_all_nobody'
    ],
    'perf_internal.model_performance_metrics_default has these policies'
);
select policies_are(
    'perf_internal',
    'otlp_series',
    array[
        'otlp_series_select_reader'
    ],
    'perf_internal.otlp_series has these policies'
);
select policies_are(
    'perf_internal',
    'otlp_streams',
    array[
        'otlp_streams_all_nobody'
    ],
    'perf_internal.otlp_streams has these policies'
);
select policies_are(
    'perf_internal',
    'otlp_summaries',
    array[
        'otlp_summaries_select_reader'
    ],
    'perf_internal.otlp_summaries has these policies'
);
select policies_are(
    'perf_internal',
    'otlp_summaries_default',
    array[
        'otlp_summaries_default_all_nobody'
    ],
    'perf_internal.otlp_summaries_default has these policies'
);
select policies_are(
    'perf_internal',
    'performance_metrics_default',
    array[
        'performance_metrics_default_all_nobody'
    ],
    'perf_internal.performance_metrics_default has these policies'
);
select policies_are(
    'perf_internal',
    'performance_metrics_raw_default',
    array[
        'performance_metrics_raw_default_all_nobody'
    ],
    'perf_internal.performance_metrics_raw_default has these policies'
);
select policies_are(
    'perf_internal',
    'pipelines',
    array[
        'pipelines_select_reader'
    ],
    'perf_internal.pipelines has these policies'
);
select policies_are(
    'perf_internal',
    'raw_partitions',
    array[
        'raw_partitions_select_reader'
    ],
    'perf_internal.raw_partitions has these policies'
);
select policies_are(
    'perf_internal',
    'receiver_addresses',
    array[
        'receiver_addresses_all_nobody'
    ],
    'perf_internal.receiver_addresses has these policies'
);
select policies_are(
    'perf_internal',
    'retired_functions',
    array[
        'retired_functions_all_nobody'
    ],
    'perf_internal.retired_functions has these policies'
);
select policies_are(
    'perf_internal',
    'rollup_state',
    array[
        'rollup_state_select_reader'
    ],
    'perf_internal.rollup_state has these policies'
);
select policies_are(
    'perf_internal',
    'rollups',
    array[
        'rollups_select_reader'
    ],
    'perf_internal.rollups has these policies'
);
select policies_are(
    'perf_internal',
    'trained_models',
    array[
        'trained_models_select_reader'
    ],
    'perf_internal.trained_models has these policies'
);
select policies_are(
    'perf_internal',
    'worker_runs',
    array[
        'worker_runs_select_reader'
    ],
    'perf_internal.worker_runs has these policies'
);

-- Rules. Each query names what breaks one.
create view pg_temp.relations as
select
    c.*,
    -- The tables that ensure_partitions() makes are all alike.
    c.relispartition and c.relname ~ '_\d{8}$' as is_daily
from pg_class as c
where c.relnamespace in ('perf'::regnamespace, 'perf_internal'::regnamespace)
    and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S');

create view pg_temp.functions as
select p.*
from pg_proc as p
where p.pronamespace in ('perf'::regnamespace, 'perf_internal'::regnamespace);

select is_empty(
    $$ select r.oid::regclass from pg_temp.relations as r
       where r.relkind in ('r', 'p')
           and not exists (
               select
               from pg_trigger as t
               where t.tgrelid = r.oid
                   and t.tgfoid = 'perf_internal.refuse_truncate'::regproc
                   and t.tgenabled = 'O'
           ) $$,
    'every table asks who truncates it'
);

-- What PostgREST joins tables with where there is no foreign key.
create view pg_temp.relationships as
select f.*, l.lanname, c.oid::regclass as table_name
from pg_temp.functions as f
join pg_language as l on l.oid = f.prolang
join pg_class as c on c.reltype = f.proargtypes[0]
where f.pronargs = 1
    and f.proretset;

-- A function that is inlined cannot pin it, nor can a procedure that commits: their files say so.
create view pg_temp.unpinned_functions as
select f.*, l.lanname
from pg_temp.functions as f
join pg_language as l on l.oid = f.prolang
where f.prokind <> 'a'
    and f.oid not in (select s.oid from pg_temp.relationships as s)
    and not coalesce(f.proconfig, '{}') @> array['search_path=pg_catalog, pg_temp'];

select set_eq(
    'select u.oid::regprocedure::text from pg_temp.unpinned_functions as u',
    array[
        'perf.keep_aggregated(interval,bigint)',
        'perf.run_job(text)',
        'perf_internal.get_last_bin(numeric)',
        'perf_internal.get_sketch_unit(integer)',
        'perf_internal.get_zone_bucket(timestamp with time zone,text,text)'
    ],
    'every other function pins a search_path in which nobody''s objects come before the system''s'
);

select is_empty(
    $$ select u.oid::regprocedure
       from pg_temp.unpinned_functions as u
       where u.prosecdef
           or u.proconfig is not null
           or case u.prokind
               when 'p' then u.prosrc !~ '\mcommit;'
               else u.lanname <> 'sql'
                   or u.provolatile <> 'i'
                   or u.prosrc ~* '\m(from|perf|perf_internal|public)\M'
           end $$,
    'these commit, or are immutable SQL over the system''s functions alone, with nobody''s rights'
);

create function pg_temp.get_plan(function_id regprocedure)
returns text
language plpgsql
as $$
declare
    v_line text;
    v_plan text := '';
begin
    for v_line in execute (
        select format(
            'explain (verbose, costs off) select %s(%s) from (select %s offset 0) as x',
            p.oid::regproc,
            string_agg('x.a' || a.number, ', ' order by a.number),
            string_agg(
                'null::' || format_type(a.type, null) || ' as a' || a.number,
                ', '
                order by a.number
            )
        )
        from pg_proc as p
        left join unnest(p.proargtypes) with ordinality as a (type, number) on true
        where p.oid = get_plan.function_id
        group by p.oid
    ) loop
        v_plan := v_plan || v_line;
    end loop;
    return v_plan;
end
$$;

select is_empty(
    $$ select u.oid::regprocedure
       from pg_temp.unpinned_functions as u
       where u.prokind = 'f'
           and pg_temp.get_plan(u.oid) ~ ('\m' || u.proname || '\M') $$,
    'those that are SQL are inlined'
);

-- PostgREST finds them in exposed schemas only.
select is_empty(
    $$ select s.oid::regprocedure
       from pg_temp.relationships as s
       join pg_class as c on c.oid = s.table_name
       join pg_type as t on t.oid = s.prorettype
       where s.pronamespace <> 'perf'::regnamespace
           or c.relnamespace <> 'perf'::regnamespace
           or t.typnamespace <> 'perf'::regnamespace
           or t.typname <> s.proname
           or s.lanname <> 'sql'
           or s.provolatile <> 's'
           or s.prorows <> 1
           or s.prosecdef
           or s.proconfig is not null
           or s.proisstrict
           or exists (
               select 1 from regexp_matches(s.prosrc, '\m(from|join)\s+(?!perf\.)', 'g')
           ) $$,
    'a relationship takes a row of perf, has the name of the table it returns, and pins nothing'
);

create function pg_temp.get_join_plan(table_name regclass, function_id regprocedure)
returns text
language plpgsql
as $$
declare
    v_line text;
    v_plan text := '';
begin
    for v_line in execute format(
        'explain (costs off) select e.* from %s as t left join lateral perf.%I(t) as e on true',
        get_join_plan.table_name,
        (select p.proname from pg_proc as p where p.oid = get_join_plan.function_id)
    ) loop
        v_plan := v_plan || v_line;
    end loop;
    return v_plan;
end
$$;

select is_empty(
    $$ select s.oid::regprocedure
       from pg_temp.relationships as s
       where pg_temp.get_join_plan(s.table_name, s.oid) ~ 'Function Scan' $$,
    'the planner puts the body of each in its place'
);

select is_empty(
    $$ select f.oid::regprocedure
       from pg_temp.functions as f
       cross join aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) as a
       where a.grantee = 0 $$,
    'no function is open to public'
);

select is_empty(
    $$ select f.oid::regprocedure from pg_temp.functions as f
       where has_function_privilege('anon', f.oid, 'execute') $$,
    'anon may execute none'
);

select is_empty(
    $$ select r.oid::regclass
       from pg_temp.relations as r
       cross join aclexplode(r.relacl) as a
       where a.grantee in (0, 'anon'::regrole) $$,
    'neither public nor anon may do anything with a table'
);

-- Everything else is written by functions that check their caller.
select set_eq(
    $$ select format('%s %s %s', r.oid::regclass, lower(a.privilege_type), a.grantee::regrole)
       from pg_temp.relations as r
       cross join aclexplode(r.relacl) as a
       where a.grantee <> r.relowner and a.privilege_type <> 'SELECT'
       union all
       select format(
           '%s.%s %s %s', r.oid::regclass, t.attname, lower(a.privilege_type), a.grantee::regrole
       )
       from pg_temp.relations as r
       join pg_attribute as t on t.attrelid = r.oid
       cross join aclexplode(t.attacl) as a
       where a.grantee <> r.relowner $$,
    array[
        'perf.budgets delete authenticated',
        'perf.budgets delete perf_admin',
        'perf.budgets delete service_role',
        'perf.budgets insert authenticated',
        'perf.budgets insert perf_admin',
        'perf.budgets insert service_role',
        'perf.budgets update authenticated',
        'perf.budgets update perf_admin',
        'perf.budgets update service_role',
        'perf.characters delete authenticated',
        'perf.characters delete perf_admin',
        'perf.characters delete service_role',
        'perf.characters insert authenticated',
        'perf.characters insert perf_admin',
        'perf.characters insert service_role',
        'perf.characters update authenticated',
        'perf.characters update perf_admin',
        'perf.characters update service_role',
        'perf.jobs delete authenticated',
        'perf.jobs delete perf_admin',
        'perf.jobs delete service_role',
        'perf.jobs insert authenticated',
        'perf.jobs insert perf_admin',
        'perf.jobs insert service_role',
        'perf.jobs update authenticated',
        'perf.jobs update perf_admin',
        'perf.jobs update service_role',
        'perf.model_prices delete authenticated',
        'perf.model_prices delete perf_admin',
        'perf.model_prices delete service_role',
        'perf.model_prices insert authenticated',
        'perf.model_prices insert perf_admin',
        'perf.model_prices insert service_role',
        'perf.model_prices update authenticated',
        'perf.model_prices update perf_admin',
        'perf.model_prices update service_role',
        'perf.performance_alert_thresholds delete authenticated',
        'perf.performance_alert_thresholds delete perf_admin',
        'perf.performance_alert_thresholds delete service_role',
        'perf.performance_alert_thresholds insert authenticated',
        'perf.performance_alert_thresholds insert perf_admin',
        'perf.performance_alert_thresholds insert service_role',
        'perf.performance_alert_thresholds update authenticated',
        'perf.performance_alert_thresholds update perf_admin',
        'perf.performance_alert_thresholds update service_role',
        'perf.profiles delete authenticated',
        'perf.profiles delete perf_admin',
        'perf.profiles delete service_role',
        'perf.profiles insert authenticated',
        'perf.profiles insert perf_admin',
        'perf.profiles insert service_role',
        'perf.profiles update authenticated',
        'perf.profiles update perf_admin',
        'perf.profiles update service_role',
        'perf.projects delete authenticated',
        'perf.projects delete perf_admin',
        'perf.projects delete service_role',
        'perf.projects insert authenticated',
        'perf.projects insert perf_admin',
        'perf.projects insert service_role',
        'perf.projects update authenticated',
        'perf.projects update perf_admin',
        'perf.projects update service_role',
        'perf.retention.keep update authenticated',
        'perf.retention.keep update perf_admin',
        'perf.retention.keep update service_role',
        'perf.scenes delete authenticated',
        'perf.scenes delete perf_admin',
        'perf.scenes delete service_role',
        'perf.scenes insert authenticated',
        'perf.scenes insert perf_admin',
        'perf.scenes insert service_role',
        'perf.scenes update authenticated',
        'perf.scenes update perf_admin',
        'perf.scenes update service_role',
        'perf.slo_objectives delete authenticated',
        'perf.slo_objectives delete perf_admin',
        'perf.slo_objectives delete service_role',
        'perf.slo_objectives insert authenticated',
        'perf.slo_objectives insert perf_admin',
        'perf.slo_objectives insert service_role',
        'perf.slo_objectives update authenticated',
        'perf.slo_objectives update perf_admin',
        'perf.slo_objectives update service_role',
        'perf.user_roles delete authenticated',
        'perf.user_roles delete perf_admin',
        'perf.user_roles delete service_role',
        'perf.user_roles insert authenticated',
        'perf.user_roles insert perf_admin',
        'perf.user_roles insert service_role',
        'perf.user_roles update authenticated',
        'perf.user_roles update perf_admin',
        'perf.user_roles update service_role',
        'perf.worker_availability delete authenticated',
        'perf.worker_availability delete perf_admin',
        'perf.worker_availability delete service_role',
        'perf.worker_availability insert authenticated',
        'perf.worker_availability insert perf_admin',
        'perf.worker_availability insert service_role',
        'perf.worker_availability update authenticated',
        'perf.worker_availability update perf_admin',
        'perf.worker_availability update service_role',
        'perf.workers delete authenticated',
        'perf.workers delete perf_admin',
        'perf.workers delete service_role',
        'perf.workers insert authenticated',
        'perf.workers insert perf_admin',
        'perf.workers insert service_role',
        'perf.workers update authenticated',
        'perf.workers update perf_admin',
        'perf.workers update service_role',
        'perf.workflows delete authenticated',
        'perf.workflows delete perf_admin',
        'perf.workflows delete service_role',
        'perf.workflows insert authenticated',
        'perf.workflows insert perf_admin',
        'perf.workflows insert service_role',
        'perf.workflows update authenticated',
        'perf.workflows update perf_admin',
        'perf.workflows update service_role'
    ],
    'these are the only tables that roles may write, and only so'
);

select is_empty(
    $$ select f.pronamespace::regnamespace, f.proname
       from pg_temp.functions as f
       where f.oid not in (select s.oid from pg_temp.relationships as s)
       group by f.pronamespace, f.proname
       having count(*) > 1 $$,
    'no name has two functions in a schema, but those of relationships'
);

select is_empty(
    $$ select n.nspname from pg_namespace as n
       where n.nspname in ('perf', 'perf_internal') and obj_description(n.oid) is null
       union all
       select r.relname from pg_temp.relations as r
       where r.relkind <> 'S' and not r.is_daily and obj_description(r.oid, 'pg_class') is null
       union all
       select f.oid::regprocedure::name from pg_temp.functions as f
       where obj_description(f.oid, 'pg_proc') is null
       union all
       select t.typname
       from pg_type as t
       left join pg_class as c on c.oid = t.typrelid
       where t.typnamespace in ('perf'::regnamespace, 'perf_internal'::regnamespace)
           and (t.typtype in ('e', 'd', 'r') or c.relkind = 'c')
           and obj_description(t.oid, 'pg_type') is null $$,
    'every schema, table, view, function and type has a comment'
);

select is_empty(
    $$ select r.oid::regclass, a.attname
       from pg_temp.relations as r
       join pg_attribute as a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
       where r.relnamespace = 'perf'::regnamespace
           and r.relkind in ('r', 'p', 'v', 'm')
           and col_description(r.oid, a.attnum) is null $$,
    'every column of a table or view of perf has a comment'
);

select is_empty(
    $$ select k.conname, k.conrelid::regclass
       from pg_constraint as k
       join pg_temp.relations as r on r.oid = k.conrelid
       where not k.convalidated $$,
    'every constraint is valid'
);

-- The 29 rules of Supabase's database linter, by their numbers, for a project that exposes perf. Most
-- are stricter here: they ask for every role, and of all our relations.
create view pg_temp.policies as
select
    p.*,
    c.relname,
    c.relrowsecurity,
    concat_ws(
        ' ', pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)
    ) as condition
from pg_policy as p
join pg_temp.relations as c on c.oid = p.polrelid;

-- Extensions of which an object of ours uses something. The tests' own are not among them.
create view pg_temp.used_extensions as
select distinct e.*
from pg_extension as e
join pg_depend as m
    on m.refclassid = 'pg_extension'::regclass and m.refobjid = e.oid and m.deptype = 'e'
join pg_depend as d on d.refclassid = m.classid and d.refobjid = m.objid
where e.extname <> 'plpgsql'
    and (
        d.objid in (select r.oid from pg_temp.relations as r)
        or d.objid in (select f.oid from pg_temp.functions as f)
        or d.objid in (
            select k.oid from pg_constraint as k join pg_temp.relations as r on r.oid = k.conrelid
        )
    );

select is_empty(
    $$ select k.conname, k.conrelid::regclass
       from pg_constraint as k
       join pg_temp.relations as r on r.oid = k.conrelid
       where k.contype = 'f'
           and k.conparentid = 0
           and not exists (
               select
               from pg_index as i
               where i.indrelid = k.conrelid
                   and i.indisvalid
                   and (i.indkey::smallint[])[0:cardinality(k.conkey) - 1] = k.conkey
           ) $$,
    'no foreign key without an index that starts with it (Supabase lint 0001)'
);

select is_empty(
    $$ select w.ev_class::regclass
       from pg_rewrite as w
       join pg_temp.relations as r on r.oid = w.ev_class
       join pg_depend as d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid
       where d.refclassid = 'pg_class'::regclass
           and d.refobjid = to_regclass('auth.users') $$,
    'no view reads the users of Supabase (Supabase lint 0002)'
);

select is_empty(
    $$ select p.polname, p.relname
       from pg_temp.policies as p
       where regexp_replace(p.condition, 'select (auth|perf|perf_internal)\.\w+\(', '', 'gi')
           ~* '(current_setting|(auth|perf|perf_internal)\.\w+)\(' $$,
    'no policy calls a function for each row (Supabase lint 0003)'
);

-- Not raw calls: a key would be an index entry, and an id, for each call that an application records
-- without one.
select is_empty(
    $$ select r.oid::regclass
       from pg_temp.relations as r
       where r.relkind in ('r', 'p')
           and r.oid <> 'perf.performance_metrics_raw'::regclass
           and not exists (
               select
               from pg_inherits as h
               where h.inhrelid = r.oid
                   and h.inhparent = 'perf.performance_metrics_raw'::regclass
           )
           and not exists (
               select from pg_index as i where i.indrelid = r.oid and i.indisprimary
           ) $$,
    'no table without a primary key (Supabase lint 0004)'
);

-- What the statistics say of a new database, or of one that was just upgraded, means nothing. So
-- this shows that the question can be asked, and asks for no answer.
select lives_ok(
    $$ select s.indexrelid::regclass
       from pg_stat_user_indexes as s
       join pg_index as i on i.indexrelid = s.indexrelid
       join pg_temp.relations as r on r.oid = s.relid
       where s.idx_scan = 0 and not i.indisunique $$,
    'indexes without use are listed, for statistics decide (Supabase lint 0005)'
);

select is_empty(
    $$ select p.relname, g.role, c.command
       from pg_temp.policies as p
       cross join unnest(p.polroles) as g (role)
       cross join unnest('{r,a,w,d}'::text[]) as c (command)
       where p.polpermissive and p.polcmd in ('*', c.command::"char")
       group by p.relname, g.role, c.command
       having count(*) > 1
       union all
       select p.relname, 0, 'public'
       from pg_temp.policies as p
       where 0 = any(p.polroles) and p.condition <> 'false' $$,
    'no two permissive policies for one role and action (Supabase lint 0006)'
);

select is_empty(
    $$ select p.polname, p.relname from pg_temp.policies as p where not p.relrowsecurity $$,
    'no policy on a table without row level security (Supabase lint 0007)'
);

select is_empty(
    $$ select r.oid::regclass
       from pg_temp.relations as r
       where r.relkind in ('r', 'p')
           and not exists (select from pg_temp.policies as p where p.polrelid = r.oid) $$,
    'no table without a policy (Supabase lint 0008)'
);

select is_empty(
    $$ select array_agg(i.indexrelid::regclass)
       from pg_index as i
       join pg_temp.relations as r on r.oid = i.indrelid
       join pg_class as c on c.oid = i.indexrelid
       group by i.indrelid, c.relam, i.indkey::text, i.indclass::text, i.indcollation::text,
           i.indoption::text, pg_get_expr(i.indexprs, i.indrelid), pg_get_expr(i.indpred, i.indrelid)
       having count(*) > 1 $$,
    'no two indexes are the same (Supabase lint 0009)'
);

select is_empty(
    $$ select r.oid::regclass
       from pg_temp.relations as r
       where r.relkind = 'v'
           and not coalesce(r.reloptions, '{}') && '{security_invoker=true,security_invoker=on}' $$,
    'no view has the rights of its owner (Supabase lint 0010)'
);

-- Not those that could have a setting only at a price. An aggregate cannot have any: that of
-- sketches adds numbers with a function of pg_catalog. A procedure with one cannot commit. A function
-- with one is not inlined. All of them name every operator, function and type with its schema.
select is_empty(
    $$ select f.oid::regprocedure
       from pg_temp.functions as f
       where not exists (
               select from unnest(f.proconfig) as s (setting) where s.setting like 'search\_path=%'
           )
           and f.oid <> all (
               '{"perf.keep_aggregated(interval,bigint)",
               "perf.run_job(text)",
               "perf_internal.get_last_bin(numeric)",
               "perf_internal.get_sketch_unit(integer)",
               "perf_internal.get_zone_bucket(timestamp with time zone,text,text)",
               "perf_internal.sum_sketches(numeric)"}'::regprocedure[]
           )
           -- Of these an own check says that they are inlined.
           and f.oid not in (select r.oid from pg_temp.relationships as r) $$,
    'no function has the search_path of its caller (Supabase lint 0011)'
);

-- A user of Supabase who signs in anonymously is authenticated too. One who is nobody in particular
-- has no role, and only roles and what is one's own let in.
select is_empty(
    $$ select p.polname, p.relname
       from pg_temp.policies as p
       where p.condition not in ('false', '')
           and p.condition !~ 'perf_internal\.(has_any_role|get_user_id)\(' $$,
    'no policy lets a user in for being signed in (Supabase lint 0012)'
);

select is_empty(
    $$ select r.oid::regclass
       from pg_temp.relations as r
       where r.relkind in ('r', 'p') and not r.relrowsecurity $$,
    'no table without row level security (Supabase lint 0013)'
);

select is_empty(
    $$ select e.extname from pg_temp.used_extensions as e
       where e.extnamespace = to_regnamespace('public') $$,
    'no extension that we use is in public (Supabase lint 0014)'
);

select is_empty(
    $$ select p.polname, p.relname
       from pg_temp.policies as p
       where p.condition ~* 'user_meta_?data' $$,
    'no policy believes what users say of themselves (Supabase lint 0015)'
);

select is_empty(
    $$ select r.oid::regclass
       from pg_temp.relations as r
       where r.relkind = 'm' and r.relnamespace = 'perf'::regnamespace $$,
    'no materialized view is exposed (Supabase lint 0016)'
);

select is_empty(
    $$ select r.oid::regclass from pg_temp.relations as r where r.relkind = 'f' $$,
    'no foreign table is exposed (Supabase lint 0017)'
);

select is_empty(
    $$ select r.oid::regclass, a.attname
       from pg_temp.relations as r
       join pg_attribute as a on a.attrelid = r.oid and a.attnum > 0
       join pg_type as t on t.oid = a.atttypid
       where r.relkind in ('r', 'p', 'm')
           and t.typname in (
               'regcollation', 'regconfig', 'regdictionary', 'regnamespace', 'regoper',
               'regoperator', 'regproc', 'regprocedure'
           ) $$,
    'no column of a type that pg_upgrade refuses (Supabase lint 0018)'
);

-- Queues of the extension pgmq. We use none; one that is ours would be owned as our tables are.
select is_empty(
    $$ select c.oid::regclass
       from pg_class as c
       where c.relnamespace = to_regnamespace('pgmq')
           and c.relkind in ('r', 'p')
           and c.relname like 'q\_%'
           and not c.relrowsecurity
           and c.relowner in (select r.relowner from pg_temp.relations as r) $$,
    'no queue of ours without row level security (Supabase lint 0019)'
);

-- A page holds at least its width in rows, so this is an estimate from statistics, as theirs is.
select is_empty(
    $$ select r.oid::regclass
       from pg_temp.relations as r
       cross join lateral (
           select ceil(r.reltuples * (28 + sum(s.avg_width)) / current_setting('block_size')::numeric)
           from pg_stats as s
           where s.schemaname = r.relnamespace::regnamespace::text and s.tablename = r.relname
       ) as n (needed_pages)
       where r.relkind = 'r'
           and r.relpages > 70 * n.needed_pages
           and (r.relpages - n.needed_pages) * current_setting('block_size')::bigint > 20 * 1024 ^ 2 $$,
    'no table is far larger than its rows (Supabase lint 0020)'
);

select is_empty(
    $$ select k.conname, k.conrelid::regclass
       from pg_constraint as k
       join pg_temp.relations as r on r.oid = k.conrelid
       join pg_class as c on c.oid = k.confrelid
       where k.contype = 'f' and c.relnamespace = to_regnamespace('auth') $$,
    'no foreign key to a table of the schema auth (Supabase lint 0021)'
);

select is_empty(
    $$ select e.extname
       from pg_temp.used_extensions as e
       join pg_available_extensions as a on a.name = e.extname
       where a.installed_version <> a.default_version $$,
    'no extension that we use is outdated (Supabase lint 0022)'
);

select is_empty(
    $$ select r.oid::regclass, a.attname
       from pg_temp.relations as r
       join pg_attribute as a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
       where r.relnamespace = 'perf'::regnamespace
           and r.relkind in ('r', 'p', 'v', 'm', 'f')
           and a.attname ~ ('^((access|refresh|oauth|session|bearer)_)?token$|pass(word|wd|phrase)|^pwd$'
               || '|secret|(api|private|auth|session|ssh|pgp|gpg|license|activation)_?key|^jwt$|_code$'
               || '|^otp$|2fa|two_factor|^ssn$|social_security|licen[cs]e|passport|national_id|tax_id'
               || '|card|^cv[vcn]$|account|routing|iban|swift|^bic$|medical|health|patient|insurance'
               || '|treatment|mac_?addr|^imei$|device_uuid|certificate|facial') $$,
    'no exposed column has the name of a secret (Supabase lint 0023)'
);

select is_empty(
    $$ select p.polname, p.relname
       from pg_temp.policies as p
       where p.polpermissive
           and (
               translate(lower(p.condition), ' ()', '') in ('', 'true', '1=1', 'truetrue', '1=11=1')
               or p.polcmd = 'a' and p.polwithcheck is null
               or p.polcmd in ('r', 'w', 'd', '*') and p.polqual is null
           ) $$,
    'no policy is always true (Supabase lint 0024)'
);

-- Files of Supabase Storage. We store none, so no policy there names anything of ours.
select is_empty(
    $$ select p.polname
       from pg_policy as p
       where p.polrelid = to_regclass('storage.objects')
           and exists (
               select
               from pg_depend as d
               where d.classid = 'pg_policy'::regclass
                   and d.objid = p.oid
                   and (
                       d.refobjid in (select r.oid from pg_temp.relations as r)
                       or d.refobjid in (select f.oid from pg_temp.functions as f)
                   )
           ) $$,
    'no policy of Supabase Storage is ours (Supabase lint 0025)'
);

select is_empty(
    $$ select r.oid::regclass
       from pg_temp.relations as r
       where has_any_column_privilege('anon', r.oid, 'select') $$,
    'no relation can be read, or its columns listed, by anon (Supabase lint 0026)'
);

-- Where pg_graphql is installed, that shows a signed-in user the names of what authenticated may
-- select. PostgREST needs the same right, so there the linter lists what is exposed for PostgREST.
-- The rows stay with the policies, which is what this asks.
select is_empty(
    $$ select r.oid::regclass
       from pg_temp.relations as r
       where r.relkind in ('r', 'p', 'v', 'm', 'f')
           and r.oid <> 'perf_internal.origin'::regclass
           and has_any_column_privilege('authenticated', r.oid, 'select')
           and not r.relrowsecurity
           and not coalesce(r.reloptions, '{}') && '{security_invoker=true,security_invoker=on}' $$,
    'no rows are open to all who are signed in (Supabase lint 0027)'
);

select is_empty(
    $$ select f.oid::regprocedure
       from pg_temp.functions as f
       where f.prosecdef and has_function_privilege('anon', f.oid, 'execute') $$,
    'no function with rights of the owner can be called by anon (Supabase lint 0028)'
);

select is_empty(
    $$ select f.oid::regprocedure
       from pg_temp.functions as f
       where f.prosecdef and f.pronamespace = 'perf'::regnamespace $$,
    'no exposed function has the rights of the owner (Supabase lint 0029)'
);

-- What our functions use of pg_cron, which is in no database of the tests.
create schema cron;
create table cron.job (jobid bigint, jobname text, database text);
create table cron.job_run_details (
    runid bigint,
    command text,
    database text,
    status text,
    return_message text,
    start_time timestamptz,
    end_time timestamptz
);
create function cron.schedule(text, text, text) returns bigint language sql as 'select 1';
create function cron.unschedule(bigint) returns boolean language sql as 'select true';

-- Found by name when it runs, so that this file also runs where plpgsql_check is not installed.
create function pg_temp.get_findings()
returns table (function_name regprocedure, relation_name regclass, finding text)
language plpgsql
as $$
begin
    if not exists (select 1 from pg_extension as e where e.extname = 'plpgsql_check') then
        return;
    end if;
    return query execute
        'select f.oid::regprocedure, t.tgrelid::regclass,
            concat_ws('': '', x.level, x.lineno, x.message, x.detail, x.hint, x.context)
        from pg_temp.functions as f
        join pg_language as l on l.oid = f.prolang and l.lanname = ''plpgsql''
        left join pg_trigger as t
            on t.tgfoid = f.oid and not t.tgisinternal and t.tgparentid = 0
        -- One trigger of a function may have a transition table that another has not.
        left join (
            select o.tgfoid, max(o.tgoldtable) as old_table, max(o.tgnewtable) as new_table
            from pg_trigger as o
            group by 1
        ) as o on o.tgfoid = f.oid
        cross join lateral plpgsql_check_function_tb(
            f.oid, coalesce(t.tgrelid, 0), oldtable => o.old_table, newtable => o.new_table
        ) as x
        -- Of return query execute it says that the columns may never be filled.
        where x.detail is distinct from ''cannot to determine result of dynamic SQL''
            -- Tables and functions of Citus, which only a cluster has.
            and x.message !~ ''^(relation "pg_catalog[.]pg_dist_|function (citus_|run_command_on_))''';
end
$$;

select is_empty('select * from pg_temp.get_findings()', 'plpgsql_check finds nothing');

-- They were made without looking at their bodies.
set local check_function_bodies = on;
select lives_ok(
    $$ select fmgr_sql_validator(f.oid)
       from pg_temp.functions as f
       join pg_language as l on l.oid = f.prolang and l.lanname = 'sql' $$,
    'every SQL function runs'
);

select * from finish();
rollback;
