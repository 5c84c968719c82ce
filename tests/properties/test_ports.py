"""Every way to write ports."""

from __future__ import annotations

from typing import Any, NamedTuple

from hypothesis import example, given
from hypothesis import strategies as st

from pytest_docker_tools.normalise.networking import ports

from .conftest import anything, assert_kept_or_refused, scalars


class Published(NamedTuple):
    """A port of a container, and where it is published: "" is every address, and a free port."""

    port: int
    protocol: str
    address: str
    host_port: str


published = st.builds(
    Published,
    st.integers(1, 65535),
    st.sampled_from(["tcp", "udp", "sctp"]),
    st.sampled_from(["", "127.0.0.1", "0.0.0.0", "::1", "fe80::1"]),
    st.one_of(st.just(""), st.integers(0, 65535).map(str), st.just("8000-8010")),
)


@st.composite
def spelled(draw: st.DrawFn, meant: Published) -> dict[Any, Any]:
    """Write a port in one of the ways there are."""
    keys: list[Any] = [f"{meant.port}/{meant.protocol}", f"{meant.port}/{meant.protocol.upper()}"]
    keys += [meant.port, str(meant.port)] if meant.protocol == "tcp" else []
    port = int(meant.host_port) if meant.host_port.isdecimal() else meant.host_port or None
    addresses = [meant.address, f"[{meant.address}]"] if ":" in meant.address else [meant.address]
    address = draw(st.sampled_from(addresses))
    bindings: list[Any] = [(address, item) for item in (port, meant.host_port)]
    bindings += [{"HostIp": address, "HostPort": meant.host_port}, {"host_ip": address, "HOST_PORT": port}]
    bindings += [] if address else [port, meant.host_port, {"HostPort": port}]
    bindings += [] if meant.host_port else [(address,), {"HostIp": address}]
    binding = draw(st.sampled_from(bindings))
    return {draw(st.sampled_from(keys)): draw(st.sampled_from([binding, [binding]]))}


@given(published.flatmap(lambda meant: st.tuples(st.just(meant), spelled(meant))))
def test_all_spellings_of_a_port_are_one(written: tuple[Published, dict[Any, Any]]) -> None:
    """However a port and its place on the host are written, they have one form."""
    meant, value = written
    binding = {"HostIp": meant.address, "HostPort": meant.host_port}
    assert ports("ports", value) == {f"{meant.port}/{meant.protocol}": [binding]}


@given(st.lists(published, unique_by=lambda item: item[:2]))
def test_no_port_is_lost(several: list[Published]) -> None:
    """Every port and every place that is written is in the form, in the order of the places."""
    places = [(f"{item.port}/{item.protocol}", (item.address, item.host_port)) for item in several]
    found = ports("ports", dict(places))
    assert {(port, (place["HostIp"], place["HostPort"])) for port in found for place in found[port]} == set(places)
    together = ports("ports", {80: [place for _, place in places]})
    assert [(place["HostIp"], place["HostPort"]) for place in together["80/tcp"]] == [place for _, place in places]


keys = st.one_of(
    scalars, st.sampled_from(["80", "80/udp", "80/", "80/tcp/udp", "80/tcp ", "٣", "²", "80-90", "+80", True])
)


@given(st.one_of(anything, st.dictionaries(keys, anything, max_size=2)))
@example({"٣": None})
@example({"80/tcp/udp": None})
@example({80: (80, 443)})
@example({80: (b"127.0.0.1", 443)})
def test_what_is_no_port(value: Any) -> None:
    """Whatever is written, it has a form, of numbers, protocols and texts, or is refused in a sentence."""
    found = assert_kept_or_refused(ports, value)
    for port, bindings in (found or {}).items():
        number, _, protocol = port.partition("/")
        assert number.isascii()
        assert number.isdecimal()
        assert protocol.isalnum()
        for binding in bindings:
            assert binding.keys() == {"HostIp", "HostPort"}
            assert not set(binding["HostPort"]) - set("0123456789-")
