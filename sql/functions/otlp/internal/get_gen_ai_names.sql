-- The lists of pgkit/formats/gen_ai.toml, which says where the names come from. A test compares the two.
create or replace function perf_internal.get_gen_ai_names()
returns table (part text, field text, rank integer, name text, detail jsonb)
language sql
immutable
rows 150
set search_path = pg_catalog, pg_temp
as $$
    select n.part, n.field, n.rank, n.name, n.detail::jsonb
    from (
        values
            ('kind', 'kind', 1, '0', null),
            ('kind', 'kind', 2, '1', null),
            ('kind', 'kind', 3, '3', null),
            (
                'marker', 'tool_name', 1, 'gen_ai.operation.name',
                '{"chat": "chat", "text_completion": "text_completion",
                "generate_content": "generate_content", "embeddings": "embeddings",
                "completion": "text_completion", "completions": "text_completion",
                "embedding": "embeddings", "chat.completions": "chat",
                "text.completions": "text_completion", "chat_completion": "chat",
                "chat_completions": "chat", "responses": "chat", "response": "chat",
                "messages": "chat", "message": "chat", "converse": "chat",
                "converse_stream": "chat", "generate": "generate_content",
                "image": "image_generation", "image_generation": "image_generation",
                "generate_image": "image_generation", "speech": "speech",
                "transcription": "transcription", "rerank": "rerank"}'
            ),
            (
                'marker', 'tool_name', 2, 'llm.request.type',
                '{"chat": "chat", "completion": "text_completion", "embedding": "embeddings",
                "rerank": "rerank"}'
            ),
            (
                'marker', 'tool_name', 3, 'ai.operationId',
                '{"ai.generatetext.dogenerate": "chat", "ai.streamtext.dostream": "chat",
                "ai.generateobject.dogenerate": "chat", "ai.streamobject.dostream": "chat",
                "ai.embed.doembed": "embeddings", "ai.embedmany.doembed": "embeddings"}'
            ),
            (
                'marker', 'tool_name', 4, 'openinference.span.kind',
                '{"llm": "chat", "embedding": "embeddings"}'
            ),
            (
                'marker', 'tool_name', 5, 'langsmith.span.kind',
                '{"llm": "chat", "embedding": "embeddings"}'
            ),
            ('marker', 'tool_name', 6, 'traceloop.span.kind', '{}'),
            ('marker', 'tool_name', 7, 'logfire.span_type', '{"span": "chat"}'),
            ('text', 'model_name', 1, 'gen_ai.request.model', null),
            ('text', 'model_name', 2, 'llm.request.model_name', null),
            ('text', 'model_name', 3, 'llm.request.model', null),
            ('text', 'model_name', 4, 'llm.invocation_parameters#model', null),
            ('text', 'model_name', 5, 'embedding.invocation_parameters#model', null),
            ('text', 'model_name', 6, 'llm.model_name', null),
            ('text', 'model_name', 7, 'embedding.model_name', null),
            ('text', 'model_name', 8, 'ai.model.id', null),
            ('text', 'model_name', 9, 'gen_ai.response.model', null),
            ('text', 'model_name', 10, 'llm.response.model_name', null),
            ('text', 'model_name', 11, 'llm.response.model', null),
            ('text', 'provider', 1, 'gen_ai.provider.name', null),
            ('text', 'provider', 2, 'gen_ai.system', null),
            ('text', 'provider', 3, 'llm.provider', null),
            ('text', 'provider', 4, 'llm.system', null),
            ('text', 'provider', 5, 'llm.vendor', null),
            ('text', 'provider', 6, 'ai.model.provider', null),
            ('text', 'error_type', 1, 'error.type', null),
            ('count', 'input_tokens', 1, 'gen_ai.usage.input_tokens', null),
            ('count', 'input_tokens', 2, 'gen_ai.usage.prompt_tokens', null),
            ('count', 'input_tokens', 3, 'llm.token_count.prompt', null),
            ('count', 'input_tokens', 4, 'llm.usage.prompt_tokens', null),
            ('count', 'input_tokens', 5, 'ai.usage.inputTokens', null),
            ('count', 'input_tokens', 6, 'ai.usage.promptTokens', null),
            ('count', 'input_tokens', 7, 'ai.usage.tokens', null),
            ('count', 'output_tokens', 1, 'gen_ai.usage.output_tokens', null),
            ('count', 'output_tokens', 2, 'gen_ai.usage.completion_tokens', null),
            ('count', 'output_tokens', 3, 'llm.token_count.completion', null),
            ('count', 'output_tokens', 4, 'llm.usage.completion_tokens', null),
            ('count', 'output_tokens', 5, 'ai.usage.outputTokens', null),
            ('count', 'output_tokens', 6, 'ai.usage.completionTokens', null),
            ('count', 'cached_input_tokens', 1, 'gen_ai.usage.cache_read.input_tokens', null),
            ('count', 'cached_input_tokens', 2, 'gen_ai.usage.cache_read_input_tokens', null),
            ('count', 'cached_input_tokens', 3, 'gen_ai.usage.input_tokens.cached', null),
            ('count', 'cached_input_tokens', 4, 'llm.token_count.prompt_details.cache_read', null),
            ('count', 'cached_input_tokens', 5, 'llm.usage.cache_read_input_tokens', null),
            ('count', 'cached_input_tokens', 6, 'ai.usage.cachedInputTokens', null),
            (
                'count', 'cached_input_tokens', 7,
                'ai.usage.inputTokenDetails.cacheReadTokens', null
            ),
            ('count', 'cache_write_tokens', 1, 'gen_ai.usage.cache_creation.input_tokens', null),
            ('count', 'cache_write_tokens', 2, 'gen_ai.usage.cache_write.input_tokens', null),
            ('count', 'cache_write_tokens', 3, 'gen_ai.usage.cache_creation_input_tokens', null),
            ('count', 'cache_write_tokens', 4, 'gen_ai.usage.input_tokens.cache_write', null),
            ('count', 'cache_write_tokens', 5, 'llm.token_count.prompt_details.cache_write', null),
            ('count', 'cache_write_tokens', 6, 'llm.usage.cache_creation_input_tokens', null),
            (
                'count', 'cache_write_tokens', 7,
                'ai.usage.inputTokenDetails.cacheWriteTokens', null
            ),
            ('count', 'reasoning_tokens', 1, 'gen_ai.usage.reasoning.output_tokens', null),
            ('count', 'reasoning_tokens', 2, 'gen_ai.usage.reasoning_tokens', null),
            ('count', 'reasoning_tokens', 3, 'gen_ai.usage.output_tokens.reasoning', null),
            ('count', 'reasoning_tokens', 4, 'llm.token_count.completion_details.reasoning', null),
            ('count', 'reasoning_tokens', 5, 'llm.usage.reasoning_tokens', null),
            ('count', 'reasoning_tokens', 6, 'ai.usage.reasoningTokens', null),
            ('count', 'reasoning_tokens', 7, 'ai.usage.outputTokenDetails.reasoningTokens', null),
            ('amount', 'cost', 1, 'gen_ai.usage.cost', null),
            ('amount', 'cost', 2, 'gen_ai.cost.total_cost', null),
            ('amount', 'cost', 3, 'llm.cost.total', null),
            ('first_token', 'first_token_ms', 1, 'gen_ai.response.time_to_first_chunk', '1000'),
            ('first_token', 'first_token_ms', 2, 'gen_ai.server.time_to_first_token', '1000'),
            ('first_token', 'first_token_ms', 3, 'gen_ai.latency.time_to_first_token', '1000'),
            ('first_token', 'first_token_ms', 4, 'ai.response.msToFirstChunk', '1'),
            ('first_token', 'first_token_ms', 5, 'ai.stream.msToFirstChunk', '1'),
            ('event', 'first_token_ms', 1, 'First Token Stream Event', null),
            ('event', 'first_token_ms', 2, 'ai.stream.firstChunk', null),
            ('event', 'first_token_ms', 3, 'gen_ai.content.completion.chunk', null),
            ('event', 'first_token_ms', 4, 'llm.content.completion.chunk', null),
            ('parameter', 'max_tokens', 1, 'gen_ai.request.max_tokens', '"number"'),
            ('parameter', 'max_tokens', 2, 'gen_ai.request.max_completion_tokens', '"number"'),
            ('parameter', 'max_tokens', 3, 'llm.request.max_tokens', '"number"'),
            ('parameter', 'max_tokens', 4, 'ai.settings.maxOutputTokens', '"number"'),
            ('parameter', 'max_tokens', 5, 'ai.settings.maxTokens', '"number"'),
            ('parameter', 'max_tokens', 6, 'llm.invocation_parameters#max_tokens', '"number"'),
            (
                'parameter', 'max_tokens', 7,
                'llm.invocation_parameters#max_completion_tokens', '"number"'
            ),
            (
                'parameter', 'max_tokens', 8,
                'llm.invocation_parameters#max_output_tokens', '"number"'
            ),
            ('parameter', 'temperature', 1, 'gen_ai.request.temperature', '"number"'),
            ('parameter', 'temperature', 2, 'llm.request.temperature', '"number"'),
            ('parameter', 'temperature', 3, 'ai.settings.temperature', '"number"'),
            ('parameter', 'temperature', 4, 'llm.invocation_parameters#temperature', '"number"'),
            ('parameter', 'streaming', 1, 'gen_ai.request.stream', '"true"'),
            ('parameter', 'streaming', 2, 'gen_ai.request.is_stream', '"true"'),
            ('parameter', 'streaming', 3, 'gen_ai.is_streaming', '"true"'),
            ('parameter', 'streaming', 4, 'llm.is_streaming', '"true"'),
            ('parameter', 'streaming', 5, 'llm.invocation_parameters#stream', '"true"'),
            ('parameter', 'thinking_mode', 1, 'gen_ai.request.reasoning.level', '"text"'),
            ('parameter', 'thinking_mode', 2, 'gen_ai.request.reasoning_effort', '"text"'),
            ('parameter', 'thinking_mode', 3, 'llm.request.reasoning_effort', '"text"'),
            (
                'parameter', 'thinking_mode', 4,
                'llm.invocation_parameters#reasoning_effort', '"text"'
            ),
            ('default', 'tool_name', 1, 'chat', null)
    ) as n (part, field, rank, name, detail);
$$;

comment on function perf_internal.get_gen_ai_names is
    'Which attributes of a span are which fields of a call, the first that counts first. part: kind, a kind of span that may be a call; marker, an attribute that says what a span is, with the tool_name of each of its values that is a call; text, count, amount, first_token (with a factor to milliseconds), parameter (with a type): attributes, and with a # keys of the JSON object that the text before it holds; event: an event at the first token; default: what a span without marker is.';

revoke execute on function perf_internal.get_gen_ai_names from public;
