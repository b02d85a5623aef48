"""Read what libraries for models have in common: parameters and counts of tokens."""

from collections.abc import Mapping
from typing import Any

# The names of the most tokens of an answer, as providers have them.
MAX_TOKENS = (
    "max_tokens",
    "max_completion_tokens",
    "max_output_tokens",
    "max_tokens_to_sample",
    "num_predict",
)


def read_parameters(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters that affect performance, named as in `pgkit/formats/gen_ai.toml`."""
    parameters: dict[str, Any] = {}
    for name in MAX_TOKENS:
        if is_number(given.get(name)):
            parameters["max_tokens"] = given[name]
            break
    if is_number(given.get("temperature")):
        parameters["temperature"] = given["temperature"]
    if given.get("stream") is True or given.get("streaming") is True:
        parameters["streaming"] = True
    effort = given.get("reasoning_effort")
    if isinstance(effort, str) and effort:
        parameters["thinking_mode"] = effort
    return parameters


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def read_count(given: Any, *names: str) -> int | None:
    """Return the first whole number of these names."""
    for name in names:
        value = given.get(name) if isinstance(given, Mapping) else getattr(given, name, None)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
    return None


def complete_tokens(
    *,
    input_tokens: int | None,
    output_tokens: int | None,
    cached_input_tokens: int | None,
    cache_write_tokens: int | None,
    reasoning_tokens: int | None,
) -> dict[str, int]:
    """Return the counts that are known.

    Cached tokens are part of the input, and reasoning is part of the output. Where a provider
    counts them apart, and it shows because they are more, they are added.
    """
    cache = (cached_input_tokens or 0) + (cache_write_tokens or 0)
    if input_tokens is not None and cache > input_tokens:
        input_tokens += cache
    if output_tokens is not None and (reasoning_tokens or 0) > output_tokens:
        output_tokens += reasoning_tokens or 0
    counts = {
        "input_tokens": input_tokens,
        "output_tokens": output_tokens,
        "cached_input_tokens": cached_input_tokens,
        "cache_write_tokens": cache_write_tokens,
        "reasoning_tokens": reasoning_tokens,
    }
    return {name: count for name, count in counts.items() if count is not None}
