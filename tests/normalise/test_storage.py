"""What is mounted into a container."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_docker_tools.normalise.storage import VolumeBind, binds, mount, tmpfs, volumes, volumes_from
from pytest_docker_tools.normalise.values import Form

from .conftest import assert_form, assert_refused

BIND = {"Type": "bind", "Source": "/a", "Target": "/b"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"data": {"bind": "/data"}}, VolumeBind("data", "/data", "rw")),
        ({"data": {"bind": "/data", "mode": "ro"}}, VolumeBind("data", "/data", "ro")),
        ({"data": {"bind": "/data", "mode": None}}, VolumeBind("data", "/data", "rw")),
        ({"/host": {"bind": "/data", "ro": True}}, VolumeBind("/host", "/data", "ro")),
        ({"/host": {"bind": "/data", "ro": False}}, VolumeBind("/host", "/data", "rw")),
        ({"/host": {"bind": "/data", "propagation": "rslave"}}, VolumeBind("/host", "/data", "rw,rslave")),
        (["/data"], VolumeBind(None, "/data", None)),
        (["data:/data"], VolumeBind("data", "/data", None)),
        (["data:/data:ro,z"], VolumeBind("data", "/data", "ro,z")),
        ("data:/data", VolumeBind("data", "/data", None)),
    ],
)
def test_volumes(value: Any, expected: VolumeBind) -> None:
    """Volumes are a dict by source, or a list as for `-v`, in which one path alone is an anonymous volume."""
    assert volumes("volumes", value) == [expected]


@pytest.mark.parametrize(
    ("form", "value", "expected"),
    [
        (binds, {"/a": {"bind": "/b", "mode": "ro"}, "v": {"bind": "/c"}}, ["/a:/b:ro", "v:/c:rw"]),
        (binds, ["/data", "v:/c:ro", "C:\\a:/c"], ["/data", "v:/c:ro", "C:\\a:/c"]),
        (binds, {"C:\\a": {"bind": "/b"}}, ["C:\\a:/b:rw"]),
        (binds, {}, []),
        (volumes_from, "a,b:ro", ["a", "b:ro"]),
        (volumes_from, ("a", "b:ro"), ["a", "b:ro"]),
        (tmpfs, ["/x:size=1m", "/y"], {"/x": "size=1m", "/y": ""}),
        (tmpfs, {"/x": "size=1m", "/y": None}, {"/x": "size=1m", "/y": ""}),
        (mount, {"Target": "/x"}, {"Type": "volume", "Target": "/x"}),
        (mount, {**BIND, "ReadOnly": True}, {**BIND, "ReadOnly": True}),
        (
            mount,
            {"type": "bind", "source": "/a", "target": "/b", "read_only": 1, "Consistency": "cached"},
            {**BIND, "ReadOnly": True, "Consistency": "cached"},
        ),
        (
            mount,
            {**BIND, "BindOptions": {"propagation": "rslave", "non_recursive": True}},
            {**BIND, "BindOptions": {"Propagation": "rslave", "NonRecursive": True}},
        ),
        (
            mount,
            {
                "Target": "/x",
                "Source": "v",
                "volume_options": {
                    "no_copy": True,
                    "labels": ["a"],
                    "subpath": "b",
                    "driver_config": {"name": "local", "options": {"o": 1}},
                },
            },
            {
                "Type": "volume",
                "Target": "/x",
                "Source": "v",
                "VolumeOptions": {
                    "NoCopy": True,
                    "Labels": {"a": ""},
                    "Subpath": "b",
                    "DriverConfig": {"Name": "local", "Options": {"o": "1"}},
                },
            },
        ),
        (
            mount,
            {"Type": "tmpfs", "Target": "/x", "Source": None, "TmpfsOptions": {"SizeBytes": "1m", "Mode": 0o1777}},
            {"Type": "tmpfs", "Target": "/x", "TmpfsOptions": {"SizeBytes": 2**20, "Mode": 0o1777}},
        ),
    ],
)
def test_forms(form: Form, value: Any, expected: Any) -> None:
    """What may be written in several ways has one form, in the words of the engine's API."""
    assert_form(form, value, expected)


@pytest.mark.parametrize(
    ("form", "value"),
    [
        (volumes, {"data": "/data"}),
        (volumes, {"data": {"mode": "rw"}}),
        (volumes, {"data": {"bind": None}}),
        (volumes, {"data": {"bind": "/data", "ro": True, "mode": "ro"}}),
        (volumes, {"data": {"bind": "/data", "read_only": True}}),
        (volumes, 5),
        (binds, [""]),
        (binds, [":/b"]),
        (binds, ["data:"]),
        (binds, {"": {"bind": "/b"}}),
        (binds, {"/a:b": {"bind": "/b"}}),
        (binds, {"/a": {"bind": "/b:c"}}),
        (binds, {"./here": {"bind": "/b"}}),
        (binds, ["./here:/b"]),
        (binds, ["~/here:/b"]),
        (volumes_from, 5),
        (tmpfs, 5),
        (mount, "/a:/b"),
        (mount, {"Source": "v"}),
        (mount, {"Target": "/x", "Frob": 1}),
        (mount, {"Target": "/x", "ReadOnly": "no"}),
        (mount, {**BIND, "BindOptions": {"CreateMountpoint": True}}),
        (mount, {**BIND, "VolumeOptions": {"NoCopy": True}}),
        (mount, {"Target": "/x", "TmpfsOptions": {"SizeBytes": 1}}),
        (mount, {"Target": "/x", "VolumeOptions": {"DriverConfig": "local"}}),
        (mount, {"Type": "tmpfs", "Target": "/x", "TmpfsOptions": {"SizeBytes": "much"}}),
        (mount, {"Type": "bind", "Target": "/x"}),
    ],
)
def test_what_cannot_be_meant(form: Form, value: Any) -> None:
    """A way in which nothing can be written is refused."""
    assert_refused(form, value)
