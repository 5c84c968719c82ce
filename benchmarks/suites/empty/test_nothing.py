"""The shortest of runs."""


def test_nothing() -> None:
    """Nothing is done."""
