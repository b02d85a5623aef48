-- Whether the type was configured before.
select a.id from perf.model_config_activations as a where a.model_type = %s limit 1
