-- Tables and functions of the design that pgkit implements, word for word, without the daily table
-- and the clean-up. They live in a schema of their own.
create schema seed;
set search_path = seed;

-- Models available in the system
CREATE TABLE models (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  name TEXT UNIQUE NOT NULL,
  provider TEXT NOT NULL,
  created_at TIMESTAMPTZ DEFAULT NOW()
);

-- Tools available in the system
CREATE TABLE tools (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  name TEXT UNIQUE NOT NULL,
  description TEXT,
  created_at TIMESTAMPTZ DEFAULT NOW()
);

-- Model-Tool-Parameter combinations
CREATE TABLE model_tool_configs (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  model_id UUID REFERENCES models(id),
  tool_id UUID REFERENCES tools(id),
  parameters JSONB NOT NULL DEFAULT '{}',
  parameter_hash TEXT GENERATED ALWAYS AS (md5(parameters::text)) STORED,
  created_at TIMESTAMPTZ DEFAULT NOW(),
  UNIQUE(model_id, tool_id, parameter_hash)
);

-- Hourly aggregated metrics
CREATE TABLE performance_metrics_hourly (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  model_tool_config_id UUID REFERENCES model_tool_configs(id),
  time_bucket TIMESTAMPTZ NOT NULL,
  call_count INTEGER NOT NULL DEFAULT 0,
  success_count INTEGER NOT NULL DEFAULT 0,
  error_count INTEGER NOT NULL DEFAULT 0,
  
  -- Response time metrics (in milliseconds)
  avg_response_time FLOAT NOT NULL,
  min_response_time FLOAT NOT NULL,
  max_response_time FLOAT NOT NULL,
  p50_response_time FLOAT NOT NULL,
  p95_response_time FLOAT NOT NULL,
  p99_response_time FLOAT NOT NULL,
  
  -- Token usage metrics
  avg_input_tokens FLOAT,
  avg_output_tokens FLOAT,
  total_input_tokens BIGINT,
  total_output_tokens BIGINT,
  
  created_at TIMESTAMPTZ DEFAULT NOW(),
  UNIQUE(model_tool_config_id, time_bucket)
);

CREATE INDEX idx_performance_metrics_hourly_config_time ON performance_metrics_hourly(model_tool_config_id, time_bucket DESC);

-- Raw performance data (kept for 7 days)
CREATE TABLE performance_metrics_raw (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  model_tool_config_id UUID REFERENCES model_tool_configs(id),
  call_timestamp TIMESTAMPTZ NOT NULL,
  response_time_ms FLOAT NOT NULL,
  input_tokens INTEGER,
  output_tokens INTEGER,
  success BOOLEAN NOT NULL,
  error_type TEXT,
  created_at TIMESTAMPTZ DEFAULT NOW()
);

-- Index for efficient aggregation jobs
CREATE INDEX idx_performance_metrics_raw_config_time ON performance_metrics_raw(model_tool_config_id, call_timestamp);

-- Get performance trends for a model-tool combination
CREATE OR REPLACE FUNCTION get_performance_trends(
  model_name TEXT,
  tool_name TEXT,
  start_time TIMESTAMPTZ,
  end_time TIMESTAMPTZ,
  granularity TEXT DEFAULT 'hourly'
)
RETURNS TABLE (
  time_bucket TIMESTAMPTZ,
  avg_response_time FLOAT,
  p95_response_time FLOAT,
  p99_response_time FLOAT,
  call_count INTEGER,
  success_rate FLOAT
) AS $$
BEGIN
  RETURN QUERY
  SELECT
    m.time_bucket, m.avg_response_time, m.p95_response_time, m.p99_response_time,
    m.call_count,
    CASE WHEN m.call_count > 0 THEN m.success_count::float / m.call_count ELSE 0 END AS success_rate
  FROM performance_metrics_hourly m
  JOIN model_tool_configs c ON m.model_tool_config_id = c.id
  JOIN models model ON c.model_id = model.id
  JOIN tools tool ON c.tool_id = tool.id
  WHERE model.name = model_name
    AND tool.name = tool_name
    AND m.time_bucket >= start_time
    AND m.time_bucket <= end_time
  ORDER BY m.time_bucket;
END;
$$ LANGUAGE plpgsql;
