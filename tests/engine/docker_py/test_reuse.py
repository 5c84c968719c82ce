"""Reuse over docker-py, of what the official client sees and makes, too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import docker
import pytest

from ..conftest import BASE
from .conftest import Project

REUSED = """
net = network(name='net-{mark}', labels=MARK)
site = volume(name='site-{mark}', labels=MARK)
web = container(name='web-{mark}', image=BASE, command='sleep 600', init=True, labels=MARK)
"""


class TestReuse:
    def test_again(self, project: Project, official: docker.DockerClient, mark: str) -> None:
        """A second run uses what the first one made, which the official client sees in between."""
        module = REUSED.replace("{mark}", mark) + "def test_it(net, site, web): print('id', web.id, net.id)"
        first = project(module, "--reuse-containers", "-s")
        official.containers.get(f"web-{mark}").stop(timeout=0)
        second = project(module, "--reuse-containers", "-s")
        for result in (first, second):
            result.assert_outcomes(passed=1)
        assert [line for line in first.outlines if line.startswith("id ")] == [
            line for line in second.outlines if line.startswith("id ")
        ]

    @pytest.mark.parametrize("kind", ["network", "volume", "container"])
    def test_foreign(self, project: Project, official: docker.DockerClient, mark: str, kind: str) -> None:
        """What somebody else has made under that name is never touched."""
        name = {"network": "net", "volume": "site", "container": "web"}[kind]
        labels = {"made-for": mark}
        makers: dict[str, Callable[[], Any]] = {
            "container": lambda: official.containers.create(BASE, "true", name=f"web-{mark}", labels=labels),
            "network": lambda: official.networks.create(f"net-{mark}", labels=labels),
            "volume": lambda: official.volumes.create(f"site-{mark}", labels=labels),
        }
        made = makers[kind]()
        result = project(REUSED.replace("{mark}", mark) + f"def test_it({name}): ...", "--reuse-containers")
        result.assert_outcomes(errors=1)
        result.stdout.fnmatch_lines([f"*does not appear to be a reusable {kind}*"])
        made.reload()

    def test_stale(self, project: Project, official: docker.DockerClient, mark: str) -> None:
        """What was made for another definition is replaced, with the reusable containers that use it."""
        ours = {
            "made-for": mark,
            "creator": "pytest-docker-tools",
            "pytest-docker-tools.reusable": "true",
            "pytest-docker-tools.signature": "of something else",
        }
        network = official.networks.create(f"net-{mark}", labels=ours)
        web, other = (
            official.containers.run(
                BASE, "sleep 600", init=True, detach=True, name=f"{name}-{mark}", labels=ours, network=network.name
            )
            for name in ("web", "other")
        )
        official.volumes.create(f"site-{mark}", labels=ours)
        result = project(
            REUSED.replace("{mark}", mark) + "def test_it(net, site, web):\n"
            "    assert site.attrs['Labels']['pytest-docker-tools.signature'] != 'of something else'\n",
            "--reuse-containers",
        )
        result.assert_outcomes(passed=1)
        for gone in (network.reload, web.reload, other.reload):
            with pytest.raises(docker.errors.NotFound):
                gone()
        assert official.networks.get(f"net-{mark}").containers == []
        assert official.containers.get(f"web-{mark}").status == "running"
