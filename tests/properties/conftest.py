"""What all properties share: how many examples are tried, what is claimed of each, and values to try.

The same few examples in every run with one version of hypothesis, or many new ones:

    pytest tests/properties --hypothesis-profile=search [--hypothesis-seed=N]
"""

from __future__ import annotations

import functools
import re
import string
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from pytest_docker_tools.exceptions import DockerToolsError, UnsupportedOption
from pytest_docker_tools.normalise import TABLES, Verb, images, logins, networking, runtime, storage, values
from pytest_docker_tools.normalise.tables import CONTAINER, NETWORK

# What is found is kept as an @example, and not in a database that another machine does not have.
# How fast a machine is, and how many examples are thrown away, does not count.
settings.register_profile(
    "repeatable",
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=50,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
settings.register_profile(
    "search",
    settings.get_profile("repeatable"),
    derandomize=False,
    max_examples=2000,
)
settings.load_profile("repeatable")


# What several properties claim


def assert_sentence(error: DockerToolsError, has: str = "", lacks: str | None = None) -> None:
    """An error of ours is a sentence with something in it, and without what may be secret."""
    assert re.search(r"\w+ \w+", str(error))
    assert has in str(error)
    assert lacks is None or lacks not in str(error)
    assert str(error).rstrip()[-1] in ".?!:…])}'\""


def assert_kept_or_refused(form: values.Form, value: Any) -> Any:
    """A value has a form, which is its own, and the same each time; or it is refused by name, and this gives None."""
    try:
        found = form("keyword", value)
    except UnsupportedOption as error:
        assert_sentence(error, "'keyword' cannot be used here: ")
        return None
    assert same(form("keyword", value), found)
    assert same(form("keyword", found), found)
    return found


def same(one: Any, another: Any) -> bool:
    """Say whether two values are equal, and of the same types, at any depth, as NaN is equal to itself."""
    return shown(one) == shown(another)


def shown(value: Any) -> str:
    """Give the text of a value, which for a set is the same whatever order it happens to have."""
    kind = type(value).__name__
    if isinstance(value, Mapping):
        return f"{kind}({[(shown(key), shown(item)) for key, item in value.items()]})"
    if isinstance(value, (list, tuple)):
        return f"{kind}({[*map(shown, value)]})"
    return f"{kind}({sorted(map(shown, value))})" if isinstance(value, (set, frozenset)) else repr(value)


# Values as test authors write them, and as they should not

# What has a meaning to a client, to CSV, to a template, to a shell, or to nobody at all.
TRICKY = (
    *("", " ", "-", "--", "--privileged", "-v/:/host", "--env=A=1", "a,b", "a=b", "=", 'a"b', "a'b", "a:b", "::1"),
    *(
        "a\nb",
        "a\r\nb",
        "\n",
        "\0",
        "a\0b",
        "\udcff",
        "\ud800",
        "{",
        "}",
        "{{}}",
        "{a}",
        "..",
        "/",
        "a/../..",
        "~",
        "$A",
    ),
    *("0", "-1", "1e3", "٣", "²", "NONE", "None", "True", "x" * 300, "ﬁ", "e\u0301", "host", "none", "container:a"),
)
names = st.text(string.ascii_letters + string.digits + "_.-", min_size=1, max_size=8)
identifiers = st.sampled_from(["db", "net", "cache", "ä", "_x1"])
texts = st.one_of(names, st.text(max_size=8), st.sampled_from(TRICKY))
# Text that an engine may be given.
plain_texts = texts.filter(lambda text: "\0" not in text and "\ud800" not in text)
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), texts, st.binary(max_size=5), st.just(PurePosixPath("a"))
)
hashables = st.one_of(st.booleans(), st.integers(), texts, st.binary(max_size=5), st.tuples(texts, st.integers()))


def _nested(inner: SearchStrategy[Any]) -> SearchStrategy[Any]:
    several = st.lists(inner, max_size=3)
    return st.one_of(
        several, several.map(tuple), st.sets(hashables, max_size=3), st.dictionaries(hashables, inner, max_size=3)
    )


# Anything that can be written for a keyword, mostly with no meaning.
anything: SearchStrategy[Any] = st.recursive(scalars, _nested, max_leaves=6)

whole_numbers = st.one_of(st.integers(), st.integers().map(str))
sizes = st.one_of(
    st.integers(-1, 2**53), st.builds("{}{}".format, st.integers(0, 2**20), st.sampled_from(["", "b", "k", "M", "gb"]))
)
switches = st.booleans()
several_texts = st.one_of(
    st.lists(texts, max_size=3), st.lists(texts, max_size=3).map(tuple), st.sets(texts, max_size=3)
)
mapped = st.dictionaries(texts, st.one_of(st.none(), texts, st.integers()), max_size=3)
paired = st.one_of(mapped, st.lists(st.tuples(texts, texts), max_size=3), st.lists(texts, max_size=3))
variables = st.one_of(mapped, st.lists(st.builds("{}={}".format, names, texts), max_size=3))


def structures(**keys: SearchStrategy[Any]) -> SearchStrategy[dict[str, Any]]:
    """Give dicts with some of these keys, in any of their spellings."""
    return st.fixed_dictionaries({}, optional=keys).flatmap(
        lambda found: st.sampled_from([found, {key.lower(): item for key, item in found.items()}])
    )


