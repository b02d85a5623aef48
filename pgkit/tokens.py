"""Counts of tokens, of which some are a part of others."""


def include_parts(counts: dict[str, int]) -> None:
    """Let the counts of input and output contain those of their parts.

    Cached tokens are part of the input, and reasoning is part of the output. Some libraries count
    them apart. It shows where the parts are more than the whole; then they are added.
    """
    cached = counts.get("cached_input_tokens", 0) + counts.get("cache_write_tokens", 0)
    reasoning = counts.get("reasoning_tokens", 0)
    for name, parts in (("input_tokens", cached), ("output_tokens", reasoning)):
        if name in counts and parts > counts[name]:
            counts[name] += parts
