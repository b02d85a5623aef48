// The types of schema perf, for createClient<Database>() of supabase-js. `pgkit types` writes them.
//
// - bigint and numeric are numbers. JavaScript holds integers exactly up to 2^53, and PostgREST
//   writes NaN and infinity as texts.
// - Times, dates, intervals, ranges and uuids are texts.
// - PostgreSQL promises of no result of a function that it is not null, so each may be null here.
//   The same is true of the columns of a view.
// - An argument that has a default may be left out.

export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[]

export type Database = {
  perf: {
    Tables: {
      /** One outcome of a unit of an A/B test, of one metric. Written only by functions; kept 7 days, because rollups keep what tests need. */
      ab_outcomes: {
        Row: {
          /** When it came about. */
          created_at: string
          /** How many outcomes of this unit were recorded before. */
          earlier_count: number
          /** Sum of the outcomes of this unit that were recorded before. */
          earlier_sum: number
          /** Key, together with created_at. */
          id: number
          /** Test, variant and metric: the series of its rollups. */
          series_id: string
          /** Id of the transaction that recorded it; 0 if it was rolled up before a restore. */
          transaction_id: number
          /** The outcome, in the unit of its metric. */
          value: number
        }
        Insert: {
          created_at?: string
          earlier_count?: number
          earlier_sum?: number
          id?: number
          series_id: string
          transaction_id?: number
          value: number
        }
        Update: {
          created_at?: string
          earlier_count?: number
          earlier_sum?: number
          id?: number
          series_id?: string
          transaction_id?: number
          value?: number
        }
        Relationships: [
        ]
      }
      /** What an A/B test measures of each unit. */
      ab_test_metrics: {
        Row: {
          /** The limit: an outcome of source_metric counts as 1 above it, else as 0. */
          above: number | null
          /** Whether higher or lower values are better. */
          better: string
          /** Name of the metric, as the keys of the outcomes of perf.record_ab_outcome(). */
          metric: string
          /** The smallest difference of the means of B and A that matters, in the unit of the metric. */
          minimum_effect: number | null
          /** primary: decides the test; guardrail: must not become worse; other: is shown. */
          role: string
          /** For the share of outcomes above a limit: the outcome that is compared with it, for example response_time_ms. */
          source_metric: string | null
          /** The test. */
          test_id: string
        }
        Insert: {
          above?: number | null
          better: string
          metric: string
          minimum_effect?: number | null
          role: string
          source_metric?: string | null
          test_id: string
        }
        Update: {
          above?: number | null
          better?: string
          metric?: string
          minimum_effect?: number | null
          role?: string
          source_metric?: string | null
          test_id?: string
        }
        Relationships: [
          {
            foreignKeyName: "ab_test_metrics_test_id_fkey"
            columns: ["test_id"]
            isOneToOne: false
            referencedRelation: "model_ab_tests"
            referencedColumns: ["id"]
          },
        ]
      }
      /** What an admin has said about tokens and recorders. One row. */
      access_settings: {
        Row: {
          /** Whether recorders may use perf.get_own_calls(), set by perf.set_own_calls_readable(). */
          are_own_calls_readable: boolean
          /** Always 1. */
          id: number
          /** The claim of a token that gives roles, set by perf.set_role_claim(); null for none. */
          role_claim: string | null
          /** The names of the claim, outermost first. */
          role_claim_path: string[] | null
        }
        Insert: {
          are_own_calls_readable?: boolean
          id?: number
          role_claim?: string | null
          role_claim_path?: string[] | null
        }
        Update: {
          are_own_calls_readable?: boolean
          id?: number
          role_claim?: string | null
          role_claim_path?: string[] | null
        }
        Relationships: [
        ]
      }
      /** What happened to an alert, one row a change. Triggers write it. */
      alert_events: {
        Row: {
          /** The alert. */
          alert_id: number
          /** Who did it; null for an evaluation. */
          caller: string | null
          /** opened, escalated (more severe), eased (less severe), acknowledged or resolved. */
          event: string
          /** When it happened. */
          happened_at: string
          /** Key of the event. */
          id: number
          /** What was said: by a person or a check that ended it, else the message of the alert at that time. Null for nothing. */
          note: string | null
          /** The severity from then on. */
          severity: string
        }
        Insert: {
          alert_id: number
          caller?: string | null
          event: string
          happened_at: string
          id?: never
          note?: string | null
          severity: string
        }
        Update: {
          alert_id?: number
          caller?: string | null
          event?: string
          happened_at?: string
          id?: never
          note?: string | null
          severity?: string
        }
        Relationships: [
          {
            foreignKeyName: "alert_events_alert_id_fkey"
            columns: ["alert_id"]
            isOneToOne: false
            referencedRelation: "model_alerts"
            referencedColumns: ["id"]
          },
        ]
      }
      /** Who is told of alerts. Addresses and passwords are elsewhere: no API role can read them. */
      alert_receivers: {
        Row: {
          /** When its address or headers were last changed. */
          address_changed_at: string
          /** When it was made. */
          created_at: string
          /** Who made it. */
          created_by: string | null
          /** Whether it is told. */
          enabled: boolean
          /** Names of labels: alerts with the same values of them go in one message. Empty: all in one. */
          group_by: string[]
          /** How long a message waits for further alerts of its group. */
          group_wait: string
          /** Key of the receiver. */
          id: number
          /** webhook (JSON of ours), alertmanager (JSON of its webhooks), slack (and what takes the same) or email (SMTP). */
          kind: string
          /** Which alerts it is told of, as in perf.alert_silences; {} for all. */
          matcher: Json
          /** It is told of this severity and above. */
          minimum_severity: string
          /** Unique. */
          receiver_name: string
          /** After this time it is told again of alerts that are open and not acknowledged. */
          repeat_interval: string
          /** Whether it is told that an alert is over. */
          send_resolved: boolean
          /** How long one attempt may take. */
          timeout: string
          /** When it was last changed. */
          updated_at: string
        }
        Insert: {
          address_changed_at?: string
          created_at?: string
          created_by?: string | null
          enabled?: boolean
          group_by?: string[]
          group_wait?: string
          id?: never
          kind: string
          matcher?: Json
          minimum_severity?: string
          receiver_name: string
          repeat_interval?: string
          send_resolved?: boolean
          timeout?: string
          updated_at?: string
        }
        Update: {
          address_changed_at?: string
          created_at?: string
          created_by?: string | null
          enabled?: boolean
          group_by?: string[]
          group_wait?: string
          id?: never
          kind?: string
          matcher?: Json
          minimum_severity?: string
          receiver_name?: string
          repeat_interval?: string
          send_resolved?: boolean
          timeout?: string
          updated_at?: string
        }
        Relationships: [
        ]
      }
      /** From when until when nobody is told of alerts that match. The alerts open and resolve all the same. */
      alert_silences: {
        Row: {
          /** When it was made. */
          created_at: string
          /** Who made it. */
          created_by: string | null
          /** Who ended it early; null for nobody. */
          ended_by: string | null
          /** Until when it holds. */
          ends_at: string
          /** Key of the silence. */
          id: number
          /** Labels and the values that match: {"alert_type": "threshold", "model": ["a", "b"]}. A value, or an array of which one matches. Beside the labels of an alert: alert_type, severity, model_type, machine_id. */
          matcher: Json
          /** Why. */
          reason: string
          /** From when it holds. */
          starts_at: string
        }
        Insert: {
          created_at?: string
          created_by?: string | null
          ended_by?: string | null
          ends_at: string
          id?: never
          matcher: Json
          reason: string
          starts_at?: string
        }
        Update: {
          created_at?: string
          created_by?: string | null
          ended_by?: string | null
          ends_at?: string
          id?: never
          matcher?: Json
          reason?: string
          starts_at?: string
        }
        Relationships: [
        ]
      }
      /** Every change of a configuration, activation, request, approval rule, alert threshold, objective, silence, receiver, profile, role or retention, and of a model unless recording added it. Triggers refuse to change an entry; verify_audit_log() finds one that was changed all the same. */
      audit_log: {
        Row: {
          /** insert, update, delete or truncate. */
          action: string
          /** Whom the token named; null for a database login. */
          caller: string | null
          /** The database login of the session. */
          caller_login: string
          /** The database role in force, for example authenticated. */
          caller_role: string
          /** sha256 of the entry and previous_hash, as 64 hexadecimal digits; see perf_internal.get_audit_hash. */
          hash: string
          /** Position in the chain, from 1 without gaps. */
          id: number
          /** When the change was made; entries are in order of commit. */
          logged_at: string
          /** For an update, what they changed to; else the row. */
          new_values: Json | null
          /** For an update, the values that changed. */
          old_values: Json | null
          /** The hash of the entry before; of the first entry, of a fixed text. */
          previous_hash: string
          /** The key of the row; of several columns (user_roles, retention) with / between them, empty for a truncate. */
          row_id: string
          /** The table that changed, without its schema. */
          table_name: string
        }
        Insert: {
          action: string
          caller?: string | null
          caller_login: string
          caller_role: string
          hash: string
          id: number
          logged_at: string
          new_values?: Json | null
          old_values?: Json | null
          previous_hash: string
          row_id: string
          table_name: string
        }
        Update: {
          action?: string
          caller?: string | null
          caller_login?: string
          caller_role?: string
          hash?: string
          id?: number
          logged_at?: string
          new_values?: Json | null
          old_values?: Json | null
          previous_hash?: string
          row_id?: string
          table_name?: string
        }
        Relationships: [
        ]
      }
      /** How much calls may cost in a day, week or month. perf.check_alert_thresholds() opens an alert before it is spent. */
      budgets: {
        Row: {
          /** What may be spent in a period. */
          amount: number
          /** The price book that says what calls cost. */
          book: string
          /** Unique. */
          budget_name: string
          /** When it was made. */
          created_at: string
          /** Who made it. */
          created_by: string | null
          /** Currency by ISO 4217. Calls whose prices are in another one do not count. */
          currency: string
          /** Why it exists; null for nothing. */
          description: string | null
          /** Whether it raises alerts. */
          enabled: boolean
          /** Key of the budget. */
          id: number
          /** Which calls count: an object of values by label (model, tool, provider, model_type, parameters). Empty: all. */
          labels: Json
          /** daily, weekly (from Monday) or monthly: when it begins again. */
          period: string
          /** Where it says what to do; null for nothing. Notifications show it. */
          runbook_url: string | null
          /** The time zone of its days, weeks and months. */
          time_zone: string
          /** When it was last changed. */
          updated_at: string
          /** The share of the amount from which the alert is a warning. From the whole amount on it is critical. */
          warn_at: number
        }
        Insert: {
          amount: number
          book?: string
          budget_name: string
          created_at?: string
          created_by?: string | null
          currency?: string
          description?: string | null
          enabled?: boolean
          id?: never
          labels?: Json
          period?: string
          runbook_url?: string | null
          time_zone?: string
          updated_at?: string
          warn_at?: number
        }
        Update: {
          amount?: number
          book?: string
          budget_name?: string
          created_at?: string
          created_by?: string | null
          currency?: string
          description?: string | null
          enabled?: boolean
          id?: never
          labels?: Json
          period?: string
          runbook_url?: string | null
          time_zone?: string
          updated_at?: string
          warn_at?: number
        }
        Relationships: [
        ]
      }
      /** A person or thing that jobs show. */
      characters: {
        Row: {
          /** When the character was first used or added. */
          created_at: string
          /** Key of the character. */
          id: number
          /** Unique in its project. */
          name: string
          /** The project that it belongs to; null for none. */
          project_id: number | null
        }
        Insert: {
          created_at?: string
          id?: never
          name: string
          project_id?: number | null
        }
        Update: {
          created_at?: string
          id?: never
          name?: string
          project_id?: number | null
        }
        Relationships: [
          {
            foreignKeyName: "characters_project_id_fkey"
            columns: ["project_id"]
            isOneToOne: false
            referencedRelation: "projects"
            referencedColumns: ["id"]
          },
        ]
      }
      /** What a trained model is compared with when it is checked for drift. */
      drift_references: {
        Row: {
          /** End of the range, excluded. */
          end_time: string | null
          /** window: the features of a time range; profile: perf_internal.feature_profiles. */
          kind: string
          /** When it was set. */
          set_at: string
          /** Who set it. */
          set_by: string | null
          /** Start of the range of features, evaluations, calls and jobs; null for a profile. */
          start_time: string | null
          /** The model type on its machine. */
          trained_model_id: string
        }
        Insert: {
          end_time?: string | null
          kind: string
          set_at?: string
          set_by?: string | null
          start_time?: string | null
          trained_model_id: string
        }
        Update: {
          end_time?: string | null
          kind?: string
          set_at?: string
          set_by?: string | null
          start_time?: string | null
          trained_model_id?: string
        }
        Relationships: [
        ]
      }
      /** One generation job. A job that becomes completed or failed is measured: a trigger writes its row of perf.performance_metrics. */
      jobs: {
        Row: {
          /** Whom it shows; null for nobody named. */
          character_id: number | null
          /** When it completed, failed or was cancelled. */
          completed_at: string | null
          /** When it was asked for. */
          created_at: string
          /** Why it failed; null if it did not, or if unknown. */
          error_type: string | null
          /** The key of the job in a table of the application; makes recording it again harmless. Null without one. */
          external_id: string | null
          /** Key of the job. */
          id: number
          /** The key that jobs share with models, configurations and the daily log (sdxl, wan, ...); null if unknown. */
          model_type: string | null
          /** What the job was asked to do; numbers in it can be compared with quality scores. */
          parameters: Json
          /** What it is made for; null for nothing named. */
          project_id: number | null
          /** Size of what it makes, for example 1080p; null if unknown. */
          resolution_tier: string | null
          /** What the worker measured; docs/jobs.md lists the keys. Other keys are kept and not read. */
          result: Json | null
          /** The scene that it is made for; null for none. */
          scene_id: number | null
          /** When the worker began; null if unknown. */
          started_at: string | null
          /** queued, running, completed, failed or cancelled. */
          status: string
          /** Where it runs; null until a worker has it. */
          worker_id: number | null
          /** What it runs. */
          workflow_id: number
        }
        Insert: {
          character_id?: number | null
          completed_at?: string | null
          created_at?: string
          error_type?: string | null
          external_id?: string | null
          id?: never
          model_type?: string | null
          parameters?: Json
          project_id?: number | null
          resolution_tier?: string | null
          result?: Json | null
          scene_id?: number | null
          started_at?: string | null
          status?: string
          worker_id?: number | null
          workflow_id: number
        }
        Update: {
          character_id?: number | null
          completed_at?: string | null
          created_at?: string
          error_type?: string | null
          external_id?: string | null
          id?: never
          model_type?: string | null
          parameters?: Json
          project_id?: number | null
          resolution_tier?: string | null
          result?: Json | null
          scene_id?: number | null
          started_at?: string | null
          status?: string
          worker_id?: number | null
          workflow_id?: number
        }
        Relationships: [
          {
            foreignKeyName: "jobs_character_id_fkey"
            columns: ["character_id"]
            isOneToOne: false
            referencedRelation: "characters"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "jobs_project_id_fkey"
            columns: ["project_id"]
            isOneToOne: false
            referencedRelation: "projects"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "jobs_scene_id_fkey"
            columns: ["scene_id"]
            isOneToOne: false
            referencedRelation: "scenes"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "jobs_worker_id_fkey"
            columns: ["worker_id"]
            isOneToOne: false
            referencedRelation: "workers"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "jobs_workflow_id_fkey"
            columns: ["workflow_id"]
            isOneToOne: false
            referencedRelation: "workflows"
            referencedColumns: ["id"]
          },
        ]
      }
      /** What is measured, and what follows from it. Filled by the files of sql/metrics, and with named metrics when a row brings a new name. */
      metrics: {
        Row: {
          /** The metric it is made of; null for a measured, named or summary one. See kind. */
          base_metric: string | null
          /** Whether higher or lower values are better; null where neither is. */
          better: string | null
          /** Only raw rows with a higher id count in a named metric; 0 for all. perf.forget_metric() may have forgotten the name in the others. */
          counted_after_id: number
          /** SQL over a raw row r: a number, or null where the row does not have it. */
          expression: string | null
          /** Whether rollups keep a sketch of its values; without one it has no percentiles. */
          is_sketched: boolean
          /** measured: expression of every raw row; named: what rows bring under this name; summary: raw rows are summaries of many values, with the columns count, sum, m2, min, max and sketch (named, where the pipeline has a name_column); failed: base_metric of failed rows only; difference: the values of base_metric that are not in other_metric; share: how many of the values of other_metric are in base_metric. */
          kind: string
          /** What it says, in a sentence. */
          meaning: string
          /** Name of the metric, as perf.query_metrics() takes it. */
          metric: string
          /** For a difference, what is taken away; for a share, what it is a share of. */
          other_metric: string | null
          /** Which rows it is measured of, for example calls. */
          pipeline: string
          /** Unit of its values, for example ms. */
          unit: string
        }
        Insert: {
          base_metric?: string | null
          better?: string | null
          counted_after_id?: number
          expression?: string | null
          is_sketched?: boolean
          kind: string
          meaning: string
          metric: string
          other_metric?: string | null
          pipeline: string
          unit: string
        }
        Update: {
          base_metric?: string | null
          better?: string | null
          counted_after_id?: number
          expression?: string | null
          is_sketched?: boolean
          kind?: string
          meaning?: string
          metric?: string
          other_metric?: string | null
          pipeline?: string
          unit?: string
        }
        Relationships: [
        ]
      }
      /** An A/B test: model A, which is in use, against model B, which may replace it. */
      model_ab_tests: {
        Row: {
          /** When the row was written. */
          created_at: string
          /** Who started it. */
          created_by: string | null
          /** Key of the test. */
          id: string
          /** The machine that the models are for; null for all. */
          machine_id: string | null
          /** Key of model A at its owner; null for none. */
          model_a_id: string | null
          /** Version of model A. */
          model_a_version: string
          /** Key of model B at its owner; null for none. */
          model_b_id: string | null
          /** Version of model B. */
          model_b_version: string
          /** What kind of model both are. */
          model_type: string
          /** How many units both variants together need, as perf.get_ab_sample_size() says; null if not planned. */
          planned_units: number | null
          /** Why it was stopped, in words. */
          stop_reason: string | null
          /** Who stopped it; null while it runs. */
          stopped_by: string | null
          /** When it was stopped; null while it runs. */
          test_end: string | null
          /** Unique. */
          test_name: string
          /** Since when units are assigned. */
          test_start: string
          /** running or completed. */
          test_status: string
          /** Share of the units that get model B, between 0 and 1. */
          traffic_split: number
          /** What perf.get_ab_test_results() gave when the test was stopped; null while it runs. */
          winner_metrics: Json | null
          /** a, b, or none where neither was shown to be better; null while it runs. */
          winner_model: string | null
        }
        Insert: {
          created_at?: string
          created_by?: string | null
          id?: string
          machine_id?: string | null
          model_a_id?: string | null
          model_a_version: string
          model_b_id?: string | null
          model_b_version: string
          model_type: string
          planned_units?: number | null
          stop_reason?: string | null
          stopped_by?: string | null
          test_end?: string | null
          test_name: string
          test_start?: string
          test_status?: string
          traffic_split?: number
          winner_metrics?: Json | null
          winner_model?: string | null
        }
        Update: {
          created_at?: string
          created_by?: string | null
          id?: string
          machine_id?: string | null
          model_a_id?: string | null
          model_a_version?: string
          model_b_id?: string | null
          model_b_version?: string
          model_type?: string
          planned_units?: number | null
          stop_reason?: string | null
          stopped_by?: string | null
          test_end?: string | null
          test_name?: string
          test_start?: string
          test_status?: string
          traffic_split?: number
          winner_metrics?: Json | null
          winner_model?: string | null
        }
        Relationships: [
        ]
      }
      /** What was found wrong. There is one open alert of a type for a model type, machine and labels. */
      model_alerts: {
        Row: {
          /** When somebody said that they care for it; null before. Acknowledged alerts are not repeated. */
          acknowledged_at: string | null
          /** Who said it. */
          acknowledged_by: string | null
          /** What they said. */
          acknowledgement_note: string | null
          /** Facts, as last seen. */
          alert_details: Json
          /** What is wrong, in a sentence, as last seen. */
          alert_message: string
          /** When it was first seen. */
          alert_timestamp: string
          /** What kind of finding it is: threshold, anomaly, slo_burn_rate, budget, model_drift, training_failed, config_guard, verification_failed, schedule_late. */
          alert_type: string
          /** What was done without a person, for example retraining; null for nothing. */
          auto_action_taken: string | null
          /** Key of the alert. */
          id: number
          /** Whether it is over. */
          is_resolved: boolean
          /** What it is about beside model type and machine: the labels of the series, the metric, the rule. */
          labels: Json
          /** When it was last seen. */
          last_seen_at: string
          /** The machine; null for none. */
          machine_id: string | null
          /** The model type; null for none. */
          model_type: string | null
          /** How often it was seen again while it was open. */
          repeat_count: number
          /** Why it is over, in words. */
          resolution_note: string | null
          /** Who said that it is over; null where a later check found nothing. */
          resolved_by: string | null
          /** When it was over; null before. */
          resolved_timestamp: string | null
          /** info, warning or critical, as last seen. */
          severity: string
        }
        Insert: {
          acknowledged_at?: string | null
          acknowledged_by?: string | null
          acknowledgement_note?: string | null
          alert_details?: Json
          alert_message: string
          alert_timestamp?: string
          alert_type: string
          auto_action_taken?: string | null
          id?: never
          is_resolved?: boolean
          labels?: Json
          last_seen_at?: string
          machine_id?: string | null
          model_type?: string | null
          repeat_count?: number
          resolution_note?: string | null
          resolved_by?: string | null
          resolved_timestamp?: string | null
          severity: string
        }
        Update: {
          acknowledged_at?: string | null
          acknowledged_by?: string | null
          acknowledgement_note?: string | null
          alert_details?: Json
          alert_message?: string
          alert_timestamp?: string
          alert_type?: string
          auto_action_taken?: string | null
          id?: never
          is_resolved?: boolean
          labels?: Json
          last_seen_at?: string
          machine_id?: string | null
          model_type?: string | null
          repeat_count?: number
          resolution_note?: string | null
          resolved_by?: string | null
          resolved_timestamp?: string | null
          severity?: string
        }
        Relationships: [
        ]
      }
      /** When each version was in force, and who put it there. One insert writes an activation; see perf_internal.place_activation. */
      model_config_activations: {
        Row: {
          /** The person whom a token named; null for a database login and for the service key. */
          activated_by: string | null
          /** The database login of the session: PostgREST's own for every request that came through it. */
          activated_by_login: string
          /** The database role that acted: service_role for the service key. */
          activated_by_role: string
          /** When it came into force. */
          active_from: string
          /** When the next one did; null while it is in force. */
          active_until: string | null
          /** The version that was in force. */
          config_id: string
          /** When the schedule rolls back by itself: the guard as asked for, and the limit in the unit of the metric. */
          guard: Json | null
          /** watching; held: the time is over and all was well; broken: rolled back; superseded: another version was activated first. */
          guard_status: string | null
          /** Number of the activation. */
          id: number
          /** activate: somebody activated it; rollback: somebody went back to it; guard: check_config_guards() went back to it. */
          kind: string
          /** The type whose configuration changed. */
          model_type: string
          /** Why it was activated. */
          notes: string | null
          /** The activation that a rollback of one step brings back. After a rollback it is the one before the activation that was brought back, so two rollbacks go two steps back. */
          previous_id: number | null
          /** For a rollback, the activation that it brought back. */
          restores_id: number | null
        }
        Insert: {
          activated_by?: string | null
          activated_by_login: string
          activated_by_role: string
          active_from: string
          active_until?: string | null
          config_id: string
          guard?: Json | null
          guard_status?: string | null
          id?: never
          kind: string
          model_type: string
          notes?: string | null
          previous_id?: number | null
          restores_id?: number | null
        }
        Update: {
          activated_by?: string | null
          activated_by_login?: string
          activated_by_role?: string
          active_from?: string
          active_until?: string | null
          config_id?: string
          guard?: Json | null
          guard_status?: string | null
          id?: never
          kind?: string
          model_type?: string
          notes?: string | null
          previous_id?: number | null
          restores_id?: number | null
        }
        Relationships: [
          {
            foreignKeyName: "model_config_activations_activated_by_fkey"
            columns: ["activated_by"]
            isOneToOne: false
            referencedRelation: "profiles"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "model_config_activations_config_id_model_type_fkey"
            columns: ["config_id", "model_type"]
            isOneToOne: false
            referencedRelation: "model_config_history"
            referencedColumns: ["id", "model_type"]
          },
          {
            foreignKeyName: "model_config_activations_model_type_fkey"
            columns: ["model_type"]
            isOneToOne: false
            referencedRelation: "model_config_types"
            referencedColumns: ["model_type"]
          },
          {
            foreignKeyName: "model_config_activations_previous_id_fkey"
            columns: ["previous_id"]
            isOneToOne: false
            referencedRelation: "model_config_activations"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "model_config_activations_restores_id_fkey"
            columns: ["restores_id"]
            isOneToOne: false
            referencedRelation: "model_config_activations"
            referencedColumns: ["id"]
          },
        ]
      }
      /** A version of the configuration of a model type. Only is_active ever changes. */
      model_config_history: {
        Row: {
          /** The configuration, a JSON object of at most 1 MB. */
          config_data: Json
          /** A name for people; several versions may share it. */
          config_name: string
          /** When it was saved. */
          created_at: string
          /** The person whom a token named; null for a database login and for the service key. */
          created_by: string | null
          /** Key of the version. */
          id: string
          /** Whether the version is in force now; kept by triggers, always what the activations say. */
          is_active: boolean
          /** The type that it configures. */
          model_type: string
          /** Why it was saved. */
          notes: string | null
          /** Counts the versions of a model type from 1. */
          version: number
        }
        Insert: {
          config_data: Json
          config_name: string
          created_at?: string
          created_by?: string | null
          id?: string
          is_active?: boolean
          model_type: string
          notes?: string | null
          version: number
        }
        Update: {
          config_data?: Json
          config_name?: string
          created_at?: string
          created_by?: string | null
          id?: string
          is_active?: boolean
          model_type?: string
          notes?: string | null
          version?: number
        }
        Relationships: [
          {
            foreignKeyName: "model_config_history_created_by_fkey"
            columns: ["created_by"]
            isOneToOne: false
            referencedRelation: "profiles"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "model_config_history_model_type_fkey"
            columns: ["model_type"]
            isOneToOne: false
            referencedRelation: "model_config_types"
            referencedColumns: ["model_type"]
          },
        ]
      }
      /** A request to activate a version of a type that needs approval, and its decision. */
      model_config_requests: {
        Row: {
          /** The activation that an approval made; null otherwise. */
          activation_id: number | null
          /** The version to activate. */
          config_id: string
          /** When it was decided; null while open. */
          decided_at: string | null
          /** The person whom a token named; null for a login, for the service key, and while open. */
          decided_by: string | null
          /** The database login that decided; null while open. */
          decided_by_login: string | null
          /** The database role that decided; null while open. */
          decided_by_role: string | null
          /** Why, in the words of the decider. */
          decision_notes: string | null
          /** The guard that the activation gets; null for none. */
          guard: Json | null
          /** Number of the request, for approve_activation() and reject_activation(). */
          id: number
          /** The type whose configuration is to change. */
          model_type: string
          /** Why, in the words of the requester. */
          notes: string | null
          /** When it was asked for. */
          requested_at: string
          /** The person whom a token named; null for a database login and for the service key. */
          requested_by: string | null
          /** The database login of the session: PostgREST's own for every request that came through it. */
          requested_by_login: string
          /** The database role that acted: service_role for the service key. */
          requested_by_role: string
          /** open; approved: activated; rejected: by a second person; withdrawn: by the requester. */
          status: string
        }
        Insert: {
          activation_id?: number | null
          config_id: string
          decided_at?: string | null
          decided_by?: string | null
          decided_by_login?: string | null
          decided_by_role?: string | null
          decision_notes?: string | null
          guard?: Json | null
          id?: never
          model_type: string
          notes?: string | null
          requested_at?: string
          requested_by?: string | null
          requested_by_login: string
          requested_by_role: string
          status?: string
        }
        Update: {
          activation_id?: number | null
          config_id?: string
          decided_at?: string | null
          decided_by?: string | null
          decided_by_login?: string | null
          decided_by_role?: string | null
          decision_notes?: string | null
          guard?: Json | null
          id?: never
          model_type?: string
          notes?: string | null
          requested_at?: string
          requested_by?: string | null
          requested_by_login?: string
          requested_by_role?: string
          status?: string
        }
        Relationships: [
          {
            foreignKeyName: "model_config_requests_activation_id_fkey"
            columns: ["activation_id"]
            isOneToOne: false
            referencedRelation: "model_config_activations"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "model_config_requests_config_id_model_type_fkey"
            columns: ["config_id", "model_type"]
            isOneToOne: false
            referencedRelation: "model_config_history"
            referencedColumns: ["id", "model_type"]
          },
          {
            foreignKeyName: "model_config_requests_decided_by_fkey"
            columns: ["decided_by"]
            isOneToOne: false
            referencedRelation: "profiles"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "model_config_requests_model_type_fkey"
            columns: ["model_type"]
            isOneToOne: false
            referencedRelation: "model_config_types"
            referencedColumns: ["model_type"]
          },
          {
            foreignKeyName: "model_config_requests_requested_by_fkey"
            columns: ["requested_by"]
            isOneToOne: false
            referencedRelation: "profiles"
            referencedColumns: ["id"]
          },
        ]
      }
      /** A model type that has configurations. A change of a type locks its row here, so changes happen one after the other. */
      model_config_types: {
        Row: {
          /** Name of the type, as in perf.models. */
          model_type: string
          /** Whether a second person has to approve an activation. */
          needs_approval: boolean
        }
        Insert: {
          model_type: string
          needs_approval?: boolean
        }
        Update: {
          model_type?: string
          needs_approval?: boolean
        }
        Relationships: [
        ]
      }
      /** What each check of a trained model for drift found. */
      model_drift_checks: {
        Row: {
          /** When it was checked. */
          checked_at: string
          /** Each test with method, statistic, p-value, threshold and counts; see perf.check_model_drift(). */
          drift_details: Json
          /** Whether anything drifted; null if nothing was tested. */
          drift_detected: boolean | null
          /** The largest effect of what drifted, 0 (nothing) to 1; null if nothing was tested. */
          drift_score: number | null
          /** End of the range, excluded. */
          end_time: string
          /** Key of the check. */
          id: number
          /** End of that range, excluded. */
          reference_end: string | null
          /** Start of the range it was compared with; null for a profile. */
          reference_start: string | null
          /** Start of the range that was checked. */
          start_time: string
          /** The model type on its machine. */
          trained_model_id: string
          /** The training that the check asked for; null for none. */
          training_id: string | null
        }
        Insert: {
          checked_at?: string
          drift_details: Json
          drift_detected?: boolean | null
          drift_score?: number | null
          end_time: string
          id?: never
          reference_end?: string | null
          reference_start?: string | null
          start_time: string
          trained_model_id: string
          training_id?: string | null
        }
        Update: {
          checked_at?: string
          drift_details?: Json
          drift_detected?: boolean | null
          drift_score?: number | null
          end_time?: string
          id?: never
          reference_end?: string | null
          reference_start?: string | null
          start_time?: string
          trained_model_id?: string
          training_id?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "model_drift_checks_training_id_fkey"
            columns: ["training_id"]
            isOneToOne: false
            referencedRelation: "model_training_history"
            referencedColumns: ["id"]
          },
        ]
      }
      /** Generations of a model type on a day (UTC): jobs and calls. Filled from rollups by perf.aggregate_model_performance_logs(). */
      model_performance_logs: {
        Row: {
          /** Mean time of the timed_generations, in ms; null if there are none. */
          avg_generation_time_ms: number | null
          /** Mean quality_rating of the rated_generations; null if there are none. */
          avg_quality_rating: number | null
          /** How many of the generations are calls. */
          call_count: number
          /** When the row was first written. */
          created_at: string
          /** The day (UTC). */
          date: string
          /** Those that failed. */
          failed_generations: number
          /** Key of the row. */
          id: string
          /** How many of the generations are jobs. */
          job_count: number
          /** The model type. */
          model_type: string
          /** Successful generations that have a quality rating: the weight of avg_quality_rating. */
          rated_generations: number
          /** Those that succeeded. */
          successful_generations: number
          /** Successful generations that have a time: the weight of avg_generation_time_ms. */
          timed_generations: number
          /** Jobs that completed or failed, and calls. */
          total_generations: number
          /** Time of all generations, also failed ones, in ms; null if none has a time. */
          total_processing_time_ms: number | null
          /** When the row last changed. */
          updated_at: string
        }
        Insert: {
          avg_generation_time_ms?: number | null
          avg_quality_rating?: number | null
          call_count?: number
          created_at?: string
          date: string
          failed_generations?: number
          id?: string
          job_count?: number
          model_type: string
          rated_generations?: number
          successful_generations?: number
          timed_generations?: number
          total_generations?: number
          total_processing_time_ms?: number | null
          updated_at?: string
        }
        Update: {
          avg_generation_time_ms?: number | null
          avg_quality_rating?: number | null
          call_count?: number
          created_at?: string
          date?: string
          failed_generations?: number
          id?: string
          job_count?: number
          model_type?: string
          rated_generations?: number
          successful_generations?: number
          timed_generations?: number
          total_generations?: number
          total_processing_time_ms?: number | null
          updated_at?: string
        }
        Relationships: [
        ]
      }
      /** One evaluation of a trained model. Written only by functions; kept for ever. */
      model_performance_metrics: {
        Row: {
          /** When the row was written. */
          created_at: string
          /** Share of the data that was there, 0 to 1. */
          data_completeness: number | null
          /** What the last drift check of this evaluation found; see perf.check_model_drift(). */
          drift_details: Json | null
          /** Whether the last drift check of this evaluation found drift; null before one. */
          drift_detected: boolean | null
          /** Of the last drift check of this evaluation, 0 to 1; null before one. */
          drift_score: number | null
          /** When it was evaluated. */
          evaluation_date: string
          /** Harmonic mean of precision and recall, 0 to 1. */
          f1_score: number | null
          /** Key, together with evaluation_date. */
          id: number
          /** The machine that the model is for; null for none. */
          machine_id: string | null
          /** Mean absolute error, in the unit of what is predicted. */
          mae: number | null
          /** Mean absolute percentage error, in percent. */
          mape: number | null
          /** Further metrics by name, for example {"auc": 0.91}; null for none. */
          metrics: Json | null
          /** Key of the model at its owner; null for none. */
          model_id: string | null
          /** What kind of model it is. */
          model_type: string
          /** Version of the model; null if unknown. */
          model_version: string | null
          /** True positives over all that were predicted to be positive, 0 to 1. */
          precision: number | null
          /** Coefficient of determination, at most 1; below 0 it is worse than the mean. */
          r_squared: number | null
          /** True positives over all that are positive, 0 to 1. */
          recall: number | null
          /** Root of the mean squared error, in the unit of what is predicted. */
          rmse: number | null
          /** How many cases it was evaluated on. */
          sample_count: number | null
          /** Model type and machine: the series of its rollups. */
          series_id: string
          /** Id of the transaction that recorded it; 0 if it was rolled up before a restore. */
          transaction_id: number
        }
        Insert: {
          created_at?: string
          data_completeness?: number | null
          drift_details?: Json | null
          drift_detected?: boolean | null
          drift_score?: number | null
          evaluation_date?: string
          f1_score?: number | null
          id?: number
          machine_id?: string | null
          mae?: number | null
          mape?: number | null
          metrics?: Json | null
          model_id?: string | null
          model_type: string
          model_version?: string | null
          precision?: number | null
          r_squared?: number | null
          recall?: number | null
          rmse?: number | null
          sample_count?: number | null
          series_id: string
          transaction_id?: number
        }
        Update: {
          created_at?: string
          data_completeness?: number | null
          drift_details?: Json | null
          drift_detected?: boolean | null
          drift_score?: number | null
          evaluation_date?: string
          f1_score?: number | null
          id?: number
          machine_id?: string | null
          mae?: number | null
          mape?: number | null
          metrics?: Json | null
          model_id?: string | null
          model_type?: string
          model_version?: string | null
          precision?: number | null
          r_squared?: number | null
          recall?: number | null
          rmse?: number | null
          sample_count?: number | null
          series_id?: string
          transaction_id?: number
        }
        Relationships: [
        ]
      }
      /** What a million tokens of a model cost, from a time on. A price holds until the next one of the same book, model and provider. */
      model_prices: {
        Row: {
          /** The price book. Reports read the book standard where they are told no other. */
          book: string
          /** Price of a million input tokens that the provider writes to its cache; null: as input_price. */
          cache_write_price: number | null
          /** Price of a million input tokens that the provider reads from its cache; null: as input_price. */
          cached_input_price: number | null
          /** When it was set. */
          created_at: string
          /** Who set it. */
          created_by: string | null
          /** Currency by ISO 4217, for example USD. */
          currency: string
          /** Key of the price. */
          id: number
          /** Price of a million input tokens that the cache has no part in. */
          input_price: number
          /** Whether all prices are 0, which must be said, because a missing price is often read as 0. */
          is_free: boolean
          /** The name of the model as calls have it. There may be prices before the first call. */
          model_name: string
          /** Price of a million output tokens, with those of reasoning. */
          output_price: number
          /** Only for calls that this provider served; null for any. A price for the provider goes before one for any. */
          provider: string | null
          /** Where the price is from; null for unknown. */
          source: string | null
          /** From when it holds: a whole hour of UTC, because reports read whole hours. */
          valid_from: string
        }
        Insert: {
          book?: string
          cache_write_price?: number | null
          cached_input_price?: number | null
          created_at?: string
          created_by?: string | null
          currency?: string
          id?: never
          input_price: number
          is_free?: boolean
          model_name: string
          output_price: number
          provider?: string | null
          source?: string | null
          valid_from: string
        }
        Update: {
          book?: string
          cache_write_price?: number | null
          cached_input_price?: number | null
          created_at?: string
          created_by?: string | null
          currency?: string
          id?: never
          input_price?: number
          is_free?: boolean
          model_name?: string
          output_price?: number
          provider?: string | null
          source?: string | null
          valid_from?: string
        }
        Relationships: [
        ]
      }
      /** A model, a tool, one set of the parameters that affect performance, and who served the calls. */
      model_tool_configs: {
        Row: {
          /** When the first such call was recorded. */
          created_at: string
          /** Key of the configuration, and the series of its rollups. */
          id: string
          /** The model that is called. */
          model_id: string
          /** Hash of thinking_mode, use_websearch, streaming, max_tokens and temperature; set by a trigger. */
          parameter_hash: string
          /** All parameters of the first call of this set, also those that are not hashed. */
          parameters: Json
          /** Who served these calls, where that is not the provider of the model: a router has one model from several. Null for the provider of the model. */
          provider: string | null
          /** What it is called for. */
          tool_id: string
        }
        Insert: {
          created_at?: string
          id?: string
          model_id: string
          parameter_hash: string
          parameters?: Json
          provider?: string | null
          tool_id: string
        }
        Update: {
          created_at?: string
          id?: string
          model_id?: string
          parameter_hash?: string
          parameters?: Json
          provider?: string | null
          tool_id?: string
        }
        Relationships: [
          {
            foreignKeyName: "model_tool_configs_model_id_fkey"
            columns: ["model_id"]
            isOneToOne: false
            referencedRelation: "models"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "model_tool_configs_tool_id_fkey"
            columns: ["tool_id"]
            isOneToOne: false
            referencedRelation: "tools"
            referencedColumns: ["id"]
          },
        ]
      }
      /** One training of a model: asked for, claimed by a trainer, completed, failed or cancelled. */
      model_training_history: {
        Row: {
          /** How often it was claimed. */
          attempt_count: number
          /** The trainer that has it, or had it last; null before. */
          claimed_by: string | null
          /** Why it failed, or its last attempt, or why it was cancelled; at most 2000 characters. Null when it completed. */
          error_message: string | null
          /** What it was trained with. */
          hyperparameters: Json | null
          /** Key of the training. */
          id: string
          /** The metric that performance_improvement compares. */
          improvement_metric: string | null
          /** When another trainer may claim it, unless perf.heartbeat_training() comes before; null unless it is running. */
          lease_expires_at: string | null
          /** Of the last claim. What the trainer shows to prove that it still has it; null before. */
          lease_id: string | null
          /** The machine that the model is for; null for none. */
          machine_id: string | null
          /** How often it may be claimed until it counts as failed. */
          max_attempts: number
          /** How good the new model is: metrics by name, as perf.record_model_metrics() takes them. */
          metrics: Json | null
          /** Key of the new model at its owner; null for none. */
          model_id: string | null
          /** What kind of model is trained. */
          model_type: string
          /** Version of the new model. */
          model_version: string | null
          /** How much better improvement_metric is than that of the last completed training of the model that has it, over its absolute value: 0.1 is 10 % better, whether higher or lower is better. Null without one, over 0, and where perf.metrics does not say which is better. */
          performance_improvement: number | null
          /** When it was asked for. */
          requested_at: string
          /** Who asked for it. */
          requested_by: string | null
          /** How many cases it was trained on; null if unknown. */
          sample_count: number | null
          /** Time of the last data it was trained on; null if unknown. */
          training_data_end: string | null
          /** Time of the first data it was trained on; null if unknown. */
          training_data_start: string | null
          /** When it completed, failed or was cancelled; null before. */
          training_end: string | null
          /** When a trainer claimed it, the last time; null before. */
          training_start: string | null
          /** pending, running, completed, failed or cancelled. */
          training_status: string
          /** Why, in words. */
          trigger_reason: string | null
          /** Why it was asked for: manual, scheduled, drift or degradation. */
          trigger_type: string
        }
        Insert: {
          attempt_count?: number
          claimed_by?: string | null
          error_message?: string | null
          hyperparameters?: Json | null
          id?: string
          improvement_metric?: string | null
          lease_expires_at?: string | null
          lease_id?: string | null
          machine_id?: string | null
          max_attempts?: number
          metrics?: Json | null
          model_id?: string | null
          model_type: string
          model_version?: string | null
          performance_improvement?: number | null
          requested_at?: string
          requested_by?: string | null
          sample_count?: number | null
          training_data_end?: string | null
          training_data_start?: string | null
          training_end?: string | null
          training_start?: string | null
          training_status?: string
          trigger_reason?: string | null
          trigger_type: string
        }
        Update: {
          attempt_count?: number
          claimed_by?: string | null
          error_message?: string | null
          hyperparameters?: Json | null
          id?: string
          improvement_metric?: string | null
          lease_expires_at?: string | null
          lease_id?: string | null
          machine_id?: string | null
          max_attempts?: number
          metrics?: Json | null
          model_id?: string | null
          model_type?: string
          model_version?: string | null
          performance_improvement?: number | null
          requested_at?: string
          requested_by?: string | null
          sample_count?: number | null
          training_data_end?: string | null
          training_data_start?: string | null
          training_end?: string | null
          training_start?: string | null
          training_status?: string
          trigger_reason?: string | null
          trigger_type?: string
        }
        Relationships: [
        ]
      }
      /** A model that is called. */
      models: {
        Row: {
          /** When the model was first used or registered. */
          created_at: string
          /** Key of the model. */
          id: string
          /** The key that configurations and generation logs share (sdxl, wan, ...). */
          model_type: string | null
          /** Unique, so best written provider/model. */
          name: string
          /** Who serves the model: what recording says, else what stands before the first slash of the name, else unknown. */
          provider: string
        }
        Insert: {
          created_at?: string
          id?: string
          model_type?: string | null
          name: string
          provider: string
        }
        Update: {
          created_at?: string
          id?: string
          model_type?: string | null
          name?: string
          provider?: string
        }
        Relationships: [
        ]
      }
      /** Limits of a metric. perf.check_alert_thresholds() compares them with what was measured. */
      performance_alert_thresholds: {
        Row: {
          /** Null: the value itself is compared. hour_of_week: how many robust standard deviations it is from its own past at this hour of the week. */
          baseline: string | null
          /** When it was made. */
          created_at: string
          /** Who made it. */
          created_by: string | null
          /** A value beyond it is critical. Further out than warning_threshold. */
          critical_threshold: number
          /** Why it exists; null for nothing. */
          description: string | null
          /** Which values are bad: above or below the thresholds; with a baseline also both. By default the worse ones by perf.metrics. */
          direction: string
          /** Whether it is evaluated. */
          enabled: boolean
          /** How long a value must be beyond a threshold before the alert opens. As for in Prometheus. */
          for_duration: string
          /** Names of labels: each combination of their values is evaluated by itself. Empty: all series together. */
          group_by: string[]
          /** Key of the threshold. */
          id: number
          /** How long the alert stays open after the last value beyond. As keep_firing_for in Prometheus. */
          keep_firing_for: string
          /** A metric of perf.metrics. */
          metric_name: string
          /** With fewer values in the window there is no data. For statistic count and sum without effect. */
          minimum_sample: number
          /** What it means that there is no data: keep (nothing changes), resolve (as a good value) or alert (as a critical value). */
          no_data: string
          /** An open alert stays open until the value is on the good side of it; null: of warning_threshold. */
          recovery_threshold: number | null
          /** Where it says what to do; null for nothing. Notifications show it. */
          runbook_url: string | null
          /** The workflow or worker of the scope; else null. */
          scope_id: number | null
          /** The labels that a series must have, for scope_type labels: {"model": "openai/gpt-4o"}. */
          scope_labels: Json
          /** Which series it is for: global (all of the pipeline of the metric), workflow, worker, or labels. A threshold of the same metric whose scope is narrower takes the series that it matches out of a wider one. */
          scope_type: string
          /** What of the values of the window is compared: avg, min, max, p50, p95, p99, sum, count, or rate (of a share such as error_rate the share, of another metric values per second). By default rate for a share, else avg. */
          statistic: string
          /** How much time before the evaluation counts. */
          time_window: string
          /** When it was last changed. */
          updated_at: string
          /** A value beyond it is a warning. In the unit of the metric; with a baseline in deviations. */
          warning_threshold: number
          /** scope_id of a worker. */
          worker_id: number | null
          /** scope_id of a workflow. */
          workflow_id: number | null
        }
        Insert: {
          baseline?: string | null
          created_at?: string
          created_by?: string | null
          critical_threshold: number
          description?: string | null
          direction: string
          enabled?: boolean
          for_duration?: string
          group_by?: string[]
          id?: never
          keep_firing_for?: string
          metric_name: string
          minimum_sample?: number
          no_data?: string
          recovery_threshold?: number | null
          runbook_url?: string | null
          scope_id?: number | null
          scope_labels?: Json
          scope_type?: string
          statistic: string
          time_window?: string
          updated_at?: string
          warning_threshold: number
          worker_id?: never
          workflow_id?: never
        }
        Update: {
          baseline?: string | null
          created_at?: string
          created_by?: string | null
          critical_threshold?: number
          description?: string | null
          direction?: string
          enabled?: boolean
          for_duration?: string
          group_by?: string[]
          id?: never
          keep_firing_for?: string
          metric_name?: string
          minimum_sample?: number
          no_data?: string
          recovery_threshold?: number | null
          runbook_url?: string | null
          scope_id?: number | null
          scope_labels?: Json
          scope_type?: string
          statistic?: string
          time_window?: string
          updated_at?: string
          warning_threshold?: number
          worker_id?: never
          workflow_id?: never
        }
        Relationships: [
          {
            foreignKeyName: "performance_alert_thresholds_metric_name_fkey"
            columns: ["metric_name"]
            isOneToOne: false
            referencedRelation: "metrics"
            referencedColumns: ["metric"]
          },
          {
            foreignKeyName: "performance_alert_thresholds_worker_id_fkey"
            columns: ["worker_id"]
            isOneToOne: false
            referencedRelation: "workers"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "performance_alert_thresholds_workflow_id_fkey"
            columns: ["workflow_id"]
            isOneToOne: false
            referencedRelation: "workflows"
            referencedColumns: ["id"]
          },
        ]
      }
      /** What was measured of one job. Written only by functions; kept 90 days. */
      performance_metrics: {
        Row: {
          /** Whom it shows; null for nobody named. */
          character_id: number | null
          /** When the job completed or failed. Its hour, day, week and month follow from this. */
          created_at: string
          /** Why it failed; null if it did not, or if unknown. */
          error_type: string | null
          /** Whether the job failed. */
          failed: boolean
          /** Frames that were made; null if unknown. */
          frame_count: number | null
          /** Key, together with created_at. */
          id: number
          /** The job of perf.jobs. */
          job_id: number
          /** The model type; null if unknown. */
          model_type: string | null
          /** Stages in their order, for example [{"name": "load_model", "duration_ms": 1200}]; null if unknown. */
          pipeline_stages_json: Json | null
          /** What it was made for; null for nothing named. */
          project_id: number | null
          /** Quality scores by name, for example {"likeness": 0.92}; null if there are none. */
          quality_scores_json: Json | null
          /** Size of what it made, for example 1080p; null if unknown. */
          resolution_tier: string | null
          /** The scene that it was made for; null for none. */
          scene_id: number | null
          /** Workflow, worker, resolution tier and model type: the series of its rollups. */
          series_id: string
          /** Time per frame as the worker measured it, in ms; null if unknown. */
          time_per_frame_ms: number | null
          /** Time that GPUs worked, in ms, of all GPUs together; null if unknown. */
          total_gpu_time_ms: number | null
          /** Time from start to end, in ms; null if unknown. */
          total_wall_time_ms: number | null
          /** Id of the transaction that recorded it; 0 if it was rolled up before a restore. */
          transaction_id: number
          /** Most GPU memory that was in use, in MB; null if unknown. */
          vram_peak_mb: number | null
          /** Where it ran; null if it failed before a worker had it. */
          worker_id: number | null
          /** What the job ran. */
          workflow_id: number
        }
        Insert: {
          character_id?: number | null
          created_at?: string
          error_type?: string | null
          failed?: boolean
          frame_count?: number | null
          id?: number
          job_id: number
          model_type?: string | null
          pipeline_stages_json?: Json | null
          project_id?: number | null
          quality_scores_json?: Json | null
          resolution_tier?: string | null
          scene_id?: number | null
          series_id: string
          time_per_frame_ms?: number | null
          total_gpu_time_ms?: number | null
          total_wall_time_ms?: number | null
          transaction_id?: number
          vram_peak_mb?: number | null
          worker_id?: number | null
          workflow_id: number
        }
        Update: {
          character_id?: number | null
          created_at?: string
          error_type?: string | null
          failed?: boolean
          frame_count?: number | null
          id?: number
          job_id?: number
          model_type?: string | null
          pipeline_stages_json?: Json | null
          project_id?: number | null
          quality_scores_json?: Json | null
          resolution_tier?: string | null
          scene_id?: number | null
          series_id?: string
          time_per_frame_ms?: number | null
          total_gpu_time_ms?: number | null
          total_wall_time_ms?: number | null
          transaction_id?: number
          vram_peak_mb?: number | null
          worker_id?: number | null
          workflow_id?: number
        }
        Relationships: [
        ]
      }
      /** One call. Written only by functions; kept 7 days. */
      performance_metrics_raw: {
        Row: {
          /** Those of input_tokens that the provider wrote to its cache; null if unknown. */
          cache_write_tokens: number | null
          /** Those of input_tokens that the provider read from its cache; null if unknown. */
          cached_input_tokens: number | null
          /** When the call was made. Its hour, day and week follow from this. */
          call_timestamp: string
          /** What the provider billed for the call, in the currency of the prices of the model; null if unknown. */
          cost: number | null
          /** When the call was recorded; null if at call_timestamp, or if loaded in bulk. */
          created_at: string | null
          /** What went wrong, for example timeout; null if nothing or unknown. */
          error_type: string | null
          /** Time to the first token. */
          first_token_ms: number | null
          /** The call_id of the caller, which makes a retry harmless; null without one. */
          id: string | null
          /** Tokens that the call sent, with those of the cache; null if unknown. */
          input_tokens: number | null
          /** Model, tool and parameters: an id of perf.model_tool_configs. */
          model_tool_config_id: string
          /** Tokens that the call got back, with those of reasoning; null if unknown. */
          output_tokens: number | null
          /** Those of output_tokens that the model used to reason; null if unknown. */
          reasoning_tokens: number | null
          /** Who recorded the call: an id of perf.recorders; null if loaded in bulk. */
          recorder_id: number | null
          /** Milliseconds until the whole answer was there, 0 to 1e10. */
          response_time_ms: number
          /** Whether the call succeeded. */
          success: boolean
          /** Id of the transaction that recorded the call; 0 if the call was rolled up before a restore. */
          transaction_id: number
        }
        Insert: {
          cache_write_tokens?: number | null
          cached_input_tokens?: number | null
          call_timestamp: string
          cost?: number | null
          created_at?: string | null
          error_type?: string | null
          first_token_ms?: number | null
          id?: string | null
          input_tokens?: number | null
          model_tool_config_id: string
          output_tokens?: number | null
          reasoning_tokens?: number | null
          recorder_id?: number | null
          response_time_ms: number
          success: boolean
          transaction_id?: number
        }
        Update: {
          cache_write_tokens?: number | null
          cached_input_tokens?: number | null
          call_timestamp?: string
          cost?: number | null
          created_at?: string | null
          error_type?: string | null
          first_token_ms?: number | null
          id?: string | null
          input_tokens?: number | null
          model_tool_config_id?: string
          output_tokens?: number | null
          reasoning_tokens?: number | null
          recorder_id?: number | null
          response_time_ms?: number
          success?: boolean
          transaction_id?: number
        }
        Relationships: [
        ]
      }
      /** A person or service as tokens know it. */
      profiles: {
        Row: {
          /** When the profile was made. */
          created_at: string
          /** The claim sub of the token where that is a UUID, else perf.get_subject_id(sub). */
          id: string
          /** The claim sub of the token, where that is no UUID and perf.grant_role() was given it. */
          subject: string | null
          /** Unique. grant_role() takes it; without one it is the sub. */
          username: string
        }
        Insert: {
          created_at?: string
          id: string
          subject?: string | null
          username: string
        }
        Update: {
          created_at?: string
          id?: string
          subject?: string | null
          username?: string
        }
        Relationships: [
        ]
      }
      /** What jobs are made for. */
      projects: {
        Row: {
          /** When the project was first used or added. */
          created_at: string
          /** Key of the project. */
          id: number
          /** Unique. */
          name: string
        }
        Insert: {
          created_at?: string
          id?: never
          name: string
        }
        Update: {
          created_at?: string
          id?: never
          name?: string
        }
        Relationships: [
        ]
      }
      /** Who recorded calls: users of tokens, and database roles. */
      recorders: {
        Row: {
          /** When it first recorded. */
          created_at: string
          /** The recorder_id of perf.performance_metrics_raw. */
          id: number
          /** The database role, such as service_role, that recorded without a user; else null. */
          login: string | null
          /** The user that the token named, an id of perf.profiles where there is a profile; null for a database role. */
          user_id: string | null
        }
        Insert: {
          created_at?: string
          id?: never
          login?: string | null
          user_id?: string | null
        }
        Update: {
          created_at?: string
          id?: never
          login?: string | null
          user_id?: string | null
        }
        Relationships: [
        ]
      }
      /** How long each level of a pipeline is kept; change it with update. */
      retention: {
        Row: {
          /** Cleanup has removed the rows before this time; null if it has removed none. */
          deleted_before: string | null
          /** Age at which rows go; null keeps them for ever. */
          keep: string | null
          /** What is kept: raw rows, hourly, daily or weekly rollups, job_history, or alert_history. */
          level: string
          /** A pipeline of perf.metrics, or schedule or alerts. */
          pipeline: string
        }
        Insert: {
          deleted_before?: string | null
          keep?: string | null
          level: string
          pipeline: string
        }
        Update: {
          deleted_before?: string | null
          keep?: string | null
          level?: string
          pipeline?: string
        }
        Relationships: [
        ]
      }
      /** A part of a project that jobs are made for. */
      scenes: {
        Row: {
          /** When the scene was first used or added. */
          created_at: string
          /** Key of the scene. */
          id: number
          /** Unique in its project. */
          name: string
          /** The project that it belongs to; null for none. */
          project_id: number | null
        }
        Insert: {
          created_at?: string
          id?: never
          name: string
          project_id?: number | null
        }
        Update: {
          created_at?: string
          id?: never
          name?: string
          project_id?: number | null
        }
        Relationships: [
          {
            foreignKeyName: "scenes_project_id_fkey"
            columns: ["project_id"]
            isOneToOne: false
            referencedRelation: "projects"
            referencedColumns: ["id"]
          },
        ]
      }
      /** Service level objectives: which share of the values of a metric must be good over a time window. */
      slo_objectives: {
        Row: {
          /** When it was made. */
          created_at: string
          /** Who made it. */
          created_by: string | null
          /** Why it exists; null for nothing. */
          description: string | null
          /** Whether it is evaluated. */
          enabled: boolean
          /** A value up to it is good. In the unit of the metric; null for a share. */
          faster_than: number | null
          /** Names of labels: each combination of their values has an error budget of its own. */
          group_by: string[]
          /** Key of the objective. */
          id: number
          /** With faster_than any metric that has a sketch, for example response_time_ms. Without, a share: success_rate (that share is good) or failure_rate (the rest is good). */
          metric_name: string
          /** With fewer values in the long window of a pair, the pair does not alert. */
          minimum_sample: number
          /** Unique. */
          objective_name: string
          /** Where it says what to do; null for nothing. Notifications show it. */
          runbook_url: string | null
          /** The labels that a series must have: {"model": "openai/gpt-4o"}. Empty: all series. */
          scope_labels: Json
          /** Share that must be good, for example 0.99. */
          target: number
          /** The time over which it must be good. */
          time_window: string
          /** When it was last changed. */
          updated_at: string
        }
        Insert: {
          created_at?: string
          created_by?: string | null
          description?: string | null
          enabled?: boolean
          faster_than?: number | null
          group_by?: string[]
          id?: never
          metric_name: string
          minimum_sample?: number
          objective_name: string
          runbook_url?: string | null
          scope_labels?: Json
          target: number
          time_window?: string
          updated_at?: string
        }
        Update: {
          created_at?: string
          created_by?: string | null
          description?: string | null
          enabled?: boolean
          faster_than?: number | null
          group_by?: string[]
          id?: never
          metric_name?: string
          minimum_sample?: number
          objective_name?: string
          runbook_url?: string | null
          scope_labels?: Json
          target?: number
          time_window?: string
          updated_at?: string
        }
        Relationships: [
          {
            foreignKeyName: "slo_objectives_metric_name_fkey"
            columns: ["metric_name"]
            isOneToOne: false
            referencedRelation: "metrics"
            referencedColumns: ["metric"]
          },
        ]
      }
      /** What a model is called for: chat, search, a function of your own. */
      tools: {
        Row: {
          /** When the tool was first used. */
          created_at: string
          /** For people; pgkit does not read it. */
          description: string | null
          /** Key of the tool. */
          id: string
          /** Unique. The tool_name that recording gives. */
          name: string
        }
        Insert: {
          created_at?: string
          description?: string | null
          id?: string
          name: string
        }
        Update: {
          created_at?: string
          description?: string | null
          id?: string
          name?: string
        }
        Relationships: [
        ]
      }
      /** Which profile has which role. */
      user_roles: {
        Row: {
          /** When the role was given. */
          granted_at: string
          /** The role that it has. */
          role: Database["perf"]["Enums"]["app_role"]
          /** The profile that has the role. */
          user_id: string
        }
        Insert: {
          granted_at?: string
          role: Database["perf"]["Enums"]["app_role"]
          user_id: string
        }
        Update: {
          granted_at?: string
          role?: Database["perf"]["Enums"]["app_role"]
          user_id?: string
        }
        Relationships: [
          {
            foreignKeyName: "user_roles_user_id_fkey"
            columns: ["user_id"]
            isOneToOne: false
            referencedRelation: "profiles"
            referencedColumns: ["id"]
          },
        ]
      }
      /** A time in which a worker was offered for jobs. Those of one worker do not overlap. */
      worker_availability: {
        Row: {
          /** Start. */
          available_from: string
          /** End; null while it lasts. */
          available_until: string | null
          /** Key of the time. */
          id: number
          /** Whose time it is. */
          worker_id: number
        }
        Insert: {
          available_from: string
          available_until?: string | null
          id?: never
          worker_id: number
        }
        Update: {
          available_from?: string
          available_until?: string | null
          id?: never
          worker_id?: number
        }
        Relationships: [
          {
            foreignKeyName: "worker_availability_worker_id_fkey"
            columns: ["worker_id"]
            isOneToOne: false
            referencedRelation: "workers"
            referencedColumns: ["id"]
          },
        ]
      }
      /** A machine that runs jobs. */
      workers: {
        Row: {
          /** When the worker was first used or added. */
          created_at: string
          /** What it is, for example RTX 4090; null if unknown. */
          hardware: string | null
          /** Key of the worker. */
          id: number
          /** Unique. */
          name: string
          /** Since when it is no longer used; null while it is. Its history stays. */
          retired_at: string | null
          /** Memory of its GPU in MB; null if unknown. */
          vram_mb: number | null
        }
        Insert: {
          created_at?: string
          hardware?: string | null
          id?: never
          name: string
          retired_at?: string | null
          vram_mb?: number | null
        }
        Update: {
          created_at?: string
          hardware?: string | null
          id?: never
          name?: string
          retired_at?: string | null
          vram_mb?: number | null
        }
        Relationships: [
        ]
      }
      /** A way to make something: what a job runs. */
      workflows: {
        Row: {
          /** When the workflow was first used or added. */
          created_at: string
          /** For people; pgkit does not read it. */
          description: string | null
          /** Key of the workflow. */
          id: number
          /** Unique. */
          name: string
          /** Since when it is no longer used; null while it is. Its history stays. */
          retired_at: string | null
        }
        Insert: {
          created_at?: string
          description?: string | null
          id?: never
          name: string
          retired_at?: string | null
        }
        Update: {
          created_at?: string
          description?: string | null
          id?: never
          name?: string
          retired_at?: string | null
        }
        Relationships: [
        ]
      }
    }
    Views: {
      /** Calls by configuration and day that runs have rolled up; by default kept 2 years; times in milliseconds. */
      performance_metrics_daily: {
        Row: {
          /** Mean of the tokens sent, of calls that give them. */
          avg_input_tokens: number | null
          /** Mean of the tokens got back, of calls that give them. */
          avg_output_tokens: number | null
          /** Mean response time of all calls, in ms. */
          avg_response_time: number | null
          /** Number of calls. */
          call_count: number | null
          /** When a run first wrote the bucket. */
          created_at: string | null
          /** Number of calls that failed. */
          error_count: number | null
          /** Made from configuration, granularity and time; the same at every reading. */
          id: string | null
          /** Longest response time, in ms. */
          max_response_time: number | null
          /** Shortest response time, in ms. */
          min_response_time: number | null
          /** Model, tool and parameters: an id of perf.model_tool_configs. */
          model_tool_config_id: string | null
          /** Median of the times to the first token, in ms, within 0.5 %. */
          p50_first_token_ms: number | null
          /** Median of the response times, in ms, within 0.5 %. */
          p50_response_time: number | null
          /** 95th percentile of the times to the first token, in ms, within 0.5 %. */
          p95_first_token_ms: number | null
          /** 95th percentile of the response times, in ms, within 0.5 %. */
          p95_response_time: number | null
          /** 99th percentile of the times to the first token, in ms, within 0.5 %. */
          p99_first_token_ms: number | null
          /** 99th percentile of the response times, in ms, within 0.5 %. */
          p99_response_time: number | null
          /** Number of calls that succeeded. */
          success_count: number | null
          /** Start of the day (UTC). */
          time_bucket: string | null
          /** All tokens sent. */
          total_input_tokens: number | null
          /** All tokens got back. */
          total_output_tokens: number | null
        }
        Relationships: [
        ]
      }
      /** Calls by configuration and hour that runs have rolled up; by default kept 90 days; times in milliseconds. */
      performance_metrics_hourly: {
        Row: {
          /** Mean of the tokens sent, of calls that give them. */
          avg_input_tokens: number | null
          /** Mean of the tokens got back, of calls that give them. */
          avg_output_tokens: number | null
          /** Mean response time of all calls, in ms. */
          avg_response_time: number | null
          /** Number of calls. */
          call_count: number | null
          /** When a run first wrote the bucket. */
          created_at: string | null
          /** Number of calls that failed. */
          error_count: number | null
          /** Made from configuration, granularity and time; the same at every reading. */
          id: string | null
          /** Longest response time, in ms. */
          max_response_time: number | null
          /** Shortest response time, in ms. */
          min_response_time: number | null
          /** Model, tool and parameters: an id of perf.model_tool_configs. */
          model_tool_config_id: string | null
          /** Median of the times to the first token, in ms, within 0.5 %. */
          p50_first_token_ms: number | null
          /** Median of the response times, in ms, within 0.5 %. */
          p50_response_time: number | null
          /** 95th percentile of the times to the first token, in ms, within 0.5 %. */
          p95_first_token_ms: number | null
          /** 95th percentile of the response times, in ms, within 0.5 %. */
          p95_response_time: number | null
          /** 99th percentile of the times to the first token, in ms, within 0.5 %. */
          p99_first_token_ms: number | null
          /** 99th percentile of the response times, in ms, within 0.5 %. */
          p99_response_time: number | null
          /** Number of calls that succeeded. */
          success_count: number | null
          /** Start of the hour (UTC). */
          time_bucket: string | null
          /** All tokens sent. */
          total_input_tokens: number | null
          /** All tokens got back. */
          total_output_tokens: number | null
        }
        Relationships: [
        ]
      }
      /** Calls by configuration and week that runs have rolled up; by default kept for ever; times in milliseconds. */
      performance_metrics_weekly: {
        Row: {
          /** Mean of the tokens sent, of calls that give them. */
          avg_input_tokens: number | null
          /** Mean of the tokens got back, of calls that give them. */
          avg_output_tokens: number | null
          /** Mean response time of all calls, in ms. */
          avg_response_time: number | null
          /** Number of calls. */
          call_count: number | null
          /** When a run first wrote the bucket. */
          created_at: string | null
          /** Number of calls that failed. */
          error_count: number | null
          /** Made from configuration, granularity and time; the same at every reading. */
          id: string | null
          /** Longest response time, in ms. */
          max_response_time: number | null
          /** Shortest response time, in ms. */
          min_response_time: number | null
          /** Model, tool and parameters: an id of perf.model_tool_configs. */
          model_tool_config_id: string | null
          /** Median of the times to the first token, in ms, within 0.5 %. */
          p50_first_token_ms: number | null
          /** Median of the response times, in ms, within 0.5 %. */
          p50_response_time: number | null
          /** 95th percentile of the times to the first token, in ms, within 0.5 %. */
          p95_first_token_ms: number | null
          /** 95th percentile of the response times, in ms, within 0.5 %. */
          p95_response_time: number | null
          /** 99th percentile of the times to the first token, in ms, within 0.5 %. */
          p99_first_token_ms: number | null
          /** 99th percentile of the response times, in ms, within 0.5 %. */
          p99_response_time: number | null
          /** Number of calls that succeeded. */
          success_count: number | null
          /** Start of the week, a Monday (UTC). */
          time_bucket: string | null
          /** All tokens sent. */
          total_input_tokens: number | null
          /** All tokens got back. */
          total_output_tokens: number | null
        }
        Relationships: [
        ]
      }
      /** A/B tests that run, with their models and what decides them. */
      v_active_ab_tests: {
        Row: {
          /** How long that is; negative before it. */
          age: string | null
          /** Whether higher or lower values of it are better. */
          better: string | null
          /** Who started it. */
          created_by: string | null
          /** The test_id that functions take. */
          id: string | null
          /** The machine that the models are for; null for all. */
          machine_id: string | null
          /** The smallest difference of its means that matters, in its unit. */
          minimum_effect: number | null
          /** Key of model A at its owner; null for none. */
          model_a_id: string | null
          /** Version of model A, which is in use. */
          model_a_version: string | null
          /** Key of model B at its owner; null for none. */
          model_b_id: string | null
          /** Version of model B, which may replace it. */
          model_b_version: string | null
          /** What kind of model both are. */
          model_type: string | null
          /** How many units both variants together need; null if not planned. */
          planned_units: number | null
          /** The metric that decides. */
          primary_metric: string | null
          /** Unique. */
          test_name: string | null
          /** Since when units are assigned. */
          test_start: string | null
          /** Share of the units that get model B, between 0 and 1. */
          traffic_split: number | null
        }
        Relationships: [
        ]
      }
      /** The latest evaluation of each model type and machine, and what its last drift check found. Of several evaluations at one time it is the one recorded last. */
      v_latest_model_performance: {
        Row: {
          /** When the row was written. */
          created_at: string | null
          /** Share of the data that was there, 0 to 1. */
          data_completeness: number | null
          /** What that check found; see perf.check_model_drift(). */
          drift_details: Json | null
          /** Whether the last drift check of this evaluation found drift; null before one. */
          drift_detected: boolean | null
          /** Of that check, 0 to 1. */
          drift_score: number | null
          /** When it was evaluated. */
          evaluation_date: string | null
          /** Harmonic mean of precision and recall, 0 to 1. */
          f1_score: number | null
          /** Key of the evaluation, together with evaluation_date. */
          id: number | null
          /** The machine that the model is for; null for none. */
          machine_id: string | null
          /** Mean absolute error, in the unit of what is predicted. */
          mae: number | null
          /** Mean absolute percentage error, in percent. */
          mape: number | null
          /** Further metrics by name; null for none. */
          metrics: Json | null
          /** Key of the model at its owner; null for none. */
          model_id: string | null
          /** What kind of model it is. */
          model_type: string | null
          /** Version of the model; null if unknown. */
          model_version: string | null
          /** True positives over all that were predicted to be positive, 0 to 1. */
          precision: number | null
          /** Coefficient of determination, at most 1. */
          r_squared: number | null
          /** True positives over all that are positive, 0 to 1. */
          recall: number | null
          /** Root of the mean squared error, in the unit of what is predicted. */
          rmse: number | null
          /** How many cases it was evaluated on. */
          sample_count: number | null
        }
        Relationships: [
        ]
      }
      /** Alerts that are open; see perf.model_alerts. */
      v_unresolved_model_alerts: {
        Row: {
          /** When somebody said that they care for it; null before. */
          acknowledged_at: string | null
          /** Who said it. */
          acknowledged_by: string | null
          /** What they said. */
          acknowledgement_note: string | null
          /** Facts, as last seen. */
          alert_details: Json | null
          /** What is wrong, in a sentence, as last seen. */
          alert_message: string | null
          /** When it was first seen. */
          alert_timestamp: string | null
          /** What kind of finding it is, for example model_drift. */
          alert_type: string | null
          /** What was done without a person, for example retraining; null for nothing. */
          auto_action_taken: string | null
          /** Key of the alert. */
          id: number | null
          /** What it is about beside model type and machine. */
          labels: Json | null
          /** When it was last seen. */
          last_seen_at: string | null
          /** The machine; null for none. */
          machine_id: string | null
          /** The model type; null for none. */
          model_type: string | null
          /** How often it was seen again while it was open. */
          repeat_count: number | null
          /** info, warning or critical, as last seen. */
          severity: string | null
        }
        Relationships: [
        ]
      }
    }
    Functions: {
      /** Says that the caller cares for an alert, which is then not repeated; note is kept with it, 1 to 1000 characters. A second call is harmless: false means that the alert was acknowledged before, or is resolved, and nothing changes. Notifies the channel perf_alerts. Errors: 22023 bad note, PT404 no such alert, 42501 not an admin. */
      acknowledge_alert: {
        Args: {
          /** Key of the alert, an id of perf.model_alerts. */
          alert_id: number
          /** Why, in 1 to 1000 characters; null for nothing. */
          note?: string | null
        }
        Returns: boolean | null
      }
      /** Puts a version in force in place of the active one; returns the activation. If the version is active already, that is the activation there is. A guard lets check_config_guards() roll back by itself: {"metric": "error_rate", "worse_than": 0.05 (a limit) or "20%" (worse than the value before), "within": "1 hour", "min_calls": 50}; metrics are those of get_config_impact(), and min_calls counts jobs where they are of jobs. Errors: 22023 bad guard, 42501 not an admin, PT404 unknown id, PT409 approval needed. */
      activate_model_config: {
        Args: {
          /** The version to activate, an id of perf.model_config_history. */
          id: string
          /** Why, in words; null for nothing. */
          notes?: string | null
          /** Object that says when it is rolled back by itself; null for never. */
          guard?: Json
        }
        Returns: Database["perf"]["Tables"]["model_config_activations"]["Row"]
        SetofOptions: {
          from: "*"
          to: "model_config_activations"
          isOneToOne: true
          isSetofReturn: false
        }
      }
      /** Brings the daily log up to date: per model type and day (UTC) the sum of the rollups of jobs and calls, and of rows that no run has read yet. Without dates it finds the days itself, up to the day of as_of, also those of late jobs. With a start_date or end_date it computes every day from the one to before the other again. Returns how many rows are new, changed, or removed because their model type has nothing on that day any more. Days whose daily rollups retention has removed keep their rows. Errors: 22023 bad argument, 42501 not an admin, PT409 while a restore is under way. */
      aggregate_model_performance_logs: {
        Args: {
          /** First day (UTC) that is computed again; null finds the days by itself. */
          start_date?: string | null
          /** Day (UTC) before which days are computed again; null finds the days by itself. */
          end_date?: string | null
          /** Days up to that of this time are computed. */
          as_of?: string
        }
        Returns: {
          new_rows: number | null
          changed_rows: number | null
          removed_rows: number | null
        }[]
      }
      /** Adds every row that no run has read yet to its hour, day and week, however old it is; of one pipeline, or of all. Returns the number of rows. Rows of transactions that are still open wait for the next run; so do rows of the transaction that calls it. Errors: 42501 not an admin, PT404 no such pipeline, PT409 while a restore is under way. */
      aggregate_performance_metrics: {
        Args: {
          /** Only this pipeline, for example calls or jobs; null for all. */
          pipeline?: string | null
        }
        Returns: number | null
      }
      /** Activates what another admin, or the service key, asked for; returns the activation. Errors: 42501 not an admin, the requester, or not known to be somebody else; PT404 unknown request; PT409 not open. */
      approve_activation: {
        Args: {
          /** Key of the request, an id of perf.model_config_requests. */
          request_id: number
          /** Why, in words; null for nothing. */
          notes?: string | null
        }
        Returns: Database["perf"]["Tables"]["model_config_activations"]["Row"]
        SetofOptions: {
          from: "*"
          to: "model_config_activations"
          isOneToOne: true
          isSetofReturn: false
        }
      }
      /** The variant of a unit, for example a user, and its model. It writes nothing: the same test and unit always give the same answer, here and in any client. Take the SHA-256 hash of the UTF-8 text test_id:unit_key, with the id in lower case, and its first 52 bits (13 hexadecimal digits) divided by 2^52: below traffic_split it is b, else a. Before its start a test gives a, completed it gives its winner, or a without one. Errors: 22023 bad unit_key, PT404 no such test, 42501 neither recorder nor analyst. */
      assign_ab_variant: {
        Args: {
          /** Key of the A/B test, an id of perf.model_ab_tests. */
          test_id: string
          /** Key of the unit of an A/B test, for example a user. */
          unit_key: string
        }
        Returns: {
          variant: string | null
          model_id: string | null
          model_version: string | null
        }[]
      }
      /** The alerts that a threshold, enabled or not, would have opened from start_time until end_time, had it been evaluated at each step with what is recorded now: labels of the alert, severity (the worst), fired_at, resolved_at (null: open at end_time), how long it was open in the range, the value that opened it and the worst one, in the unit of the metric. Without a step it is evaluated each minute, or each hour where raw rows of the range and of the window before it are no longer kept; then a window counts whole hours. A threshold with a baseline is evaluated each hour. All is ok at start_time, so an alert that is open then opens anew, and a range in two parts gives other alerts than the whole. is_flap: it was open for less than 5 minutes, or opened at most 30 minutes after the one before it with the same labels. Narrower thresholds take their series as they are now. perf.get_backtest_summary() counts them. Errors: 22023 bad argument, raw rows or hours that are no longer kept, more than 10,000,000 steps of all groups (with a baseline 3,000), or more than max_rows (at most 100000) rows, 42501 not an analyst, PT404 no such threshold. */
      backtest_alert_threshold: {
        Args: {
          /** Key of the threshold, an id of perf.performance_alert_thresholds. */
          threshold_id: number
          /** Start of the range, part of it. */
          start_time: string
          /** End of the range, not part of it. */
          end_time?: string
          /** Time between two evaluations; null for a minute or an hour, as raw rows are kept. */
          step?: string | null
          /** More rows than so many are refused, 1 to 100000. */
          max_rows?: number
        }
        Returns: {
          labels: Json
          severity: string | null
          fired_at: string | null
          resolved_at: string | null
          duration: string | null
          fired_value: number | null
          worst_value: number | null
          is_flap: boolean | null
        }[]
      }
      /** Cancels a job that is queued or running. It is not measured. A retry is harmless: false means that the job was cancelled before. Errors: 22023 bad argument, PT404 no such job, PT409 the job completed or failed, 42501 not a recorder. */
      cancel_job: {
        Args: {
          /** Key of the job, an id of perf.jobs. */
          job_id: number
          /** When it was cancelled. */
          cancelled_at?: string
        }
        Returns: boolean | null
      }
      /** Withdraws a training that is pending or running, for example one of a model type that was misspelt. It is no failure, and opens no alert. A trainer that has it is refused (PT409) with its next step. error_message is reason without control characters, at most 2000 characters of it. A repeated call is harmless: false means that it was cancelled before. Notifies the channel perf_trainings. Errors: PT404 no such training, PT409 it completed or failed, 42501 not an admin. */
      cancel_training: {
        Args: {
          /** Key of the training. */
          training_id: string
          /** Why, in words; null for nothing. */
          reason?: string | null
        }
        Returns: boolean | null
      }
      /** Relationship for PostgREST: the character of a job's row. */
      characters: {
        Args: { "": Database["perf"]["Tables"]["performance_metrics"]["Row"] }
        Returns: Database["perf"]["Tables"]["characters"]["Row"][]
        SetofOptions: {
          from: "performance_metrics"
          to: "characters"
          isOneToOne: true
          isSetofReturn: true
        }
      }
      /** Compares all enabled thresholds, objectives and budgets with what was measured until as_of, opens, updates and resolves their alerts, and returns the series whose state or severity changed: state ok, pending, firing or recovering; severity of the alert, null without an open one; value now; alert_id of its alert, open or just resolved. Runs every minute by schedule. A run with an as_of that is not after that of the last run does nothing. Where thresholds, objectives or budgets as a whole cannot be evaluated, the others are, and perf.get_health() says why. Errors: 22023 bad time or more than a minute in the future, 42501 not an admin. */
      check_alert_thresholds: {
        Args: {
          /** The time that counts as now. */
          as_of?: string
        }
        Returns: {
          alert_type: string | null
          rule_id: number | null
          labels: Json
          state: string | null
          severity: string | null
          value: number | null
          alert_id: number | null
        }[]
      }
      /** Rolls back every activation whose guard is broken and ends guards whose time is over; returns those. Runs every minute by schedule. Errors: 22023, 42501 not an admin. */
      check_config_guards: {
        Args: {
          /** The time that counts as now. */
          as_of?: string
        }
        Returns: {
          model_type: string | null
          activation_id: number | null
          guard_status: string | null
          value: number | null
          call_count: number | null
        }[]
      }
      /** Whether a trained model is used on other data, or does worse, in a range than in its reference (perf.set_drift_reference(), perf.save_feature_profile()). Tests each feature and the share of its missing values; each metric of its evaluations (against those of the reference, of a profile those before the range), and the calls and jobs of the model type, of all machines, in their hours. Only a change for the worse counts, where perf.metrics says what is better. method: auto is Kolmogorov-Smirnov for numbers (where the deviation of the reference is below 5 % of its mean also Student's t: the smaller p value, doubled, and method says kolmogorov_smirnov or student_t) and chi-square for categories, both with a minimum effect; a named one has none: kolmogorov_smirnov, psi, jensen_shannon, wasserstein (for numbers; its p value is that of kolmogorov_smirnov), chi_square (for categories). What is not made for a type is the method of auto. Where one side has fewer values than minimum_sample (at least 10), or fewer than 5 evaluations, nothing is tested. The p values of all tests are corrected together: holm (without drift, at most alpha of all checks find one), benjamini_hochberg (of what is found, at most alpha is no drift) or none. drift_score is the largest effect of what drifted, 0 (nothing) to 1. Where nothing was tested, drift_detected and drift_score are null. drift_details has windows (reference: kind, start_time, end_time; current: start_time, end_time), method, alpha, correction, minimum_sample, and two arrays. tests, the worst first: kind (feature, missing, metric, calls, jobs), name, method, statistic, p_value, adjusted_p_value (both 0 below 1e-30), effect (0 to 1: of numbers the largest difference of their distribution functions, of categories of the share of any set of them, of missing values and failures of their share, of metrics how much more often one side is higher), threshold (the statistic with p_value alpha; null if unknown), n_reference, n_current, reference_value, current_value (means or shares; null for categories), drifted, note (why it does not count; else null). skipped: kind, name, n_reference, n_current, reason. The check is kept, see perf.get_drift_checks(), and in the last evaluation before end_time, if anything was tested. With retrain a drift asks for a training, see perf.trigger_retraining(). Errors: 22023 bad argument, or a range that overlaps the reference, 42501 not an admin, PT404 no such model, PT409 no reference, or a restore is under way. */
      check_model_drift: {
        Args: {
          /** The model type, for example sdxl. */
          model_type: string
          /** The machine; null for a model that is for none. */
          machine_id?: string | null
          /** Start of the range, part of it. */
          start_time?: string
          /** End of the range, not part of it. */
          end_time?: string
          /** How features are tested, for example auto, psi or kolmogorov_smirnov. */
          method?: string
          /** Probability of an error that the tests may have, between 0 and 1. */
          alpha?: number
          /** Fewest values on each side for a test, at least 10. */
          minimum_sample?: number
          /** How p values are corrected for many tests: holm, benjamini_hochberg or none. */
          correction?: string
          /** Whether a training is asked for where drift is found. */
          retrain?: boolean
        }
        Returns: {
          check_id: number | null
          drift_detected: boolean | null
          drift_score: number | null
          drift_details: Json
          training_id: string | null
        }[]
      }
      /** Gives pgkit worker the messages that are to be sent now, with the secret address of each receiver. It first makes the messages: one for each receiver and group of alerts with something to tell or to repeat, and of which no earlier message is still to be delivered. The worker holds them for the time of the lease, 1 second to 1 hour; then they may be claimed again. delivery_id and payload of a message stay the same in every attempt; attempt_count tells the attempts apart. A receiver has at most 10 messages out at a time. At most max_deliveries, 1 to 1000, shared fairly between receivers. The claim also looks whether the schedule is late. Errors: 22023 bad argument, 42501 not a member of perf_notifier. */
      claim_alert_deliveries: {
        Args: {
          /** Name of who claims it, for people. */
          worker: string
          /** How long the claim holds, 1 second to 1 hour. */
          lease?: string
          /** At most so many messages, 1 to 1000. */
          max_deliveries?: number
          /** The time that counts as now. */
          as_of?: string
        }
        Returns: {
          delivery_id: string | null
          receiver_name: string | null
          kind: string | null
          address: string | null
          headers: Json
          timeout: string | null
          attempt_count: number | null
          payload: Json
        }[]
      }
      /** Gives a trainer the training that was asked for first and that nobody has, of some model types or all; no row when there is none. It is held for the time of the lease, 1 second to 7 days, and longer with perf.heartbeat_training(). When the lease is over the training may be claimed again, max_attempts times in all; after that the next claim fails it. Every later step shows lease_id. Of trainers that claim at once each gets another training, and none waits. Notifies the channel perf_trainings. Errors: 22023 bad argument, 42501 not a recorder. */
      claim_training: {
        Args: {
          /** Name of who claims it, for people. */
          worker: string
          /** Only trainings of these model types; null for all. */
          model_types?: string[] | null
          /** How long the claim holds, 1 second to 7 days. */
          lease?: string
        }
        Returns: {
          training_id: string | null
          lease_id: string | null
          lease_expires_at: string | null
          model_type: string | null
          machine_id: string | null
          trigger_type: string | null
          trigger_reason: string | null
          requested_at: string | null
          attempt_count: number | null
          max_attempts: number | null
        }[]
      }
      /** Removes what perf.retention no longer keeps: whole partitions of raw rows once they are rolled up and verified, rollup rows by age. Returns what it removed, with rows and bytes, or why a partition stayed. Call it in a transaction of its own. Errors: 22023 bad as_of, 42501 not an admin, PT409 not read committed, or others work on partitions. */
      cleanup_old_performance_data: {
        Args: {
          /** The time that counts as now. */
          as_of?: string
        }
        Returns: {
          pipeline: string | null
          level: string | null
          name: string | null
          dropped_rows: number | null
          freed_bytes: number | null
          kept_because: string | null
        }[]
      }
      /** What differs from version a to version b: path (keys and array positions from 0), setting (the same as a JSON path), kind (added, removed, changed), old and new value. Applied to a it gives b. Errors: 22023 more than max_rows rows, 42501 not an analyst, PT404 unknown id. */
      compare_model_configs: {
        Args: {
          /** The first version, an id of perf.model_config_history. */
          id_a: string
          /** The second version, an id of perf.model_config_history. */
          id_b: string
          /** At most so many rows are returned, 1 to 100000. */
          max_rows?: number
        }
        Returns: {
          path: string[] | null
          setting: string | null
          kind: string | null
          old_value: Json
          new_value: Json
        }[]
      }
      /** What changed in metrics from a period to the one before it, by default the one of the same length that ends at start_time. Of a period that is not over, what is over by as_of counts, and the same part of the period before. A row for each metric and statistic: count, average (or share), p50 and p95 (where the metric has percentiles) and total, with the difference, its confidence interval in the unit of the statistic, the difference in percent of the value before with the interval of their ratio (perf_internal.get_percent_interval), and a verdict: better, worse (average, share and percentiles, where better says which is better), higher, lower, no_clear_change, or insufficient_data (fewer than min_count values on a side; of count, on both sides). Intervals: Student's t of an average, Wilson's of a share, ranks of a percentile, Poisson of a count, compound Poisson of a total; values that come in bursts vary more than that. Count and total of the period before are scaled to the length of the period, and note says so. Ranges are exact. Where raw rows or hours are gone, they are shorter, never longer. It was observed, not tried: whatever else changed is in the difference. Errors: 22023 bad argument, a label that no series has, or periods that overlap, 42501 not an analyst, PT404 no such metric. */
      compare_periods: {
        Args: {
          /** Names of metrics, as in perf.metrics, 1 to 100. */
          metrics: string[]
          /** Start of the range, part of it. */
          start_time: string
          /** End of the range, not part of it. */
          end_time: string
          /** Start of the period before, part of it; null: it ends at start_time. */
          before_start?: string | null
          /** End of the period before, not part of it; null: it is as long as the period. */
          before_end?: string | null
          /** Only what has these labels: an object of values by label; {} for all. */
          labels?: Json
          /** Fewest values on each side for a verdict. */
          min_count?: number
          /** Probability of the intervals, between 0 and 1. */
          confidence?: number
          /** The time that counts as now. */
          as_of?: string
        }
        Returns: {
          metric: string | null
          statistic: string | null
          unit: string | null
          better: string | null
          before_value: number | null
          value: number | null
          difference: number | null
          difference_low: number | null
          difference_high: number | null
          percent: number | null
          percent_low: number | null
          percent_high: number | null
          before_count: number | null
          count: number | null
          verdict: string | null
          note: string | null
          range_start: string | null
          range_end: string | null
          before_range_start: string | null
          before_range_end: string | null
        }[]
      }
      /** Workers by one metric (null: time_per_frame_ms, or total_wall_time_ms where that is not measured), best first, over the hours that start in a range. Each is compared with the first of worker_ids (verdict baseline) on jobs of the same workflow, resolution tier and model type, so a worker with easy jobs does not win: difference is in percent of the first (failure rate: points), and rank goes by it. compared_share is how many of the worker's jobs could be compared. A worker with fewer than min_jobs such jobs has no rank, and note says why. value is the plain mean of all successful jobs. Verdicts go by adjusted_p_value, which is corrected over all workers. Errors: 22023 bad argument, 42501 not an analyst, PT404 unknown worker or metric. */
      compare_workers: {
        Args: {
          /** Keys of workers; each is compared with the first. */
          worker_ids: number[]
          /** Start of the range, part of it. */
          start_time?: string
          /** End of the range, not part of it. */
          end_time?: string
          /** Metric to compare; null for time_per_frame_ms, or total_wall_time_ms where that is missing. */
          metric?: string | null
          /** Fewest jobs for a rank or a verdict. */
          min_jobs?: number
          /** Probability of the intervals, between 0 and 1. */
          confidence?: number
          /** Only jobs of this size, for example 1080p; null for any. */
          resolution_tier?: string | null
          /** Only jobs of this model type; null for any. */
          model_type?: string | null
        }
        Returns: {
          rank: number | null
          worker_id: number | null
          worker: string | null
          hardware: string | null
          compared_metric: string | null
          unit: string | null
          value: number | null
          jobs: number | null
          baseline_id: number | null
          baseline: string | null
          compared_baseline_jobs: number | null
          compared_jobs: number | null
          compared_share: number | null
          compared_workflows: number | null
          difference: number | null
          difference_low: number | null
          difference_high: number | null
          difference_unit: string | null
          p_value: number | null
          adjusted_p_value: number | null
          verdict: string | null
          note: string | null
          range_start: string | null
          range_end: string | null
        }[]
      }
      /** A workflow before and after a change, a row a metric, as perf.compare_workflows compares two workflows: jobs of one worker, resolution tier and model type, in percent of before. Whatever else changed between the two ranges is in the difference. Ranges are exact. Where retention has removed raw jobs, hours or days at an end of a range, it is shorter, never longer, and note says what counts. Errors: 22023 bad argument, or ranges that overlap, 42501 not an analyst, PT404 unknown workflow or metric. */
      compare_workflow_periods: {
        Args: {
          /** Key of the workflow, an id of perf.workflows. */
          workflow_id: number
          /** Start of the range before the change, part of it. */
          before_start: string
          /** End of the range before the change, not part of it. */
          before_end: string
          /** Start of the range after the change, part of it. */
          after_start: string
          /** End of the range after the change, not part of it. */
          after_end: string
          /** Names of metrics; null for all that both ranges have. */
          metrics?: string[] | null
          /** Fewest jobs for a rank or a verdict. */
          min_jobs?: number
          /** Probability of the intervals, between 0 and 1. */
          confidence?: number
          /** Only jobs of this size, for example 1080p; null for any. */
          resolution_tier?: string | null
          /** Only jobs of this model type; null for any. */
          model_type?: string | null
        }
        Returns: {
          metric: string | null
          unit: string | null
          before_value: number | null
          after_value: number | null
          before_jobs: number | null
          after_jobs: number | null
          compared_before_jobs: number | null
          compared_after_jobs: number | null
          compared_workers: number | null
          difference: number | null
          difference_low: number | null
          difference_high: number | null
          difference_unit: string | null
          p_value: number | null
          adjusted_p_value: number | null
          verdict: string | null
          note: string | null
          trade_off: string | null
          before_range_start: string | null
          before_range_end: string | null
          after_range_start: string | null
          after_range_end: string | null
        }[]
      }
      /** Workflows against the first one, a row for each and metric (null: the times, GPU memory, failure rate and every quality score that both have), over the hours that start in a range. baseline_value and value are means of all successful jobs. difference, in percent of the first (failure rate: points), is like for like: only jobs of one worker, resolution tier and model type are compared, compared_baseline_jobs and compared_jobs on compared_workers. Its interval holds for each alone; the verdict (better, worse, higher, lower, no_clear_difference, or insufficient_data below min_jobs on either side) goes by adjusted_p_value, which is corrected over the whole answer. note says what limits a row, also a resolution_tier or model_type that no job has. trade_off says in one sentence what is clear. Percentages of time are of the time that a job takes. Errors: 22023 bad argument, 42501 not an analyst, PT404 unknown workflow or metric. */
      compare_workflows: {
        Args: {
          /** Keys of workflows; each is compared with the first. */
          workflow_ids: number[]
          /** Start of the range, part of it. */
          start_time?: string
          /** End of the range, not part of it. */
          end_time?: string
          /** Names of metrics; null for all that both workflows have. */
          metrics?: string[] | null
          /** Fewest jobs for a rank or a verdict. */
          min_jobs?: number
          /** Probability of the intervals, between 0 and 1. */
          confidence?: number
          /** Only jobs of this size, for example 1080p; null for any. */
          resolution_tier?: string | null
          /** Only jobs of this model type; null for any. */
          model_type?: string | null
        }
        Returns: {
          workflow_id: number | null
          workflow: string | null
          baseline_id: number | null
          baseline: string | null
          metric: string | null
          unit: string | null
          baseline_value: number | null
          value: number | null
          baseline_jobs: number | null
          jobs: number | null
          compared_baseline_jobs: number | null
          compared_jobs: number | null
          compared_workers: number | null
          difference: number | null
          difference_low: number | null
          difference_high: number | null
          difference_unit: string | null
          p_value: number | null
          adjusted_p_value: number | null
          verdict: string | null
          note: string | null
          trade_off: string | null
          range_start: string | null
          range_end: string | null
        }[]
      }
      /** Notes that a message was delivered. False, and nothing changes, if it was over before, if its lease was over and another worker has claimed it (attempt_count differs), or if its receiver was deleted. Errors: 22023 bad argument, 42501 not a member of perf_notifier. */
      complete_alert_delivery: {
        Args: {
          /** Id of the message, as perf.claim_alert_deliveries() gave it. */
          delivery_id: string
          /** Number of the attempt, as the claim gave it. */
          attempt_count: number
          /** The time that counts as now. */
          as_of?: string
        }
        Returns: boolean | null
      }
      /** Completes a job, and writes what was measured of it to perf.performance_metrics in the same transaction. An update of perf.jobs does the same. Keys of the result, all optional: time_per_frame_ms, total_gpu_time_ms, total_wall_time_ms, vram_peak_mb, frame_count, resolution_tier, quality_scores (an object of numbers by name), pipeline_stages (an array of {"name", "duration_ms"}, or an object of ms by name); other keys are kept and not read. Without total_wall_time_ms it is the time between started_at and completed_at, up to 1e10 ms. worker_name is needed when the job has no worker. A retry is harmless: false means that the job was completed before. Errors: 22023 bad argument or result, PT404 no such job, PT409 the job failed, was cancelled or runs on another worker, 42501 not a recorder. */
      complete_job: {
        Args: {
          /** Key of the job, an id of perf.jobs. */
          job_id: number
          /** Object of what the worker measured; perf.complete_job() lists its keys. Null for nothing. */
          result?: Json
          /** When the job ended. */
          completed_at?: string
          /** Name of the worker, which is added if it is new. */
          worker_name?: string | null
        }
        Returns: boolean | null
      }
      /** Completes a training with the version of the new model. metrics is an object of numbers by name, such as {"rmse": 1.2, "auc": 0.9}: they are recorded as an evaluation of the model too, and checked as perf.record_model_metrics() does. performance_improvement compares improvement_metric with the last completed training of the model that has it, in the better direction that perf.metrics knows; without a name it is the first of rmse, mae, mape, r_squared, f1_score, precision and recall that both have. sample_count, training_data_start and training_data_end say what it was trained on. It may come after the end of the lease, as long as nobody else has claimed the training. A retry is harmless: false means that it was completed with this version before. Notifies the channel perf_trainings. Errors: 22023 bad argument, PT404 no such training or metric, PT409 another trainer has it, it ended in another way, or its metrics have more than 1000 names; 42501 not a recorder. */
      complete_training: {
        Args: {
          /** Key of the training. */
          training_id: string
          /** Id of the claim, as perf.claim_training() gave it. */
          lease_id: string
          /** Version of the model; null if unknown. */
          model_version: string | null
          /** Object of numbers by name; null for none. */
          metrics?: Json
          /** Key of the model at its owner; null for none. */
          model_id?: string | null
          /** Object of what the training was run with; null for none. */
          hyperparameters?: Json
          /** Number of cases; null if unknown. */
          sample_count?: number | null
          /** Start of the training data; null if unknown. */
          training_data_start?: string | null
          /** End of the training data; null if unknown. */
          training_data_end?: string | null
          /** Metric that is compared with the last training; null for the first that both have. */
          improvement_metric?: string | null
        }
        Returns: boolean | null
      }
      /** Silences alerts that match from starts_at until ends_at, at most a year, and returns the key of the silence. Nobody is told of them; they open and resolve all the same, and one that is still open at the end is told then. matcher has labels and values: {"metric": "error_rate", "model": ["a", "b"]}; beside the labels of an alert it knows alert_type, severity, model_type and machine_id; null matches a label that is absent. A starts_at in the past means now. Errors: 22023 bad argument, 42501 not an admin. */
      create_alert_silence: {
        Args: {
          /** Object of labels with a value or an array of values that match. */
          matcher: Json
          /** End of the silence, at most a year after its start. */
          ends_at: string
          /** Why, in words; null for nothing. */
          reason: string | null
          /** Start of the silence; a past time means now. */
          starts_at?: string
        }
        Returns: number | null
      }
      /** Adds a threshold and returns its id. A value of the metric beyond warning_threshold is a warning, beyond critical_threshold it is critical; both in the unit of the metric, and in deviations with a baseline. The arguments are columns of perf.performance_alert_thresholds, which says what they mean. statistic is rate for a share and else avg; direction follows from better of perf.metrics. With scope_labels, scope_type global is labels. A second call adds a second threshold. Errors: 22023 bad argument, or no direction where perf.metrics knows none; 23502 a null that is not allowed; 23503 no such workflow or worker; 23514 critical is not beyond warning, or another limit; 42501 not an admin; PT404 no such metric. */
      create_alert_threshold: {
        Args: {
          /** Name of the metric, as in perf.metrics. */
          metric_name: string
          /** Limit beyond which a value is a warning, in the unit of the metric; deviations with a baseline. */
          warning_threshold: number
          /** Limit beyond which a value is critical, in the unit of the metric; deviations with a baseline. */
          critical_threshold: number
          /** What has the threshold: global, workflow, worker or labels. */
          scope_type?: string
          /** Key of the workflow or worker that scope_type is about; null for other scopes. */
          scope_id?: number | null
          /** Labels that a series must have: an object of values by label; {} for all. */
          scope_labels?: Json
          /** Names of labels: each combination of their values is a group. Empty: one group. */
          group_by?: string[]
          /** What is taken of the values, for example avg, p95 or rate; null as the metric says. */
          statistic?: string | null
          /** above or below, with a baseline also both: which values are bad; null as perf.metrics says. */
          direction?: string | null
          /** Over how long values are taken together. */
          time_window?: string
          /** Fewest values of a group: with fewer it is not judged. */
          minimum_sample?: number
          /** How long a value must be beyond a limit before an alert opens. */
          for_duration?: string
          /** How long an alert stays open after the last value beyond its limit. */
          keep_firing_for?: string
          /** Limit a value must pass for its alert to resolve; null for the limits that opened it. */
          recovery_threshold?: number | null
          /** What becomes of an alert without values: keep, resolve or alert. */
          no_data?: string
          /** hour_of_week finds anomalies against the same hour of other weeks; null for fixed limits. */
          baseline?: string | null
          /** A text for people; null for none. */
          description?: string | null
          /** Where it says what to do; null for nothing. */
          runbook_url?: string | null
          /** Whether it is evaluated. */
          enabled?: boolean
        }
        Returns: number | null
      }
      /** Adds a job to the queue and returns its id. Workflow, project, character and scene are found by name, or added. With an external_id a retry is harmless: it returns the id of the job that has it, and changes nothing. Errors: 22023 bad argument, PT409 the workflow is retired, 42501 not a recorder. */
      create_job: {
        Args: {
          /** Name of the workflow, which is added if it is new. */
          workflow_name: string
          /** The model type, for example sdxl; null if unknown. */
          model_type?: string | null
          /** Size of what it makes, for example 1080p; null if unknown. */
          resolution_tier?: string | null
          /** Object of what the job is asked to do. */
          parameters?: Json
          /** What it is made for, found by name or added; null for none. */
          project_name?: string | null
          /** Whom it shows, found by name or added; null for nobody named. */
          character_name?: string | null
          /** The scene, found by name or added; null for none. */
          scene_name?: string | null
          /** Key of the job in your application, which makes a retry harmless; null for none. */
          external_id?: string | null
        }
        Returns: number | null
      }
      /** Deletes a receiver, its address and its messages, also those that wait. False if there is none. Errors: 22023 no name, 42501 not an admin. */
      delete_alert_receiver: {
        Args: {
          /** Name of the receiver. */
          receiver_name: string
        }
        Returns: boolean | null
      }
      /** Deletes a threshold; false if there is none. Its open alerts are resolved at the next check, and the history keeps them. Error 42501: not an admin. */
      delete_alert_threshold: {
        Args: {
          /** Key of the threshold, an id of perf.performance_alert_thresholds. */
          threshold_id: number
        }
        Returns: boolean | null
      }
      /** Deletes a budget; false if there is none of this name. The next evaluation resolves its alert. Error 42501: not an admin. */
      delete_budget: {
        Args: {
          /** Name of the budget. */
          budget_name: string
        }
        Returns: boolean | null
      }
      /** Deletes the prices of a model in a price book and returns how many: those for one provider, or for any (null), of one time or of all (null). The price before it is in force again. Error 42501: not an admin. */
      delete_model_price: {
        Args: {
          /** Name of the model, for example openai/gpt-4o. */
          model_name: string
          /** The price for this provider; null for the one for any. */
          provider?: string | null
          /** Only the price that begins then; null for all. */
          valid_from?: string | null
          /** Name of the price book. */
          book?: string
        }
        Returns: number | null
      }
      /** Deletes a service level objective; false if there is none of this name. The next evaluation resolves its alerts. Error 42501: not an admin. */
      delete_slo_objective: {
        Args: {
          /** Name of the objective. */
          objective_name: string
        }
        Returns: boolean | null
      }
      /** Ends a silence now. Alerts that it silenced and that are still open are told from then on. A second call is harmless: false means that it was over before. Errors: PT404 no such silence, 42501 not an admin. */
      end_alert_silence: {
        Args: {
          /** Key of the silence, an id of perf.alert_silences. */
          silence_id: number
        }
        Returns: boolean | null
      }
      /** Makes up to 30 partitions that are missing, of each pipeline: for today and the next days_ahead days, then for rows in a default partition, which it moves. Returns what it made. Call it until it returns nothing, each time in a transaction of its own. perf.run_job('partitions') does that. Errors: 22023, 42501 not an admin, PT409 not read committed, or other sessions hold a lock on the default partition (for ranges up to tomorrow: on any partition) for too long. */
      ensure_partitions: {
        Args: {
          /** The time that counts as now. */
          as_of?: string
          /** How many days after today get partitions. */
          days_ahead?: number
        }
        Returns: {
          partition_name: string | null
          moved_rows: number | null
        }[]
      }
      /** What the next job of a workflow takes: mean, median and prediction interval of its wall time (ms) and VRAM peak (MB), from successful jobs in the history before as_of. The interval holds a single job with the probability confidence, not the mean; it is null where the history is too short (19 jobs for 0.9), and note says so. based_on says which jobs job_count counts: those of the worker at the resolution tier with the model type (worker; a null argument means any), where these are too few those of all workers, and where these are too few all of the workflow; note says so where no job has the tier or the model type. With frame_count the wall time per frame is scaled, where the history has it. fits says whether the upper end of the VRAM interval is within vram_mb of the worker; without a worker fitting_workers lists those it fits, as an array of objects of id, name and vram_mb. Errors: 22023 bad argument, 42501 not an analyst, PT404 unknown workflow or worker. */
      estimate_job: {
        Args: {
          /** Key of the workflow, an id of perf.workflows. */
          workflow_id: number
          /** Number of frames of the job; null takes the wall time of whole jobs. */
          frame_count?: number | null
          /** Size of what the job makes, for example 1080p; null for any. */
          resolution_tier?: string | null
          /** Where the job is to run, an id of perf.workers; null for any. */
          worker_id?: number | null
          /** The model type of the job; null for any. */
          model_type?: string | null
          /** Probability of the intervals, between 0 and 1. */
          confidence?: number
          /** Only jobs before this time count. */
          as_of?: string
          /** How far before the time asked about jobs count. */
          history?: string
        }
        Returns: {
          expected_wall_time_ms: number | null
          median_wall_time_ms: number | null
          wall_time_low_ms: number | null
          wall_time_high_ms: number | null
          job_count: number | null
          based_on: string | null
          is_scaled_by_frames: boolean | null
          expected_vram_mb: number | null
          vram_low_mb: number | null
          vram_high_mb: number | null
          vram_job_count: number | null
          vram_based_on: string | null
          fits: boolean | null
          fitting_workers: Json
          range_start: string | null
          range_end: string | null
          note: string | null
        }[]
      }
      /** Notes that an attempt to send a message failed, and returns when it may be claimed again: after 5 seconds, and after twice as long each time up to 5 minutes, less up to half of it at random; not before retry_after, which counts up to an hour. A message that fails 3 days after it was made is given up. Null then, and if nothing changes, as for perf.complete_alert_delivery(). A repeated call returns the same. Of error the first 1000 characters are kept, without control characters and without what the address and the headers of the receiver have beside the host. Errors: 22023 bad argument, 42501 not a member of perf_notifier. */
      fail_alert_delivery: {
        Args: {
          /** Id of the message, as perf.claim_alert_deliveries() gave it. */
          delivery_id: string
          /** Number of the attempt, as the claim gave it. */
          attempt_count: number
          /** What went wrong, in words. */
          error: string
          /** Earliest next attempt after so long, counted up to an hour; null for no wish. */
          retry_after?: string | null
          /** The time that counts as now. */
          as_of?: string
        }
        Returns: string | null
      }
      /** Fails a job, and writes what was measured of it to perf.performance_metrics in the same transaction. The error_type of the job is the first line of error, at most 200 characters of it. The result is as in perf.complete_job(). A retry is harmless: false means that the job failed before. Errors: 22023 bad argument or result, PT404 no such job, PT409 the job completed, was cancelled or runs on another worker, 42501 not a recorder. */
      fail_job: {
        Args: {
          /** Key of the job, an id of perf.jobs. */
          job_id: number
          /** What went wrong; its first line, at most 200 characters, is the error_type. Null for nothing. */
          error?: string | null
          /** Object of what the worker measured; perf.complete_job() lists its keys. Null for nothing. */
          result?: Json
          /** When the job ended. */
          completed_at?: string
          /** Name of the worker, which is added if it is new. */
          worker_name?: string | null
        }
        Returns: boolean | null
      }
      /** Ends a training that a trainer could not do. With retry it goes back to those that may be claimed, unless it was claimed max_attempts times. error_message is error without control characters, at most 2000 characters of it. A repeated call is harmless: false means that this trainer gave the training up before. Notifies the channel perf_trainings. Errors: 22023 no lease_id, PT404 no such training, PT409 another trainer has it, it completed, or it was cancelled; 42501 not a recorder. */
      fail_training: {
        Args: {
          /** Key of the training. */
          training_id: string
          /** Id of the claim, as perf.claim_training() gave it. */
          lease_id: string
          /** What went wrong, in words; null for nothing. */
          error?: string | null
          /** Whether it goes back to those that may be claimed. */
          retry?: boolean
        }
        Returns: boolean | null
      }
      /** The id of a version as people name it: sdxl (the active one), sdxl@3, or an id. Errors: 42501 not an analyst, PT404 no such version. */
      find_model_config: {
        Args: {
          /** The version: a model type, type@version, or an id. */
          reference: string
        }
        Returns: string | null
      }
      /** Deletes a named metric, such as quality.likeness or stage.decode, its failed_ and successful_ metrics and their rollups; returns how many rows of rollups. Raw rows stay. A job that brings the name again makes it a new metric, which counts from then on. Recording waits while it runs. Errors: 22023 not a metric that rows name, 42501 not an admin, PT404 no such metric, PT409 a transaction that records stays open, this one is not read committed, or a restore is under way. */
      forget_metric: {
        Args: {
          /** Name of the metric, as in perf.metrics. */
          metric: string
        }
        Returns: number | null
      }
      /** How many units an A/B test needs to find a difference of minimum_effect with probability power: units of A and B and their total for a test that is looked at once (NormalIndPower of statsmodels; of a rate the pooled z test), and always_valid_units for the always-valid test, looked at as often as you like: at most that, because it mostly ends before. With units instead of minimum_effect: the smallest difference that so many units find, by either test (null: no rate of B is far enough). deviation is that of a metric between units; give rate instead for what is 0 or 1. traffic_split is the share of B. The effect is that on the mean or the rate; negative for a fall. Error 22023. */
      get_ab_sample_size: {
        Args: {
          /** Smallest difference to find, in the unit of the metric; null where units is given. */
          minimum_effect?: number | null
          /** Standard deviation of the metric between units, in its unit; null where rate is given. */
          deviation?: number | null
          /** Rate of variant A, between 0 and 1, for what is 0 or 1; null where deviation is given. */
          rate?: number | null
          /** Probability of finding the effect, between 0 and 1. */
          power?: number
          /** Probability of the intervals, between 0 and 1. */
          confidence?: number
          /** Share of the units that get model B, between 0 and 1. */
          traffic_split?: number
          /** Units of both variants together; null where minimum_effect is given. */
          units?: number | null
        }
        Returns: {
          units_a: number | null
          units_b: number | null
          total_units: number | null
          always_valid_units: number | null
          detectable_effect: number | null
          always_valid_effect: number | null
        }
      }
      /** What an A/B test had found at the end of each hour, day or week (hourly, daily, weekly; UTC) that has outcomes: by metric, the primary one first, oldest bucket first, with all outcomes from the start to the end of time_bucket. An outcome counts at its own time, also if it came late. A unit counts in the bucket of its first outcome that was recorded: where an earlier one is recorded later, units and intervals of the buckets between them are off. The last row is right. Columns as in perf.get_ab_test_results(). Errors: 22023 bad argument, or more than max_rows rows, or a granularity that is no longer kept from the start on; 42501 not an analyst; PT404 no such test. */
      get_ab_test_history: {
        Args: {
          /** Key of the A/B test, an id of perf.model_ab_tests. */
          test_id: string
          /** Width of a bucket: hourly, daily or weekly (from Monday). */
          granularity?: string
          /** Probability of the intervals, between 0 and 1. */
          confidence?: number
          /** At most so many rows are returned, 1 to 100000. */
          max_rows?: number
        }
        Returns: {
          metric: string | null
          role: string | null
          better: string | null
          minimum_effect: number | null
          time_bucket: string | null
          units_a: number | null
          units_b: number | null
          mean_a: number | null
          mean_b: number | null
          difference: number | null
          always_valid_low: number | null
          always_valid_high: number | null
          always_valid_p_value: number | null
          chance_to_win: number | null
        }[]
      }
      /** What an A/B test has found so far, with outcomes that no run has read yet: a row per metric, the primary one first. difference is that of the means, B - A. low, high and p_value are for a single look at the end (method welch_t, proportions_z for outcomes of 0 and 1, delta_z where units have several outcomes). always_valid_low, always_valid_high and always_valid_p_value hold however often you look (normal mixture, from 30 units in each variant, for metrics with a minimum_effect). chance_to_win is the probability that B is better (flat prior). verdict: b_better, a_better, no_difference (smaller than minimum_effect) or undecided; of a guardrail harmed (by adjusted_p_value, Holm over the guardrails), unharmed (not worse by minimum_effect) or undecided. The first row has recommendation (ship_a, ship_b, keep_running, stop_no_difference, check_assignment), its reason, and sample_ratio_p_value, the chance of such numbers of units; below 0.001 the test cannot be trusted. p50 and p95 are of outcomes, within 0.5 %; null where all are 0 or 1. A completed test returns what it had found at its end, always with a confidence of 0.95; confidence_level is that of a row. Errors: 22023 bad argument, 42501 not an analyst, PT404 no such test. */
      get_ab_test_results: {
        Args: {
          /** Key of the A/B test, an id of perf.model_ab_tests. */
          test_id: string
          /** Probability of the intervals, between 0 and 1. */
          confidence?: number
        }
        Returns: {
          metric: string | null
          role: string | null
          better: string | null
          minimum_effect: number | null
          units_a: number | null
          units_b: number | null
          outcomes_a: number | null
          outcomes_b: number | null
          mean_a: number | null
          mean_b: number | null
          p50_a: number | null
          p50_b: number | null
          p95_a: number | null
          p95_b: number | null
          difference: number | null
          relative_difference: number | null
          method: string | null
          low: number | null
          high: number | null
          p_value: number | null
          always_valid_low: number | null
          always_valid_high: number | null
          always_valid_p_value: number | null
          adjusted_p_value: number | null
          chance_to_win: number | null
          verdict: string | null
          sample_ratio_p_value: number | null
          recommendation: string | null
          reason: string | null
          confidence_level: number | null
        }[]
      }
      /** A/B tests with their models and metrics: those that run, then those that are completed, each the latest start first; the first max_rows of them; all, or of a model type or machine, or only those that run or that do not. metrics is as perf.start_ab_test() takes it. perf.get_ab_test_results() says how a test stands. Errors: 22023 bad argument, 42501 not an analyst. */
      get_ab_tests: {
        Args: {
          /** True: only tests that run; false: only the others; null: all. */
          is_running?: boolean | null
          /** Only this model type; null for all. */
          model_type?: string | null
          /** Only of this machine; null for all. */
          machine_id?: string | null
          /** At most so many rows are returned, 1 to 100000. */
          max_rows?: number
        }
        Returns: {
          id: string | null
          test_name: string | null
          test_status: string | null
          model_type: string | null
          machine_id: string | null
          model_a_id: string | null
          model_a_version: string | null
          model_b_id: string | null
          model_b_version: string | null
          primary_metric: string | null
          better: string | null
          minimum_effect: number | null
          metrics: Json
          traffic_split: number | null
          planned_units: number | null
          test_start: string | null
          test_end: string | null
          winner_model: string | null
          created_by: string | null
          stopped_by: string | null
          stop_reason: string | null
        }[]
      }
      /** Activations in force at some time of a range, newest first, of one model type or all: what, when, by whom (or which login, or the service key) and why. At most max_rows, 1 to 10000. Errors: 22023, 42501 not an analyst. */
      get_activation_history: {
        Args: {
          /** Only this model type; null for all. */
          model_type?: string | null
          /** Start of the range, part of it. */
          since?: string
          /** End of the range, not part of it. */
          until?: string
          /** At most so many rows are returned, 1 to 10000. */
          max_rows?: number
        }
        Returns: {
          activation_id: number | null
          model_type: string | null
          config_id: string | null
          version: number | null
          config_name: string | null
          kind: string | null
          active_from: string | null
          active_until: string | null
          activated_by: string | null
          activator_name: string | null
          notes: string | null
          guard: Json
          guard_status: string | null
        }[]
      }
      /** Requests to activate a version, of one model type or all: those that wait for perf.approve_activation() or perf.reject_activation() (status open) first, then approved, rejected and withdrawn ones, the newest first. Who asked and who decided is a person, a login or the service key. At most max_rows. Errors: 22023 bad max_rows, 42501 not an analyst. */
      get_activation_requests: {
        Args: {
          /** Only this model type; null for all. */
          model_type?: string | null
          /** At most so many rows are returned, 1 to 100000. */
          max_rows?: number
        }
        Returns: {
          request_id: number | null
          model_type: string | null
          config_id: string | null
          version: number | null
          config_name: string | null
          status: string | null
          requested_at: string | null
          requester_name: string | null
          notes: string | null
          guard: Json
          decided_at: string | null
          decider_name: string | null
          decision_notes: string | null
          activation_id: number | null
        }[]
      }
      /** Open alerts, the most severe first and of these the newest: of one model type or all, on one machine or all and none, of one severity, of one alert type, with these labels (a matcher as in perf.create_alert_silence), muted or not. alert_timestamp is when it was first seen, last_seen_at and the rest are of the last time. Muted are alerts of which nobody is told: by a silence until silenced_until, or because the critical alert inhibited_by is open for the same series. While enabled rules are evaluated no more for three minutes, the first row, whatever is asked for, is evaluation_late without alert_id. At most max_rows, 1 to 100000. Errors: 22023 bad argument, 42501 not an analyst. */
      get_active_alerts: {
        Args: {
          /** Only this model type; null for all. */
          model_type?: string | null
          /** Only of this machine; null for all and for alerts of none. */
          machine_id?: string | null
          /** Only alerts of this severity: info, warning or critical; null for all. */
          severity?: string | null
          /** At most so many rows are returned, 1 to 100000. */
          max_rows?: number
          /** Only what has these labels: an object of values by label; {} for all. */
          labels?: Json
          /** Only alerts of this type, for example threshold or model_drift; null for all. */
          alert_type?: string | null
          /** True: only alerts that nobody is told of; false: only the others; null: all. */
          is_muted?: boolean | null
          /** The time that counts as now. */
          as_of?: string
        }
        Returns: {
          alert_id: number | null
          alert_type: string | null
          severity: string | null
          model_type: string | null
          machine_id: string | null
          alert_message: string | null
          alert_timestamp: string | null
          last_seen_at: string | null
          repeat_count: number | null
          alert_details: Json
          auto_action_taken: string | null
          labels: Json
          acknowledged_at: string | null
          acknowledged_by: string | null
          silenced_until: string | null
          silence_id: number | null
          inhibited_by: number | null
        }[]
      }
      /** The version in force of every model type, or of one. Errors: 22023 more than max_rows rows, 42501 not an analyst. */
      get_active_configs: {
        Args: {
          /** Only this model type; null for all. */
          model_type?: string | null
          /** At most so many rows are returned, 1 to 100000. */
          max_rows?: number
        }
        Returns: {
          model_type: string | null
          id: string | null
          version: number | null
          config_name: string | null
          config_data: Json
          created_at: string | null
          created_by: string | null
          creator_name: string | null
          active_from: string | null
          activated_by: string | null
          activator_name: string | null
          activation_notes: string | null
        }[]
      }
      /** Messages to one receiver or all, the newest first. status is waiting, sending, delivered or gave up; next_attempt_at of one that is sending is the end of its lease. alert_ids are the alerts that it lists, alert_count counts those that it left out too. At most max_rows, 1 to 100000. Errors: 22023 bad argument, PT404 no such receiver, 42501 not an analyst. */
      get_alert_deliveries: {
        Args: {
          /** Only this receiver; null for all. */
          receiver_name?: string | null
          /** At most so many rows are returned, 1 to 100000. */
          max_rows?: number
        }
        Returns: {
          delivery_id: string | null
          receiver: string | null
          status: string | null
          is_test: boolean | null
          attempt_count: number | null
          created_at: string | null
          next_attempt_at: string | null
          delivered_at: string | null
          gave_up_at: string | null
          claimed_by: string | null
          last_error: string | null
          group_labels: Json
          alert_count: number | null
          alert_ids: Json
        }[]
      }
      /** Alerts that were open at any time from start_time to end_time, the newest first: of one alert type, of one model type, with these labels (a matcher as in perf.create_alert_silence), or all. duration is how long each was open, of an open one until end_time. events are what happened to it, in order: opened, escalated, eased, acknowledged, resolved, with severity, time (UTC), caller and note. At most max_rows, 1 to 100000. Errors: 22023 bad argument, 42501 not an analyst. */
      get_alert_history: {
        Args: {
          /** Start of the range, part of it. */
          start_time: string
          /** End of the range, not part of it. */
          end_time?: string
          /** Only alerts of this type, for example threshold or model_drift; null for all. */
          alert_type?: string | null
          /** Only this model type; null for all. */
          model_type?: string | null
          /** Only what has these labels: an object of values by label; {} for all. */
          labels?: Json
          /** At most so many rows are returned, 1 to 100000. */
          max_rows?: number
        }
        Returns: {
          alert_id: number | null
          alert_type: string | null
          severity: string | null
          model_type: string | null
          machine_id: string | null
          labels: Json
          alert_message: string | null
          alert_details: Json
          alert_timestamp: string | null
          resolved_timestamp: string | null
          duration: string | null
          is_resolved: boolean | null
          repeat_count: number | null
          acknowledged_at: string | null
          acknowledged_by: string | null
          acknowledgement_note: string | null
          resolved_by: string | null
          resolution_note: string | null
          auto_action_taken: string | null
          events: Json
        }[]
      }
      /** Who is told of alerts, without address and headers, by name. waiting_count messages are not delivered, the oldest since oldest_waiting_at. failing_since is when the first message was made that could not be sent, and last_error why; null where all is well. Errors: 22023 more than max_rows rows, 42501 not an analyst. */
      get_alert_receivers: {
        Args: {
          /** At most so many rows are returned, 1 to 100000. */
          max_rows?: number
        }
        Returns: {
          receiver_id: number | null
          receiver_name: string | null
          kind: string | null
          matcher: Json
          minimum_severity: string | null
          group_by: string[] | null
          group_wait: string | null
          repeat_interval: string | null
          send_resolved: boolean | null
          timeout: string | null
          enabled: boolean | null
          created_by: string | null
          created_at: string | null
          updated_at: string | null
          address_changed_at: string | null
          waiting_count: number | null
          oldest_waiting_at: string | null
          last_delivered_at: string | null
          failing_since: string | null
          last_error: string | null
        }[]
      }
      /** Silences that are not over, the next to end first; with is_over those that are over, the last to end first; with null all. status is active, pending or over. alert_count is how many open alerts match one that is not over: those are silenced while it is active. At most max_rows, 1 to 100000. Errors: 22023 bad argument, 42501 not an analyst. */
      get_alert_silences: {
        Args: {
          /** True: only silences that are over; false: only the others; null: all. */
          is_over?: boolean | null
          /** At most so many rows are returned, 1 to 100000. */
          max_rows?: number
          /** The time that counts as now. */
          as_of?: string
        }
        Returns: {
          silence_id: number | null
          status: string | null
          matcher: Json
          starts_at: string | null
          ends_at: string | null
          reason: string | null
          created_by: string | null
          created_at: string | null
          ended_by: string | null
          alert_count: number | null
        }[]
      }
      /** Which rules alert most: the alerts that opened from start_time to end_time by alert type and rule, most first, for a regular look at what disturbs people in vain. rule has the labels metric, statistic, threshold_id and objective of alerts that a rule raised, else it is {}. critical_count is how many were critical at any time. Shares, from 0 to 1: acknowledged; flapping, resolved by themselves within ten minutes; silenced when they opened. median_duration is how long they were open, of open ones until end_time. At most max_rows, 1 to 100000. Errors: 22023 bad argument, 42501 not an analyst. */
      get_alert_statistics: {
        Args: {
          /** Start of the range, part of it. */
          start_time: string
          /** End of the range, not part of it. */
          end_time?: string
          /** At most so many rows are returned, 1 to 100000. */
          max_rows?: number
        }
        Returns: {
          alert_type: string | null
          rule: Json
          alert_count: number | null
          critical_count: number | null
          acknowledged_share: number | null
          flapping_share: number | null
          silenced_share: number | null
          median_duration: string | null
          last_alert_at: string | null
        }[]
      }
      /** Thresholds of one metric or of all, the widest scope of a metric first. The columns are those of perf.performance_alert_thresholds; scope_name is the name of the workflow or worker, firing_count how many series have an open alert of it, and pending_count how many are beyond it for less than for_duration. At most max_rows, 1 to 100000. Errors: 22023 bad max_rows, 42501 not an analyst. */
      get_alert_thresholds: {
        Args: {
          /** Only this metric of perf.metrics; null for all. */
          metric_name?: string | null
          /** At most so many rows are returned, 1 to 100000. */
          max_rows?: number
        }
        Returns: {
          id: number | null
          metric_name: string | null
          statistic: string | null
          direction: string | null
          warning_threshold: number | null
          critical_threshold: number | null
          recovery_threshold: number | null
          scope_type: string | null
          scope_id: number | null
          scope_name: string | null
          scope_labels: Json
          group_by: string[] | null
          time_window: string | null
          minimum_sample: number | null
          for_duration: string | null
          keep_firing_for: string | null
          no_data: string | null
          baseline: string | null
          enabled: boolean | null
          description: string | null
          runbook_url: string | null
          created_by: string | null
          created_at: string | null
          updated_at: string | null
          firing_count: number | null
          pending_count: number | null
        }[]
      }
      /** Confidence interval of a difference that may be looked at as often as you like (normal mixture; Robbins 1970, Howard et al. 2021): the chance that any look misses the true difference is at most 1 - confidence, for standard errors of large samples. minimum_effect is the smallest difference that matters; choose it before the first look. Null if an argument is null. Error 22023. */
      get_always_valid_interval: {
        Args: {
          /** The difference that was measured. */
          difference: number
          /** Standard error of the difference. */
          standard_error: number
          /** The smallest difference that matters, in the unit of the metric. */
          minimum_effect: number
          /** Probability of the intervals, between 0 and 1. */
          confidence?: number
        }
        Returns: {
          low: number | null
          high: number | null
        }
      }
      /** p value of a difference that may be looked at as often as you like (normal mixture; Johari et al. 2022): without a difference, the chance that any look has a value of at most 0.05 is at most 5 %. It is below 1 - confidence where the interval of perf.get_always_valid_interval() excludes 0; below 1e-304 it is 0. Null if an argument is null. Error 22023. */
      get_always_valid_probability: {
        Args: {
          /** The difference that was measured. */
          difference: number
          /** Standard error of the difference. */
          standard_error: number
          /** The smallest difference that matters, in the unit of the metric. */
          minimum_effect: number
        }
        Returns: number | null
      }
      /** Entries of the audit log of a range, the newest first, of one table or all: what was changed (old_values and new_values: of an update what differs, else the row), when, and by whom (a person, a login or the service key). At most max_rows, 1 to 10000. perf.verify_audit_log() says whether the log is whole. Errors: 22023 bad argument, 42501 not an analyst. */
      get_audit_log: {
        Args: {
          /** Start of the range, part of it. */
          since?: string
          /** End of the range, not part of it. */
          until?: string
          /** Only this table, without its schema, for example models; null for all. */
          table_name?: string | null
          /** At most so many rows are returned, 1 to 10000. */
          max_rows?: number
        }
        Returns: {
          entry_id: number | null
          logged_at: string | null
          table_name: string | null
          row_id: string | null
          action: string | null
          caller: string | null
          caller_name: string | null
          old_values: Json
          new_values: Json
        }[]
      }
      /** What the alerts of perf.backtest_alert_threshold() amount to: how many, and how many of them became critical, also per week; firing_share, the share of the time of all groups in which an alert was open; how many flap; their durations; the worst value, with a baseline without its sign; labels of the group with the most alerts (noisiest_labels); how many groups there are and have alerts; used_step, how many of them there are, and whether raw rows or whole hours (hourly) were read. Null for what no alert has. Errors: 22023, 42501, PT404 as there. */
      get_backtest_summary: {
        Args: {
          /** Key of the threshold, an id of perf.performance_alert_thresholds. */
          threshold_id: number
          /** Start of the range, part of it. */
          start_time: string
          /** End of the range, not part of it. */
          end_time?: string
          /** Time between two evaluations; null for a minute or an hour, as raw rows are kept. */
          step?: string | null
        }
        Returns: {
          alert_count: number | null
          critical_count: number | null
          alerts_per_week: number | null
          critical_per_week: number | null
          firing_share: number | null
          flap_count: number | null
          median_duration: string | null
          longest_duration: string | null
          worst_value: number | null
          noisiest_labels: Json
          group_count: number | null
          firing_group_count: number | null
          used_step: string | null
          step_count: number | null
          source: string | null
        }[]
      }
      /** p values of several comparisons, adjusted by the method of Benjamini and Hochberg: of those whose adjusted value is at most 0.05, at most 5 % are expected to be differences that do not exist, where the tests are independent. In the order given; null stays null and is not counted. At most 10000. Error 22023. */
      get_benjamini_hochberg_adjusted: {
        Args: {
          /** p values, 0 to 1, at most 10000; null stays null. */
          p_values: number[] | null
        }
        Returns: number[] | null
      }
      /** The probability that a beta variable is at most value, or with is_upper that it is above it, each with all digits of a small probability. Error 22023: NaN, or alpha or beta not from 0.05 to 1e10. */
      get_beta_probability: {
        Args: {
          /** Value of the variable. */
          value: number
          /** First parameter of the beta distribution, above 0. */
          alpha: number
          /** Second parameter of the beta distribution, above 0. */
          beta: number
          /** True for the upper tail of the distribution, false for the lower. */
          is_upper?: boolean
        }
        Returns: number | null
      }
      /** The value below which a beta variable lies with probability p, or with is_upper above which it lies. A quantile below 1e-300 is 0; one nearer to 1 than a double precision can be is 1. Error 22023: p not between 0 and 1, or alpha or beta not from 0.05 to 1e10. */
      get_beta_quantile: {
        Args: {
          /** Probability, 0 to 1. */
          p: number
          /** First parameter of the beta distribution, above 0. */
          alpha: number
          /** Second parameter of the beta distribution, above 0. */
          beta: number
          /** True for the upper tail of the distribution, false for the lower. */
          is_upper?: boolean
        }
        Returns: number | null
      }
      /** How budgets stand at a time: the enabled ones, or the named one, also if it is disabled; alerting and nearest to their amount first. spent is what the calls since period_start cost by list prices, in the currency of the budget; what the provider billed is beside it, as are calls without a price and those whose price is in another currency, which do not count. The hour of as_of counts whole. projected is spent and the mean of up to 28 whole days (UTC) before as_of for the time until period_end; projected_low and projected_high hold what will be spent with a probability of 0.9, if days are alike, independent and normal. Null with fewer than 7 such days since the first call. severity is what that means: critical from the amount on, warning from the share of it that the budget says on or when projected_low exceeds it, else null. At most max_rows, 1 to 100000. Errors: 22023 bad argument, 42501 not an analyst, PT404 no such budget. */
      get_budget_status: {
        Args: {
          /** Only this budget; null for all that are enabled. */
          budget_name?: string | null
          /** The time that counts as now. */
          as_of?: string
          /** At most so many rows are returned, 1 to 100000. */
          max_rows?: number
        }
        Returns: {
          budget: string | null
          severity: string | null
          labels: Json
          period: string | null
          period_start: string | null
          period_end: string | null
          currency: string | null
          amount: number | null
          spent: number | null
          share: number | null
          projected: number | null
          projected_low: number | null
          projected_high: number | null
          history_days: number | null
          billed_cost: number | null
          call_count: number | null
          billed_calls: number | null
          unpriced_calls: number | null
          other_currency_calls: number | null
        }[]
      }
      /** The call_id of a text that a provider or a gateway uses as one. What PostgreSQL reads as a UUID is the id. For any other text it is a UUID of version 8 made of its SHA-256, so a call with it needs call_timestamp. Null for a blank text. */
      get_call_id: {
        Args: {
          /** The id as a provider or a gateway has it. */
          call_id: string
        }
        Returns: string | null
      }
      /** The probability that a chi-square variable is at most value, or with is_upper that it is above it, each with all digits of a small probability. degrees_of_freedom need not be whole. Error 22023: NaN, or degrees_of_freedom not from 0.1 to 1e10. */
      get_chi_square_probability: {
        Args: {
          /** Value of the variable. */
          value: number
          /** Degrees of freedom of the distribution, above 0. */
          degrees_of_freedom: number
          /** True for the upper tail of the distribution, false for the lower. */
          is_upper?: boolean
        }
        Returns: number | null
      }
      /** The value below which a chi-square variable lies with probability p, or with is_upper above which it lies. A quantile below 1e-300 is 0. Error 22023: p not between 0 and 1, or degrees_of_freedom not from 0.1 to 1e10. */
      get_chi_square_quantile: {
        Args: {
          /** Probability, 0 to 1. */
          p: number
          /** Degrees of freedom of the distribution, above 0. */
          degrees_of_freedom: number
          /** True for the upper tail of the distribution, false for the lower. */
          is_upper?: boolean
        }
        Returns: number | null
      }
      /** Whether two samples fall into the same bins or categories alike (Pearson's chi-square test), from their counts by bin; both name the same bins in the same order. effect is Cramer's V, 0 (alike) to 1 (no bin in common). Bins that are empty on both sides are left out, null is 0. The chi-square distribution is rough where many bins expect fewer than about 5. With one bin p_value is 1. Null for no values on a side. Error 22023. */
      get_chi_square_test: {
        Args: {
          /** Counts of the first sample by bin, in the order of the bins of b. Null counts as 0. */
          a: number[] | null
          /** Counts of the second sample by bin, in the order of the bins of a. Null counts as 0. */
          b: number[] | null
        }
        Returns: {
          chi_square: number | null
          degrees_of_freedom: number | null
          effect: number | null
          p_value: number | null
        }
      }
      /** The version of a model type in force at a moment; no row before its first activation. Errors: 22023, 42501 not an analyst. */
      get_config_at: {
        Args: {
          /** The model type, for example sdxl. */
          model_type: string
          /** The moment asked about. */
          at?: string
        }
        Returns: {
          id: string | null
          model_type: string | null
          version: number | null
          config_name: string | null
          config_data: Json
          activation_id: number | null
          active_from: string | null
          active_until: string | null
        }[]
      }
      /** Versions, newest first: of one model type or all, saved in a range of time, by one person or all; who saved them, and when they were last in force. At most max_rows, 1 to 10000. Errors: 22023, 42501 not an analyst. */
      get_config_history: {
        Args: {
          /** Only this model type; null for all. */
          model_type?: string | null
          /** Start of the range, part of it. */
          since?: string
          /** End of the range, not part of it. */
          until?: string
          /** Only versions that this person saved; null for all. */
          created_by?: string | null
          /** At most so many rows are returned, 1 to 10000. */
          max_rows?: number
        }
        Returns: {
          id: string | null
          model_type: string | null
          version: number | null
          config_name: string | null
          config_data: Json
          is_active: boolean | null
          created_at: string | null
          created_by: string | null
          creator_name: string | null
          notes: string | null
          activations: number | null
          last_active_from: string | null
          last_active_until: string | null
        }[]
      }
      /** Calls and jobs (source) of a model type before and after an activation (by id, or the one in force at a time, else the active one), at most time_window each: value, difference, its confidence interval in the metric's unit, the difference in percent of the value before with the interval of their ratio, calls or jobs on each side, and a verdict: better, worse (times, rates, memory, quality), higher, lower (tokens), no_clear_change, insufficient_data (fewer than min_calls calls or jobs on a side). Times and tokens of all, successful or failed calls (outcome: all, success, error); times, memory and quality of successful jobs. Rows of jobs only for what jobs of the time have. range_start and range_end are of all that was counted, before and after. An observation, not an experiment. Errors: 22023 bad argument, 42501 not an analyst, PT404 no such activation. */
      get_config_impact: {
        Args: {
          /** The model type; null where activation_id is given. */
          model_type?: string | null
          /** The activation in force at this time; null for the active one. */
          at?: string | null
          /** At most so much time before and after the activation counts. */
          time_window?: string
          /** The activation; null for that of the model type at the time at. */
          activation_id?: number | null
          /** Fewest calls or jobs on each side for a verdict. */
          min_calls?: number
          /** Probability of the intervals, between 0 and 1. */
          confidence?: number
          /** The time that counts as now. */
          as_of?: string
          /** Which calls count: all, success or error. */
          outcome?: string
        }
        Returns: {
          source: string | null
          metric: string | null
          unit: string | null
          before_value: number | null
          after_value: number | null
          difference: number | null
          difference_low: number | null
          difference_high: number | null
          percent: number | null
          percent_low: number | null
          percent_high: number | null
          before_count: number | null
          after_count: number | null
          verdict: string | null
          note: string | null
          range_start: string | null
          range_end: string | null
        }[]
      }
      /** Settings of all active versions side by side, each a JSON path such as $.default_settings.width; null where a version has no such setting. Errors: 22023 bad argument, or more than max_rows rows, 42501 not an analyst. */
      get_config_settings: {
        Args: {
          /** JSON paths of settings, such as $.default_settings.width. */
          settings: string[]
          /** At most so many rows are returned, 1 to 100000. */
          max_rows?: number
        }
        Returns: {
          model_type: string | null
          version: number | null
          config_name: string | null
          setting: string | null
          value: Json
        }[]
      }
      /** What calls cost by a price book, by the prices in force when they were made, with calls that are not rolled up yet. A row for each group (labels of group_by: model, tool, provider, model_type, parameters), bucket and currency, and one with a null currency for calls of unpriced_models, which have no price and are never counted as free. With a granularity (hourly, daily, weekly from Monday, monthly by the calendar) the buckets that start in the range; without one the whole hours that start in it. list_cost is what the prices say for the tokens: input tokens without those of the cache, tokens read from the cache and written to it, and output tokens, which contain those of reasoning. Null where no tokens are known. billed_cost is the sum of the costs that billed_calls of the calls have themselves, to 12 digits, in the currency of the row, US dollars where that is null. billed_difference is billed_cost less list_cost of compared_calls: those of models whose billed calls are as many as those with tokens. as_model prices the same tokens as those of another model, by its price for any provider; another model would count other tokens. A bucket that is kept only as a day or week and in which a price changes takes the price at its start. Failed calls count as others. range_start and range_end are what a row counts. Errors: 22023 bad argument, or more than max_rows (at most 100000) rows, 42501 not an analyst, PT404 no such price book, or no price of as_model. */
      get_costs: {
        Args: {
          /** Start of the range, part of it. */
          start_time: string
          /** End of the range, not part of it. */
          end_time: string
          /** Which of model, tool, provider, model_type and parameters make a group. Empty: one group. */
          group_by?: string[]
          /** Width of a bucket: hourly, daily, weekly (from Monday) or monthly; null for one bucket. */
          granularity?: string | null
          /** Only calls with these labels: an object of values by label; {} for all. */
          labels?: Json
          /** Name of the price book. */
          book?: string
          /** Price the tokens as those of this model; null for their own. */
          as_model?: string | null
          /** Zone in which days, weeks and months are cut, for example Asia/Kolkata. */
          time_zone?: string
          /** At most so many rows are returned, 1 to 100000. */
          max_rows?: number
        }
        Returns: {
          group_labels: Json
          time_bucket: string | null
          currency: string | null
          list_cost: number | null
          billed_cost: number | null
          call_count: number | null
          billed_calls: number | null
          compared_calls: number | null
          billed_difference: number | null
          input_tokens: number | null
          cached_input_tokens: number | null
          cache_write_tokens: number | null
          output_tokens: number | null
          reasoning_tokens: number | null
          input_cost: number | null
          cached_input_cost: number | null
          cache_write_cost: number | null
          output_cost: number | null
          calls_without_input_tokens: number | null
          calls_without_output_tokens: number | null
          unpriced_models: string[] | null
          range_start: string | null
          range_end: string | null
        }[]
      }
      /** Confidence interval of b - a from the estimates and the intervals of two independent samples. It has the confidence of these intervals. A limit is null where a limit that it needs is null. A limit within 1e-150 of its estimate counts as equal to it. Error 22023. */
      get_difference_interval: {
        Args: {
          /** Estimate of the first sample. */
          a: number
          /** Lower end of the interval of a; null for unknown. */
          a_low: number | null
          /** Upper end of the interval of a; null for unknown. */
          a_high: number | null
          /** Estimate of the second sample. */
          b: number
          /** Lower end of the interval of b; null for unknown. */
          b_low: number | null
          /** Upper end of the interval of b; null for unknown. */
          b_high: number | null
        }
        Returns: {
          low: number | null
          high: number | null
        }
      }
      /** The checks of perf.check_model_drift() that were made in a range, the last first, at most max_rows (1 to 100000): of a model type, of a machine, or of all. drift_detected and drift_score are null where nothing was tested. Errors: 22023 bad max_rows, 42501 not an analyst. */
      get_drift_checks: {
        Args: {
          /** Only this model type; null for all. */
          model_type?: string | null
          /** Only of this machine; null for all. */
          machine_id?: string | null
          /** Start of the range, part of it. */
          start_time?: string
          /** End of the range, not part of it. */
          end_time?: string
          /** At most so many rows are returned, 1 to 100000. */
          max_rows?: number
        }
        Returns: {
          check_id: number | null
          model_type: string | null
          machine_id: string | null
          checked_at: string | null
          start_time: string | null
          end_time: string | null
          reference_start: string | null
          reference_end: string | null
          drift_detected: boolean | null
          drift_score: number | null
          drift_details: Json
          training_id: string | null
        }[]
      }
      /** What each trained model is compared with when it is checked for drift, and who set it: of a model type, of a machine, or of all. kind is window (from start_time to before end_time) or profile (of features, without times). Errors: 22023 more than max_rows rows, 42501 not an analyst. */
      get_drift_references: {
        Args: {
          /** Only this model type; null for all. */
          model_type?: string | null
          /** Only of this machine; null for all. */
          machine_id?: string | null
          /** At most so many rows are returned, 1 to 100000. */
          max_rows?: number
        }
        Returns: {
          model_type: string | null
          machine_id: string | null
          kind: string | null
          start_time: string | null
          end_time: string | null
          set_at: string | null
          set_by: string | null
        }[]
      }
      /** Failed calls of the hours that start in a range by model, tool and error_type, most first: count, share of the errors, share of the calls, first and last seen. The type is known while raw calls are kept; older errors come as (no longer kept). range_start and range_end are what was counted: days or weeks where retention has removed the hours. Errors: 22023 bad argument, or more than max_rows rows, 42501 not an analyst, PT404 unknown model or tool. */
      get_error_breakdown: {
        Args: {
          /** Start of the range, part of it. */
          start_time: string
          /** End of the range, not part of it. */
          end_time: string
          /** Only this model; null for all. */
          model_name?: string | null
          /** Only this tool; null for all. */
          tool_name?: string | null
          /** At most so many rows are returned, 1 to 100000. */
          max_rows?: number
        }
        Returns: {
          model: string | null
          tool: string | null
          error_type: string | null
          error_count: number | null
          share_of_errors: number | null
          error_rate: number | null
          first_seen: string | null
          last_seen: string | null
          range_start: string | null
          range_end: string | null
        }[]
      }
      /** How often perf.estimate_job would have been right: for each day (UTC) that starts in the range the interval from what was before that day, for each worker, resolution tier and model type, and how many successful jobs of that day lie in it. By group_by: all, workflow, or worker (a row for each worker of a workflow). metric is what is estimated: total_wall_time_ms, wall_time_per_frame_ms or vram_peak_mb. coverage is the share of job_count, with a 95 % interval that takes jobs for independent. mean_width is the mean width of the intervals over the jobs, relative_width the same as a share of the range from p5 to p95 of all jobs of the workflow in the range. wider_count counts the jobs whose interval is not based on their worker alone, unestimated_count those that had no interval, because too few jobs were before. Errors: 22023 bad argument, or more than max_rows rows, 42501 not an analyst, PT404 unknown workflow. */
      get_estimate_coverage: {
        Args: {
          /** Start of the range, part of it. */
          start_time?: string
          /** End of the range, not part of it. */
          end_time?: string
          /** Only this workflow, an id of perf.workflows; null for all. */
          workflow_id?: number | null
          /** all, workflow, or worker. */
          group_by?: string
          /** What is estimated: total_wall_time_ms, wall_time_per_frame_ms or vram_peak_mb. */
          metric?: string
          /** Probability of the intervals, between 0 and 1. */
          confidence?: number
          /** How far before the time asked about jobs count. */
          history?: string
          /** At most so many rows are returned, 1 to 100000. */
          max_rows?: number
        }
        Returns: {
          workflow: string | null
          worker: string | null
          job_count: number | null
          covered_count: number | null
          coverage: number | null
          coverage_low: number | null
          coverage_high: number | null
          mean_width: number | null
          relative_width: number | null
          wider_count: number | null
          unestimated_count: number | null
          range_start: string | null
          range_end: string | null
        }[]
      }
      /** The probability that a variable of the F distribution is at most value, or with is_upper that it is above it, each with all digits of a small probability. Degrees of freedom need not be whole. Error 22023: NaN, or degrees of freedom not from 0.1 to 1e10. */
      get_f_probability: {
        Args: {
          /** Value of the variable. */
          value: number
          /** Degrees of freedom of the numerator, above 0. */
          numerator_freedom: number
          /** Degrees of freedom of the denominator, above 0. */
          denominator_freedom: number
          /** True for the upper tail of the distribution, false for the lower. */
          is_upper?: boolean
        }
        Returns: number | null
      }
      /** The value below which a variable of the F distribution lies with probability p, or with is_upper above which it lies. A quantile below 1e-300 is 0. Error 22023: p not between 0 and 1, degrees of freedom not from 0.1 to 1e10, or a quantile beyond 1e307. */
      get_f_quantile: {
        Args: {
          /** Probability, 0 to 1. */
          p: number
          /** Degrees of freedom of the numerator, above 0. */
          numerator_freedom: number
          /** Degrees of freedom of the denominator, above 0. */
          denominator_freedom: number
          /** True for the upper tail of the distribution, false for the lower. */
          is_upper?: boolean
        }
        Returns: number | null
      }
      /** What a feature of a trained model was over the hours that start in a range. Of numbers a histogram (kind number): bucket_count buckets of equal width from the smallest to the largest, also the empty ones; there are fewer where they would be narrower than 1 % of the value farthest from 0, because numbers are known within 0.5 %. Of categories how many values each has (category), the most common first; (other) is all beyond the first 1,000. Then how many were missing (missing), if any were. share is of all values, missing ones included. With is_profile all that is of the profile of perf.save_feature_profile(), whatever the range; range_start and range_end are null then. range_start and range_end are what was counted: days or weeks where retention has removed the hours. Errors: 22023 bad argument, or more than max_rows rows, 42501 not an analyst, PT404 no such trained model, feature or profile. */
      get_feature_distribution: {
        Args: {
          /** The model type, for example sdxl. */
          model_type: string
          /** The machine; null for a model that is for none. */
          machine_id: string | null
          /** Name of the feature. */
          feature: string
          /** Start of the range, part of it. */
          start_time?: string
          /** End of the range, not part of it. */
          end_time?: string
          /** Number of buckets of the histogram. */
          bucket_count?: number
          /** At most so many rows are returned, 1 to 100000. */
          max_rows?: number
          /** False: of what was recorded in the range; true: of the saved profile. */
          is_profile?: boolean
        }
        Returns: {
          kind: string | null
          category: string | null
          bucket_start: number | null
          bucket_end: number | null
          value_count: number | null
          share: number | null
          range_start: string | null
          range_end: string | null
        }[]
      }
      /** Where the GPU time of a workflow went in the hours that start in a range: by worker, by resolution_tier and by model_type (dimension), most first. All jobs count, also failed ones, if they have a GPU time; share is of all GPU time, 0 to 1, and adds up to 1 in each dimension. An item is null where jobs have none. range_start and range_end are what was counted: days or weeks where retention has removed the hours. Errors: 22023 bad argument, 42501 not an analyst, PT404 no such workflow. */
      get_gpu_time_breakdown: {
        Args: {
          /** Key of the workflow, an id of perf.workflows. */
          workflow_id: number
          /** Start of the range, part of it. */
          start_time?: string
          /** End of the range, not part of it. */
          end_time?: string
        }
        Returns: {
          dimension: string | null
          item: string | null
          job_count: number | null
          gpu_hours: number | null
          share: number | null
          avg_gpu_time_ms: number | null
          range_start: string | null
          range_end: string | null
        }[]
      }
      /** State of every pipeline, of the schedule, of trainings, of the evaluation of alert rules, of alerts and of notifications, one row a check: status ok, warn or fail, and what to do. A pipeline in which nobody has recorded has two checks. The checks look at the data, so they also find that no schedule runs. Error 42501: not an analyst. */
      get_health: {
        Args: {
          /** The time that counts as now. */
          as_of?: string
        }
        Returns: {
          check_name: string | null
          status: string | null
          value: string | null
          hint: string | null
        }[]
      }
      /** p values of several comparisons, adjusted by Holm's method: if none of them has a difference, the chance that any adjusted value is at most 0.05 is at most 5 %. In the order given; null stays null and is not counted. At most 10000. Error 22023. */
      get_holm_adjusted: {
        Args: {
          /** p values, 0 to 1, at most 10000; null stays null. */
          p_values: number[] | null
        }
        Returns: number[] | null
      }
      /** Jensen-Shannon distance (to the base 2) of two samples, from their counts by bin; both name the same bins in the same order: 0 where all shares are equal, 1 where no bin is in common. Null counts as 0. Null for no values on a side. Error 22023. */
      get_jensen_shannon_distance: {
        Args: {
          /** Counts of the first sample by bin, in the order of the bins of b. Null counts as 0. */
          a: number[] | null
          /** Counts of the second sample by bin, in the order of the bins of a. Null counts as 0. */
          b: number[] | null
        }
        Returns: number | null
      }
      /** The names of the parameters of jobs that ended in a range, as perf.get_parameter_correlation() takes them, those with numbers first: how many jobs have each, how many of these have a number, and the smallest and largest. A parameter inside of others is a path such as sampler.steps. Of the latest max_jobs jobs (1 to 10000) of a workflow, or of each; at most max_rows. Errors: 22023 bad argument, 42501 not an analyst, PT404 no such workflow. */
      get_job_parameters: {
        Args: {
          /** Start of the range, part of it. */
          start_time?: string
          /** End of the range, not part of it. */
          end_time?: string
          /** Only this workflow, an id of perf.workflows; null for all. */
          workflow_id?: number | null
          /** Of the latest so many jobs of a workflow, 1 to 10000. */
          max_jobs?: number
          /** At most so many rows are returned, 1 to 100000. */
          max_rows?: number
        }
        Returns: {
          parameter: string | null
          job_count: number | null
          numeric_count: number | null
          minimum: number | null
          maximum: number | null
        }[]
      }
      /** How many jobs ended, by hour, day, week (from Monday) or calendar month (granularity: hourly, daily, weekly, monthly), for the buckets that start in the range and have jobs; of all, or of a workflow, or on a worker. Frames are those of successful jobs; hours are of all jobs. A day, week or month of time_zone (UTC, or a name such as Asia/Kolkata) is the hours of UTC that start in it, and time_bucket is the first of them. Errors: 22023 bad argument, or more than max_rows (at most 100000) buckets, 42501 not an analyst, PT404 unknown workflow or worker. */
      get_job_throughput: {
        Args: {
          /** Start of the range, part of it. */
          start_time?: string
          /** End of the range, not part of it. */
          end_time?: string
          /** Width of a bucket: hourly, daily, weekly (from Monday) or monthly. */
          granularity?: string
          /** Only this workflow, an id of perf.workflows; null for all. */
          workflow_id?: number | null
          /** Only this worker, an id of perf.workers; null for all. */
          worker_id?: number | null
          /** More rows than so many are refused, 1 to 100000. */
          max_rows?: number
          /** Zone in which days, weeks and months are cut, for example Asia/Kolkata. */
          time_zone?: string
        }
        Returns: {
          time_bucket: string | null
          job_count: number | null
          failed_jobs: number | null
          frames: number | null
          gpu_hours: number | null
          wall_hours: number | null
        }[]
      }
      /** The probability that the distributions of two samples of one population are at least this far apart (two-sided Kolmogorov-Smirnov test). Exact for samples of the same size, and where count_a * count_b is at most 10000; else that of one sample of count_a * count_b / (count_a + count_b) values, from 31 to 140 of these within a relative error of 6e-4. Ties make it larger than it need be. Null for no values. Error 22023: a distance not between 0 and 1, or a count below 0 or above 2^53. */
      get_kolmogorov_smirnov_probability: {
        Args: {
          /** Largest difference of the two distributions, 0 to 1. */
          distance: number
          /** Number of values of the first sample. */
          count_a: number
          /** Number of values of the second sample. */
          count_b: number
        }
        Returns: number | null
      }
      /** Whether two samples have the same distribution (two-sided Kolmogorov-Smirnov test): distance is the largest difference of their distributions (0 to 1), p_value that of perf.get_kolmogorov_smirnov_probability. Null elements are left out; null for no values on a side. Error 22023: more than 1000000 values on a side, NaN, or a value beyond 1e90. */
      get_kolmogorov_smirnov_test: {
        Args: {
          /** Values of the first sample; null elements are left out. */
          a: number[] | null
          /** Values of the second sample; null elements are left out. */
          b: number[] | null
        }
        Returns: {
          distance: number | null
          p_value: number | null
        }
      }
      /** The values that series have for a label, sorted, of a pipeline or of all: what the labels of perf.query_metrics() may say. Values that are no text are given as JSON. Errors: 22023 a label that no series has (unless there is no series), or more than max_rows values, 42501 not an analyst, PT404 no such pipeline. */
      get_label_values: {
        Args: {
          /** Name of a label of series, for example model or workflow. */
          label: string
          /** Only this pipeline, for example calls or jobs; null for all. */
          pipeline?: string | null
          /** More rows than so many are refused, 1 to 100000. */
          max_rows?: number
        }
        Returns: {
          value: string | null
        }[]
      }
      /** Percentiles (0 to 1) of response_time or first_token (measure; ms) over the hours that start in a range, one row each, for every group of model, tool, provider and parameters (group_by; empty: one group). From merged sketches, within 0.5 %; exact reads raw calls at exact times, where they are still kept. outcome (all, success, error) says which calls are read. call_count is how many of them have the measure. range_start and range_end are what was counted: days or weeks where retention has removed the hours. Errors: 22023 bad argument, or more than max_rows rows, 42501 not an analyst, PT404 unknown model or tool. */
      get_latency_percentiles: {
        Args: {
          /** Start of the range, part of it. */
          start_time: string
          /** End of the range, not part of it. */
          end_time: string
          /** Which percentiles, each 0 to 1. */
          percentiles?: number[]
          /** Any of model, tool, provider and parameters: a row for each group. Empty: one group. */
          group_by?: string[]
          /** Only this model; null for all. */
          model_name?: string | null
          /** Only this tool; null for all. */
          tool_name?: string | null
          /** Only this provider; null for all. */
          provider?: string | null
          /** Only calls with these parameters, an object; null for all. */
          parameters?: Json
          /** Which calls count: all, success or error. */
          outcome?: string
          /** response_time or first_token. */
          measure?: string
          /** True reads raw calls where they are kept; false merges sketches, within 0.5 %. */
          exact?: boolean
          /** At most so many rows are returned, 1 to 100000. */
          max_rows?: number
        }
        Returns: {
          model: string | null
          tool: string | null
          model_provider: string | null
          parameter_set: Json
          percentile: number | null
          value_ms: number | null
          call_count: number | null
          range_start: string | null
          range_end: string | null
        }[]
      }
      /** Whether values, in their order in time, rise or fall: s is the number of pairs that rise less those that fall, tau is Kendall's tau-b of value and time (-1 to 1; null where all values are equal), z is s by its deviation where there is no trend, p_value is two-sided by the normal distribution. Null elements are left out. Fewer than 2 values give nulls; from 10 on p_value is accurate. Error 22023: more than 100000 values, NaN, or a value beyond 1e90. */
      get_mann_kendall_test: {
        Args: {
          /** The values; null elements are left out. */
          values: number[] | null
        }
        Returns: {
          s: number | null
          tau: number | null
          z: number | null
          p_value: number | null
        }
      }
      /** Whether values of b tend to be larger than those of a, by their ranks (two-sided Mann-Whitney test): u is the number of pairs in which that of b is larger, equal ones counting as half; effect is the share of pairs in which b is larger less that in which a is (-1 to 1, the rank-biserial correlation). p_value is exact where no two values are equal, one side has at most 8 and the other at most 10000; else by the normal distribution, corrected for ties and continuity (too large where one side has at most 8 and the other more than 10000). Where all are equal it is 1. Null elements are left out; null for no values on a side. Error 22023: more than 1000000 values on a side, NaN, or a value beyond 1e90. */
      get_mann_whitney_test: {
        Args: {
          /** Values of the first sample; null elements are left out. */
          a: number[] | null
          /** Values of the second sample; null elements are left out. */
          b: number[] | null
        }
        Returns: {
          u: number | null
          effect: number | null
          p_value: number | null
        }
      }
      /** Confidence interval of a mean by Student's t, of at least 5 independent values; null for fewer. m2 is the sum of their squared differences from the mean. Error 22023. */
      get_mean_interval: {
        Args: {
          /** Number of values. */
          value_count: number
          /** Mean of the values. */
          mean: number
          /** Sum of the squared differences from the mean. */
          m2: number
          /** Probability of the intervals, between 0 and 1. */
          confidence?: number
        }
        Returns: {
          low: number | null
          high: number | null
        }
      }
      /** The catalogue of metrics, of a pipeline or of all: the unit, whether higher or lower values are better (null where neither is), whether there are percentiles, and what it says. kind is as in perf.metrics. With with_values only those that some series had in the last week in which it had values, with rows that are not rolled up yet. Errors: 22023 bad argument, or more than max_rows metrics, 42501 not an analyst, PT404 no such pipeline, PT409 while a restore is under way. */
      get_metrics: {
        Args: {
          /** Only this pipeline, for example calls or jobs; null for all. */
          pipeline?: string | null
          /** Whether only metrics that have values. */
          with_values?: boolean
          /** More metrics than so many are refused, 1 to 100000. */
          max_rows?: number
        }
        Returns: {
          metric: string | null
          pipeline_name: string | null
          kind: string | null
          unit: string | null
          better: string | null
          has_percentiles: boolean | null
          meaning: string | null
        }[]
      }
      /** Models side by side over the hours that start in a range, fastest median first. outcome (all, success, error) says whose call_count, times (ms) and tokens these are: failed calls are often fast. success_rate and error_count are of all calls. provider names all who served the model. output_tokens_per_second is what successful calls put out. range_start and range_end are what was counted: days or weeks where retention has removed the hours. Errors: 22023 bad argument, or more than max_rows rows, 42501 not an analyst, PT404 unknown tool. */
      get_model_comparison: {
        Args: {
          /** Start of the range, part of it. */
          start_time: string
          /** End of the range, not part of it. */
          end_time: string
          /** Only this tool; null for all. */
          tool_name?: string | null
          /** Which calls count: all, success or error. */
          outcome?: string
          /** At most so many rows are returned, 1 to 100000. */
          max_rows?: number
        }
        Returns: {
          model: string | null
          provider: string | null
          model_type: string | null
          call_count: number | null
          success_rate: number | null
          avg_response_time: number | null
          p50_response_time: number | null
          p95_response_time: number | null
          p99_response_time: number | null
          p50_first_token_ms: number | null
          p95_first_token_ms: number | null
          p99_first_token_ms: number | null
          error_count: number | null
          total_input_tokens: number | null
          total_output_tokens: number | null
          output_tokens_per_second: number | null
          range_start: string | null
          range_end: string | null
        }[]
      }
      /** The daily log of a model type, newest day first, from start_date to before end_date (UTC): jobs and calls as generations, and how many of them are which. Times and ratings are means of successful generations, weighted by timed_generations and rated_generations; total_processing_time_ms is of all. The last two days of the log and later ones are computed as they are now, and have no id, created_at and updated_at. Errors: 22023 bad argument, 42501 not an analyst. */
      get_model_log: {
        Args: {
          /** The model type, for example sdxl. */
          model_type: string
          /** Start of the range of days (UTC), part of it. */
          start_date?: string
          /** End of the range of days (UTC), not part of it. */
          end_date?: string
          /** More rows than so many are refused, 1 to 100000. */
          max_rows?: number
        }
        Returns: Database["perf"]["Tables"]["model_performance_logs"]["Row"][]
        SetofOptions: {
          from: "*"
          to: "model_performance_logs"
          isOneToOne: false
          isSetofReturn: true
        }
      }
      /** Days (UTC) of a model type on which more generations failed than the threshold (0 to 1) allows, highest rate first, from start_date to before end_date: days with min_generations or more whose 95 % interval of the failure rate (Wilson) is above the threshold as a whole. So 1 failure of 2 is none. Errors: 22023 bad argument, or more than max_rows rows, 42501 not an analyst. */
      get_model_log_anomalies: {
        Args: {
          /** Start of the range of days (UTC), part of it. */
          start_date?: string
          /** End of the range of days (UTC), not part of it. */
          end_date?: string
          /** Failure rate above which a day is found, 0 to 1. */
          threshold?: number
          /** Fewest generations that count. */
          min_generations?: number
          /** At most so many rows are returned, 1 to 100000. */
          max_rows?: number
        }
        Returns: {
          date: string | null
          model_type: string | null
          total_generations: number | null
          failed_generations: number | null
          failure_rate: number | null
          failure_rate_low: number | null
          failure_rate_high: number | null
        }[]
      }
      /** Model types side by side over a range of days (UTC), best rating first, from start_date to before end_date. Types with fewer than min_generations rated generations come after the others, because so few ratings rank nothing. Each generation has the same weight in the mean time and the mean rating of successful ones and in the success rate (0 to 1, with its 95 % interval, Wilson), whatever its day. timed_generations and rated_generations are how many have a time and a rating. Errors: 22023 bad argument, or more than max_rows rows, 42501 not an analyst. */
      get_model_log_comparison: {
        Args: {
          /** Start of the range of days (UTC), part of it. */
          start_date?: string
          /** End of the range of days (UTC), not part of it. */
          end_date?: string
          /** Fewest generations that count. */
          min_generations?: number
          /** At most so many rows are returned, 1 to 100000. */
          max_rows?: number
        }
        Returns: {
          model_type: string | null
          total_generations: number | null
          avg_time_ms: number | null
          avg_quality: number | null
          avg_success_rate: number | null
          success_rate_low: number | null
          success_rate_high: number | null
          timed_generations: number | null
          rated_generations: number | null
        }[]
      }
      /** Mean quality rating of every model type by week, newest week first and best first in it: the weeks from Monday (UTC) that start from start_date to before end_date, each as a whole. Each rated generation has the same weight; data_points are the days that have ratings. Errors: 22023 bad argument, or more than max_rows rows, 42501 not an analyst. */
      get_model_log_quality: {
        Args: {
          /** Start of the range of days (UTC), part of it. */
          start_date?: string
          /** End of the range of days (UTC), not part of it. */
          end_date?: string
          /** At most so many rows are returned, 1 to 100000. */
          max_rows?: number
        }
        Returns: {
          week: string | null
          model_type: string | null
          weekly_avg_quality: number | null
          rated_generations: number | null
          data_points: number | null
        }[]
      }
      /** Success rate (0 to 1) of every model type over a range of days (UTC) with its interval of 95 % (Wilson), highest first, from start_date to before end_date. avg_quality is the mean rating of all rated generations; null without any. Errors: 22023 bad argument, or more than max_rows rows, 42501 not an analyst. */
      get_model_log_success_rates: {
        Args: {
          /** Start of the range of days (UTC), part of it. */
          start_date?: string
          /** End of the range of days (UTC), not part of it. */
          end_date?: string
          /** At most so many rows are returned, 1 to 100000. */
          max_rows?: number
        }
        Returns: {
          model_type: string | null
          total_generations: number | null
          successful_generations: number | null
          failed_generations: number | null
          success_rate: number | null
          success_rate_low: number | null
          success_rate_high: number | null
          avg_quality: number | null
        }[]
      }
      /** Generations of all model types together by day (UTC), newest first, from start_date to before end_date: how many model types had any, how many generations, success rate (0 to 1), mean rating of all rated generations. No row for a day without generations. Errors: 22023 bad argument, or more than max_rows rows, 42501 not an analyst. */
      get_model_log_summary: {
        Args: {
          /** Start of the range of days (UTC), part of it. */
          start_date?: string
          /** End of the range of days (UTC), not part of it. */
          end_date?: string
          /** At most so many rows are returned, 1 to 100000. */
          max_rows?: number
        }
        Returns: {
          date: string | null
          active_models: number | null
          total_generations: number | null
          total_successful: number | null
          success_rate: number | null
          overall_avg_quality: number | null
          job_count: number | null
          call_count: number | null
        }[]
      }
      /** Mean time of the successful generations of every model type over a range of days (UTC), fastest first, from start_date to before end_date, and how far the means of its days differ: the smallest, the largest and their standard deviation, null for one day. They are of days, not of single generations. data_points are the days that have times. Errors: 22023 bad argument, or more than max_rows rows, 42501 not an analyst. */
      get_model_log_times: {
        Args: {
          /** Start of the range of days (UTC), part of it. */
          start_date?: string
          /** End of the range of days (UTC), not part of it. */
          end_date?: string
          /** At most so many rows are returned, 1 to 100000. */
          max_rows?: number
        }
        Returns: {
          model_type: string | null
          avg_time_ms: number | null
          min_daily_avg_time_ms: number | null
          max_daily_avg_time_ms: number | null
          daily_avg_time_stddev: number | null
          timed_generations: number | null
          data_points: number | null
        }[]
      }
      /** Generations of every model type by day (UTC), newest day first, from start_date to before end_date: how many, mean time and mean rating of successful ones. No row for a day without generations. Errors: 22023 bad argument, 42501 not an analyst. */
      get_model_log_trends: {
        Args: {
          /** Start of the range of days (UTC), part of it. */
          start_date?: string
          /** End of the range of days (UTC), not part of it. */
          end_date?: string
          /** More rows than so many are refused, 1 to 100000. */
          max_rows?: number
        }
        Returns: {
          date: string | null
          model_type: string | null
          total_generations: number | null
          successful_generations: number | null
          avg_generation_time_ms: number | null
          avg_quality_rating: number | null
        }[]
      }
      /** A metric of the evaluations of a model type on a machine (null: on none) over a time range, oldest first, and whether it gets better. metric is rmse, r_squared and so on, or a further one with or without "evaluation." before it. moving_average is the mean of the last window_size evaluations of the range. slope_per_day is the Theil-Sen slope (Sen 1968): the median change a day over all pairs of points, which a few outliers do not move; slope_low and slope_high are its interval at this confidence, and trend_value is its line. p_value is of the Mann-Kendall test (Mann 1945, Kendall 1975) that there is no trend. verdict is improving or degrading where p_value is at most 1 - confidence and the catalogue knows which values are better (see perf.set_metric()), rising or falling where it does not, stable where no trend is clear, and insufficient_data for evaluations at fewer than 8 times; reason says why. Evaluations at one time count as one point, their mean. Of more than 1000 points, 1000 means of as many neighbours each are tested. The test takes evaluations for independent: where each is much like the one before it, a verdict comes too easily. All rows repeat point_count, how many evaluations have the metric, and what follows from them all. Errors: 22023 bad argument, or more than max_rows rows, 42501 not an analyst, PT404 no such model or metric. */
      get_model_metric_trend: {
        Args: {
          /** The model type, for example sdxl. */
          model_type: string
          /** The machine; null for a model that is for none. */
          machine_id: string | null
          /** Metric of the evaluations, with or without evaluation. before its name. */
          metric: string
          /** Start of the range, part of it. */
          start_time?: string
          /** End of the range, not part of it. */
          end_time?: string
          /** How many evaluations the moving average takes. */
          window_size?: number
          /** Probability of the intervals, between 0 and 1. */
          confidence?: number
          /** At most so many rows are returned, 1 to 100000. */
          max_rows?: number
        }
        Returns: {
          evaluation_date: string | null
          value: number | null
          moving_average: number | null
          trend_value: number | null
          model_version: string | null
          point_count: number | null
          slope_per_day: number | null
          slope_low: number | null
          slope_high: number | null
          p_value: number | null
          verdict: string | null
          reason: string | null
        }[]
      }
      /** The prices of a book that are in force at a time, per million tokens: of one model or of all, by name, one for each provider that has its own. provider null is for any, valid_from 1970 for all time, and valid_until null until further notice. Errors: 22023 bad argument, or more than max_rows (at most 100000) rows, 42501 not an analyst, PT404 no such price book. */
      get_model_prices: {
        Args: {
          /** Name of the price book. */
          book?: string
          /** The time that counts as now. */
          as_of?: string
          /** Only this model; null for all. */
          model_name?: string | null
          /** At most so many rows are returned, 1 to 100000. */
          max_rows?: number
        }
        Returns: {
          model: string | null
          provider: string | null
          input_price: number | null
          cached_input_price: number | null
          cache_write_price: number | null
          output_price: number | null
          currency: string | null
          is_free: boolean | null
          valid_from: string | null
          valid_until: string | null
          source: string | null
        }[]
      }
      /** The probability that a standard normal variable is at most z. Below 0 it keeps all digits far into the tail, so ask for -z rather than subtract from 1. Error 22023: NaN. */
      get_normal_probability: {
        Args: {
          /** Value of the standard normal variable. */
          z: number
        }
        Returns: number | null
      }
      /** The value below which a standard normal variable lies with probability p. Error 22023: p not between 0 and 1. */
      get_normal_quantile: {
        Args: {
          /** Probability, 0 to 1. */
          p: number
        }
        Returns: number | null
      }
      /** The calls that the caller recorded in a time range, the newest first, at most max_rows (1 to 1000). For recorders, who cannot read perf.performance_metrics_raw; an admin allows it with perf.set_own_calls_readable(). parameters are those of the first call with the same ones that affect performance. Errors: 22023 bad argument, 42501 not a recorder, or not allowed. */
      get_own_calls: {
        Args: {
          /** Start of the range, part of it. */
          start_time?: string
          /** End of the range, not part of it. */
          end_time?: string
          /** At most so many rows are returned, 1 to 1000. */
          max_rows?: number
        }
        Returns: {
          call_timestamp: string | null
          model_name: string | null
          tool_name: string | null
          parameters: Json
          response_time_ms: number | null
          first_token_ms: number | null
          success: boolean | null
          error_type: string | null
          input_tokens: number | null
          output_tokens: number | null
          call_id: string | null
          provider: string | null
          cached_input_tokens: number | null
          cache_write_tokens: number | null
          reasoning_tokens: number | null
          cost: number | null
        }[]
      }
      /** Whether a numeric parameter of jobs goes with a quality score: Pearson's correlation (of values) and Spearman's (of ranks, equal values share their mean rank), each with its interval (Fisher; Bonett and Wright for ranks), and points [parameter, score] for a scatter plot. parameter is a key of perf.jobs.parameters, or a path such as sampler.steps; score_name is the key of a score, or quality_rating. Of single successful jobs that ended in the range, of all or of a workflow, that have both. not_numeric counts jobs with the score whose parameter is not a number, or one beyond 1e100; they are left out. Of more than max_points jobs the points are those with the lowest hash of their id: each job has the same chance, and the same jobs are drawn each time; the correlations are of all. They are null with a note for fewer than 4 jobs or where one side is constant. A correlation over several workflows may only show that the workflows differ. range_start is later than start_time where retention has removed single jobs (90 days unless perf.retention says otherwise). Errors: 22023 bad argument, 42501 not an analyst, PT404 no such score, which names those that exist, or no such workflow. */
      get_parameter_correlation: {
        Args: {
          /** Key of the parameters of jobs, or a path such as sampler.steps. */
          parameter: string
          /** Name of the quality score, for example likeness, or quality_rating. */
          score_name: string
          /** Start of the range, part of it. */
          start_time?: string
          /** End of the range, not part of it. */
          end_time?: string
          /** Only this workflow, an id of perf.workflows; null for all. */
          workflow_id?: number | null
          /** At most so many points for a scatter plot. */
          max_points?: number
          /** Probability of the intervals, between 0 and 1. */
          confidence?: number
        }
        Returns: {
          job_count: number | null
          not_numeric: number | null
          pearson: number | null
          pearson_low: number | null
          pearson_high: number | null
          spearman: number | null
          spearman_low: number | null
          spearman_high: number | null
          note: string | null
          points: Json
          range_start: string | null
          range_end: string | null
        }[]
      }
      /** The parameters that affect performance: thinking_mode, use_websearch, streaming, max_tokens, temperature; numbers are without trailing zeros, because 1.0 is 1. Error 22023. */
      get_performance_affecting_parameters: {
        Args: {
          /** Object of the parameters of a call. */
          parameters: Json
        }
        Returns: Json
      }
      /** One row about all jobs that ended in the hours that start in a range. Job counts, GPU and wall hours and max_vram_peak_mb are of all jobs, because a failed job costs too. Averages, percentiles (within 0.5 %) and frames are of successful jobs; each job weighs the same in avg_time_per_frame_ms. failure_rate has its 95 % interval (Wilson). best_workflows and worst_workflows are the ends of perf.get_workflow_ranking(metric, start_time, end_time, min_jobs), at most max_workflows each and none in both; without a metric it is time_per_frame_ms if any job has it, else total_wall_time_ms; ranked_workflows had enough jobs. throughput is perf.get_job_throughput() by granularity: for the buckets that start in the range, which may begin and end at other times than the hours of the other columns. Without a granularity it is hourly up to 3 days, daily up to 100, weekly up to 700, then monthly. range_start and range_end are what was counted: days or weeks where retention has removed the hours. Errors: 22023 bad argument, a metric without a direction, or more than max_rows buckets, 42501 not an analyst, PT404 no such metric of jobs. */
      get_performance_overview: {
        Args: {
          /** Start of the range, part of it. */
          start_time?: string
          /** End of the range, not part of it. */
          end_time?: string
          /** Metric of the ranking; null for time_per_frame_ms, or total_wall_time_ms where that is missing. */
          metric?: string | null
          /** Fewest jobs for a rank or a verdict. */
          min_jobs?: number
          /** At most so many workflows at each end of the ranking. */
          max_workflows?: number
          /** Width of a bucket of throughput: hourly, daily, weekly, monthly; null chooses by the range. */
          granularity?: string | null
          /** More buckets of throughput than so many are refused, 1 to 100000. */
          max_rows?: number
        }
        Returns: {
          job_count: number | null
          failed_jobs: number | null
          failure_rate: number | null
          failure_rate_low: number | null
          failure_rate_high: number | null
          gpu_hours: number | null
          wall_hours: number | null
          frames: number | null
          avg_time_per_frame_ms: number | null
          p50_time_per_frame_ms: number | null
          p95_time_per_frame_ms: number | null
          p99_time_per_frame_ms: number | null
          avg_vram_peak_mb: number | null
          max_vram_peak_mb: number | null
          avg_quality_rating: number | null
          ranking_metric: string | null
          ranked_workflows: number | null
          best_workflows: Json
          worst_workflows: Json
          throughput_granularity: string | null
          throughput: Json
          range_start: string | null
          range_end: string | null
        }[]
      }
      /** Response times (ms), calls and tokens of a model and tool by hour, day or week (granularity: hourly, daily, weekly from Monday) for the buckets that start in the range, with calls not yet rolled up. A day or week of time_zone (UTC, or a name such as Asia/Kolkata) is the hours of UTC that start in it, and time_bucket is the first of them; hours are the same in every zone. All parameter sets together, or those with the given parameters. outcome (all, success, error) says whose call_count, times and tokens these are. success_rate and error_count are of all calls. Percentiles are within 0.5 %. Errors: 22023 bad argument, or more than max_rows (at most 100000) buckets, 42501 not an analyst, PT404 unknown model or tool. */
      get_performance_trends: {
        Args: {
          /** Name of the model, for example openai/gpt-4o. */
          model_name: string
          /** Name of the tool, for example chat. */
          tool_name: string
          /** Start of the range, part of it. */
          start_time: string
          /** End of the range, not part of it. */
          end_time: string
          /** Width of a bucket: hourly, daily or weekly (from Monday). */
          granularity?: string
          /** Only calls with these parameters, an object; null for all. */
          parameters?: Json
          /** Which calls count: all, success or error. */
          outcome?: string
          /** More rows than so many are refused, 1 to 100000. */
          max_rows?: number
          /** Zone in which days, weeks and months are cut, for example Asia/Kolkata. */
          time_zone?: string
        }
        Returns: {
          time_bucket: string | null
          avg_response_time: number | null
          p95_response_time: number | null
          p99_response_time: number | null
          call_count: number | null
          success_rate: number | null
          p50_response_time: number | null
          min_response_time: number | null
          max_response_time: number | null
          p50_first_token_ms: number | null
          p95_first_token_ms: number | null
          p99_first_token_ms: number | null
          error_count: number | null
          total_input_tokens: number | null
          total_output_tokens: number | null
        }[]
      }
      /** Where successful jobs of a workflow spend their time: one row a pipeline stage, most time first, of all workers or of one, over the hours that start in a range. A stage that a job has more than once is added up. Shares are from 0 to 1: share_of_jobs is how many of the jobs have the stage, share_of_stages adds up to 1, and share_of_wall_time is of the time from start to end of all successful jobs, also of those that tell no stages. It is more than 1 together where stages run side by side, and less where time is in no stage. Percentiles of a stage's time in a job are within 0.5 %. range_start and range_end are what was counted: days or weeks where retention has removed the hours. Errors: 22023 bad argument, or more than max_rows rows, 42501 not an analyst, PT404 no such workflow or worker. */
      get_pipeline_breakdown: {
        Args: {
          /** Key of the workflow, an id of perf.workflows. */
          workflow_id: number
          /** Start of the range, part of it. */
          start_time?: string
          /** End of the range, not part of it. */
          end_time?: string
          /** Only this worker, an id of perf.workers; null for all. */
          worker_id?: number | null
          /** At most so many rows are returned, 1 to 100000. */
          max_rows?: number
        }
        Returns: {
          stage: string | null
          job_count: number | null
          share_of_jobs: number | null
          total_ms: number | null
          share_of_stages: number | null
          share_of_wall_time: number | null
          avg_ms: number | null
          p50_ms: number | null
          p95_ms: number | null
          p99_ms: number | null
          range_start: string | null
          range_end: string | null
        }[]
      }
      /** Population stability index of two samples, from their counts by bin; both name the same bins in the same order. The sum of (share of b - share of a) * ln(share of b / share of a); a bin that is empty on one side counts as half a value there, one that is empty on both sides is left out, null is 0. Without drift about (bins - 1) * (1 / n + 1 / m) is expected for samples of n and m values, and more for smaller ones: so the usual limits of 0.1 and 0.25 mean little below some hundred values (Yurdakul and Naranjo, Journal of Risk Model Validation 14 (2020) 89-100). Null for no values on a side. Error 22023. */
      get_population_stability_index: {
        Args: {
          /** Counts of the first sample by bin, in the order of the bins of b. Null counts as 0. */
          a: number[] | null
          /** Counts of the second sample by bin, in the order of the bins of a. Null counts as 0. */
          b: number[] | null
        }
        Returns: number | null
      }
      /** Whether two rates differ: difference is the rate of b less that of a, low and high its confidence interval (Newcombe's hybrid score), z and p_value those of the two-sided test with the pooled rate. The normal distribution stands for the binomial: where fewer than about 5 succeed or fail p_value is rough. Where all or none succeed on both sides z is 0 and p_value 1. Null for no trials. Error 22023. */
      get_proportion_test: {
        Args: {
          /** Number of successes of a. */
          successes_a: number
          /** Number of trials of a. */
          trials_a: number
          /** Number of successes of b. */
          successes_b: number
          /** Number of trials of b. */
          trials_b: number
          /** Probability of the intervals, between 0 and 1. */
          confidence?: number
        }
        Returns: {
          difference: number | null
          low: number | null
          high: number | null
          z: number | null
          p_value: number | null
        }
      }
      /** Histogram of a quality score of successful jobs of each workflow, or of one, over the hours that start in a range: bucket_count buckets of equal width from the lowest to the highest score, the same for all workflows, also the empty ones. There are fewer where they would be narrower than 1 % of the score farthest from 0, for scores are known by 1 %, and one where all scores are equal. score_name is the key of the score, for example likeness, or quality_rating. share is of the jobs of the workflow that have the score. A job near the edge of a bucket may count in the next one, because scores are known within 0.5 %; so are the lowest and the highest where a failed job is as low or as high. range_start and range_end are what was counted: days or weeks where retention has removed the hours. Errors: 22023 bad argument, or more than max_rows rows, 42501 not an analyst, PT404 no such score, which names those that exist, or no such workflow. */
      get_quality_distribution: {
        Args: {
          /** Name of the quality score, for example likeness, or quality_rating. */
          score_name: string
          /** Start of the range, part of it. */
          start_time?: string
          /** End of the range, not part of it. */
          end_time?: string
          /** Only this workflow, an id of perf.workflows; null for all. */
          workflow_id?: number | null
          /** Number of buckets of the histogram. */
          bucket_count?: number
          /** At most so many rows are returned, 1 to 100000. */
          max_rows?: number
        }
        Returns: {
          workflow: string | null
          bucket_start: number | null
          bucket_end: number | null
          job_count: number | null
          share: number | null
          range_start: string | null
          range_end: string | null
        }[]
      }
      /** A quality score of successful jobs by hour, day, week (from Monday) or calendar month (granularity: hourly, daily, weekly, monthly), for the buckets that start in the range and have the score; of all jobs or of a workflow. score_name is the key of the score, for example likeness, or quality_rating. average_low and average_high are the 95 % interval of the average, null for fewer than 5 jobs. moving_average_value is the average of all jobs of the bucket and of the moving_average - 1 buckets of time before it, so a gap does not move it and a bucket with few jobs weighs little; moving_job_count is their number. It counts jobs before the range too. A day, week or month of time_zone (UTC, or a name such as Asia/Kolkata) is the hours of UTC that start in it, and time_bucket is the first of them. Errors: 22023 bad argument, or more than max_rows (at most 100000) buckets, 42501 not an analyst, PT404 no such score, which names those that exist, or no such workflow. */
      get_quality_trends: {
        Args: {
          /** Name of the quality score, for example likeness, or quality_rating. */
          score_name: string
          /** Start of the range, part of it. */
          start_time?: string
          /** End of the range, not part of it. */
          end_time?: string
          /** Width of a bucket: hourly, daily or weekly (from Monday). */
          granularity?: string
          /** Only this workflow, an id of perf.workflows; null for all. */
          workflow_id?: number | null
          /** How many buckets the moving average takes. */
          moving_average?: number
          /** More rows than so many are refused, 1 to 100000. */
          max_rows?: number
          /** Zone in which days, weeks and months are cut, for example Asia/Kolkata. */
          time_zone?: string
        }
        Returns: {
          time_bucket: string | null
          job_count: number | null
          average: number | null
          average_low: number | null
          average_high: number | null
          deviation: number | null
          moving_average_value: number | null
          moving_job_count: number | null
        }[]
      }
      /** The ranks (from 1) in a sorted sample of value_count values between which the percentile (0 to 1) of the population lies; a rank is null where the sample is too small for that side. Error 22023. */
      get_rank_interval: {
        Args: {
          /** Number of values. */
          value_count: number
          /** Percentile of the population, 0 to 1. */
          percentile: number
          /** Probability of the intervals, between 0 and 1. */
          confidence?: number
        }
        Returns: {
          low: number | null
          high: number | null
        }
      }
      /** From when to when there is something to show, by pipeline: the start of the first and of the last hour that has values, with rows that are not rolled up yet. Where retention has removed hours, the first is a day or a week. No row for a pipeline without values. Errors: 42501 not an analyst, PT404 no such pipeline, PT409 while a restore is under way. */
      get_recorded_range: {
        Args: {
          /** Only this pipeline, for example calls or jobs; null for all. */
          pipeline?: string | null
        }
        Returns: {
          pipeline_name: string | null
          first_bucket: string | null
          last_bucket: string | null
        }[]
      }
      /** Versions that were in force in the last so many days and are not now, latest first: for to_id of rollback_model_config(), which also takes older ones. Errors: 22023 bad argument, or more than max_rows rows, 42501 not an analyst. */
      get_rollback_candidates: {
        Args: {
          /** The model type, for example sdxl. */
          model_type: string
          /** Age in days up to which a version counts. */
          days?: number
          /** The time that counts as now. */
          as_of?: string
          /** At most so many rows are returned, 1 to 100000. */
          max_rows?: number
        }
        Returns: {
          id: string | null
          version: number | null
          config_name: string | null
          created_at: string | null
          notes: string | null
          last_active_from: string | null
          last_active_until: string | null
        }[]
      }
      /** p value of the number of units of A and B, of which share_b were to get B: chi-square test. Below 0.001 the assignment or the recording is broken, and the test says nothing. Null for no units or a null argument. Error 22023. */
      get_sample_ratio_probability: {
        Args: {
          /** Number of units of A. */
          units_a: number
          /** Number of units of B. */
          units_b: number
          /** Share of the units that were to get B, between 0 and 1. */
          share_b?: number
        }
        Returns: number | null
      }
      /** Service level objectives by name, also those that are disabled. The columns are those of perf.slo_objectives; perf.get_slo_status() says how they stand. At most max_rows, 1 to 100000. Errors: 22023 bad max_rows, 42501 not an analyst. */
      get_slo_objectives: {
        Args: {
          /** At most so many rows are returned, 1 to 100000. */
          max_rows?: number
        }
        Returns: {
          id: number | null
          objective_name: string | null
          metric_name: string | null
          target: number | null
          faster_than: number | null
          time_window: string | null
          scope_labels: Json
          group_by: string[] | null
          minimum_sample: number | null
          enabled: boolean | null
          description: string | null
          runbook_url: string | null
          created_by: string | null
          created_at: string | null
          updated_at: string | null
        }[]
      }
      /** How service level objectives stand: the enabled ones, or the named one, also if it is disabled. A row for each group, alerting and worst first: how many values the time window has, how many of them are good, how many bad; compliance, the good share; error_budget_left, the share of the error budget (1 untouched, 0 gone, below 0 overspent); and burn rates, the bad share over the share that may be bad, of the last 5 and 30 minutes, 1, 2 and 6 hours, 1 and 3 days. severity is what the burn rates mean: critical above 14.4 over 1 h and 5 m or above 6 over 6 h and 30 m, warning above 3 over 1 d and 2 h or above 1 over 3 d and 6 h, else null; with a time window other than 30 days these limits change in proportion to it, but are never below 1. gone_at_1h_rate and gone_at_6h_rate are when the budget will be gone at the burn rate of the last hour and 6 hours, if nothing leaves the time window before; window_end where it is gone already; null for never. window_start is from when the time window is kept: its first whole hour, or later where retention has removed rollups. Where raw rows of the last hours before as_of are removed, window_end is the last whole hour, and burn rates of 5 and 30 minutes are null. Shares and rates are null without values. At most max_rows, 1 to 100000. Errors: 22023 bad argument, 42501 not an analyst, PT404 no such objective. */
      get_slo_status: {
        Args: {
          /** Only this objective; null for all. */
          objective_name?: string | null
          /** The time that counts as now. */
          as_of?: string
          /** At most so many rows are returned, 1 to 100000. */
          max_rows?: number
        }
        Returns: {
          objective: string | null
          labels: Json
          severity: string | null
          total_count: number | null
          good_count: number | null
          bad_count: number | null
          compliance: number | null
          target: number | null
          error_budget_left: number | null
          burn_rate_5m: number | null
          burn_rate_30m: number | null
          burn_rate_1h: number | null
          burn_rate_2h: number | null
          burn_rate_6h: number | null
          burn_rate_1d: number | null
          burn_rate_3d: number | null
          gone_at_1h_rate: string | null
          gone_at_6h_rate: string | null
          window_start: string | null
          window_end: string | null
        }[]
      }
      /** The probability that a variable of Student's t distribution is at most t. degrees_of_freedom need not be whole; Infinity means the normal distribution. Below 0 it keeps all digits far into the tail, so ask for -t rather than subtract from 1. Error 22023. */
      get_student_t_probability: {
        Args: {
          /** Value of Student's t. */
          t: number
          /** Degrees of freedom of the distribution, above 0. */
          degrees_of_freedom: number
        }
        Returns: number | null
      }
      /** The value below which a variable of Student's t distribution lies with probability p. degrees_of_freedom need not be whole; Infinity means the normal distribution. Error 22023: p not between 0 and 1, degrees_of_freedom below 0.1, or a quantile beyond 1e86 root(degrees_of_freedom). */
      get_student_t_quantile: {
        Args: {
          /** Probability, 0 to 1. */
          p: number
          /** Degrees of freedom of the distribution, above 0. */
          degrees_of_freedom: number
        }
        Returns: number | null
      }
      /** The id that a user has in pgkit, from the claim sub of the token. A sub that is a UUID, of another version than 8, is the id. For any other text (Auth0, Clerk, Firebase) the id is a UUID of version 8 made of its SHA-256. Null for a blank text. */
      get_subject_id: {
        Args: {
          /** The claim sub of the token, which may be any text. */
          subject: string
        }
        Returns: string | null
      }
      /** How fast values rise with times: slope is the median slope of all pairs of values at different times, low and high its confidence interval, intercept the median value less slope times the median time. Pairs with a null are left out. Without two different times all is null; a limit is null where the values are too few for it. Error 22023: confidence not between 0 and 1, arrays of different length or of more than 5000 elements, NaN, or a number beyond 1e90. */
      get_theil_sen_slope: {
        Args: {
          /** Times of the values, in the same order, in any unit. */
          times: number[]
          /** The values; null elements are left out. */
          values: number[] | null
          /** Probability of the intervals, between 0 and 1. */
          confidence?: number
        }
        Returns: {
          slope: number | null
          low: number | null
          high: number | null
          intercept: number | null
        }
      }
      /** Trainings of one model type or all, on one machine or all and none, the last asked for first. Columns are those of perf.model_training_history. At most max_rows, 1 to 100000. Errors: 22023 bad argument, 42501 not an analyst. */
      get_trainings: {
        Args: {
          /** Only this model type; null for all. */
          model_type?: string | null
          /** Only of this machine; null for all. */
          machine_id?: string | null
          /** At most so many rows are returned, 1 to 100000. */
          max_rows?: number
        }
        Returns: {
          training_id: string | null
          model_type: string | null
          machine_id: string | null
          training_status: string | null
          trigger_type: string | null
          trigger_reason: string | null
          requested_at: string | null
          requested_by: string | null
          training_start: string | null
          training_end: string | null
          training_data_start: string | null
          training_data_end: string | null
          sample_count: number | null
          model_id: string | null
          model_version: string | null
          hyperparameters: Json
          metrics: Json
          improvement_metric: string | null
          performance_improvement: number | null
          error_message: string | null
          claimed_by: string | null
          lease_expires_at: string | null
          attempt_count: number | null
          max_attempts: number | null
        }[]
      }
      /** The models that were called in the hours that start in a range when they had no price in a book, most calls first: by model and provider, with their calls and tokens, what the provider billed for them, and priced_from, from when they have a price, null for never. closest_models are up to three names in the book that are most alike, for a model that has none. Errors: 22023 bad argument, or more than max_rows (at most 100000) rows, 42501 not an analyst, PT404 no such price book. */
      get_unpriced_models: {
        Args: {
          /** Start of the range, part of it. */
          start_time: string
          /** End of the range, not part of it. */
          end_time: string
          /** Name of the price book. */
          book?: string
          /** At most so many rows are returned, 1 to 100000. */
          max_rows?: number
        }
        Returns: {
          model: string | null
          provider: string | null
          call_count: number | null
          input_tokens: number | null
          output_tokens: number | null
          billed_cost: number | null
          priced_from: string | null
          closest_models: string[] | null
        }[]
      }
      /** How far values of one sample must move, on average, to become the other one (first Wasserstein or earth mover's distance), in the unit of the values. Null elements are left out; null for no values on a side. Values within 1e-290 of each other count as equal. Error 22023: more than 1000000 values on a side, NaN, or a value beyond 1e90. */
      get_wasserstein_distance: {
        Args: {
          /** Values of the first sample; null elements are left out. */
          a: number[] | null
          /** Values of the second sample; null elements are left out. */
          b: number[] | null
        }
        Returns: number | null
      }
      /** Welch's t test of two independent samples, which may vary unequally: difference is the mean of b less that of a, low and high its confidence interval, p_value two-sided. Null elements are left out. With fewer than 2 values on a side, or values that differ by less than about 1e-140, only difference is given, and with none nothing. Where all values of each side are equal, low and high are the difference, t and degrees_of_freedom null, and p_value is 1 for no difference, else 0. Error 22023: more than 1000000 values on a side, NaN, or a value beyond 1e90. */
      get_welch_test: {
        Args: {
          /** Values of the first sample; null elements are left out. */
          a: number[] | null
          /** Values of the second sample; null elements are left out. */
          b: number[] | null
          /** Probability of the intervals, between 0 and 1. */
          confidence?: number
        }
        Returns: {
          difference: number | null
          low: number | null
          high: number | null
          t: number | null
          degrees_of_freedom: number | null
          p_value: number | null
        }
      }
      /** Confidence interval of a rate (Wilson), from the number of successes and of trials; null for no trials. Error 22023. */
      get_wilson_interval: {
        Args: {
          /** Number of successes. */
          successes: number
          /** Number of trials. */
          trials: number
          /** Probability of the intervals, between 0 and 1. */
          confidence?: number
        }
        Returns: {
          low: number | null
          high: number | null
        }
      }
      /** One row about the jobs of a worker that ended in the hours that start in a range. Job counts, hours and max_vram_peak_mb are of all jobs, because a failed job costs too. Averages, percentiles (within 0.5 %) and frames are of successful jobs. max_vram_share is max_vram_peak_mb over the worker's memory. generating_hours is the wall time of all jobs; a job counts whole where it ended. available_hours is how long the worker was offered (perf.worker_availability) in the range, up to as_of, when times that last end; null if nothing is recorded. utilization is generating_hours over it, and idle_hours the rest. More than 1 means that jobs ran side by side, began before the range, or ran while the worker was not offered; utilization_note says so. by_workflow has the same by workflow and resolution_tier, most jobs first: workers with other work are compared there. range_start and range_end are what was counted: days or weeks where retention has removed the hours. Errors: 22023 bad argument, 42501 not an analyst, PT404 no such worker. */
      get_worker_performance: {
        Args: {
          /** Key of the worker, an id of perf.workers. */
          worker_id: number
          /** Start of the range, part of it. */
          start_time?: string
          /** End of the range, not part of it. */
          end_time?: string
          /** The time that counts as now. */
          as_of?: string
        }
        Returns: {
          worker: string | null
          hardware: string | null
          job_count: number | null
          failed_jobs: number | null
          failure_rate: number | null
          failure_rate_low: number | null
          failure_rate_high: number | null
          avg_time_per_frame_ms: number | null
          p50_time_per_frame_ms: number | null
          p95_time_per_frame_ms: number | null
          p99_time_per_frame_ms: number | null
          avg_gpu_time_ms: number | null
          avg_wall_time_ms: number | null
          gpu_hours: number | null
          frames: number | null
          avg_quality_rating: number | null
          vram_mb: number | null
          avg_vram_peak_mb: number | null
          max_vram_peak_mb: number | null
          max_vram_share: number | null
          generating_hours: number | null
          idle_hours: number | null
          available_hours: number | null
          utilization: number | null
          utilization_note: string | null
          by_workflow: Json
          range_start: string | null
          range_end: string | null
        }[]
      }
      /** Every worker with its jobs that ended in the hours that start in a range, most GPU hours first; retired workers only if they had jobs then, or with include_retired. available_since is from when on the worker is offered for jobs at as_of, null if it is not. Job counts, hours and max_vram_peak_mb are of all jobs, because a failed job costs too. Averages and frames are of successful jobs, and null where no job has them. failure_rate and avg_time_per_frame_ms have 95 % intervals (Wilson; Student's t), null where there are too few jobs. available_hours is how long the worker was offered in the range, up to as_of (perf.worker_availability), null if never; utilization is wall_hours over it, as perf.get_worker_performance says. last_job_at is when its last job ended, also outside of the range; where its raw row is gone, the start of its hour, day or week. range_start and range_end are what was counted: days or weeks where retention has removed the hours. Errors: 22023 bad argument, or more than max_rows rows, 42501 not an analyst. */
      get_workers: {
        Args: {
          /** Start of the range, part of it. */
          start_time?: string
          /** End of the range, not part of it. */
          end_time?: string
          /** The time that counts as now. */
          as_of?: string
          /** At most so many rows are returned, 1 to 100000. */
          max_rows?: number
          /** Whether retired workers without jobs in the range are there too. */
          include_retired?: boolean
        }
        Returns: {
          worker_id: number | null
          worker: string | null
          hardware: string | null
          vram_mb: number | null
          job_count: number | null
          failed_jobs: number | null
          failure_rate: number | null
          failure_rate_low: number | null
          failure_rate_high: number | null
          avg_time_per_frame_ms: number | null
          avg_time_per_frame_ms_low: number | null
          avg_time_per_frame_ms_high: number | null
          avg_gpu_time_ms: number | null
          avg_wall_time_ms: number | null
          gpu_hours: number | null
          wall_hours: number | null
          frames: number | null
          avg_vram_peak_mb: number | null
          max_vram_peak_mb: number | null
          avg_quality_rating: number | null
          available_since: string | null
          available_hours: number | null
          utilization: number | null
          last_job_at: string | null
          retired_at: string | null
          range_start: string | null
          range_end: string | null
        }[]
      }
      /** One row for each metric that jobs of a workflow have in the hours that start in a range: time per frame, GPU and wall time, VRAM peak, frames, quality_rating, each quality score (quality.<name>), and failure_rate. Of successful jobs; job_count is how many have the metric; failure_rate is of all jobs. average_low and average_high are the 95 % interval of the average. Percentiles are within 0.5 %; so are minimum and maximum where a failed job is as low or as high. histogram has bucket_count buckets of equal width from minimum to maximum: low, high, job_count. It has fewer where they would be narrower than 1 % of the maximum, for values are known by 1 %, and one if all are equal. breakdown, for total_gpu_time_ms, is perf.get_gpu_time_breakdown(), which is of all jobs. Stages are in perf.get_pipeline_breakdown(). range_start and range_end are what was counted: days or weeks where retention has removed the hours. Errors: 22023 bad argument, or more than max_rows rows, 42501 not an analyst, PT404 no such workflow. */
      get_workflow_performance: {
        Args: {
          /** Key of the workflow, an id of perf.workflows. */
          workflow_id: number
          /** Start of the range, part of it. */
          start_time?: string
          /** End of the range, not part of it. */
          end_time?: string
          /** Number of buckets of the histogram. */
          bucket_count?: number
          /** At most so many rows are returned, 1 to 100000. */
          max_rows?: number
        }
        Returns: {
          metric: string | null
          unit: string | null
          better: string | null
          job_count: number | null
          average: number | null
          average_low: number | null
          average_high: number | null
          deviation: number | null
          minimum: number | null
          maximum: number | null
          p50: number | null
          p95: number | null
          p99: number | null
          total: number | null
          histogram: Json
          breakdown: Json
          range_start: string | null
          range_end: string | null
        }[]
      }
      /** Workflows by the average of a metric over the hours that start in a range, best first: perf.metrics says whether lower or higher is better. Without a metric it is time_per_frame_ms if any job has it, else total_wall_time_ms. Of successful jobs, unless the metric is a share such as failure_rate. Only workflows with at least min_jobs values are ranked; job_count is their number. average_low and average_high are the 95 % interval of the average, as if jobs were independent. Workflows whose jobs differ in size or machine are no fair race: perf.compare_workflows takes machines into account. range_start and range_end are what was counted: days or weeks where retention has removed the hours. Errors: 22023 bad argument, or more than max_rows rows, or a metric without a direction, 42501 not an analyst, PT404 no such metric of jobs. */
      get_workflow_ranking: {
        Args: {
          /** Metric of the ranking; null for time_per_frame_ms, or total_wall_time_ms where that is missing. */
          metric?: string | null
          /** Start of the range, part of it. */
          start_time?: string
          /** End of the range, not part of it. */
          end_time?: string
          /** Fewest jobs for a rank or a verdict. */
          min_jobs?: number
          /** At most so many rows are returned, 1 to 100000. */
          max_rows?: number
        }
        Returns: {
          rank: number | null
          workflow_id: number | null
          workflow: string | null
          ranking_metric: string | null
          unit: string | null
          better: string | null
          average: number | null
          average_low: number | null
          average_high: number | null
          job_count: number | null
          range_start: string | null
          range_end: string | null
        }[]
      }
      /** Jobs of a workflow by hour, day, week (from Monday) or calendar month (granularity: hourly, daily, weekly, monthly, or hour, day, week, month), for the buckets that start in the range and have jobs, with jobs not yet rolled up. Job counts, hours and max_vram_peak_mb are of all jobs, because a failed job costs too. Averages, percentiles (within 0.5 %) and frames are of successful jobs. A day, week or month of time_zone (UTC, or a name such as Asia/Kolkata) is the hours of UTC that start in it, and time_bucket is the first of them. Errors: 22023 bad argument, or more than max_rows (at most 100000) buckets, 42501 not an analyst, PT404 no such workflow. */
      get_workflow_trend: {
        Args: {
          /** Key of the workflow, an id of perf.workflows. */
          workflow_id: number
          /** Start of the range, part of it. */
          start_time?: string
          /** End of the range, not part of it. */
          end_time?: string
          /** Width of a bucket: hourly, daily or weekly (from Monday). */
          granularity?: string
          /** More rows than so many are refused, 1 to 100000. */
          max_rows?: number
          /** Zone in which days, weeks and months are cut, for example Asia/Kolkata. */
          time_zone?: string
        }
        Returns: {
          time_bucket: string | null
          job_count: number | null
          failed_jobs: number | null
          failure_rate: number | null
          avg_time_per_frame_ms: number | null
          p50_time_per_frame_ms: number | null
          p95_time_per_frame_ms: number | null
          p99_time_per_frame_ms: number | null
          avg_gpu_time_ms: number | null
          avg_wall_time_ms: number | null
          gpu_hours: number | null
          wall_hours: number | null
          frames: number | null
          avg_vram_peak_mb: number | null
          max_vram_peak_mb: number | null
          avg_quality_rating: number | null
        }[]
      }
      /** Every workflow with its jobs that ended in the hours that start in a range, most GPU hours first; retired workflows only if they had jobs then. Job counts, hours and max_vram_peak_mb are of all jobs, because a failed job costs too. Averages and frames are of successful jobs, and null where no job has them. failure_rate and avg_time_per_frame_ms have 95 % intervals (Wilson; Student's t), null where there are too few jobs. last_job_at is when its last job ended, also outside of the range; where its raw row is gone, the start of its hour, day or week. range_start and range_end are what was counted: days or weeks where retention has removed the hours. Errors: 22023 bad argument, or more than max_rows rows, 42501 not an analyst. */
      get_workflows: {
        Args: {
          /** Start of the range, part of it. */
          start_time?: string
          /** End of the range, not part of it. */
          end_time?: string
          /** At most so many rows are returned, 1 to 100000. */
          max_rows?: number
        }
        Returns: {
          workflow_id: number | null
          workflow: string | null
          job_count: number | null
          failed_jobs: number | null
          failure_rate: number | null
          failure_rate_low: number | null
          failure_rate_high: number | null
          avg_time_per_frame_ms: number | null
          avg_time_per_frame_ms_low: number | null
          avg_time_per_frame_ms_high: number | null
          avg_gpu_time_ms: number | null
          avg_wall_time_ms: number | null
          gpu_hours: number | null
          wall_hours: number | null
          frames: number | null
          avg_vram_peak_mb: number | null
          max_vram_peak_mb: number | null
          avg_quality_rating: number | null
          last_job_at: string | null
          retired_at: string | null
          range_start: string | null
          range_end: string | null
        }[]
      }
      /** Gives a user a role, making the profile if there is none. The user is user_id, or subject: the claim sub of the token, which need not be a UUID. False: the user had it already. Errors: 22023 bad argument, 42501 not an admin, PT409 the username is that of another user. */
      grant_role: {
        Args: {
          /** Id of the user, an id of perf.profiles; null where subject is given. */
          user_id?: string | null
          /** The role: admin, analyst or recorder. */
          role?: Database["perf"]["Enums"]["app_role"] | null
          /** Name of a new profile; null for the sub of the token. */
          username?: string | null
          /** The claim sub of the token, which may be any text; null where user_id is given. */
          subject?: string | null
        }
        Returns: boolean | null
      }
      /** Whether a user has exactly this role; false for null. Of the caller, roles in the token count too. Only an admin or a login with perf_analyst may ask about another user; everybody else gets false. */
      has_role: {
        Args: {
          /** Id of the user, an id of perf.profiles. */
          user_id: string
          /** The role: admin, analyst or recorder. */
          role: Database["perf"]["Enums"]["app_role"]
        }
        Returns: boolean | null
      }
      /** Holds a training for the time of the lease from now, 1 second to 7 days, and returns when that is over. It may come late, as long as nobody else has claimed the training. Errors: 22023 bad argument, PT404 no such training, PT409 another trainer has it, or it is over: stop the work; 42501 not a recorder. */
      heartbeat_training: {
        Args: {
          /** Key of the training. */
          training_id: string
          /** Id of the claim, as perf.claim_training() gave it. */
          lease_id: string
          /** How long the claim holds from now on. */
          lease?: string
        }
        Returns: string | null
      }
      /** Relationship for PostgREST: the job of a row of perf.performance_metrics. */
      jobs: {
        Args: { "": Database["perf"]["Tables"]["performance_metrics"]["Row"] }
        Returns: Database["perf"]["Tables"]["jobs"]["Row"][]
        SetofOptions: {
          from: "performance_metrics"
          to: "jobs"
          isOneToOne: true
          isSetofReturn: true
        }
      }
      /** Relationship for PostgREST: the model, tool and parameters of a row of perf.performance_metrics_daily. */
      model_tool_configs:
      | {
        Args: { "": Database["perf"]["Views"]["performance_metrics_daily"]["Row"] }
        Returns: Database["perf"]["Tables"]["model_tool_configs"]["Row"][]
        SetofOptions: {
          from: "performance_metrics_daily"
          to: "model_tool_configs"
          isOneToOne: true
          isSetofReturn: true
        }
      }
      | {
        Args: { "": Database["perf"]["Views"]["performance_metrics_hourly"]["Row"] }
        Returns: Database["perf"]["Tables"]["model_tool_configs"]["Row"][]
        SetofOptions: {
          from: "performance_metrics_hourly"
          to: "model_tool_configs"
          isOneToOne: true
          isSetofReturn: true
        }
      }
      | {
        Args: { "": Database["perf"]["Tables"]["performance_metrics_raw"]["Row"] }
        Returns: Database["perf"]["Tables"]["model_tool_configs"]["Row"][]
        SetofOptions: {
          from: "performance_metrics_raw"
          to: "model_tool_configs"
          isOneToOne: true
          isSetofReturn: true
        }
      }
      | {
        Args: { "": Database["perf"]["Views"]["performance_metrics_weekly"]["Row"] }
        Returns: Database["perf"]["Tables"]["model_tool_configs"]["Row"][]
        SetofOptions: {
          from: "performance_metrics_weekly"
          to: "model_tool_configs"
          isOneToOne: true
          isSetofReturn: true
        }
      }
      /** Relationship for PostgREST: the model of a row of perf.performance_metrics_daily. */
      models:
      | {
        Args: { "": Database["perf"]["Views"]["performance_metrics_daily"]["Row"] }
        Returns: Database["perf"]["Tables"]["models"]["Row"][]
        SetofOptions: {
          from: "performance_metrics_daily"
          to: "models"
          isOneToOne: true
          isSetofReturn: true
        }
      }
      | {
        Args: { "": Database["perf"]["Views"]["performance_metrics_hourly"]["Row"] }
        Returns: Database["perf"]["Tables"]["models"]["Row"][]
        SetofOptions: {
          from: "performance_metrics_hourly"
          to: "models"
          isOneToOne: true
          isSetofReturn: true
        }
      }
      | {
        Args: { "": Database["perf"]["Tables"]["performance_metrics_raw"]["Row"] }
        Returns: Database["perf"]["Tables"]["models"]["Row"][]
        SetofOptions: {
          from: "performance_metrics_raw"
          to: "models"
          isOneToOne: true
          isSetofReturn: true
        }
      }
      | {
        Args: { "": Database["perf"]["Views"]["performance_metrics_weekly"]["Row"] }
        Returns: Database["perf"]["Tables"]["models"]["Row"][]
        SetofOptions: {
          from: "performance_metrics_weekly"
          to: "models"
          isOneToOne: true
          isSetofReturn: true
        }
      }
      /** Relationship for PostgREST: the person of an entry of the audit log. */
      profiles:
      | {
        Args: { "": Database["perf"]["Tables"]["audit_log"]["Row"] }
        Returns: Database["perf"]["Tables"]["profiles"]["Row"][]
        SetofOptions: {
          from: "audit_log"
          to: "profiles"
          isOneToOne: true
          isSetofReturn: true
        }
      }
      | {
        Args: { "": Database["perf"]["Tables"]["recorders"]["Row"] }
        Returns: Database["perf"]["Tables"]["profiles"]["Row"][]
        SetofOptions: {
          from: "recorders"
          to: "profiles"
          isOneToOne: true
          isSetofReturn: true
        }
      }
      /** Relationship for PostgREST: the project of a job's row. */
      projects: {
        Args: { "": Database["perf"]["Tables"]["performance_metrics"]["Row"] }
        Returns: Database["perf"]["Tables"]["projects"]["Row"][]
        SetofOptions: {
          from: "performance_metrics"
          to: "projects"
          isOneToOne: true
          isSetofReturn: true
        }
      }
      /** How any metric of perf.metrics behaved over a time range, with rows that are not rolled up yet. It takes the series that have all given labels, and groups them by the labels that group_by names (empty: all together). With a granularity (hourly, daily, weekly from Monday) there is a row for each bucket that starts in the range; without one, a row for the whole hours that start in it. A day or week of time_zone (UTC, or a name such as Asia/Kolkata) is the hours of UTC that start in it, and time_bucket is the first of them. range_start and range_end are what a row counts: without a granularity these are whole days or weeks where retention has removed the hours. The columns are count, average, standard deviation (null where values vary by less than 3e-7 of their size), extremes, percentiles (0 to 1, within 0.5 %; null for shares, and where is_sketched of perf.metrics is false) and total, in the unit of the metric. Extremes of a successful_ metric are within 0.5 % where a failed row is as low or as high; else they are exact. The count of a share, such as error_rate, is the number of values that it is a share of. With confidence there is an interval of the average (Student's t, Wilson's of a share) and of each percentile (by ranks, from the sketch), null where there are too few values; percentiles are then at most 66. Errors: 22023 bad argument, a label that no series has, or more than max_rows (at most 100000) rows, 42501 not an analyst, PT404 no such metric. */
      query_metrics: {
        Args: {
          /** Name of the metric, as in perf.metrics. */
          metric: string
          /** Start of the range, part of it. */
          start_time: string
          /** End of the range, not part of it. */
          end_time: string
          /** Only what has these labels: an object of values by label; {} for all. */
          labels?: Json
          /** Names of labels: each combination of their values is a group. Empty: one group. */
          group_by?: string[]
          /** Width of a bucket: hourly, daily or weekly (from Monday); null for one bucket. */
          granularity?: string | null
          /** Which percentiles, each 0 to 1. */
          percentiles?: number[]
          /** More rows than so many are refused, 1 to 100000. */
          max_rows?: number
          /** Zone in which days, weeks and months are cut, for example Asia/Kolkata. */
          time_zone?: string
          /** Probability of the intervals, between 0 and 1; null for no intervals. */
          confidence?: number | null
        }
        Returns: {
          group_labels: Json
          time_bucket: string | null
          count: number | null
          average: number | null
          deviation: number | null
          minimum: number | null
          maximum: number | null
          percentile_values: number[] | null
          total: number | null
          range_start: string | null
          range_end: string | null
          average_low: number | null
          average_high: number | null
          percentile_lows: number[] | null
          percentile_highs: number[] | null
        }[]
      }
      /** Computes the rollups of whole days, and of their weeks, again from raw rows. Returns the number of raw rows. Errors: 22023 for a range that raw rows no longer cover, 42501 not an admin, PT404 no such pipeline. */
      rebuild_performance_metrics: {
        Args: {
          /** Start of the range, part of it. */
          start_time: string
          /** End of the range, not part of it. */
          end_time: string
          /** Name of the pipeline, for example calls or jobs. */
          pipeline?: string
        }
        Returns: number | null
      }
      /** Records what came of a unit of a running A/B test: outcomes is an object of numbers, or true for 1 and false for 0, by metric of the test; null is no outcome. The variant is that of perf.assign_ab_variant(). Without an outcome_id a unit has one outcome of a metric, and a later one counts as a retry. With an outcome_id it may have several, and a retry is known by the id. Use one way or the other for a metric: an outcome without id does not count beside those that have one. Returns whether anything was new. For several use perf.record_ab_outcomes(). Errors: 22023 bad argument, or a metric that the test does not record, PT404 no such test, PT409 the test is completed, 42501 not a recorder. */
      record_ab_outcome: {
        Args: {
          /** Key of the A/B test, an id of perf.model_ab_tests. */
          test_id: string
          /** Key of the unit of an A/B test, for example a user. */
          unit_key: string
          /** Object of numbers by the name of the metric of the test. */
          outcomes: Json
          /** Id of the outcome, which makes a retry harmless; null for none. */
          outcome_id?: string | null
          /** When it was observed. */
          observed_at?: string
        }
        Returns: boolean | null
      }
      /** Records a batch: a JSON array of objects with the arguments of perf.record_ab_outcome(), alone or as {"outcomes": [...]}. The parameter has no name, so that PostgREST takes the array as the body of a request. observed_at is a time as in ISO 8601, of UTC without an offset. All or nothing; returns how many elements had something new. Errors: 22023, PT404 or PT409 naming the first bad element, 42501 not a recorder. */
      record_ab_outcomes: {
        /** The body: an array of outcomes, or an object that has it. */
        Args: { [key: string]: Json }
        Returns: number | null
      }
      /** Records one call of a model. For several use perf.record_calls(): PostgREST passes on only the first element of a JSON array. Times in milliseconds. cached_input_tokens and cache_write_tokens are a part of input_tokens, reasoning_tokens of output_tokens. cost is what the provider billed. provider says who served this call, by default the provider of the model. Names and error_type are stored without the spaces around them. An error_type of none, null, nan, false, 0, {}, [] or nothing is no error. success defaults to whether there is no error_type; where it is given, it alone says whether the call failed. call_timestamp defaults to the time in a version 7 call_id, else now. A call_id makes a retry harmless: false means it was recorded before. With test_id and unit_key the call is an outcome of that unit of an A/B test while it runs: success, and of a call that succeeded response_time_ms and first_token_ms, as far as the test has these metrics. Errors: 22023 bad argument, PT404 no such test, 42501 not a recorder. */
      record_call: {
        Args: {
          /** Name of the model, for example openai/gpt-4o. */
          model_name: string
          /** Name of the tool, for example chat. */
          tool_name: string
          /** Milliseconds until the whole answer was there, 0 to 1e10. */
          response_time_ms: number
          /** Whether it succeeded; null: it did, unless there is an error_type. */
          success?: boolean | null
          /** Who serves the model; null if unknown. */
          provider?: string | null
          /** Object of the parameters of the call, for example {"temperature": 0.2}. */
          parameters?: Json
          /** Number of tokens that the call sent; null if unknown. */
          input_tokens?: number | null
          /** Number of tokens that the call got back; null if unknown. */
          output_tokens?: number | null
          /** Kind of error, for example timeout; null for none or unknown. */
          error_type?: string | null
          /** Time to the first token, in milliseconds; null if unknown. */
          first_token_ms?: number | null
          /** When the call was made; null for now. */
          call_timestamp?: string | null
          /** Id of the call, which makes a retry harmless; null for none. */
          call_id?: string | null
          /** The A/B test that the call was for; null for none. */
          test_id?: string | null
          /** Key of the unit of the A/B test that the call was for; null for none. */
          unit_key?: string | null
          /** Those of input_tokens that the provider read from its cache; null if unknown. */
          cached_input_tokens?: number | null
          /** Those of input_tokens that the provider wrote to its cache; null if unknown. */
          cache_write_tokens?: number | null
          /** Those of output_tokens that the model used to reason; null if unknown. */
          reasoning_tokens?: number | null
          /** What the provider billed, 0 to 1e9, in the currency of the prices of the model; null if unknown. */
          cost?: number | null
        }
        Returns: boolean | null
      }
      /** Records a batch: a JSON array of objects with the arguments of perf.record_call(), alone or as {"calls": [...]}. The parameter has no name, so that PostgREST takes the array as the body of a request. A call_id may be any text, of which perf.get_call_id() makes a UUID. call_timestamp is a time as in ISO 8601, of UTC without an offset. All or nothing; returns how many were new. Errors: 22023 or PT404 naming the first bad element, 42501 not a recorder. */
      record_calls: {
        /** The body: an array of calls, or {"calls": [...]}. */
        Args: { [key: string]: Json }
        Returns: number | null
      }
      /** Records values of many features, trained models or times: a JSON array of objects with the arguments of perf.record_feature_values(), alone or as {"batches": [...]}. The parameter has no name, so that PostgREST takes the array as the body of a request. observed_at is a time as in ISO 8601, of UTC without an offset. All or nothing; returns how many elements were new. Several features may have one batch_id. Errors: 22023 or PT409 naming the first bad element, 42501 not a recorder. */
      record_feature_batches: {
        /** The body: an array of batches, or an object that has it. */
        Args: { [key: string]: Json }
        Returns: number | null
      }
      /** Records what a trained model was given for one feature: counts, sums and a histogram of the values, never the values. For several features use perf.record_feature_batches(). Either values, numbers of any sign that are 0 or of a size from 1e-100 to 1e15; or categories, an array of strings or booleans, or an object of counts by category such as {"red": 3}. Null elements count as missing. A feature has numbers or categories. Numbers are known within 0.5 % from 1e-6 to 2e10 on both sides of 0; those nearer to 0 count as about 1e-6, those farther as about 2e10. A feature has at most 1,000 categories; further ones count in 256 cells by their hash. observed_at, when the model was given them, defaults to the time in a version 7 batch_id, else now. A batch_id makes a retry harmless: false means that nothing was new. Errors: 22023 bad argument, PT409 the feature has the other kind of values, 42501 not a recorder. */
      record_feature_values: {
        Args: {
          /** The model type, for example sdxl. */
          model_type: string
          /** The machine; null for a model that is for none. */
          machine_id: string | null
          /** Name of the feature. */
          feature: string
          /** An array of numbers, null for a missing one; null where categories are given. */
          values?: number[] | null
          /** An array of categories, or of nulls for missing values; null where values are given. */
          categories?: Json
          /** When it was observed; null for now. */
          observed_at?: string | null
          /** Id of the batch, which makes a retry harmless; null for none. */
          batch_id?: string | null
        }
        Returns: boolean | null
      }
      /** Records one job that is over. For several use perf.record_job_metrics_batch(). Workflow, worker, project, character and scene are found by name, or added; retired ones are as good as others, because jobs may be late. Times in milliseconds; fractions of total times and of vram_peak_mb are rounded. Without total_wall_time_ms it is the time between started_at and completed_at, up to 1e10 ms. quality_scores is an object of numbers by name; pipeline_stages is an array of {"name", "duration_ms"}, or an object of ms by name. success defaults to whether there is no error_type; a job that succeeded needs a worker. completed_at defaults to now. With an external_id or a job_id of perf.create_job(), a job that is queued or running is finished, and a retry is harmless: false means that the job was over before. Errors: 22023 bad argument, PT404 no such job_id, 42501 not a recorder. */
      record_job_metrics: {
        Args: {
          /** Name of the workflow, which is added if it is new. */
          workflow_name: string
          /** Name of the worker, which is added if it is new. */
          worker_name?: string | null
          /** Key of the job in your application, which makes a retry harmless; null for none. */
          external_id?: string | null
          /** Milliseconds a frame; null if not measured. */
          time_per_frame_ms?: number | null
          /** GPU time in milliseconds; null if not measured. */
          total_gpu_time_ms?: number | null
          /** Wall time in milliseconds; null for the time from start to end. */
          total_wall_time_ms?: number | null
          /** Largest GPU memory in use, in MB; null if not measured. */
          vram_peak_mb?: number | null
          /** Number of frames; null if unknown. */
          frame_count?: number | null
          /** Object of numbers by the name of the score; null for none. */
          quality_scores?: Json
          /** Array of {"name", "duration_ms"}, or object of milliseconds by name; null for none. */
          pipeline_stages?: Json
          /** Size of what it makes, for example 1080p; null if unknown. */
          resolution_tier?: string | null
          /** The model type, for example sdxl; null if unknown. */
          model_type?: string | null
          /** Object of what the job was asked to do. */
          parameters?: Json
          /** What it is made for, found by name or added; null for none. */
          project_name?: string | null
          /** Whom it shows, found by name or added; null for nobody named. */
          character_name?: string | null
          /** The scene, found by name or added; null for none. */
          scene_name?: string | null
          /** When the worker began; null if unknown. */
          started_at?: string | null
          /** When the job ended; null for now. */
          completed_at?: string | null
          /** Whether it succeeded; null: it did, unless there is an error_type. */
          success?: boolean | null
          /** Kind of error, for example timeout; null for none or unknown. */
          error_type?: string | null
          /** Key of a job that exists; null for a new one. */
          job_id?: number | null
        }
        Returns: boolean | null
      }
      /** Records a batch of jobs that are over: a JSON array of objects with the arguments of perf.record_job_metrics(), alone or as {"jobs": [...]}. The parameter has no name, so that PostgREST takes the array as the body of a request. Times are as in ISO 8601, of UTC without an offset. All or nothing; returns how many were new. Errors: 22023 or PT404 naming the first bad element, 42501 not a recorder. */
      record_job_metrics_batch: {
        /** The body: an array of jobs, or an object that has it. */
        Args: { [key: string]: Json }
        Returns: number | null
      }
      /** Records one evaluation of a trained model: a type of model on a machine, or on none, which is added if it is new. For several use perf.record_model_metrics_batch(). evaluation_date is from 1970 to tomorrow, null for now. r_squared is at most 1; rmse, mae (in the unit of what is predicted) and mape (in percent) are 0 to 1e15; precision, recall, f1_score and data_completeness are 0 to 1. metrics is an object of up to 100 further numbers by name, for example {"auc": 0.91}: each is a metric evaluation.<name> of perf.query_metrics(), and perf.set_metric() says whether higher is better. A retry with the same evaluation_date, model_id and model_version changes nothing: false means that it was recorded before. SQL needs quotes around the name "precision". Errors: 22023 bad argument, 42501 not a recorder, PT409 more than 1000 names of metrics. */
      record_model_metrics: {
        Args: {
          /** The model type, for example sdxl. */
          model_type: string
          /** When it was evaluated, from 1970 to tomorrow; null for now. */
          evaluation_date?: string | null
          /** The machine; null for a model that is for none. */
          machine_id?: string | null
          /** Key of the model at its owner; null for none. */
          model_id?: string | null
          /** Version of the model; null if unknown. */
          model_version?: string | null
          /** Coefficient of determination, at most 1; null if not measured. */
          r_squared?: number | null
          /** Root of the mean squared error, in the unit of what is predicted, 0 to 1e15; null if none. */
          rmse?: number | null
          /** Mean absolute error, in the unit of what is predicted, 0 to 1e15; null if not measured. */
          mae?: number | null
          /** Mean absolute percentage error, in percent, 0 to 1e15; null if not measured. */
          mape?: number | null
          /** True positives over all predicted positives, 0 to 1; null if not measured. */
          precision?: number | null
          /** True positives over all positives, 0 to 1; null if not measured. */
          recall?: number | null
          /** Harmonic mean of precision and recall, 0 to 1; null if not measured. */
          f1_score?: number | null
          /** Number of cases; null if unknown. */
          sample_count?: number | null
          /** Share of the data that was there, 0 to 1; null if unknown. */
          data_completeness?: number | null
          /** Object of numbers by name; null for none. */
          metrics?: Json
        }
        Returns: boolean | null
      }
      /** Records a batch of evaluations: a JSON array of objects with the arguments of perf.record_model_metrics(), alone or as {"evaluations": [...]}. The parameter has no name, so that PostgREST takes the array as the body of a request. evaluation_date is a time as in ISO 8601, of UTC without an offset. All or nothing; returns how many were new. Errors: 22023 naming the first bad element, 42501 not a recorder, PT409 more than 1000 names of metrics. */
      record_model_metrics_batch: {
        /** The body: an array of evaluations, or {"evaluations": [...]}. */
        Args: { [key: string]: Json }
        Returns: number | null
      }
      /** Records what an exporter of OpenTelemetry sends: an ExportTraceServiceRequest or ExportMetricsServiceRequest in OTLP/JSON. The parameter has no name, so that PostgREST takes the body of a request as it is. Spans that are calls of a model, by the conventions of GenAI and OpenInference, are recorded as perf.record_calls() does; a span that comes twice counts once. Histograms, and sums and gauges whose names begin with gen_ai., become metrics that perf.query_metrics() answers for: durations in ms, names that do not begin with gen_ai. with otel. before them. Buckets limit what is known of a value: explicit bounds to their width, exponential ones to (base - 1) / (base + 1). Answers as OTLP does, with three more keys: recorded, skipped (recorded before) and ignored (spans that are no calls, points that are not counted). partialSuccess counts what was rejected and says why the first were. A body has at most 64 MB. Errors: 22023 not OTLP/JSON, naming the place, 42501 not a recorder. */
      record_otlp: {
        /** The body: resourceSpans or resourceMetrics in OTLP/JSON. */
        Args: { [key: string]: Json }
        Returns: Json
      }
      /** Records a past time in which a worker was offered for jobs. The worker is found by name, or added. A retry is harmless: false means that the same time was recorded before. Errors: 22023 bad argument, PT409 another time overlaps, 23P01 a plain write of another session overlaps, 42501 not a recorder. */
      record_worker_availability: {
        Args: {
          /** Name of the worker, which is added if it is new. */
          worker_name: string
          /** Start of the time, part of it. */
          available_from: string
          /** End of the time, not part of it. */
          available_until: string
        }
        Returns: boolean | null
      }
      /** Relationship for PostgREST: who recorded a call. */
      recorders: {
        Args: { "": Database["perf"]["Tables"]["performance_metrics_raw"]["Row"] }
        Returns: Database["perf"]["Tables"]["recorders"]["Row"][]
        SetofOptions: {
          from: "performance_metrics_raw"
          to: "recorders"
          isOneToOne: true
          isSetofReturn: true
        }
      }
      /** Adds a model, or sets provider and model_type of one that exists; what is null stays. Returns its id. Names are stored without the spaces around them. Errors: 22023 bad argument, 42501 not an admin. */
      register_model: {
        Args: {
          /** Name of the model, for example openai/gpt-4o. */
          model_name: string
          /** Who serves the model; null leaves it. */
          provider?: string | null
          /** The model type; null leaves it. */
          model_type?: string | null
        }
        Returns: string | null
      }
      /** Adds a worker, or sets hardware and vram_mb of one that exists; what is null stays. Returns its id. Names are stored without the spaces around them. Errors: 22023 bad argument, 42501 not an admin. */
      register_worker: {
        Args: {
          /** Name of the worker, which is added if it is new. */
          worker_name: string
          /** What it is, for example RTX 4090; null leaves it. */
          hardware?: string | null
          /** Memory of its GPU in MB; null leaves it. */
          vram_mb?: number | null
        }
        Returns: number | null
      }
      /** Adds a workflow, or sets the description of one that exists; null leaves it. Returns its id. The name is stored without the spaces around it. Errors: 22023 bad argument, 42501 not an admin. */
      register_workflow: {
        Args: {
          /** Name of the workflow, which is added if it is new. */
          workflow_name: string
          /** A text for people; null leaves it. */
          description?: string | null
        }
        Returns: number | null
      }
      /** Closes a request without an activation: rejected, or withdrawn when the requester does it. Errors: 42501 not an admin, PT404 unknown request, PT409 not open. */
      reject_activation: {
        Args: {
          /** Key of the request, an id of perf.model_config_requests. */
          request_id: number
          /** Why, in words; null for nothing. */
          notes?: string | null
        }
        Returns: Database["perf"]["Tables"]["model_config_requests"]["Row"]
        SetofOptions: {
          from: "*"
          to: "model_config_requests"
          isOneToOne: true
          isSetofReturn: false
        }
      }
      /** Asks for an activation that another admin approves; returns the request. Errors: 22023 bad guard, 42501 not an admin, PT404 unknown id. */
      request_activation: {
        Args: {
          /** The version to activate, an id of perf.model_config_history. */
          id: string
          /** Why, in words; null for nothing. */
          notes?: string | null
          /** Object that says when it is rolled back by itself; null for never. */
          guard?: Json
        }
        Returns: Database["perf"]["Tables"]["model_config_requests"]["Row"]
        SetofOptions: {
          from: "*"
          to: "model_config_requests"
          isOneToOne: true
          isSetofReturn: false
        }
      }
      /** Resolves an alert by hand; note is kept with it, 1 to 1000 characters. When its cause is found again a new alert opens. A second call is harmless: false means that it was resolved before. Notifies the channel perf_alerts. Errors: 22023 bad note, PT404 no such alert, 42501 not an admin. */
      resolve_alert: {
        Args: {
          /** Key of the alert, an id of perf.model_alerts. */
          alert_id: number
          /** Why, in 1 to 1000 characters; null for nothing. */
          note?: string | null
        }
        Returns: boolean | null
      }
      /** Says that a worker is no longer used, or is again. It is no longer offered then: a time that lasts ends, and one that has not begun is deleted. Its history stays, and jobs that it ran may still be recorded. False means that it was so before. Errors: 22023 bad argument, PT404 no such worker, 42501 not an admin. */
      retire_worker: {
        Args: {
          /** Key of the worker, an id of perf.workers. */
          worker_id: number
          /** True: no longer used; false: used again. */
          retired?: boolean
        }
        Returns: boolean | null
      }
      /** Says that a workflow is no longer used, or is again. perf.create_job() then refuses it. Its history stays, and jobs that ran may still be recorded. False means that it was so before. Errors: 22023 bad argument, PT404 no such workflow, 42501 not an admin. */
      retire_workflow: {
        Args: {
          /** Key of the workflow, an id of perf.workflows. */
          workflow_id: number
          /** True: no longer used; false: used again. */
          retired?: boolean
        }
        Returns: boolean | null
      }
      /** Takes a role from a user, who is named by user_id, or by subject: the claim sub of the token. Roles that a token gives stay. False: the user did not have it. Errors: 22023 bad argument, 42501 not an admin. */
      revoke_role: {
        Args: {
          /** Id of the user, an id of perf.profiles; null where subject is given. */
          user_id?: string | null
          /** The role: admin, analyst or recorder. */
          role?: Database["perf"]["Enums"]["app_role"] | null
          /** The claim sub of the token, which may be any text; null where user_id is given. */
          subject?: string | null
        }
        Returns: boolean | null
      }
      /** Puts in force again the version of so many steps before, or version to_id, which must have been in force once; returns the new activation. Two rollbacks go two steps back. With from_id it does so only if that version is active. Errors: 22023 bad steps, 42501 not an admin, PT404 nothing is active, PT409 nothing to go back to, or from_id is not active. */
      rollback_model_config: {
        Args: {
          /** The model type, for example sdxl. */
          model_type: string
          /** How many versions it goes back. */
          steps?: number
          /** Version to go back to; null goes back by steps. */
          to_id?: string | null
          /** Why, in words; null for nothing. */
          notes?: string | null
          /** Only if this version is active; null for any. */
          from_id?: string | null
        }
        Returns: Database["perf"]["Tables"]["model_config_activations"]["Row"]
        SetofOptions: {
          from: "*"
          to: "model_config_activations"
          isOneToOne: true
          isSetofReturn: false
        }
      }
      /** Saves what a feature should look like, for example in the training data, in place of what was saved of that feature before. The profiles of a trained model become what it is compared with when it is checked for drift, in place of a time range. Values or categories as perf.record_feature_values() takes them; only counts, sums and a histogram are kept. Of more than 1,000 categories, the rarest count in 256 cells by their hash. kind is reference. Returns how many values the profile has, missing ones included. Errors: 22023 bad argument, PT409 the feature was recorded with the other kind of values, or the reference is a time range and the caller is not an admin, 42501 not a recorder. */
      save_feature_profile: {
        Args: {
          /** The model type. */
          model_type: string
          /** The machine; null for a model that is for none. */
          machine_id: string | null
          /** Name of the feature. */
          feature: string
          /** An array of numbers, null for a missing one; null where categories are given. */
          values?: number[] | null
          /** An array of categories, or of nulls for missing values; null where values are given. */
          categories?: Json
          /** What is saved: reference is the only kind. */
          kind?: string
        }
        Returns: number | null
      }
      /** Saves a version of a model type's configuration, and activates it if told to. The same name and data again return the version there is (is_new false). Spaces around type and name are left out. jsonb keeps one of two equal keys, the last: `pgkit configs save` refuses a file with two. Errors: 22023 bad argument, 42501 not an admin, PT409 activate where the type needs approval. */
      save_model_config: {
        Args: {
          /** The model type that it configures, at most 20 characters. */
          model_type: string
          /** A name for people, at most 100 characters. */
          config_name: string
          /** The configuration: a JSON object of at most 1 MB. */
          config_data: Json
          /** Why, in words; null for nothing. */
          notes?: string | null
          /** Whether it is put in force too. */
          activate?: boolean
        }
        Returns: {
          id: string | null
          version: number | null
          is_new: boolean | null
          is_active: boolean | null
        }[]
      }
      /** Relationship for PostgREST: the scene of a job's row. */
      scenes: {
        Args: { "": Database["perf"]["Tables"]["performance_metrics"]["Row"] }
        Returns: Database["perf"]["Tables"]["scenes"]["Row"][]
        SetofOptions: {
          from: "performance_metrics"
          to: "scenes"
          isOneToOne: true
          isSetofReturn: true
        }
      }
      /** Registers the jobs with pg_cron in place of those of the same name, and returns them. The job pgkit-partitions makes the partitions that are missing. Errors: PT409 where pg_cron is not installed. */
      schedule_jobs: {
        Args: never
        Returns: {
          job_name: string | null
          schedule: string | null
          command: string | null
        }[]
      }
      /** Has pgkit worker send a message that says that it is a test, and returns its delivery_id; perf.get_alert_deliveries() tells what becomes of it. A test that waits already is due at once, and its id is returned. Errors: PT404 no such receiver, PT409 it is disabled, or another session keeps it locked for two seconds, 42501 not an admin. */
      send_test_alert: {
        Args: {
          /** Name of the receiver. */
          receiver_name: string
        }
        Returns: string | null
      }
      /** Adds a receiver of alerts, or replaces the one of this name, and returns its key. kind is webhook, alertmanager, slack or email. address is an http or https URL without user and password; for email smtp://user:password@host:port/?from=...&to=... or smtps://; or env:PGKIT_RECEIVER_NAME, a variable of the environment of pgkit worker. headers of a webhook are texts by name, such as {"Authorization": "Bearer ..."}, or, where address is env:PGKIT_RECEIVER_NAME, variables of it such as env:PGKIT_RECEIVER_NAME__KEY; NAME has no __. Nobody can read address and headers again; null keeps those there are, headers only while the address has the same host. matcher says which alerts it takes, such as {"alert_type": "threshold", "model": ["a", "b"]}, from minimum_severity upwards. Alerts with the same values of the labels in group_by go in one message. group_wait, 0 to 1 hour, is how long a message waits for more; repeat_interval, 1 minute to 30 days, after what time it is told again of alerts that are open and not acknowledged. It is told of alerts that are open already. A receiver that is disabled is told of nothing, and what waits for it is dropped. With a new address messages that wait are due at once, and what gave up in the last 3 days is told in new messages. Errors: 22023 bad argument, 23514 bad interval, 42501 not an admin. */
      set_alert_receiver: {
        Args: {
          /** Name of the receiver. */
          receiver_name: string
          /** webhook, alertmanager, slack or email. */
          kind: string
          /** Where it is sent: a URL, smtp://... or env:PGKIT_RECEIVER_NAME; null keeps the address. */
          address?: string | null
          /** Object of labels with a value or an array of values that match. */
          matcher?: Json
          /** Only alerts from this severity upwards: info, warning or critical. */
          minimum_severity?: string
          /** Names of labels: alerts with the same values of them go in one message. Empty: all in one. */
          group_by?: string[]
          /** How long a message waits for more alerts, 0 to 1 hour. */
          group_wait?: string
          /** After what time it is told again of open alerts, 1 minute to 30 days. */
          repeat_interval?: string
          /** Whether it is told that an alert is over. */
          send_resolved?: boolean
          /** Object of HTTP headers, texts by name; null keeps them. */
          headers?: Json
          /** How long one attempt may take. */
          timeout?: string
          /** Whether it is told. */
          enabled?: boolean
        }
        Returns: number | null
      }
      /** Says whether a threshold is evaluated; false if it was so already. Open alerts of a threshold that is disabled are resolved at the next check. Errors: 23502 enabled is null, 42501 not an admin, PT404 no such threshold. */
      set_alert_threshold_enabled: {
        Args: {
          /** Key of the threshold, an id of perf.performance_alert_thresholds. */
          threshold_id: number
          /** Whether it is evaluated. */
          enabled: boolean
        }
        Returns: boolean | null
      }
      /** Adds a budget, or replaces the one of this name with all its settings; returns its id. It is what the calls that have labels may cost in a period (daily, weekly from Monday, monthly) of a time zone, by the prices of a book. Its alert is a warning from the share warn_at on, or when the projection to the end of the period exceeds the amount, and critical from the whole amount on. Errors: 22023 a bad value, or a label that calls do not have, 42501 not an admin. */
      set_budget: {
        Args: {
          /** Name of the budget. */
          budget_name: string
          /** What may be spent in a period, in the currency of the budget. */
          amount: number
          /** Currency by ISO 4217, for example USD. */
          currency?: string
          /** daily, weekly (from Monday) or monthly: when the budget begins again. */
          period?: string
          /** Which calls count: an object of values by label; {} for all. */
          labels?: Json
          /** Zone in which days, weeks and months are cut, for example Asia/Kolkata. */
          time_zone?: string
          /** Name of the price book. */
          book?: string
          /** Share of the amount from which the alert is a warning, above 0 up to 1. */
          warn_at?: number
          /** Whether it is evaluated. */
          enabled?: boolean
          /** A text for people; null for none. */
          description?: string | null
          /** Where it says what to do; null for nothing. */
          runbook_url?: string | null
        }
        Returns: number | null
      }
      /** Says whether activations of a model type need a second person; false if that is so already. The audit log keeps who switched it. Errors: 22023, 42501 not an admin, PT404 unknown type. */
      set_config_approval: {
        Args: {
          /** The model type, for example sdxl. */
          model_type: string
          /** Whether activations need a second person. */
          needs_approval: boolean
        }
        Returns: boolean | null
      }
      /** Makes a time range what a trained model is compared with when it is checked for drift, in place of another range or of a profile: from start_time to before end_time, of which the hours that start in it count. Rollups keep hours 90 days, days 2 years and weeks for ever, so an old range is made of whole days or weeks. False if it was so before. Errors: 22023 bad range, 42501 not an admin, PT404 no such trained model, and no calls or jobs of the model type. */
      set_drift_reference: {
        Args: {
          /** The model type, for example sdxl. */
          model_type: string
          /** The machine; null for a model that is for none. */
          machine_id: string | null
          /** Start of the range, part of it. */
          start_time: string
          /** End of the range, not part of it. */
          end_time: string
        }
        Returns: boolean | null
      }
      /** Says of a named metric, such as quality.likeness, whether higher or lower values are better (or neither), what its unit is and what it means; what is null stays. Its failed_ and successful_ metrics change with it. Errors: 22023 bad argument, or not a named metric, 42501 not an admin, PT404 no such metric. */
      set_metric: {
        Args: {
          /** Name of the metric, as in perf.metrics. */
          metric: string
          /** higher, lower or neither: which values are better; null leaves it. */
          better?: string | null
          /** Unit of the values, for example ms; null leaves it. */
          unit?: string | null
          /** What the metric says, in a sentence; null leaves it. */
          meaning?: string | null
        }
        Returns: undefined
      }
      /** Sets what a million tokens of a model cost from a time on, and returns the id of the price; a price of the same time is replaced. model_name is the name that calls have, provider (null: any) who served them. cached_input_price is for tokens read from the cache of the provider, cache_write_price for those written to it; null: as input_price. valid_from is a whole hour of UTC; null: a model that has no price in the book gets this one for all time, and another one from the current hour on. Prices that are all 0 need is_free. Errors: 22023 a bad value, 42501 not an admin. */
      set_model_price: {
        Args: {
          /** Name of the model, for example openai/gpt-4o. */
          model_name: string
          /** Price of a million input tokens. */
          input_price: number
          /** Price of a million output tokens, with those of reasoning. */
          output_price: number
          /** Price of a million input tokens read from the cache; null: as input_price. */
          cached_input_price?: number | null
          /** Price of a million input tokens written to the cache; null: as input_price. */
          cache_write_price?: number | null
          /** Only for calls that this provider served; null for any. */
          provider?: string | null
          /** From when it holds, a whole hour of UTC; null for all time or from this hour on. */
          valid_from?: string | null
          /** Currency by ISO 4217, for example USD. */
          currency?: string
          /** Name of the price book. */
          book?: string
          /** Whether all prices are 0. */
          is_free?: boolean
          /** Where the price is from; null for unknown. */
          source?: string | null
        }
        Returns: number | null
      }
      /** Adds prices to a price book, all or nothing: a JSON array of objects with model_name, input_price and output_price per million tokens, and if known provider (null: any), cached_input_price and cache_write_price (null: as input_price), currency (USD), valid_from, is_free and source. A row is added only where the price differs from the one in force at that time. Without a valid_from a model that has no price in the book gets this one for all time, and another one from the current hour on. Returns how many are new, how many are changed, and how many were the same. Errors: 22023 a bad element, by its position from 0, 42501 not an admin. */
      set_model_prices: {
        Args: {
          /** A JSON array of objects with model_name, input_price, output_price and more. */
          prices: Json
          /** Name of the price book. */
          book?: string
          /** From when they hold, of elements that do not say it; null for all time or from this hour on. */
          valid_from?: string | null
          /** Where the prices are from, of elements that do not say it; null for unknown. */
          source?: string | null
        }
        Returns: {
          new_count: number | null
          changed_count: number | null
          same_count: number | null
        }
      }
      /** Says whether a recorder may read back the calls that it recorded, with perf.get_own_calls(). It may not, unless this was called. True: it was otherwise before. Errors: 22023 null, 42501 not an admin. */
      set_own_calls_readable: {
        Args: {
          /** Whether recorders may read back their own calls. */
          is_readable: boolean
        }
        Returns: boolean | null
      }
      /** Names the claim of tokens that gives roles, beside those of perf.grant_role(): a text that is a role, or an array with roles. claim is its name, with a dot before what is nested, such as app_metadata.perf_role; a name with other characters stands in double quotes, such as "https://example.com/roles". Null: no claim gives roles. user_metadata is refused, because users of Supabase change it themselves. True: it was another one before. Errors: 22023 bad argument, 42501 not an admin. */
      set_role_claim: {
        Args: {
          /** Name of the claim, nested names with dots between them; null for no claim. */
          claim: string | null
        }
        Returns: boolean | null
      }
      /** Adds a service level objective, or replaces the one of this name with all its settings; returns its id. target is the share that must be good over time_window (1 to 90 days). Without faster_than the metric is a share: of success_rate that share is good, of error_rate the rest. With it, values up to faster_than are good, in the unit of the metric; a value counts as that of its bin, at most 0.5 % from it. It takes the series that have scope_labels; each combination of the labels that group_by names has an error budget of its own. A pair of windows with fewer than minimum_sample values in the longer one does not alert. Errors: 22023 a bad value, a metric that does not fit, or a label that no series has, 42501 not an admin, PT404 no such metric. */
      set_slo_objective: {
        Args: {
          /** Name of the objective. */
          objective_name: string
          /** Name of the metric, as in perf.metrics. */
          metric_name: string
          /** Share that must be good, between 0 and 1, for example 0.99. */
          target: number
          /** A value up to it is good, in the unit of the metric; null where the metric is a share. */
          faster_than?: number | null
          /** Over how long the share must be good, 1 to 90 days. */
          time_window?: string
          /** Labels that a series must have: an object of values by label; {} for all. */
          scope_labels?: Json
          /** Names of labels: each combination of their values is a group. Empty: one group. */
          group_by?: string[]
          /** Fewest values in the longer window of a pair for an alert. */
          minimum_sample?: number
          /** Whether it is evaluated. */
          enabled?: boolean
          /** A text for people; null for none. */
          description?: string | null
          /** Where it says what to do; null for nothing. */
          runbook_url?: string | null
        }
        Returns: number | null
      }
      /** Says that a worker is offered for jobs from now on, or no longer: the time in between is what its utilization is of. The worker is found by name, or added. False means that it was so before. Errors: 22023 bad argument, PT409 at is before the end of its last time, 23P01 or 40P01 a plain write of another session overlaps, 42501 not a recorder. */
      set_worker_available: {
        Args: {
          /** Name of the worker, which is added if it is new. */
          worker_name: string
          /** True: it is offered for jobs from then on; false: no longer. */
          available: boolean
          /** Since when. */
          at?: string
        }
        Returns: boolean | null
      }
      /** Starts an A/B test of model A, which is in use, against model B, and returns its id. metrics is an array of {"metric", "role", "better", "minimum_effect", "source_metric", "above"}. One metric has the role primary, which decides; guardrail metrics must not become worse; others, which is the default, are shown. better is higher or lower. minimum_effect is the smallest difference of the means that matters, in the unit of the metric; primary and guardrail metrics need one. With source_metric and above the metric is the share of outcomes of source_metric above that limit. traffic_split is the share of units that get B. planned_units is for both together, see perf.get_ab_sample_size(). Split, models and metrics stay as they are. Errors: 22023 bad argument, PT409 the name is taken, 42501 not an admin. */
      start_ab_test: {
        Args: {
          /** Name of the test, unique. */
          test_name: string
          /** The model type, for example sdxl. */
          model_type: string
          /** Version of model A, which is in use. */
          model_a_version: string
          /** Version of model B, which may replace it. */
          model_b_version: string
          /** Array of {"metric", "role", "better", "minimum_effect", "source_metric", "above"}. */
          metrics: Json
          /** Share of the units that get model B, between 0 and 1. */
          traffic_split?: number
          /** The machine that the models are for; null for all. */
          machine_id?: string | null
          /** Key of model A at its owner; null for none. */
          model_a_id?: string | null
          /** Key of model B at its owner; null for none. */
          model_b_id?: string | null
          /** Units that both variants together need; null if not planned. */
          planned_units?: number | null
          /** Since when units are assigned. */
          test_start?: string
        }
        Returns: string | null
      }
      /** Lets a worker start a queued job. The worker is found by name, or added. A retry is harmless: false means that this worker started the job before. Errors: 22023 bad argument, PT404 no such job, PT409 another worker has the job, or it was cancelled, 42501 not a recorder. */
      start_job: {
        Args: {
          /** Key of the job, an id of perf.jobs. */
          job_id: number
          /** Name of the worker, which is added if it is new. */
          worker_name: string
          /** When the worker began. */
          started_at?: string
        }
        Returns: boolean | null
      }
      /** Ends an A/B test and returns it: winner_model (a, b or none: winner, or what perf.get_ab_test_results() recommends) and winner_metrics (its rows) stay as they are from now on, and no outcome is taken any more. A test that is over is returned as it is, if winner is null or what it has. reason is kept; null keeps that of the recommendation, and says so where winner is another one than recommended. A test that has not begun ends at its start. Errors: 22023 bad argument, 42501 not an admin, PT404 no such test, PT409 it is over with another winner, a transaction that records its outcomes does not end, or this one is not read committed. */
      stop_ab_test: {
        Args: {
          /** Key of the A/B test, an id of perf.model_ab_tests. */
          test_id: string
          /** Why, in words; null for nothing. */
          reason?: string | null
          /** a, b or none; null for what the results recommend. */
          winner?: string | null
          /** When the test ends. */
          stopped_at?: string
        }
        Returns: Database["perf"]["Tables"]["model_ab_tests"]["Row"]
        SetofOptions: {
          from: "*"
          to: "model_ab_tests"
          isOneToOne: true
          isSetofReturn: false
        }
      }
      /** Limits for a threshold, from what was measured: candidates whose warnings open at most alerts_per_week alerts a week in all groups together (sensitive), half of it (balanced) or a tenth (quiet), and become critical a tenth as often. In all of them an alert is open for at most 5 % of the time, and critical_threshold is at least a quarter further from the usual value (the median of all windows) than warning_threshold, or half way to the limit that no value can be beyond. No limit is one that no value can be beyond, such as a share of 1 or a count of 0. Limits are rounded away from the usual value. The alerts, their number per week, flaps and durations are those of perf.backtest_alert_threshold() with these limits, had no narrower threshold taken a series. firing_share is the share of the time of all groups. window_count is how many windows with other values there were. caution says what to mistrust, null for nothing. arguments are those of perf.create_alert_threshold(). Candidates with the same limits are one, and one that would need a limit that cannot be reached is left out. Errors: 22023 bad argument, or no direction where perf.metrics knows none, and as perf.backtest_alert_threshold(); 42501 not an analyst; PT404 no such metric, no values, or no limit that can be reached with so few alerts. */
      suggest_alert_threshold: {
        Args: {
          /** Name of the metric, as in perf.metrics. */
          metric_name: string
          /** What is taken of the values, for example avg, p95 or rate; null as the metric says. */
          statistic?: string | null
          /** Labels that a series must have: an object of values by label; {} for all. */
          scope_labels?: Json
          /** Names of labels: each combination of their values is a group. Empty: one group. */
          group_by?: string[]
          /** Over how long values are taken together. */
          time_window?: string
          /** How long a value must be beyond a limit before an alert opens. */
          for_duration?: string
          /** Start of the range, part of it. */
          start_time?: string
          /** End of the range, not part of it. */
          end_time?: string
          /** Alerts a week, of all groups together, that the limits may open. */
          alerts_per_week?: number
          /** above or below, with a baseline also both: which values are bad; null as perf.metrics says. */
          direction?: string | null
          /** Fewest values of a group: with fewer it is not judged. */
          minimum_sample?: number
          /** Time between two evaluations; null for a minute or an hour, as raw rows are kept. */
          step?: string | null
        }
        Returns: {
          candidate: string | null
          warning_threshold: number | null
          critical_threshold: number | null
          warnings_per_week: number | null
          criticals_per_week: number | null
          alert_count: number | null
          critical_count: number | null
          flap_count: number | null
          firing_share: number | null
          longest_duration: string | null
          usual_value: number | null
          worst_value: number | null
          window_count: number | null
          group_count: number | null
          used_step: string | null
          source: string | null
          caution: string | null
          arguments: Json
        }[]
      }
      /** Relationship for PostgREST: the tool of a row of perf.performance_metrics_daily. */
      tools:
      | {
        Args: { "": Database["perf"]["Views"]["performance_metrics_daily"]["Row"] }
        Returns: Database["perf"]["Tables"]["tools"]["Row"][]
        SetofOptions: {
          from: "performance_metrics_daily"
          to: "tools"
          isOneToOne: true
          isSetofReturn: true
        }
      }
      | {
        Args: { "": Database["perf"]["Views"]["performance_metrics_hourly"]["Row"] }
        Returns: Database["perf"]["Tables"]["tools"]["Row"][]
        SetofOptions: {
          from: "performance_metrics_hourly"
          to: "tools"
          isOneToOne: true
          isSetofReturn: true
        }
      }
      | {
        Args: { "": Database["perf"]["Tables"]["performance_metrics_raw"]["Row"] }
        Returns: Database["perf"]["Tables"]["tools"]["Row"][]
        SetofOptions: {
          from: "performance_metrics_raw"
          to: "tools"
          isOneToOne: true
          isSetofReturn: true
        }
      }
      | {
        Args: { "": Database["perf"]["Views"]["performance_metrics_weekly"]["Row"] }
        Returns: Database["perf"]["Tables"]["tools"]["Row"][]
        SetofOptions: {
          from: "performance_metrics_weekly"
          to: "tools"
          isOneToOne: true
          isSetofReturn: true
        }
      }
      /** Asks for a training of a model type on a machine, and returns its id. A model has one training at a time that is not over: while there is one, its id is returned, and nothing changes. trigger_type is manual, scheduled, drift or degradation. A trainer takes it with perf.claim_training(), at most max_attempts times (1 to 100). Notifies the channel perf_trainings. Errors: 22023 bad argument, 42501 not a recorder. */
      trigger_retraining: {
        Args: {
          /** The model type, for example sdxl. */
          model_type: string
          /** The machine; null for a model that is for none. */
          machine_id?: string | null
          /** Why it is asked for: manual, scheduled, drift or degradation. */
          trigger_type?: string
          /** Why, in words; null for nothing. */
          reason?: string | null
          /** How often it may be claimed, 1 to 100. */
          max_attempts?: number
        }
        Returns: string | null
      }
      /** Deletes the history of our own jobs, of pg_cron and of pgkit worker, that is older than perf.retention keeps job_history. Returns the number of runs. */
      trim_job_history: {
        Args: {
          /** The time that counts as now. */
          as_of?: string
        }
        Returns: number | null
      }
      /** Removes our jobs from pg_cron and returns their number. Errors: PT409 where pg_cron is not installed. */
      unschedule_jobs: {
        Args: never
        Returns: number | null
      }
      /** Changes the columns of a threshold that are keys of changes, such as {"warning_threshold": 5}; false if they were so already. A null sets null, of statistic and direction what the metric has by default. Alerts of series that the threshold has no longer are resolved at the next check. Errors: 22023 bad changes, or as perf.create_alert_threshold(); 23502, 23503, 23514 as there; 42501 not an admin; PT404 no such threshold or metric. */
      update_alert_threshold: {
        Args: {
          /** Key of the threshold, an id of perf.performance_alert_thresholds. */
          threshold_id: number
          /** An object: columns of the threshold as keys, and their new values. */
          changes: Json
        }
        Returns: boolean | null
      }
      /** The first entry of the audit log that is missing, changed or out of place, and what is wrong; no row if the log is whole. Error 42501: not an analyst. */
      verify_audit_log: {
        Args: never
        Returns: {
          entry_id: number | null
          problem: string | null
        }[]
      }
      /** Buckets of a pipeline that differ from what they were made of: hours and days from raw rows where all are kept, weeks from days. No row means all is well; rows that are not rolled up yet do not count. Errors: 22023 bad range, or more than max_rows rows, 42501 not an analyst, PT404 no such pipeline, PT409 while a restore is under way. */
      verify_performance_metrics: {
        Args: {
          /** Start of the range, part of it. */
          start_time: string
          /** End of the range, not part of it. */
          end_time: string
          /** Name of the pipeline, for example calls or jobs. */
          pipeline?: string
          /** At most so many rows are returned, 1 to 100000. */
          max_rows?: number
        }
        Returns: {
          granularity: string | null
          time_bucket: string | null
          series_id: string | null
          metric: string | null
          expected_count: number | null
          rolled_up_count: number | null
          differs_in: string[] | null
        }[]
      }
      /** Relationship for PostgREST: the worker of a job's row. */
      workers: {
        Args: { "": Database["perf"]["Tables"]["performance_metrics"]["Row"] }
        Returns: Database["perf"]["Tables"]["workers"]["Row"][]
        SetofOptions: {
          from: "performance_metrics"
          to: "workers"
          isOneToOne: true
          isSetofReturn: true
        }
      }
      /** Relationship for PostgREST: the workflow of a job's row. */
      workflows: {
        Args: { "": Database["perf"]["Tables"]["performance_metrics"]["Row"] }
        Returns: Database["perf"]["Tables"]["workflows"]["Row"][]
        SetofOptions: {
          from: "performance_metrics"
          to: "workflows"
          isOneToOne: true
          isSetofReturn: true
        }
      }
    }
    Enums: {
      app_role: "admin" | "analyst" | "recorder"
    }
    CompositeTypes: {
      [_ in never]: never
    }
  }
}

type Perf = Database["perf"]

/** A row of a table or view. */
export type Row<Name extends keyof (Perf["Tables"] & Perf["Views"])> =
  (Perf["Tables"] & Perf["Views"])[Name]["Row"]

/** The arguments of a function. */
export type Args<Name extends keyof Perf["Functions"]> = Perf["Functions"][Name]["Args"]

/** What a function returns. */
export type Returns<Name extends keyof Perf["Functions"]> = Perf["Functions"][Name]["Returns"]
