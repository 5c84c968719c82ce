"""Official clients that suites make themselves."""

from __future__ import annotations

import pytest

from ..conftest import Left
from .conftest import ENVIRONMENT, USES, Project


class TestOwnClient:
    @pytest.mark.parametrize("chosen", ["docker-cli", "docker-py"])
    @pytest.mark.parametrize("scope", ["session", "function"])
    def test_is_adapted(self, project: Project, pytester: pytest.Pytester, left: Left, scope: str, chosen: str) -> None:
        """An official client that the suite makes itself is what the fixtures use, under any backend, in any scope."""
        pytester.makeconftest(
            "import docker, pytest\n"
            "class Client(docker.DockerClient):\n"
            "    closed = False\n"
            "    def close(self):\n        self.closed = True\n        super().close()\n"
            f"@pytest.fixture(scope='{scope}')\n"
            "def docker_client():\n    client = Client.from_env()\n    yield client\n"
            "    assert not client.closed\n    assert client.ping()\n    client.close()\n"
        )
        module = ENVIRONMENT.replace("labels=MARK)\nweb", f"labels=MARK, scope='{scope}')\nweb") + USES
        module = module.replace("image(name=BASE)", f"image(name=BASE, scope='{scope}')")
        module += (
            "def test_driver(web, docker_client):\n"
            "    assert type(web.driver).__name__ == 'DockerPyDriver'\n"
            "    assert type(docker_client).__name__ == 'Client'\n"
        )
        project(module, backend=chosen).assert_outcomes(passed=3)
        assert left() == []

    def test_workers_share_over_it(self, project: Project, pytester: pytest.Pytester, left: Left) -> None:
        """What workers of xdist have in common is made once over such clients, and removed at the end of the run."""
        pytester.makeconftest(
            "import docker, pytest\n"
            "@pytest.fixture(scope='session')\n"
            "def docker_client():\n    client = docker.from_env()\n    yield client\n    client.close()\n"
        )
        text = (
            "it = network(scope='session', shared=True, labels=MARK)\n"
            "def test_it(it):\n    with open('ids', 'a') as ids:\n        print(it.id, file=ids)\n"
        )
        project(text, "-n2", "--dist=each", backend="docker-cli").assert_outcomes(passed=2)
        ids = (pytester.path / "ids").read_text().split()
        assert len(ids) == 2
        assert len({*ids}) == 1
        assert left() == []

    def test_its_deadline(self, project: Project, pytester: pytest.Pytester) -> None:
        """Its timeout is that of the fixtures' calls."""
        pytester.makeconftest(
            "import docker, pytest, socket\n"
            "@pytest.fixture\n"
            "def docker_client():\n"
            "    with socket.create_server(('127.0.0.1', 0)) as silent:\n"
            "        url = 'tcp://127.0.0.1:%d' % silent.getsockname()[1]\n"
            "        yield docker.DockerClient(base_url=url, version='1.41', timeout=1)\n"
        )
        result = project("it = container(image=BASE)\ndef test_it(it): ...")
        result.assert_outcomes(errors=1)
        result.stdout.fnmatch_lines(["E *DeadlineExceeded: docker-py could not *after 1 seconds*"])
