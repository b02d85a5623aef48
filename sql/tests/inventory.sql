begin;
select plan(45);

select tables_are(
    'perf',
    array[
        'audit_log',
        'model_config_activations',
        'model_config_history',
        'model_config_requests',
        'model_config_types',
        'model_tool_configs',
        'models',
        'performance_metrics_daily',
        'performance_metrics_hourly',
        'performance_metrics_raw',
        'performance_metrics_weekly',
        'profiles',
        'retention',
        'tools',
        'user_roles'
    ],
    'perf has these tables'
);

select tables_are(
    'perf_internal',
    array[
        '_yoyo_log',
        '_yoyo_migration',
        '_yoyo_version',
        'applied_files',
        'audit_head',
        'audit_queue',
        'dropped_days',
        'performance_metrics',
        'performance_metrics_raw_default',
        'raw_partitions',
        'rollup_state',
        'worker_runs'
    ],
    'perf_internal has these tables'
);

select views_are('perf', '{}', 'perf has no views');
select views_are('perf_internal', '{}', 'nor has perf_internal');
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
        'activate_model_config',
        'add_sketches',
        'aggregate_performance_metrics',
        'approve_activation',
        'check_config_guards',
        'cleanup_old_performance_data',
        'compare_model_configs',
        'ensure_partitions',
        'find_model_config',
        'get_activation_history',
        'get_active_configs',
        'get_config_at',
        'get_config_history',
        'get_config_impact',
        'get_config_settings',
        'get_difference_interval',
        'get_error_breakdown',
        'get_health',
        'get_latency_percentiles',
        'get_mean_interval',
        'get_model_comparison',
        'get_normal_quantile',
        'get_performance_affecting_parameters',
        'get_performance_trends',
        'get_rank_interval',
        'get_rollback_candidates',
        'get_sketch_interval',
        'get_sketch_percentiles',
        'get_wilson_interval',
        'grant_role',
        'has_role',
        'make_sketch',
        'rebuild_performance_metrics',
        'record_call',
        'record_calls',
        'register_model',
        'reject_activation',
        'request_activation',
        'revoke_role',
        'rollback_model_config',
        'save_model_config',
        'schedule_jobs',
        'set_config_approval',
        'sum_sketches',
        'trim_job_history',
        'unschedule_jobs',
        'verify_audit_log',
        'verify_performance_metrics'
    ],
    'perf has these functions'
);

select functions_are(
    'perf_internal',
    array[
        'add_activation',
        'add_audit_entry',
        'add_config',
        'add_metrics',
        'adopt_restored_calls',
        'announce_activation',
        'check_as_of',
        'check_outcome',
        'check_percentile_options',
        'check_raw_day',
        'check_recorded_calls',
        'check_time_range',
        'collect_calls_around',
        'compare_json',
        'complete_guard',
        'count_default_calls',
        'drop_raw_day',
        'filter_outcome',
        'find_config',
        'find_rollback_target',
        'get_activation',
        'get_audit_hash',
        'get_call_problem',
        'get_caller',
        'get_config_groups',
        'get_config_ids',
        'get_config_metrics',
        'get_differences',
        'get_droppable_days',
        'get_element_problem',
        'get_exact_percentiles',
        'get_guard_problem',
        'get_jobs',
        'get_missing_days',
        'get_model_config',
        'get_parameter_hash',
        'get_profile_id',
        'get_provider',
        'get_rollup_position',
        'get_runs',
        'get_uuid_time',
        'get_width',
        'is_requester',
        'keep_activations',
        'keep_audit_log',
        'keep_model_configs',
        'keep_recorded_configs',
        'lock_calls',
        'lock_partitions',
        'lock_config_type',
        'lock_open_request',
        'lock_rollup',
        'measure_calls',
        'measure_guard',
        'place_activation',
        'queue_audit_entry',
        'quote_value',
        'read_metrics',
        'refuse_calls',
        'require_cron',
        'require_role',
        'roll_up_calls',
        'set_parameter_hash',
        'sum_metrics',
        'summarize_calls',
        'summarize_new_ranges',
        'summarize_type_calls'
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
        'call',
        'call_kind'
    ],
    'perf_internal has these types'
);

