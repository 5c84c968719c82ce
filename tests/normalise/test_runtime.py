"""How a container runs."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_docker_tools.normalise.runtime import (
    device,
    device_request,
    entrypoint,
    healthcheck,
    log_config,
    rate_of_device,
    restart_policy,
    ulimit,
    weight_of_device,
)
from pytest_docker_tools.normalise.values import Form

from .conftest import assert_form, assert_refused

NO_DEVICE = {"Driver": "", "Count": 0, "DeviceIDs": [], "Capabilities": [], "Options": {}}
NULL = {"PathOnHost": "/dev/null", "PathInContainer": "/dev/null", "CgroupPermissions": "rwm"}


@pytest.mark.parametrize(
    ("form", "value", "expected"),
    [
        (entrypoint, "sh -c", ["sh", "-c"]),
        (entrypoint, ["a b"], ["a b"]),
        (entrypoint, "", []),
        (entrypoint, [], []),
        (entrypoint, [""], []),
        (entrypoint, ["", "a"], ["", "a"]),
        (restart_policy, {"name": "always"}, {"Name": "always"}),
        (
            restart_policy,
            {"Name": "on-failure", "maximum_retry_count": "3"},
            {"Name": "on-failure", "MaximumRetryCount": 3},
        ),
        (log_config, {"type": "json-file", "Config": {"a": 1}}, {"Type": "json-file", "Config": {"a": "1"}}),
        (log_config, {"config": {"tag": "x"}}, {"Config": {"tag": "x"}}),
        (device_request, {"device_ids": [0, "1"], "count": None}, {**NO_DEVICE, "DeviceIDs": ["0", "1"]}),
        (
            device_request,
            {"driver": "nvidia", "Count": -1, "capabilities": (("gpu",),), "options": {"a": 1}},
            {"Driver": "nvidia", "Count": -1, "DeviceIDs": [], "Capabilities": [["gpu"]], "Options": {"a": "1"}},
        ),
        (weight_of_device, {"path": "/dev/x", "weight": "5"}, {"Path": "/dev/x", "Weight": 5}),
        (rate_of_device, {"Path": "/dev/x", "Rate": 5}, {"Path": "/dev/x", "Rate": 5}),
        (ulimit, {"Name": "nofile", "Soft": 10, "Hard": 20}, {"Name": "nofile", "Soft": 10, "Hard": 20}),
        (ulimit, {"name": "nofile", "soft": 10}, {"Name": "nofile", "Soft": 10, "Hard": 10}),
        (ulimit, {"name": "core", "hard": -1}, {"Name": "core", "Soft": 0, "Hard": -1}),
        (device, "/dev/null", NULL),
        (device, "/dev/null::r", {**NULL, "CgroupPermissions": "r"}),
        (device, "/dev/null:/x", {**NULL, "PathInContainer": "/x"}),
        (device, "/dev/null:/x:r", {**NULL, "PathInContainer": "/x", "CgroupPermissions": "r"}),
        (device, {"pathonhost": "/dev/null"}, NULL),
        (device, {"path_on_host": "/dev/null", "PathInContainer": "/x"}, {**NULL, "PathInContainer": "/x"}),
        (healthcheck, {"test": "true"}, {"Test": ["CMD-SHELL", "true"]}),
        (healthcheck, {"test": "NONE"}, {"Test": ["NONE"]}),
        (healthcheck, {"test": ["NONE"]}, {"Test": ["NONE"]}),
        (healthcheck, {"test": ["CMD", "a", 5]}, {"Test": ["CMD", "a", "5"]}),
        (healthcheck, {"test": [], "interval": 5}, {"Interval": 5}),
        (healthcheck, {"test": None, "retries": 0}, {"Retries": 0}),
        (
            healthcheck,
            {"Test": ["CMD-SHELL", "true"], "StartPeriod": 5, "interval": "6", "TIMEOUT": 7},
            {"Test": ["CMD-SHELL", "true"], "Interval": 6, "Timeout": 7, "StartPeriod": 5},
        ),
    ],
)
def test_forms(form: Form, value: Any, expected: Any) -> None:
    """What may be written in several ways has one form, in the words of the engine's API."""
    assert_form(form, value, expected)


@pytest.mark.parametrize(
    ("form", "value"),
    [
        (entrypoint, 5),
        (restart_policy, "always"),
        (restart_policy, {"MaximumRetryCount": 3}),
        (restart_policy, {"Name": "always", "Delay": 1}),
        (log_config, "json-file"),
        (log_config, {"Type": "json-file", "Options": {}}),
        (log_config, {"Config": ["a=1"]}),
        (device_request, "all"),
        (device_request, {"Capabilities": ["gpu", ["compute"], None]}),
        (device_request, {"Capabilities": "gpu"}),
        (device_request, {"Count": "all"}),
        (weight_of_device, {"Path": "/dev/x"}),
        (weight_of_device, {"Path": "/dev/x", "Rate": 5}),
        (rate_of_device, {"Rate": 5}),
        (rate_of_device, {"Path": "/dev/x", "Rate": "1mb"}),
        (ulimit, "nofile=5"),
        (ulimit, {"Name": "nofile"}),
        (ulimit, {"Soft": 5}),
        (ulimit, {"Name": "nofile", "Both": 5}),
        (ulimit, {"Name": "nofile", "Soft": "many"}),
        (device, ""),
        (device, ":/x"),
        (device, "/dev/null:/x:r:w"),
        (device, ["/dev/null"]),
        (device, {"PathInContainer": "/x"}),
        (device, {"PathOnHost": "/dev/null", "Mode": "r"}),
        (healthcheck, "true"),
        (healthcheck, {"start_interval": 1}),
        (healthcheck, {"interval": "10s"}),
        (healthcheck, {"test": ["true"]}),
        (healthcheck, {"test": ["CMD"]}),
        (healthcheck, {"test": ["CMD-SHELL", "a", "b"]}),
        (healthcheck, {"test": ["NONE", "a"]}),
        (healthcheck, {"test": 5}),
    ],
)
def test_what_cannot_be_meant(form: Form, value: Any) -> None:
    """A way in which nothing can be written is refused."""
    assert_refused(form, value)
