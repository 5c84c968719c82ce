"""References to objects of an engine."""

from __future__ import annotations

import pytest

from pytest_docker_tools.references import familiar, quoted, registry_of, split_registry


def test_ids_are_shown_short() -> None:
    """An id is shown as engines show it, a name in full."""
    assert [quoted(ref) for ref in ("a" * 64, "sha256:" + "a" * 64)] == [repr("a" * 12)] * 2
    assert quoted("a" * 63) == repr("a" * 63)


@pytest.mark.parametrize(
    ("reference", "named", "registry", "short"),
    [
        ("redis:7", "", "docker.io", "redis:7"),
        ("redis@sha256:00", "", "docker.io", "redis@sha256:00"),
        ("library/redis", "", "docker.io", "redis"),
        ("team/app", "", "docker.io", "team/app"),
        ("docker.io/redis", "docker.io", "docker.io", "redis"),
        ("index.docker.io/library/redis", "index.docker.io", "docker.io", "redis"),
        ("localhost/app", "localhost", "localhost", "localhost/app"),
        ("host:5000/app:7", "host:5000", "host:5000", "host:5000/app:7"),
        ("example.test/library/app", "example.test", "example.test", "example.test/library/app"),
    ],
)
def test_registries(reference: str, named: str, registry: str, short: str) -> None:
    """The first part of a name is a registry if it looks like a host; else docker's is meant, whose names are short."""
    assert (split_registry(reference)[0], registry_of(reference), familiar(reference)) == (named, registry, short)
