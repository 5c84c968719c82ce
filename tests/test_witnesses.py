"""Whether anybody could tell that a resource goes a little later than its fixture ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pytest

from pytest_docker_tools import witnesses
from pytest_docker_tools.driver import Kind, Recipe
from pytest_docker_tools.options import ContainerOptions, CreateNetworkOptions, VolumeOptions
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine, MemoryImage

from .conftest import Run, RunWorkers

HEADER = """
import pytest
from pytest_docker_tools import *
from pytest_docker_tools import types

@pytest.fixture
def plain(): return 'text'

@pytest.fixture(scope='session')
def wide_plain(): return 'text'

img = image(name='app')
net = network()
data = volume()
db = container(image='app')
wide_net = network(scope='session')
wide_data = volume(scope='session')
wide_db = container(image='app', scope='session')
"""
TEST = "\ndef test_it(it): ..."
LATER, AT_ONCE = "begin_removal", "remove"


@pytest.fixture
def engine(engine: MemoryEngine) -> MemoryEngine:
    """An engine whose image `app` listens on some ports."""
    engine.add_image("app", MemoryImage(listens=["80/tcp", "81/tcp"]))
    return engine


def how(engine: MemoryEngine, kind: Kind) -> set[str]:
    """Give how things of a kind were removed."""
    return {call.verb for call in engine.calls if call.verb in (LATER, AT_ONCE) and call.arguments["kind"] == kind}


@pytest.mark.parametrize(
    "options",
    [
        "",
        "command='sleep 1', entrypoint=['sh'], environment={'A': '1'}, labels={'a': '1'}",
        "hostname='db', mem_limit='1g', restart_policy={'Name': 'always'}",
        "ports={'80/tcp': None, 81: ('127.0.0.1',), '82/udp': []}",
        "publish_all_ports=True",
        "devices=[], privileged=False, name=None",
        "tmpfs={'/run': ''}, volumes=['/data'], mounts=[types.Mount(target='/more', source=None, type='tmpfs')]",
        "image='{img.id}'",
        "network='{net.name}', aliases=['it']",
        "networks=['{net.name}']",
        "volumes={'{data.name}': {'bind': '/data'}}",
        "environment={'DB': '{db.name}'}",
        "environment={'DB': lambda db: db.name}",
        "depends_on=['db', 'net']",
        "environment={'DB': '{wide_db.name}'}, scope='session'",
        "network='{wide_net.name}', volumes={'{wide_data.name}': {'bind': '/data'}}, scope='session'",
    ],
)
def test_nobody_could_tell(pytester: pytest.Pytester, run: Run, engine: MemoryEngine, options: str) -> None:
    """A container that has nothing of its own, and works on nothing that stays, goes later, with all that it needs."""
    image = "" if "image=" in options else "image='app', "
    pytester.makepyfile(HEADER + f"it = container({image}{options})" + TEST)
    run().assert_outcomes(passed=1)
    assert how(engine, "container") == {LATER}
    assert how(engine, "network") <= {LATER}
    assert how(engine, "volume") <= {LATER}
    assert not engine.containers


# What makes somebody able to tell, by keyword.
TELLTALE: Mapping[Kind, Mapping[str, str]] = {
    "container": {
        "cgroup_parent": "'/group'",
        "device_cgroup_rules": "['c 1:3 r']",
        "device_requests": "[{'Count': 1, 'Capabilities': [['gpu']]}]",
        "devices": "['/dev/null']",
        "ipc_mode": "'host'",
        "links": "{'other': 'other'}",
        "mac_address": "'02:42:ac:11:00:02'",
        "name": "'it'",
        "network_mode": "'host'",
        "pid_mode": "'host'",
        "privileged": "True",
        "uts_mode": "'host'",
        "volume_driver": "'local'",
        "volumes_from": "['other']",
    },
    "network": {
        "driver": "'bridge'",
        "ingress": "True",
        "ipam": "{'Config': [{'Subnet': '10.77.0.0/24'}]}",
        "name": "'it'",
        "options": "{'com.docker.network.bridge.name': 'it'}",
        "network_scope": "'local'",
    },
    "volume": {"driver": "'local'", "driver_opts": "{'type': 'none', 'o': 'bind', 'device': '/tmp'}", "name": "'it'"},
}
ROWS = [(kind, keyword, value) for kind, table in TELLTALE.items() for keyword, value in table.items()]


@pytest.mark.parametrize(("kind", "keyword", "value"), ROWS, ids=[f"{row[0]}-{row[1]}" for row in ROWS])
def test_a_keyword_that_is_telling(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, kind: Kind, keyword: str, value: str
) -> None:
    """What has a name, or something else that others could find or want, is gone before its fixture is over."""
    MemoryDriver(engine).create_container({"image": "app", "name": "other"})
    image = "image='app', " if kind == "container" else ""
    pytester.makepyfile(f"{HEADER}it = {kind}({image}{keyword}={value}){TEST}")
    run().assert_outcomes(passed=1)
    assert how(engine, kind) == {AT_ONCE}


# Of which nobody could tell, or what is looked at where it is known what they stand for.
HARMLESS: Mapping[Kind, set[str]] = {
    "container": {
        *("auto_remove", "blkio_weight", "blkio_weight_device", "cap_add", "cap_drop", "cgroupns", "command"),
        *("cpu_count", "cpu_percent", "cpu_period", "cpu_quota", "cpu_rt_period", "cpu_rt_runtime", "cpu_shares"),
        *("cpuset_cpus", "cpuset_mems", "device_read_bps", "device_read_iops", "device_write_bps", "device_write_iops"),
        *("dns", "dns_opt", "dns_search", "domainname", "entrypoint", "environment", "extra_hosts", "group_add"),
        *("healthcheck", "hostname", "image", "init", "init_path", "isolation", "kernel_memory", "labels"),
        *("log_config", "lxc_conf", "mem_limit", "mem_reservation", "mem_swappiness", "memswap_limit", "mounts"),
        *("nano_cpus", "network", "network_disabled", "networking_config", "oom_kill_disable", "oom_score_adj"),
        *("pids_limit", "platform", "ports", "publish_all_ports", "read_only", "remove", "restart_policy", "runtime"),
        *("security_opt", "shm_size", "stdin_open", "stop_signal", "storage_opt", "sysctls", "tmpfs", "tty", "ulimits"),
        *("use_config_proxy", "user", "userns_mode", "version", "volumes", "working_dir"),
    },
    "network": {"attachable", "check_duplicate", "enable_ipv6", "internal", "labels"},
    "volume": {"labels"},
}


def test_every_keyword_was_thought_of() -> None:
    """Of each keyword it was decided whether it is telling."""
    known: Mapping[Kind, type] = {
        "container": ContainerOptions,
        "network": CreateNetworkOptions,
        "volume": VolumeOptions,
    }
    for kind, options in known.items():
        telling = set(witnesses.TELLTALE[kind])
        assert {
            keyword.removeprefix("network_") if kind == "network" else keyword for keyword in TELLTALE[kind]
        } == telling
        assert telling | HARMLESS[kind] == set(options.__annotations__)
        assert not telling & HARMLESS[kind]


@pytest.mark.parametrize(
    "options",
    [
        "ports={'80/tcp': 8080}",
        "ports={'80/tcp': [None, ('127.0.0.1', 8080)]}",
        "network='bridge'",
        "network='elsewhere'",
        "networks=['{net.name}', 'elsewhere']",
        "networking_config={'elsewhere': {}}",
        "networking_config={'{net.name}': {}, 'elsewhere': {}}, network='{net.name}'",
        "volumes={'elsewhere': {'bind': '/data'}}",
        "volumes={'/tmp': {'bind': '/data'}}",
        "volumes=['/tmp:/data']",
        "mounts=[types.Mount(target='/data', source='/tmp', type='bind')]",
        "mounts=[types.Mount(target='/data', source='elsewhere')]",
        "network='{wide_net.name}'",
        "volumes={'{wide_data.name}': {'bind': '/data'}}",
        "environment={'DB': '{wide_db.name}'}",
        "depends_on=['wide_db']",
        "environment={'TEXT': '{plain}'}",
        "environment={'TEXT': '{wide_plain}'}",
        "environment={'TEXT': lambda plain: plain}",
        "depends_on=['plain']",
        "environment={'TEXT': '{number}'}",
        "environment={'TEXT': lambda request: 'text'}",
        "environment={'TEXT': lambda docker_client: 'text'}",
        "environment={'TEXT': '{indirect.name}'}",
    ],
)
def test_what_has_part_in_something_else(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, options: str
) -> None:
    """What has part in something that stays, or is the user's own, is gone before its fixture is over."""
    MemoryDriver(engine).create_network({"name": "elsewhere"})
    MemoryDriver(engine).create_volume({"name": "elsewhere"})
    pytester.makepyfile(
        HEADER
        + """
@pytest.fixture(params=[1])
def number(request): return request.param

indirect = network(labels={'text': '{plain}'})
"""
        + f"it = container(image='app', labels={{'it': 'yes'}}, {options})"
        + TEST
    )
    run().assert_outcomes(passed=1)
    # It is the first that ends.
    assert next(call.verb for call in engine.calls if call.verb in (LATER, AT_ONCE)) == AT_ONCE