select set_eq(
    $$ select format('%s %s', t.tgrelid::regclass, t.tgname)
       from pg_trigger as t
       join pg_class as c on c.oid = t.tgrelid
       where c.relnamespace in ('perf'::regnamespace, 'perf_internal'::regnamespace)
           and not t.tgisinternal
           and t.tgparentid = 0 $$,
    array[
        'perf.audit_log keep_audit_log',
        'perf.model_config_activations announce_activation',
        'perf.model_config_activations keep_activations',
        'perf.model_config_activations keep_all_activations',
        'perf.model_config_activations place_activation',
        'perf.model_config_activations queue_audit_entry',
        'perf.model_config_history keep_all_model_configs',
        'perf.model_config_history keep_model_configs',
        'perf.model_config_history queue_audit_entry',
        'perf.model_config_requests queue_audit_entry',
        'perf.model_config_types queue_audit_entry',
        'perf.model_tool_configs keep_recorded_configs',
        'perf.model_tool_configs set_parameter_hash',
        'perf.performance_metrics_raw check_recorded_calls',
        'perf_internal.audit_head keep_audit_head',
        'perf_internal.audit_queue add_audit_entry'
    ],
    'tables have these triggers'
);

select policies_are(
    'perf',
    'audit_log',
    array[
        'audit_log_select_login',
        'audit_log_select_reader'
    ],
    'perf.audit_log has these policies'
);

select policies_are(
    'perf',
    'model_config_activations',
    array[
        'model_config_activations_select_login',
        'model_config_activations_select_reader'
    ],
    'perf.model_config_activations has these policies'
);

select policies_are(
    'perf',
    'model_config_history',
    array[
        'model_config_history_select_login',
        'model_config_history_select_reader'
    ],
    'perf.model_config_history has these policies'
);

select policies_are(
    'perf',
    'model_config_requests',
    array[
        'model_config_requests_select_login',
        'model_config_requests_select_reader'
    ],
    'perf.model_config_requests has these policies'
);

select policies_are(
    'perf',
    'model_config_types',
    array[
        'model_config_types_select_login',
        'model_config_types_select_reader'
    ],
    'perf.model_config_types has these policies'
);

select policies_are(
    'perf',
    'model_tool_configs',
    array[
        'model_tool_configs_select_login',
        'model_tool_configs_select_reader'
    ],
    'perf.model_tool_configs has these policies'
);

select policies_are(
    'perf',
    'models',
    array[
        'models_select_login',
        'models_select_reader'
    ],
    'perf.models has these policies'
);

select policies_are(
    'perf',
    'performance_metrics_daily',
    array[
        'performance_metrics_daily_select_login',
        'performance_metrics_daily_select_reader'
    ],
    'perf.performance_metrics_daily has these policies'
);

select policies_are(
    'perf',
    'performance_metrics_hourly',
    array[
        'performance_metrics_hourly_select_login',
        'performance_metrics_hourly_select_reader'
    ],
    'perf.performance_metrics_hourly has these policies'
);

select policies_are(
    'perf',
    'performance_metrics_raw',
    array[
        'performance_metrics_raw_select_login',
        'performance_metrics_raw_select_reader'
    ],
    'perf.performance_metrics_raw has these policies'
);

select policies_are(
    'perf',
    'performance_metrics_weekly',
    array[
        'performance_metrics_weekly_select_login',
        'performance_metrics_weekly_select_reader'
    ],
    'perf.performance_metrics_weekly has these policies'
);

select policies_are(
    'perf',
    'profiles',
    array[
        'profiles_all_admin',
        'profiles_all_login',
        'profiles_select_analyst',
        'profiles_select_login',
        'profiles_select_self'
    ],
    'perf.profiles has these policies'
);

select policies_are(
    'perf',
    'retention',
    array[
        'retention_select_login',
        'retention_select_reader',
        'retention_update_admin',
        'retention_update_login'
    ],
    'perf.retention has these policies'
);

select policies_are(
    'perf',
    'tools',
    array[
        'tools_select_login',
        'tools_select_reader'
    ],
    'perf.tools has these policies'
);

select policies_are(
    'perf',
    'user_roles',
    array[
        'user_roles_all_admin',
        'user_roles_all_login',
        'user_roles_select_analyst',
        'user_roles_select_login',
        'user_roles_select_self'
    ],
    'perf.user_roles has these policies'
);

select policies_are(
    'perf_internal',
    'audit_head',
    array[
        'audit_head_select_login',
        'audit_head_select_reader'
    ],
    'perf_internal.audit_head has these policies'
);