_pool = structures(Subnet=texts, IPRange=texts, Gateway=texts, AuxiliaryAddresses=mapped)
_endpoint = structures(
    Aliases=several_texts,
    Links=paired,
    DriverOpts=mapped,
    IPAMConfig=structures(IPv4Address=texts, IPv6Address=texts, LinkLocalIPs=several_texts),
)
_mount = st.one_of(
    structures(Target=texts, Source=texts, ReadOnly=switches, Consistency=texts),
    structures(
        Target=texts,
        Source=texts,
        VolumeOptions=structures(NoCopy=switches, Labels=mapped, DriverConfig=structures(Name=texts, Options=mapped)),
    ),
    structures(Target=texts, Source=texts, Type=st.just("bind"), BindOptions=structures(Propagation=texts)),
    structures(
        Target=texts, Type=st.just("tmpfs"), TmpfsOptions=structures(SizeBytes=sizes, Mode=st.integers(0, 0o7777))
    ),
).map(lambda mount: {"target": "/x", **mount} if "Target" not in mount else mount)
_bindings = st.one_of(
    st.none(), st.integers(0, 65535), st.tuples(st.sampled_from(["127.0.0.1", "::1", "[::1]"]), st.integers(0, 65535))
)
ports = st.dictionaries(
    st.one_of(st.integers(1, 65535), st.builds("{}/{}".format, st.integers(1, 65535), st.sampled_from(["tcp", "UDP"]))),
    st.one_of(_bindings, st.lists(_bindings, max_size=2)),
    max_size=3,
)
binds = st.one_of(
    st.dictionaries(
        names,
        st.fixed_dictionaries({"bind": texts}, optional={"mode": st.sampled_from(["ro", "rw", "z"])}),
        max_size=2,
    ),
    st.lists(st.builds("{}:/{}".format, names, names), max_size=2),
)
_devices = st.fixed_dictionaries({"PathOnHost": names}, optional={"PathInContainer": names})
_rates = st.fixed_dictionaries({"Path": texts, "Rate": st.integers()})
_weights = st.fixed_dictionaries({"Path": texts, "Weight": st.integers()})
_ulimits = st.fixed_dictionaries({"Name": texts, "Soft": st.integers()}, optional={"Hard": st.integers()})
_requests = structures(
    Driver=texts,
    Count=st.integers(-1, 3),
    DeviceIDs=several_texts,
    Capabilities=st.just([["gpu", "a"]]),
    Options=mapped,
)

# What each form takes, and now and then refuses.
OF_FORM: Mapping[values.Form, SearchStrategy[Any]] = {
    values.switch: switches,
    values.number: whole_numbers,
    values.size: sizes,
    values.text: st.one_of(texts, st.integers()),
    values.path: texts,
    values.texts: several_texts,
    values.words: several_texts,
    values.assignments: mapped,
    values.environment: variables,
    values.labels: st.one_of(mapped, several_texts),
    values.pairs: paired,
    runtime.entrypoint: several_texts,
    storage.tmpfs: paired,
    images.image: texts,
    networking.ports: ports,
    storage.binds: binds,
    storage.volumes_from: several_texts,
    CONTAINER["mounts"]: st.lists(_mount, max_size=2),
    CONTAINER["devices"]: st.lists(_devices, max_size=2),
    CONTAINER["ulimits"]: st.lists(_ulimits, max_size=2),
    CONTAINER["blkio_weight_device"]: st.lists(_weights, max_size=2),
    CONTAINER["device_read_bps"]: st.lists(_rates, max_size=2),
    CONTAINER["device_requests"]: st.lists(_requests, max_size=2),
    CONTAINER["version"]: st.just("auto"),
    CONTAINER["lxc_conf"]: st.none(),
    runtime.healthcheck: structures(Test=several_texts, Interval=st.integers(), Retries=st.integers()),
    runtime.log_config: structures(Type=texts, Config=mapped),
    runtime.restart_policy: st.fixed_dictionaries({"Name": texts}, optional={"MaximumRetryCount": st.integers()}),
    networking.endpoints: st.dictionaries(names, _endpoint, max_size=2),
    networking.ipam: structures(Driver=texts, Config=st.lists(_pool, max_size=2), Options=mapped),
    NETWORK["check_duplicate"]: st.sampled_from([True, 1]),
    TABLES["build"]["container_limits"]: structures(memory=sizes, cpushares=st.integers(), cpusetcpus=texts),
    images.secrets: st.dictionaries(names, st.one_of(texts, st.binary(max_size=5)), max_size=2),
    logins.login: st.fixed_dictionaries({"username": texts, "password": texts}),
    values.as_it_is: st.binary(max_size=5),
}
# Values of what a verb cannot do without.
_NEEDED: Mapping[Verb, Mapping[str, SearchStrategy[Any]]] = {
    "container": {"image": texts.filter(bool)},
    "build": {"path": st.just(".")},
    "pull": {"repository": names},
}
# What contradicts other keywords more often than not.
_CONTRADICTORY = {"network", "fileobj", "custom_context", "encoding", "all_tags", "lxc_conf"}


@functools.cache
def options(verb: Verb) -> SearchStrategy[dict[str, Any]]:
    """Give options of a verb, of which most are accepted."""
    needed = _NEEDED.get(verb, {})
    optional = {
        keyword: OF_FORM[form]
        for keyword, form in TABLES[verb].items()
        if keyword not in needed and keyword not in _CONTRADICTORY
    }
    chosen = st.sets(st.sampled_from(sorted(optional)), max_size=4)
    return chosen.flatmap(
        lambda keywords: st.fixed_dictionaries(
            {**needed, **{keyword: optional[keyword] for keyword in sorted(keywords)}}
        )
    )


def fewer(divisor: int) -> settings:
    """Give settings for a property whose examples take this many times as long as others do."""
    return settings(max_examples=max(settings().max_examples // divisor, 4))
