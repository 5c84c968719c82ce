"""The commands that a person is given."""

from __future__ import annotations

from pytest_docker_tools.failures.commands import to_look_at, to_remove


def test_to_look_at() -> None:
    """A running container can be entered, one that has ended only be looked at, as can networks and volumes."""
    docker = ("docker", "--host", "tcp://there:1")
    assert to_look_at(docker, "container", "db", running=True) == [
        "docker --host tcp://there:1 exec -it db sh",
        "docker --host tcp://there:1 logs db",
        "docker --host tcp://there:1 inspect db",
    ]
    assert to_look_at(["podman"], "container", "db") == ["podman logs db", "podman inspect db"]
    assert to_look_at(["podman"], "network", "net") == ["podman network inspect net"]
    assert to_look_at([], "container", "db") == []


def test_to_remove() -> None:
    """Containers go first, then what they hold; words that a shell would read otherwise are quoted."""
    names = {"volume": ["data"], "network": ["a", "b"], "container": ["db", "a$b"]}
    line = "docker rm -f -v db 'a$b'; docker network rm a b; docker volume rm data"
    assert to_remove(["docker"], names) == line  # type: ignore[arg-type]
    assert to_remove(["docker"], {"container": ["db"], "network": []}) == "docker rm -f -v db"