select policies_are(
    'perf_internal',
    'audit_queue',
    array[
        'audit_queue_select_login',
        'audit_queue_select_reader'
    ],
    'perf_internal.audit_queue has these policies'
);

select policies_are(
    'perf_internal',
    'dropped_days',
    array[
        'dropped_days_select_login',
        'dropped_days_select_reader'
    ],
    'perf_internal.dropped_days has these policies'
);

select policies_are(
    'perf_internal',
    'performance_metrics',
    array[
        'performance_metrics_select_login',
        'performance_metrics_select_reader'
    ],
    'perf_internal.performance_metrics has these policies'
);

select policies_are(
    'perf_internal',
    'raw_partitions',
    array[
        'raw_partitions_select_login',
        'raw_partitions_select_reader'
    ],
    'perf_internal.raw_partitions has these policies'
);

select policies_are(
    'perf_internal',
    'rollup_state',
    array[
        'rollup_state_select_login',
        'rollup_state_select_reader'
    ],
    'perf_internal.rollup_state has these policies'
);

select policies_are(
    'perf_internal',
    'worker_runs',
    array[
        'worker_runs_select_login',
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
       where r.relkind in ('r', 'p') and not r.relrowsecurity $$,
    'every table has row level security'
);

select is_empty(
    $$ select r.oid::regclass from pg_temp.relations as r
       where r.relkind = 'v'
           and not coalesce(r.reloptions, '{}') && '{security_invoker=true,security_invoker=on}' $$,
    'every view asks with the rights of its reader'
);

select is_empty(
    $$ select f.oid::regprocedure from pg_temp.functions as f
       where f.prokind <> 'a'
           and not coalesce(f.proconfig, '{}') @> array['search_path=pg_catalog, pg_temp'] $$,
    'every function pins a search_path in which nobody''s objects come before the system''s'
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
        'perf.profiles delete authenticated',
        'perf.profiles delete perf_admin',
        'perf.profiles delete service_role',
        'perf.profiles insert authenticated',
        'perf.profiles insert perf_admin',
        'perf.profiles insert service_role',
        'perf.profiles update authenticated',
        'perf.profiles update perf_admin',
        'perf.profiles update service_role',
        'perf.retention.keep update authenticated',
        'perf.retention.keep update perf_admin',
        'perf.retention.keep update service_role',
        'perf.user_roles delete authenticated',
        'perf.user_roles delete perf_admin',
        'perf.user_roles delete service_role',
        'perf.user_roles insert authenticated',
        'perf.user_roles insert perf_admin',
        'perf.user_roles insert service_role',
        'perf.user_roles update authenticated',
        'perf.user_roles update perf_admin',
        'perf.user_roles update service_role'
    ],
    'these are the only tables that roles may write, and only so'
);

select is_empty(
    $$ select f.proname from pg_temp.functions as f group by f.proname having count(*) > 1 $$,
    'no name has two functions'
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
    $$ select k.conname, k.conrelid::regclass
       from pg_constraint as k
       join pg_temp.relations as r on r.oid = k.conrelid
       where k.contype = 'f'
           and k.conparentid = 0
           and not exists (
               select 1
               from pg_index as i
               where i.indrelid = k.conrelid
                   and (i.indkey::smallint[])[0:cardinality(k.conkey) - 1] @> k.conkey
           ) $$,
    'every foreign key has an index that starts with it'
);

select is_empty(
    $$ select k.conname, k.conrelid::regclass
       from pg_constraint as k
       join pg_temp.relations as r on r.oid = k.conrelid
       where not k.convalidated $$,
    'every constraint is valid'
);

-- What our functions use of pg_cron, which is in no database of the tests.
create schema cron;
create table cron.job (jobid bigint, jobname text, database text);
create table cron.job_run_details (
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
        'select f.oid::regprocedure, t.tgrelid::regclass, x.finding
        from pg_temp.functions as f
        join pg_language as l on l.oid = f.prolang and l.lanname = ''plpgsql''
        left join pg_trigger as t
            on t.tgfoid = f.oid and not t.tgisinternal and t.tgparentid = 0
        cross join lateral plpgsql_check_function(f.oid, coalesce(t.tgrelid, 0)) as x (finding)';
end
$$;

select is_empty('select * from pg_temp.get_findings()', 'plpgsql_check finds nothing');

select * from finish();
rollback;
