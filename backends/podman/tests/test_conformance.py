"""The contract of drivers, held against podman."""

from __future__ import annotations

import pytest

from pytest_docker_tools.testing.conformance import *  # noqa: F403
from pytest_docker_tools.testing.fixtures import Reported

pytest_plugins = ["pytest_docker_tools.testing.fixtures"]
pytestmark = pytest.mark.engine

REFUSED = {"all_tags", "attachable", "auth_config", "domainname", "links", "networking_config", "scope"}
REFUSED |= {"network ipam reserved", "volume driver_opts"}
# Podman says nothing of these; test_effects.py looks at what they do.
UNSAID = ("init false", "ipc_mode", "pid_mode", "platform", "ports exposed", "publish_all_ports", "sysctls")
DEVICE = {"PathOnHost": "/dev/null", "PathInContainer": "/dev/x", "CgroupPermissions": ""}
HEALTH = {"Test": ["CMD-SHELL", "echo 'a b'"], "Interval": 30 * 10**9, "Timeout": 30 * 10**9, "Retries": 3}
LIMITS = [("RLIMIT_NOFILE", 10, 20), ("RLIMIT_NPROC", 1048576, 1048576)]
REPORTED: Reported = {
    **dict.fromkeys(UNSAID, ("State.Status", "created")),
    "devices": ("HostConfig.Devices", [DEVICE]),
    "entrypoint": ("Config.Entrypoint", "sh"),
    "entrypoint words": ("Config.Entrypoint", "sh"),
    "healthcheck": ("Config.Healthcheck", {**HEALTH, "Interval": 10**9, "Retries": 2}),
    "healthcheck words": ("Config.Healthcheck", HEALTH),
    "log_config": ("HostConfig.LogConfig.Size", "1MB"),
    "memswap_limit": ("HostConfig.MemorySwap", 0),
    "network options": ("Options", {"mtu": "1400"}),
    "runtime": ("OCIRuntime", "runc"),
    "stop_signal": ("Config.StopSignal", 2),
    "tmpfs": ("HostConfig.Tmpfs", {"/run": "size=1m,rw,rprivate,nosuid,nodev,tmpcopyup"}),
    "ulimits": ("HostConfig.Ulimits", [dict(zip(("Name", "Soft", "Hard"), limit, strict=True)) for limit in LIMITS]),
}


@pytest.fixture(scope="session")
def refused_options() -> frozenset[str]:
    """What podman has no flag for."""
    return frozenset(REFUSED)


@pytest.fixture(scope="session")
def reported() -> Reported:
    """What podman reports in a form of its own."""
    return REPORTED
