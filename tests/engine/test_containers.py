"""Containers: what they are created with, and what they do."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from pytest_docker_tools.driver import Driver
from pytest_docker_tools.drivers import open_driver
from pytest_docker_tools.exceptions import (
    Conflict,
    DeadlineExceeded,
    EngineError,
    ImageNotFound,
    NotFound,
    PortUnavailable,
    UnsupportedOption,
)

Create = Callable[..., str]
Named = Callable[[str], str]
Facts = Callable[..., dict[str, Any]]


def at(facts: dict[str, Any], path: str) -> Any:
    found: Any = facts
    for name in path.split("."):
        found = found[name]
    return found


OPTIONS: list[tuple[dict[str, Any], str, Any]] = [
    ({"auto_remove": True}, "HostConfig.AutoRemove", True),
    ({"remove": True}, "HostConfig.AutoRemove", True),
    ({"cap_add": ["NET_ADMIN"], "network_mode": "none"}, "HostConfig.NetworkMode", "none"),
    ({"command": "echo 'a b'"}, "Config.Cmd", ["echo", "a b"]),
    ({"command": ["-x", "--", ""]}, "Config.Cmd", ["-x", "--", ""]),
    ({"command": None}, "Config.Cmd", ["sh"]),
    ({"cpu_shares": 512}, "HostConfig.CpuShares", 512),
    ({"cpuset_cpus": "0"}, "HostConfig.CpusetCpus", "0"),
    (
        {"devices": ["/dev/null:/dev/x:r"]},
        "HostConfig.Devices",
        [{"PathOnHost": "/dev/null", "PathInContainer": "/dev/x", "CgroupPermissions": "r"}],
    ),
    ({"dns": ["192.0.2.1"]}, "HostConfig.Dns", ["192.0.2.1"]),
    ({"dns_opt": ["ndots:2"]}, "HostConfig.DnsOptions", ["ndots:2"]),
    ({"dns_search": ["example.org"]}, "HostConfig.DnsSearch", ["example.org"]),
    ({"domainname": "example.org"}, "Config.Domainname", "example.org"),
    ({"entrypoint": "sh -c"}, "Config.Entrypoint", ["sh"]),
    ({"extra_hosts": {"a": "192.0.2.1"}}, "HostConfig.ExtraHosts", ["a:192.0.2.1"]),
    ({"group_add": [20]}, "HostConfig.GroupAdd", ["20"]),
    (
        {"healthcheck": {"test": ["CMD", "echo", "a b"], "interval": 10**9, "retries": 2}},
        "Config.Healthcheck",
        {"Test": ["CMD-SHELL", "echo 'a b'"], "Interval": 10**9, "Retries": 2},
    ),
    ({"healthcheck": {"test": ["NONE"]}}, "Config.Healthcheck", {"Test": ["NONE"]}),
    ({"hostname": "web"}, "Config.Hostname", "web"),
    ({"init": False}, "HostConfig.Init", False),
    ({"ipc_mode": "host"}, "HostConfig.IpcMode", "host"),
    ({"labels": {"a": "b=c,d"}}, "Config.Labels.a", "b=c,d"),
    ({"labels": ["a"]}, "Config.Labels.a", ""),
    (
        {"log_config": {"Type": "json-file", "Config": {"max-size": "1m"}}},
        "HostConfig.LogConfig",
        {"Type": "json-file", "Config": {"max-size": "1m"}},
    ),
    ({"mem_limit": "64m"}, "HostConfig.Memory", 64 * 1024**2),
    ({"mem_reservation": "32m"}, "HostConfig.MemoryReservation", 32 * 1024**2),
    ({"mem_limit": "64m", "memswap_limit": -1}, "HostConfig.MemorySwap", -1),
    ({"network_mode": "host"}, "HostConfig.NetworkMode", "host"),
    ({"nano_cpus": 1_500_000_000}, "HostConfig.NanoCpus", 1_500_000_000),
    ({"pid_mode": "host"}, "HostConfig.PidMode", "host"),
    ({"pids_limit": 50}, "HostConfig.PidsLimit", 50),
    ({"platform": "linux/amd64"}, "Platform", "linux"),
    (
        {"ports": {"80/tcp": ("127.0.0.1", 18080), 53: [1, 2]}},
        "HostConfig.PortBindings",
        {
            "80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "18080"}],
            "53/tcp": [{"HostIp": "", "HostPort": "1"}, {"HostIp": "", "HostPort": "2"}],
        },
    ),
    ({"ports": {"80/udp": []}}, "Config.ExposedPorts", {"80/udp": {}}),
    ({"privileged": True}, "HostConfig.Privileged", True),
    ({"publish_all_ports": True}, "HostConfig.PublishAllPorts", True),
    ({"read_only": True}, "HostConfig.ReadonlyRootfs", True),
    (
        {"restart_policy": {"Name": "on-failure", "MaximumRetryCount": 3}},
        "HostConfig.RestartPolicy",
        {"Name": "on-failure", "MaximumRetryCount": 3},
    ),
    ({"runtime": "runc"}, "HostConfig.Runtime", "runc"),
    ({"security_opt": ["no-new-privileges"]}, "HostConfig.SecurityOpt", ["no-new-privileges"]),
    ({"shm_size": "8m"}, "HostConfig.ShmSize", 8 * 1024**2),
    ({"stdin_open": True}, "Config.OpenStdin", True),
    ({"stop_signal": "SIGINT"}, "Config.StopSignal", "SIGINT"),
    ({"sysctls": {"net.core.somaxconn": 99}}, "HostConfig.Sysctls", {"net.core.somaxconn": "99"}),
    ({"tmpfs": {"/run": "size=1m"}}, "HostConfig.Tmpfs", {"/run": "size=1m"}),
    ({"tty": True}, "Config.Tty", True),
    (
        {"ulimits": [{"Name": "nofile", "Soft": 10, "Hard": 20}]},
        "HostConfig.Ulimits",
        [{"Name": "nofile", "Soft": 10, "Hard": 20}],
    ),
    ({"user": 0}, "Config.User", "0"),
    ({"working_dir": "/tmp"}, "Config.WorkingDir", "/tmp"),
]


class TestCreateContainer:
    @pytest.mark.parametrize(("options", "path", "expected"), OPTIONS)
    def test_keyword(self, create: Create, facts: Facts, options: dict[str, Any], path: str, expected: Any) -> None:
        """What a keyword asks for is what the engine reports."""
        assert at(facts(create(**options)), path) == expected

    def test_gives_the_full_id(self, create: Create, facts: Facts, named: Named) -> None:
        """The id is the engine's, and the container has not been started."""
        name = named("container")
        container = create(name=name)
        assert len(container) == 64
        assert facts(container)["Name"] == f"/{name}"
        assert facts(container)["State"]["Status"] == "created"

    def test_environment(self, driver: Driver, run: Create) -> None:
        """Values of any form reach the container, also of names that the client itself reads; None unsets."""
        wanted = {"LINES": "a\nb=c", "HOME": "/home me", "DOCKER_HOST": "tcp://x", "http_proxy": "http://p", "N": 1}
        container = run(environment={**wanted, "PATH": "/bin:/x", "HOSTNAME": None})
        found = driver.execute(container, ["cat", "/proc/1/environ"]).stdout.decode().split("\0")
        assert {f"{name}={value}" for name, value in wanted.items()} <= set(found)
        assert "PATH=/bin:/x" in found
        assert not [line for line in found if line.startswith("HOSTNAME=")]

    def test_an_unset_variable_is_not_ours(
        self, facts: Facts, backend: str, named: Named, image: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A variable that is unset does not come from the environment of the tests."""
        monkeypatch.setenv("UNSET_ME", "ours")
        with closing(open_driver(backend)) as driver:
            options = {"image": image, "name": named("container"), "environment": ["UNSET_ME"]}
            assert "UNSET_ME" in facts(driver.create_container(options))["Config"]["Env"]

    def test_cleared_entrypoint_leaves_the_command(
        self, driver: Driver, image: str, create: Create, named: Named
    ) -> None:
        """An empty entrypoint removes the image's own and keeps its command, or has the one given."""
        built = driver.build_image(
            {
                "fileobj": f'FROM {image}\nENTRYPOINT ["false"]\nCMD ["echo", "from the image"]'.encode(),
                "tag": named("image"),
            }
        )
        for entrypoint, command, expected in (
            ([], None, b"from the image\n"),
            ("", None, b"from the image\n"),
            ([""], ["echo", "given"], b"given\n"),
            (["echo", "first"], None, b"first\n"),
            (["echo", "first"], ["then"], b"first then\n"),
        ):
            container = create(image=built, entrypoint=entrypoint, command=command)
            driver.start(container)
            assert driver.wait(container, timeout=30) == 0
            assert driver.logs(container) == expected

    def test_volumes_and_mounts(self, driver: Driver, run: Create, facts: Facts, named: Named, tmp_path: Any) -> None:
        """Folders and volumes are where they were asked for, with quotes and commas in their names."""
        (folder := tmp_path / 'a,"b').mkdir()
        (folder / "file").write_text("from the host")
        volume = named("volume")
        container = run(
            volumes={str(tmp_path): {"bind": "/plain", "mode": "ro"}, volume: {"bind": "/volume"}},
            mounts=[
                {"Type": "bind", "Source": str(folder), "Target": "/quoted", "ReadOnly": True},
                {"Type": "tmpfs", "Target": "/scratch", "TmpfsOptions": {"SizeBytes": 65536, "Mode": 0o1700}},
                {"Type": "volume", "Source": None, "Target": "/anonymous"},
            ],
        )
        mounts = {mount["Destination"]: mount for mount in facts(container)["Mounts"]}
        assert mounts["/plain"]["RW"] is False
        assert mounts["/volume"]["Name"] == volume
        assert mounts["/anonymous"]["Type"] == "volume"
        assert driver.execute(container, ["cat", "/quoted/file"]).stdout == b"from the host"
        assert driver.execute(container, ["touch", "/quoted/new"]).exit_code == 1
        assert driver.execute(container, ["stat", "-c", "%a", "/scratch"]).stdout == b"1700\n"

    def test_volumes_from_and_container_modes(self, create: Create, facts: Facts) -> None:
        """A container can be named in options of another."""
        first = create(volumes=["/shared"])
        other = create(volumes_from=[first], network_mode=f"container:{first}", links=None)
        assert facts(other)["HostConfig"]["VolumesFrom"] == [first]
        assert facts(other)["HostConfig"]["NetworkMode"] == f"container:{first}"

    def test_links(self, driver: Driver, run: Create) -> None:
        """A link gives another container a name."""
        first = run()
        other = run(links={first: "database"})
        assert b"database" in driver.execute(other, ["cat", "/etc/hosts"]).stdout

    def test_missing_image(self, create: Create, named: Named) -> None:
        """An image that is not there is not pulled, and the error names it."""
        name = named("image")
        with pytest.raises(ImageNotFound, match=name) as raised:
            create(image=name)
        assert raised.value.exit_code == 1
        assert "fetch()" in str(raised.value)

    def test_taken_name(self, create: Create, named: Named) -> None:
        """A name that another container has is a conflict."""
        name = named("container")
        create(name=name)
        with pytest.raises(Conflict, match=name):
            create(name=name)

    def test_unknown_options(self, create: Create) -> None:
        """What this driver cannot do is refused, and so are two names of one thing."""
        with pytest.raises(UnsupportedOption, match="cpu_percent"):
            create(cpu_percent=5)
        with pytest.raises(UnsupportedOption, match="network_mode"):
            create(network="bridge", network_mode="none")

    def test_what_the_engine_refuses(self, create: Create) -> None:
        """What the engine does not like is its error, in its words."""
        with pytest.raises(EngineError, match=r"[Mm]inimum memory limit"):
            create(mem_limit=1000)


class TestStart:
    def test_a_running_container_is_left_alone(self, driver: Driver, run: Create, facts: Facts) -> None:
        """Starting twice is fine."""
        container = run()
        before = facts(container)["State"]["Pid"]
        driver.start(container)
        assert facts(container)["State"]["Pid"] == before != 0

    def test_missing(self, driver: Driver) -> None:
        """A container that is not there is NotFound."""
        with pytest.raises(NotFound):
            driver.start("no-such-container")

    def test_port_of_another_container(self, driver: Driver, run: Create, create: Create, facts: Facts) -> None:
        """A host port that another container has is PortUnavailable, with what to do."""
        port = facts(run(ports={80: ("127.0.0.1",)}))["NetworkSettings"]["Ports"]["80/tcp"][0]["HostPort"]
        container = create(ports={80: ("127.0.0.1", port)})
        with pytest.raises(PortUnavailable, match="None for a free one"):
            driver.start(container)

    def test_port_of_a_process(self, driver: Driver, create: Create) -> None:
        """A host port that a process has is PortUnavailable."""
        with closing(socket.socket()) as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            container = create(ports={80: taken.getsockname()})
            with pytest.raises(PortUnavailable):
                driver.start(container)

    def test_missing_command(self, driver: Driver, create: Create) -> None:
        """A command that the image does not have is the engine's error."""
        container = create(command=["no-such-command"], init=False)
        with pytest.raises(EngineError, match="executable file not found"):
            driver.start(container)


class TestStopAndOthers:
    def test_stop_and_wait(self, driver: Driver, run: Create) -> None:
        """A stopped container has an exit code; stopping again is fine."""
        container = run(command=["sh", "-c", "trap 'exit 3' TERM; while :; do sleep 0.05; done"], init=False)
        driver.stop(container)
        assert driver.wait(container, timeout=10) == 3
        driver.stop(container)

    def test_stop_kills_after_grace(self, driver: Driver, run: Create) -> None:
        """A container that does not heed the signal is killed after the grace."""
        container = run(command=["sh", "-c", "trap '' TERM; while :; do sleep 0.05; done"], init=False)
        driver.stop(container, grace=0)
        assert driver.wait(container, timeout=10) == 137

    def test_restart(self, driver: Driver, run: Create, facts: Facts) -> None:
        """A restarted container runs, as another process."""
        container = run()
        before = facts(container)["State"]["Pid"]
        driver.restart(container, grace=0)
        assert facts(container)["State"]["Running"]
        assert facts(container)["State"]["Pid"] != before

    @pytest.mark.parametrize(("signal", "code"), [(None, 137), ("SIGTERM", 143), (2, 130)])
    def test_kill(self, driver: Driver, run: Create, signal: Any, code: int) -> None:
        """A signal by name or number reaches the container, without one it is SIGKILL."""
        container = run()
        driver.kill(container, signal=signal)
        assert driver.wait(container, timeout=10) == code

    def test_kill_what_does_not_run(self, driver: Driver, create: Create) -> None:
        """A container that does not run cannot be killed."""
        with pytest.raises(Conflict):
            driver.kill(create())

    def test_pause_and_unpause(self, driver: Driver, run: Create, facts: Facts) -> None:
        """A paused container is frozen until it is unpaused; each of it once."""
        container = run()
        driver.pause(container)
        assert facts(container)["State"]["Paused"]
        with pytest.raises(Conflict):
            driver.pause(container)
        driver.unpause(container)
        assert not facts(container)["State"]["Paused"]
        with pytest.raises(Conflict):
            driver.unpause(container)

    def test_wait_has_a_deadline(self, driver: Driver, run: Create) -> None:
        """Waiting ends at the deadline, though not the container."""
        container = run()
        started = time.monotonic()
        with pytest.raises(DeadlineExceeded, match="wait"):
            driver.wait(container, timeout=0.5)
        assert time.monotonic() - started < 5

    def test_listening(self, driver: Driver, run: Create, facts: Facts) -> None:
        """What listens in a container is seen."""
        container = run(command=["httpd", "-f", "-p", "8080"])
        end = time.monotonic() + 10
        while time.monotonic() < end:
            sockets = driver.listening(facts(container))
            if sockets:
                break
        assert sockets is not None
        assert ("tcp", 8080) in {(found.protocol, found.port) for found in sockets}


def test_values_are_never_arguments(driver: Driver, run: Create) -> None:
    """While a command runs, the list of processes does not show values of its environment."""
    container = run()
    secret = "hunter2-in-the-open"
    process = subprocess.Popen(
        ["sh", "-c", "for i in $(seq 100); do cat /proc/[0-9]*/cmdline 2>/dev/null; done"], stdout=subprocess.PIPE
    )
    for _ in range(3):
        driver.execute(container, ["sleep", "0.1"], environment={"SECRET": secret, "HOME": secret})
    process.terminate()
    assert secret.encode() not in process.communicate()[0]
