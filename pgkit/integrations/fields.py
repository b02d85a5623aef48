"""What the integrations have in common: parameters, counts of tokens, and where calls go."""

from collections.abc import Mapping
from typing import Any

from pgkit.recorder import Recorder
from pgkit.tokens import include_parts

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


def complete_tokens(**counts: int | None) -> dict[str, int]:
    """Return the counts that are known, of which input and output include all others."""
    known = {name: count for name, count in counts.items() if count is not None}
    include_parts(known)
    return known


def choose_recorder(recorder: Recorder | None, target: str | None, key: str | None) -> Recorder:
    """Return the recorder that the application has, or one of `target` and `key`."""
    if recorder is None:
        return Recorder(target, key=key)
    if target is not None or key is not None:
        raise ValueError("target and key must not be given with a recorder")
    return recorder
