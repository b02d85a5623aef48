// What supabase-js and postgrest-js do with pgkit behind PostgREST: prints what they return, as JSON.
// node ask.mjs ADDRESS, with the tokens by actor as JSON in PGKIT_TOKENS.
import { PostgrestClient } from "@supabase/postgrest-js"
import { createClient } from "@supabase/supabase-js"

const address = process.argv[2]
const tokens = JSON.parse(process.env.PGKIT_TOKENS)

// A project of Supabase has PostgREST below /rest/v1.
function fetchDirectly(input, init) {
  return fetch(String(input).replace("/rest/v1/", "/"), init)
}

function supabase(actor) {
  return createClient(address, "a key", {
    accessToken: async () => tokens[actor],
    db: { schema: "perf" },
    global: { fetch: fetchDirectly },
  })
}

function postgrest(actor) {
  return new PostgrestClient(address, {
    schema: "perf",
    headers: { Authorization: `Bearer ${tokens[actor]}` },
  })
}

const found = {}
const day = { start_time: "2020-01-06T00:00:00Z", end_time: "2020-01-07T00:00:00Z" }

async function ask(name, request) {
  const { data, error, status, count } = await request
  found[name] = { data, error, status, count }
  return data
}

const call = {
  model_name: "acme/one",
  tool_name: "chat",
  response_time_ms: 731,
  parameters: { temperature: 0.5 },
  call_timestamp: new Date("2020-01-06T10:00:00Z"),
  call_id: "01a1fdfa-4600-7000-8000-000000000001",
}

for (const [client, open] of Object.entries({ supabase, postgrest })) {
  const own = { ...call, tool_name: client, call_id: null }
  const recorder = open("recorder")
  const analyst = open("analyst")
  await ask(`${client} record`, recorder.rpc("record_call", own))
  await ask(
    `${client} batch`,
    recorder.rpc("record_calls", { calls: [own, { ...own, error_type: "timeout" }] }),
  )
  await ask(`${client} refused`, open("none").rpc("record_call", own))
  await ask(`${client} bad`, recorder.rpc("record_call", { ...own, model_name: "" }))
  await ask(`${client} misspelt`, recorder.rpc("record_call", { ...own, latency: 1 }))
  await ask(
    `${client} report`,
    analyst
      .rpc("get_error_breakdown", { ...day, tool_name: client })
      .select("tool,error_type,error_count")
      .limit(1),
  )
  await ask(
    `${client} get`,
    analyst.rpc("get_error_breakdown", { ...day, tool_name: client }, { get: true }),
  )
  await ask(
    `${client} array`,
    analyst
      .rpc(
        "get_latency_percentiles",
        { ...day, tool_name: client, percentiles: [0.5], group_by: ["model", "tool"] },
        { get: true },
      ),
  )
  await ask(
    `${client} one`,
    analyst.from("models").select("name,provider").eq("name", "acme/one").single(),
  )
  await ask(
    `${client} embedded`,
    analyst
      .from("model_tool_configs")
      .select("parameters,models(name),tools!inner(name)", { count: "exact" })
      .eq("tools.name", client),
  )
  await ask(
    `${client} rollups`,
    analyst.from("performance_metrics_hourly").select("call_count").gte("call_count", 1),
  )
  await ask(`${client} insert`, open("admin").from("models").insert({ name: "x", provider: "x" }))
  await ask(`${client} none`, open("none").from("models").select())
  await ask(`${client} missing`, analyst.rpc("find_model_config", { reference: "x@1" }))
}

// Two versions, and a rule that nobody activates one alone.
const admin = supabase("admin")
const second = supabase("second admin")
const service = supabase("service_role")
const model_type = "sdxl"
for (const width of [512, 768]) {
  await ask(
    `save ${width}`,
    admin.rpc("save_model_config", {
      model_type,
      config_name: `width ${width}`,
      config_data: { width },
    }),
  )
}
const ids = [512, 768].map((width) => found[`save ${width}`].data[0].id)
await ask("rule", admin.rpc("set_config_approval", { model_type, needs_approval: true }))
await ask("alone", admin.rpc("activate_model_config", { id: ids[0] }))
const request = await ask("ask", admin.rpc("request_activation", { id: ids[0] }))
await ask("own", admin.rpc("approve_activation", { request_id: request.id }))
await ask("approve", second.rpc("approve_activation", { request_id: request.id }))
await ask("again", second.rpc("reject_activation", { request_id: request.id }))
const program = await ask("ask by key", service.rpc("request_activation", { id: ids[1] }))
await ask("approve by person", admin.rpc("approve_activation", { request_id: program.id }))
const person = await ask("ask by person", admin.rpc("request_activation", { id: ids[0] }))
await ask("approve by key", service.rpc("approve_activation", { request_id: person.id }))
await ask(
  "history",
  supabase("analyst")
    .from("model_config_activations")
    .select("kind,model_config_history(config_name),profiles(username)")
    .order("id"),
)

console.log(JSON.stringify(found))
