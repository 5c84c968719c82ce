"""What podman's command line does otherwise than docker's."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from pytest_docker_tools.driver import Capability, Facts, Kind
from pytest_docker_tools.exceptions import Conflict, EngineUnavailable, Forbidden, ImageNotFound, UnsupportedOption
from pytest_docker_tools_docker_cli import PHRASES, RESERVED, DockerCLIDriver, Option
from pytest_docker_tools_docker_cli.command import text
from pytest_docker_tools_docker_cli.image_options import BUILD
from pytest_docker_tools_docker_cli.options import CONTAINER, NETWORK, VOLUME

__tracebackhide__ = True

# Registries that docker asks without TLS, too.
_LOOPBACK = re.compile(r"(localhost|127(\.\d+){3}|\[::1\])[:/]")


def _refusing(option: Option, wrong: Callable[[Sequence[str]], bool], why: str) -> Option:
    """Give an option that is refused where podman would not do, nor refuse, what is written."""

    def values(keyword: str, value: Any) -> Sequence[str]:
        written = list(option.values(keyword, value))
        if wrong(written):
            raise UnsupportedOption(keyword, f"podman {why}.")
        return written

    return option._replace(values=values)


def _without_test(flags: Sequence[str]) -> bool:
    return not any(flag.startswith(("--health-cmd", "--no-healthcheck")) for flag in flags)


def _beyond_its_log(flags: Sequence[str]) -> bool:
    return any(re.match("--log-opt=(?!(max-size|path|tag)=)", flag) for flag in flags)


def _sized(items: Sequence[str]) -> bool:
    return any(re.match("o=(.*,)?size=", item) for item in items)


def _platform(keyword: str, value: Any) -> list[str]:
    return [f"--platform={item}" if "/" in item else f"--os={item}" for item in text(keyword, value)]


def _network_options(keyword: str, value: Any) -> list[str]:
    return [item.removeprefix("com.docker.network.driver.") for item in NETWORK["options"].values(keyword, value)]


class PodmanDriver(DockerCLIDriver):
    """Speaks to podman: this machine's, which needs no service, or the one that CONTAINER_HOST names."""

    backend = "podman"
    program = "podman"
    install = "Install podman from your system's packages, or choose another backend with --docker-backend."
    lacks: ClassVar[frozenset[Capability]] = frozenset({"links", "network_ids", "owners", "unset"})

    host_variable = "CONTAINER_HOST"
    other_engine = "CONTAINER_HOST or CONTAINER_CONNECTION"
    engine_paths = ("CONTAINERS_CONF", "CONTAINERS_REGISTRIES_CONF", "CONTAINERS_STORAGE_CONF", "REGISTRY_AUTH_FILE")
    engine_variables = (
        *engine_paths,
        *("CONTAINER_CONNECTION", "CONTAINER_HOST", "CONTAINER_SSHKEY", "STORAGE_DRIVER", "STORAGE_OPTS"),
        *("HOME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"),
    )
    reserved_variables = re.compile(
        rf"{RESERVED.pattern}|_?(CONTAINERS?|BUILDAH|PODMAN|REGISTR\w+|STORAGE|LISTEN|NOTIFY|DBUS)_.*|HOSTNAME", re.I
    )
    unset_flags: ClassVar = {"create": "--unsetenv"}
    phrases = (
        (EngineUnavailable, ("unable to connect to podman",)),
        (ImageNotFound, ("did not resolve to an alias", "tag not known")),
        (Conflict, ("with more than one tag",)),
        (
            Forbidden,
            ("is already connected", "has associated containers", "default network", "is already used on the host"),
        ),
        *PHRASES,
    )
    exec_failure = 255

    container_options: ClassVar = {
        **CONTAINER,
        "healthcheck": _refusing(CONTAINER["healthcheck"], _without_test, "needs a 'test', and takes no image's"),
        "log_config": _refusing(CONTAINER["log_config"], _beyond_its_log, "has max-size, path and tag for a log only"),
    }
    build_options: ClassVar = {**BUILD, "platform": Option("", _platform, omit_falsy=True)}
    network_options: ClassVar = {**NETWORK, "options": Option("--opt", _network_options)}
    volume_options: ClassVar = {
        **VOLUME,
        "driver_opts": _refusing(VOLUME["driver_opts"], _sized, "takes a size for a quota of its own; use 'mounts'"),
    }
    comma_flags: ClassVar = {
        "create": {
            *("--add-host", "--cap-add", "--cap-drop", "--device", "--dns", "--dns-option", "--dns-search"),
            *("--expose", "--group-add", "--log-opt", "--publish", "--sysctl", "--ulimit"),
        },
        "network connect": {"--alias"},
        "volume create": {"--label"},
        **{command: {"--filter"} for command in ("ps", "images", "volume ls")},
    }

    # Images as docker makes them, with health checks, and with no label that was not asked for.
    build_command = ("build", "--format=docker", "--identity-label=false")
    # No engine ends the step of a build whose client was ended, and removes its container.
    build_patience = 10
    copy_command = ("cp", "--archive=false")
    # A container that is missing would keep the others from being removed, and one that runs be waited for.
    remove_commands: ClassVar = {**DockerCLIDriver.remove_commands, "container": ("rm", "--ignore")}
    # Without that of images, which would remove their containers.
    force_flags: ClassVar = {"container": ("--force", "--time=0")}
    list_commands: ClassVar = {
        **DockerCLIDriver.list_commands,
        "image": ("images", "--no-trunc", "--format", "{{.Id}}"),
        "network": ("network", "ls", "--quiet"),
    }
    any_filter = frozenset({"image", "volume"})
    absent_states = frozenset({"dead", "restarting"})
    part_of_a_name: ClassVar = {**DockerCLIDriver.part_of_a_name, "volume": re.compile(".*")}

    def address_command(self) -> Sequence[str]:
        connection = self.runner.environment.get("CONTAINER_CONNECTION")
        if connection:
            chosen = f'{{{{if eq .Name "{connection}"}}}}{{{{json .URI}}}}{{{{end}}}}'
            return ("system", "connection", "ls", "--format", chosen)
        return ("info", "--format", "{{json .Host.RemoteSocket.Path}}")

    def pull_command(self, reference: str) -> Sequence[str]:
        return ("pull", "--tls-verify=false") if _LOOPBACK.match(reference) else ("pull",)

    def remove(
        self,
        kind: Kind,
        refs: Sequence[str],
        *,
        force: bool = False,
        volumes: bool = False,
        timeout: float | None = None,
    ) -> None:
        if kind == "image" and force:
            found = zip(refs, self.inspect(kind, refs, timeout=timeout), strict=True)
            # One with several names has to lose them first.
            names = [facts["RepoTags"] for ref, facts in found if facts and facts["Id"] == ref.removeprefix("sha256:")]
            refs = [*(name for several in names for name in several), *refs]
        super().remove(kind, refs, force=force, volumes=volumes, timeout=timeout)

    def translated(self, kind: Kind, facts: Facts, timeout: float) -> Facts:
        if kind == "container":
            return {**facts, "Name": f"/{facts['Name']}"}
        return self._network(facts, timeout) if kind == "network" else facts

    def _network(self, facts: Facts, timeout: float) -> Facts:
        # The name is the id: containers know networks by it, and `network rm` of an id spares none that is in use.
        name, status = facts["name"], ["running", "paused"]
        users = self.ids("container", {"network": name, "status": status}, timeout=timeout)
        pools = [{"Subnet": pool["subnet"], "Gateway": pool.get("gateway")} for pool in facts.get("subnets") or []]
        return {
            "Id": name,
            "Name": name,
            "Labels": facts.get("labels"),
            "Driver": facts["driver"],
            "Internal": facts["internal"],
            "EnableIPv6": facts["ipv6_enabled"],
            "Options": facts.get("options"),
            "IPAM": {"Config": pools},
            "Containers": {user: {} for user in users},
        }

    def version(self, *, timeout: float | None = None) -> Facts:
        facts = super().version(timeout=timeout)
        return {**facts, "ApiVersion": facts["APIVersion"], "Arch": facts["OsArch"].partition("/")[2]}
