"""How many examples are tried: the same few in every run, or many new ones.

pytest tests/properties --hypothesis-profile=search [--hypothesis-seed=N]
"""

from __future__ import annotations

from hypothesis import Phase, settings

# What is found is kept as an @example, and not in a database that another machine does not have.
settings.register_profile("repeatable", derandomize=True, deadline=None, database=None, max_examples=60)
settings.register_profile(
    "search",
    settings.get_profile("repeatable"),
    derandomize=False,
    max_examples=2000,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)
settings.load_profile("repeatable")
