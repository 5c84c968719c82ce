"""The keywords that the factories take."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_docker_tools import container, volume
from pytest_docker_tools.exceptions import UnknownKeyword
from pytest_docker_tools.options import (
    BuildOptions,
    ConnectOptions,
    ContainerOptions,
    CreateNetworkOptions,
    PullOptions,
    VolumeOptions,
    check_keywords,
)

# docker-py 7.1: what `containers.run` hands on to the creation of a container ...
RUN = """
command domainname entrypoint environment healthcheck hostname image labels mac_address name network_disabled platform
stdin_open stop_signal tty use_config_proxy user working_dir

auto_remove blkio_weight blkio_weight_device cap_add cap_drop cgroup_parent cgroupns cpu_count cpu_percent cpu_period
cpu_quota cpu_rt_period cpu_rt_runtime cpu_shares cpuset_cpus cpuset_mems device_cgroup_rules device_read_bps
device_read_iops device_requests device_write_bps device_write_iops devices dns dns_opt dns_search extra_hosts
group_add init init_path ipc_mode isolation kernel_memory links log_config lxc_conf mem_limit mem_reservation
mem_swappiness memswap_limit mounts nano_cpus network_mode oom_kill_disable oom_score_adj pid_mode pids_limit
privileged publish_all_ports read_only restart_policy runtime security_opt shm_size storage_opt sysctls tmpfs ulimits
userns_mode uts_mode version volume_driver volumes_from
"""
# ... and what it takes apart itself. `detach`, `stdout`, `stderr` and `stream` say how to run it, which a fixture does.
RUN_ITSELF = "network networking_config ports remove volumes"
BUILD = """
buildargs cache_from container_limits custom_context dockerfile encoding extra_hosts fileobj forcerm gzip isolation
labels network_mode nocache path platform pull quiet rm shmsize squash tag target use_config_proxy
"""
# ... and one that the classic builder, and so docker-py, has nothing for.
BUILDKIT = "secrets"
PULL = "all_tags auth_config platform repository tag"
# `scope` is pytest's.
NETWORK = """
attachable check_duplicate driver enable_ipv6 ingress internal ipam labels name options scope
"""
VOLUME = "driver driver_opts labels name"
CONNECT = "aliases driver_opt ipv4_address ipv6_address link_local_ips links mac_address"


@pytest.mark.parametrize(
    ("options", "names"),
    [
        (ContainerOptions, f"{RUN} {RUN_ITSELF}"),
        (BuildOptions, f"{BUILD} {BUILDKIT}"),
        (PullOptions, PULL),
        (CreateNetworkOptions, NETWORK),
        (VolumeOptions, VOLUME),
        (ConnectOptions, CONNECT),
    ],
)
def test_the_keywords_are_those_of_docker_py(options: Any, names: str) -> None:
    """Whoever knows docker-py knows the keywords, all of them, and each may be left out."""
    assert set(options.__annotations__) == set(names.split())
    assert options.__total__ is False


def test_known_keywords() -> None:
    """Keywords that are known pass, and so does giving none."""
    check_keywords(container, ["image", "ports"], ContainerOptions)
    check_keywords(container, [], ContainerOptions)


@pytest.mark.parametrize(
    ("given", "near"),
    [
        ("enviroment", "environment"),
        ("port", "ports"),
        ("volume", "volumes"),
        ("cmd_add", "cap_add"),
        ("env", "environment"),
        ("restart", "restart_policy"),
    ],
)
def test_the_nearest_name_is_shown(given: str, near: str) -> None:
    """A keyword that is misspelt, or cut short, is refused as a call with it would be, with the one that was meant."""
    with pytest.raises(UnknownKeyword, match=rf"container\(\) has no keyword '{given}'\. Did you mean '{near}'\?"):
        check_keywords(container, ["image", given], ContainerOptions)
    assert issubclass(UnknownKeyword, TypeError)


def test_all_names_are_shown() -> None:
    """A keyword that resembles none is refused with all there are."""
    with pytest.raises(
        UnknownKeyword,
        match="It knows: autouse, depends_on, driver, driver_opts, fixture_name, initial_content, labels, name, scope",
    ):
        check_keywords(volume, ["qqq"], VolumeOptions)
