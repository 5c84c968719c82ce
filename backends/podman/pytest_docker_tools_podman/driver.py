"""What podman's command line does otherwise than docker's."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import ClassVar

from pytest_docker_tools.deadline import Deadline
from pytest_docker_tools.driver import Capability, Driver, Facts, Kind, Options
from pytest_docker_tools.exceptions import (
    Conflict,
    EngineUnavailable,
    Forbidden,
    ImageNotFound,
    Unauthorized,
    UnsupportedOption,
)
from pytest_docker_tools.platforms import is_for, platform_of
from pytest_docker_tools_docker_cli import PHRASES, RESERVED, Command, DockerCLIDriver

from . import options, registries

__tracebackhide__ = True


def _check_login(login: Mapping[str, str], options: Options) -> None:
    if options.get("all_tags"):
        raise UnsupportedOption("auth_config", "podman takes no login for all tags. Use 'podman login'.")
    if not login:
        raise UnsupportedOption("auth_config", "podman uses a login wherever the user has one. Leave it out.")
    if "registrytoken" in login:
        raise UnsupportedOption("auth_config", "podman knows no 'registrytoken'.")


def _container(facts: Facts) -> Facts:
    state, host, settings = facts["State"], facts["HostConfig"], facts["NetworkSettings"]
    if state["Status"] == "stopped":
        # It has ended a moment ago, and is soon one or the other.
        will_restart = (host.get("RestartPolicy") or {}).get("Name") not in (None, "", "no")
        state = {**state, "Status": "restarting" if will_restart else "exited"}
    networks = {} if host["NetworkMode"].startswith("container:") else settings.get("Networks") or {}
    settings = {**settings, "Networks": {name: _endpoint(endpoint) for name, endpoint in networks.items()}}
    return {**facts, "Name": f"/{facts['Name']}", "State": state, "NetworkSettings": settings}


def _endpoint(facts: Facts) -> Facts:
    # Which of its addresses were asked for is not told, and any may be.
    asked = {"IPv4Address": facts["IPAddress"], "IPv6Address": facts["GlobalIPv6Address"]}
    return {**facts, "IPAMConfig": asked}


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
        (
            ImageNotFound,
            (
                "did not resolve to an alias",
                "tag not known",
                "from registry 404",
                "no image found in manifest list",
                # What no image can be called.
                "inspecting object: (invalid reference format|repository name must be lowercase)",
            ),
        ),
        (Unauthorized, ("from registry 403",)),
        (Conflict, ("with more than one tag",)),
        (
            Forbidden,
            ("is already connected", "has associated containers", "default network", "is already used on the host"),
        ),
        *PHRASES,
    )
    # To find an image's parent, or one in its cache, it reads all images; others may remove one of them, or a layer.
    # To find a free subnet, it reads all interfaces.
    disturbed = re.compile(
        "locating (image with ID|item named|layer for blob)|reading data blob size|if cached image exists"
        "|creating image .*not known|no such network interface"
    )
    # It looks whether a container runs, which may end by itself before it is killed.
    ended_meanwhile = re.compile("could not be stopped: .*state improper")
    exec_failure = 255

    refuses = options.REFUSED
    refused_values: ClassVar = options.REFUSED_VALUES
    # With no mark; what begins with a time is not about the container.
    warnings = re.compile("^(?!time=)(?:WARNING: )?(.+)$", re.MULTILINE)
    approximates = options.APPROXIMATED
    container_options: ClassVar = options.CONTAINER
    build_options: ClassVar = options.BUILD
    network_options: ClassVar = options.NETWORK
    volume_options: ClassVar = options.VOLUME
    connect_options: ClassVar = options.CONNECT
    endpoint_options: ClassVar = options.ENDPOINT
    comma_flags: ClassVar = {
        "create": {
            *("--add-host", "--cap-add", "--cap-drop", "--device", "--device-cgroup-rule", "--device-read-bps"),
            *("--device-read-iops", "--device-write-bps", "--device-write-iops", "--dns", "--dns-option"),
            *("--dns-search", "--expose", "--group-add", "--log-opt", "--network-alias", "--publish", "--sysctl"),
            "--ulimit",
        },
        "network connect": {"--alias"},
        "volume create": {"--label"},
        **{command: {"--filter"} for command in ("ps", "images", "volume ls")},
    }

    # Images as docker makes them, with health checks, and with no label that was not asked for.
    build_command = ("build", "--format=docker", "--identity-label=false")
    has_builders = False
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

    def run_container(self, options: Options, *, timeout: float | None = None) -> str:
        # In one go, what its helpers say of the start could not be told from warnings of the creation.
        return Driver.run_container(self, options, timeout=timeout)

    def refuse_what_is_ignored(self, chosen: Options, deadline: Deadline) -> None:
        platform, image = chosen.get("platform"), chosen["image"]
        facts = self.inspect("image", [image], timeout=deadline.at_most(self.timeout))[0] if platform else None
        # By its id, podman takes an image for whatever platform it is.
        if platform and facts and not is_for(facts, platform):
            raise ImageNotFound(
                f"podman could not create a container from {image!r}: it is for {platform_of(facts)}, not for "
                f"{platform!r}. Get the other one with fetch() or build()."
            )

    def build_flags(self, chosen: Options) -> list[str]:
        # An image for each step would be for the cache. Some stay behind where processes remove images side by side.
        is_without_steps = chosen.get("nocache") and not chosen.get("squash")
        return [*super().build_flags(chosen), *(["--layers=false"] if is_without_steps else [])]

    def pull_arguments(self, chosen: Options) -> tuple[str, ...]:
        if chosen.get("auth_config") is not None:
            _check_login(chosen["auth_config"], chosen)
        return super().pull_arguments(chosen)

    def configuration_variables(self, chosen: Options) -> Sequence[str]:
        return ["REGISTRY_AUTH_FILE"] if "auth_config" in chosen else []

    def pull_command(self, reference: str) -> Sequence[str]:
        return ("pull", "--tls-verify=false") if registries.is_loopback(reference) else ("pull",)

    def prepared(self, todo: Command, options: Options) -> AbstractContextManager[Command]:
        reference, login = str(options["repository"]), options.get("auth_config")
        if login is not None:
            return registries.with_login(todo, self.runner.environment, reference, login)
        # With this flag podman forgets the one that lets it do without TLS.
        if options.get("all_tags") and registries.is_loopback(reference):
            return registries.without_tls(todo, reference)
        return nullcontext(todo)

    def listed(self, repository: str) -> str:
        return repository

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
            return _container(facts)
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

    def health(self, container: Facts, *, timeout: float | None = None) -> Facts | None:
        # Only systemd tries checks of podman's; what this finds is in its exit code and in the container's state.
        self.runner.run(Command(("healthcheck", "run", container["Id"])), self._deadline(timeout))
        [facts] = self.inspect("container", [container["Id"]], timeout=timeout)
        return facts and super().health(facts)

    def version(self, *, timeout: float | None = None) -> Facts:
        facts = super().version(timeout=timeout)
        return {**facts, "ApiVersion": facts["APIVersion"], "Arch": facts["OsArch"].partition("/")[2]}
