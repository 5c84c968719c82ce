"""The contract of drivers, held against podman."""

from __future__ import annotations

import pytest

from pytest_docker_tools.testing.conformance import *  # noqa: F403
from pytest_docker_tools.testing.fixtures import Reported

pytest_plugins = ["pytest_docker_tools.testing.fixtures"]
pytestmark = pytest.mark.engine
# A base at a registry of this machine needs TLS, or podman's own configuration, as it has in test_effects.py.
del TestBuildImage.test_pull  # noqa: F405

REFUSED = {"network ipam reserved", "rm kept", "volume driver_opts"}
# Podman says nothing of these; test_effects.py looks at what they do.
UNSAID = (
    *("cgroupns", "device_cgroup_rules", "init false", "init_path", "ipc_mode", "mac_address", "pid_mode", "platform"),
    *("ports exposed", "publish_all_ports", "security_opt profile", "sysctls", "userns_mode", "volumes list"),
)
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
    """What podman has no form for, though it has the keyword."""
    return frozenset(REFUSED)


@pytest.fixture(scope="session")
def reported() -> Reported:
    """What podman reports in a form of its own."""
    return REPORTED
