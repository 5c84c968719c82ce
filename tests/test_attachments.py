"""How a container is attached to its networks."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_docker_tools import attachments

ID = "0123456789ab" + "c" * 52
ASKED = {"IPv4Address": "198.18.0.7", "IPv6Address": "2001:db8::7", "LinkLocalIPs": ["169.254.0.7"]}


@pytest.mark.parametrize(
    ("facts", "options"),
    [
        ({"Aliases": ["www", ID[:12]]}, {"aliases": ["www"]}),
        ({"Aliases": [ID[:12]], "Links": None, "DriverOpts": None, "IPAMConfig": None, "MacAddress": ""}, {}),
        ({"Links": ["db:database"]}, {"links": ["db:database"]}),
        ({"DriverOpts": {"a": "b"}}, {"driver_opt": {"a": "b"}}),
        (
            {"IPAMConfig": ASKED, "IPAddress": "198.18.0.7"},
            {"ipv4_address": "198.18.0.7", "ipv6_address": "2001:db8::7", "link_local_ips": ["169.254.0.7"]},
        ),
        ({"IPAMConfig": {}, "IPAddress": "198.18.0.9", "GlobalIPv6Address": "2001:db8::9"}, {}),
        ({"MacAddress": "02:42:c6:12:00:07"}, {"mac_address": "02:42:c6:12:00:07"}),
    ],
)
def test_of(facts: dict[str, Any], options: dict[str, Any]) -> None:
    """What was asked for is given as options of a connection; what the engine chose by itself is not, but for a MAC."""
    container = {"Id": ID, "Name": "/web", "NetworkSettings": {"Networks": {"net": facts}}}
    assert attachments.of(container, "net") == options