@pytest.mark.parametrize("kind", ["network", "volume"])
@pytest.mark.parametrize("needs", ["{plain}", "{wide_db.name}"])
def test_networks_and_volumes_that_need_what_stays(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, kind: Kind, needs: str
) -> None:
    """Networks and volumes go at once, too, where they need what stays, or is the user's own."""
    pytester.makepyfile(f"{HEADER}it = {kind}(labels={{'a': '{needs}'}}){TEST}")
    run().assert_outcomes(passed=1)
    assert how(engine, kind) == {AT_ONCE}


def test_a_value_of_parametrize(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """A value that parametrize gives is nobody's."""
    pytester.makepyfile(
        HEADER
        + "it = container(image='app', environment={'TEXT': '{text}'})\n"
        + "@pytest.mark.parametrize('text', ['a', 'b'])\ndef test_it(text, it): ..."
    )
    run().assert_outcomes(passed=2)
    assert how(engine, "container") == {LATER}


def test_what_the_client_needs(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """What a client of the user's own needs is nothing that a container needs: the client ends after that is gone."""
    pytester.makeconftest(
        "import pytest\n@pytest.fixture\ndef docker_client(docker_client, tmp_path): return docker_client"
    )
    pytester.makepyfile(f"{HEADER}it = container(image='app'){TEST}")
    run().assert_outcomes(passed=1)
    assert how(engine, "container") == {LATER}


def test_what_pytest_does_not_tell(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where pytest does not tell what is behind a fixture, all is gone before its fixture is over."""
    monkeypatch.setattr("pytest_docker_tools.closure.upstream", lambda request: [])
    pytester.makepyfile(f"{HEADER}it = container(image='app'){TEST}")
    run().assert_outcomes(passed=1)
    assert how(engine, "container") == {AT_ONCE}


def test_what_could_not_be_made(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """What did not get ready is gone before its error is told."""
    engine.add_image("broken", MemoryImage(exits_with=4))
    pytester.makepyfile(f"{HEADER}it = container(image='broken'){TEST}")
    run().assert_outcomes(errors=1)
    assert how(engine, "container") == {AT_ONCE}


@pytest.mark.parametrize("option", ["--docker-keep=failed", "--reuse-containers"])
def test_what_is_kept(pytester: pytest.Pytester, run: Run, engine: MemoryEngine, option: str) -> None:
    """What is kept for a failed test, or the next run, is not removed later either."""
    name = "name='it'" if "reuse" in option else ""
    pytester.makepyfile(
        f"from pytest_docker_tools import *\nit = container(image='app', {name})\ndef test_it(it): assert 0"
    )
    run(option).assert_outcomes(failed=1)
    assert how(engine, "container") == set()
    assert len(engine.containers) == 1


@pytest.mark.parametrize("kind", ["network", "volume"])
def test_what_is_named_and_stays(pytester: pytest.Pytester, run: Run, engine: MemoryEngine, kind: str) -> None:
    """What has part in something of another test, by its name, goes at once, though pytest knows nothing of that."""
    named = {
        "network": "network='wide'",
        "volume": "volumes={'wide': {'bind': '/data'}}",
    }[kind]
    pytester.makepyfile(
        HEADER
        + f"named = {kind}(name='wide', scope='session')\ndef test_first(named): ...\n"
        + f"it = container(image='app', {named})"
        + TEST
    )
    run().assert_outcomes(passed=2)
    assert how(engine, "container") == {AT_ONCE}


@pytest.mark.parametrize("keyword", ["network='{all.name}', ", "environment={'NEEDS': '{all.name}'}, ", ""])
def test_what_workers_have_in_common(
    pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine, keyword: str
) -> None:
    """What works in, or may be put into, something that all workers have goes at once, though both are of the session.

    Such as a network that the test uses, too.
    """
    pytester.makepyfile(
        HEADER
        + "all = network(scope='session', shared=True)\n"
        + f"it = container(image='app', {keyword}scope='session')\ndef test_it(it, all): ..."
    )
    with pytest.MonkeyPatch.context() as patch:
        # The controller would open an engine of its own.
        patch.setattr(MemoryDriver, "recipe", lambda self: Recipe("none"))
        _, [worker] = run_workers(1)
    worker.assert_outcomes(passed=1)
    assert how(engine, "container") == {AT_ONCE}


def test_a_volume_that_workers_have_in_common(
    pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine
) -> None:
    """What needs a volume that all workers have goes at once, though both are of the session."""
    pytester.makepyfile(
        HEADER
        + "all = volume(scope='session', shared=True)\n"
        + "it = container(image='app', environment={'DATA': '{all.name}'}, scope='session')"
        + TEST
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MemoryDriver, "recipe", lambda self: Recipe("none"))
        _, [worker] = run_workers(1)
    worker.assert_outcomes(passed=1)
    assert how(engine, "container") == {AT_ONCE}


# Who asks

LOOKS = """
def there(docker_client): return len(docker_client.containers.list(all=True))
it = container(image='app')
def test_first(it): ...
"""


@pytest.mark.parametrize(
    "test",
    [
        "def test_it(docker_client): assert there(docker_client) == 0",
        "def test_it(request): assert there(request.getfixturevalue('docker_client')) == 0",
        "@pytest.fixture\ndef asks(docker_client): return there(docker_client)\ndef test_it(asks): assert asks == 0",
        "@pytest.fixture\ndef docker_client(docker_client):\n    assert there(docker_client) == 0\n"
        "    return docker_client\ndef test_it(docker_client): ...",
        "asks = container(image='app', environment={'N': lambda docker_client: str(there(docker_client))})\n"
        "def test_it(asks): assert asks.env['N'] == '0'",
        "import unittest\nclass TestIt(unittest.TestCase):\n    @pytest.fixture(autouse=True)\n"
        "    def ask(self, docker_client): self.client = docker_client\n"
        "    def test_it(self): assert there(self.client) == 0",
    ],
)
def test_who_asks_sees_nothing(pytester: pytest.Pytester, run: Run, engine: MemoryEngine, test: str) -> None:
    """Who asks the engine, in a test or a fixture, finds nothing of the test before."""
    engine.removes_after = 50
    pytester.makepyfile(HEADER + LOOKS + test)
    run().assert_outcomes(passed=2)
    assert how(engine, "container") >= {LATER}


@pytest.mark.parametrize("scope", ["function", "module", "session"])
def test_who_may_ask_at_the_end_sees_nothing(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, scope: str
) -> None:
    """As long as there is a fixture that has the client, all is gone before its fixture is over, and later no more."""
    engine.removes_after = 50
    asks = f"""
@pytest.fixture(scope='{scope}')
def asks(docker_client):
    yield
    assert there(docker_client) == 0

def test_asking(asks, it): ...
def test_while_there_is_one(it): ...
"""
    pytester.makepyfile(test_a=HEADER + LOOKS + asks, test_b=HEADER + "it = container(image='app')" + TEST)
    run().assert_outcomes(passed=4)
    removals = [call.verb for call in engine.calls if call.verb in (LATER, AT_ONCE)]
    at_once = {"function": 1, "module": 2, "session": 3}[scope]
    assert Counter(removals) == {LATER: 4 - at_once, AT_ONCE: at_once}


def test_what_ends_while_somebody_may_ask(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """What ends during a later test goes at once, too, where a fixture has asked for the client meanwhile."""
    engine.removes_after = 50
    pytester.makepyfile(
        HEADER
        + """
it = container(image='app', environment={'TEXT': '{text}'}, scope='module')

@pytest.fixture(scope='session')
def asks(docker_client):
    yield
    assert docker_client.containers.list(all=True) == []

@pytest.mark.parametrize('text', ['a'], scope='module')
def test_first(it): ...

def test_asking(asks): ...

@pytest.mark.parametrize('text', ['b'], scope='module')
def test_last(it): ...
"""
    )
    run("-p", "no:randomly").assert_outcomes(passed=3)


@pytest.mark.parametrize("asking", ["docker_client", "request", "asks"])
def test_a_test_that_asks(pytester: pytest.Pytester, run: Run, engine: MemoryEngine, asking: str) -> None:
    """What a test with the client has used, and may have done anything with, is gone before its fixture is over."""
    pytester.makepyfile(
        f"{HEADER}@pytest.fixture\ndef asks(it, docker_client): ...\n"
        f"it = container(image='app', scope='module')\ndef test_it(it, {asking}): ...\ndef test_other(it): ..."
    )
    run().assert_outcomes(passed=2)
    assert how(engine, "container") == {AT_ONCE}


@pytest.mark.parametrize(("scope", "expected"), [("session", AT_ONCE), ("function", LATER)])
def test_a_test_with_a_network(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, scope: str, expected: str
) -> None:
    """What a test may have put into a network that stays is gone before its fixture is over."""
    pytester.makepyfile(
        f"{HEADER}other_net = network(scope={scope!r})\nit = container(image='app', scope='function')\n"
        "def test_it(it, other_net): other_net.connect(it, aliases=['it'])"
    )
    run().assert_outcomes(passed=1)
    assert how(engine, "container") == {expected}


def test_a_network_that_ends_earlier(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """What outlives a network is not kept from going later."""
    pytester.makepyfile(f"{HEADER}it = container(image='app', scope='module')\ndef test_it(it, net): ...")
    run().assert_outcomes(passed=1)
    assert how(engine, "container") == how(engine, "network") == {LATER}


def test_what_holds_it_goes_first(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """A network or volume that goes at once waits for what is still to be removed, and holds it."""
    engine.removes_after = 50
    pytester.makepyfile(
        HEADER
        + "named_net, named_data = network(name='net'), volume(name='data')\n"
        + "it = container(image='app', network='{named_net.name}', volumes={'{named_data.name}': {'bind': '/data'}})"
        + TEST
    )
    run().assert_outcomes(passed=1)
    assert how(engine, "container") == {LATER}
    assert how(engine, "network") == how(engine, "volume") == {AT_ONCE}
    assert not engine.volumes
