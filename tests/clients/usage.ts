// What docs/perf.types.ts lets a program do, and what not. It is compiled, and never run.
import { PostgrestClient } from "@supabase/postgrest-js"
import { createClient } from "@supabase/supabase-js"
import type { Args, Database, Returns, Row } from "./perf.types.js"

const supabase = createClient<Database, "perf">("http://localhost", "key", {
  db: { schema: "perf" },
})
const postgrest = new PostgrestClient<Database, { PostgrestVersion: "13" }, "perf">(
  "http://localhost",
  { schema: "perf" },
)

async function record(): Promise<void> {
  const { data } = await supabase.rpc("record_call", {
    model_name: "openai/gpt-4o",
    tool_name: "chat",
    response_time_ms: 812.4,
    parameters: { temperature: 0.2 },
    error_type: null,
  })
  const recorded: boolean | null = data
  void recorded
  await supabase.rpc("record_calls", {
    calls: [{ model_name: "m", tool_name: "t", response_time_ms: 1 }],
  })
  const call = { model_name: "m", tool_name: "t", response_time_ms: 1 }
  await supabase.rpc("record_call", { ...call, input_tokens: 3 } satisfies Args<"record_call">)
  // @ts-expect-error: there is no such argument
  await supabase.rpc("record_call", { ...call, tokens: 3 } satisfies Args<"record_call">)
  // @ts-expect-error: a misspelt argument is one that is missing
  await supabase.rpc("record_call", { model: "m", tool_name: "t", response_time_ms: 1 })
  // @ts-expect-error: an argument without a default is missing
  await supabase.rpc("record_call", { model_name: "m", tool_name: "t" })
  // @ts-expect-error: an argument of another type
  await supabase.rpc("record_call", { model_name: "m", tool_name: "t", response_time_ms: "1" })
  // @ts-expect-error: there is no such function
  await supabase.rpc("record_cal", {})
}

async function report(): Promise<void> {
  const { data } = await postgrest.rpc("get_performance_trends", {
    model_name: "openai/gpt-4o",
    tool_name: "chat",
    start_time: "2026-01-01T00:00:00Z",
    end_time: "2026-01-02T00:00:00Z",
  })
  for (const row of data ?? []) {
    const median: number | null = row.p50_response_time
    // @ts-expect-error: it may be null
    const sure: number = row.p50_response_time
    // @ts-expect-error: there is no such column
    void [median, sure, row.p51_response_time]
  }
  const { data: health } = await postgrest.rpc("get_health")
  const status: string | null | undefined = health?.[0]?.status
  void status
}

async function read(): Promise<void> {
  const { data } = await supabase
    .from("performance_metrics_raw")
    .select("response_time_ms, success")
    .gte("call_timestamp", "2026-01-01T00:00:00Z")
  const times: number[] = (data ?? []).map((row) => row.response_time_ms)
  void times
  const { data: tests } = await supabase.from("v_active_ab_tests").select("test_name")
  const name: string | null | undefined = tests?.[0]?.test_name
  void name
  // @ts-expect-error: there is no such table
  await supabase.from("performance_metrics_row").select()
  const { data: wrong } = await supabase.from("workers").select("name, colour")
  // @ts-expect-error: there is no such column, so the rows are an error
  void wrong?.[0]?.name
  const { data: jobs } = await supabase.from("jobs").select("status, workflows(name)")
  const workflow: string | undefined = jobs?.[0]?.workflows?.name
  void workflow
}

async function write(): Promise<void> {
  await supabase.from("workers").insert({ name: "gpu-1", vram_mb: 24576 })
  await supabase.from("workers").update({ hardware: null }).eq("id", 1)
  // @ts-expect-error: a column that must be given is missing
  await supabase.from("workers").insert({ vram_mb: 24576 })
  // @ts-expect-error: PostgreSQL makes the id
  await supabase.from("workers").insert({ id: 1, name: "gpu-1" })
}

const worker: Pick<Row<"workers">, "name"> = { name: "gpu-1" }
const role: Args<"has_role">["role"] = "analyst"
// @ts-expect-error: there is no such role
const other: Args<"has_role">["role"] = "owner"
const version: Returns<"get_config_at">[number]["version"] = null
void [record, report, read, write, worker, role, other, version]
