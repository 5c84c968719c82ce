"""Every way to write what is mounted into a container."""

from __future__ import annotations

from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from pytest_docker_tools.normalise.storage import VolumeBind, binds, mount, tmpfs, volumes, volumes_from

from .conftest import anything, assert_kept_or_refused, names, same, texts

# Windows has drives in paths, which have a colon.
sources = st.one_of(names.filter(lambda name: name[0] != "."), names.map("/{}".format), names.map("C:\\{}".format))
targets = names.map("/{}".format)
modes = st.sampled_from(["ro", "rw", "z", "ro,Z"])


@given(sources, targets, modes)
def test_a_dict_and_a_string_say_the_same(source: str, target: str, mode: str) -> None:
    """A volume is the same as a dict and as a string, alone or in a list, a tuple or a set."""
    expected = [f"{source}:{target}:{mode}"]
    assert binds("volumes", {source: {"bind": target, "mode": mode}}) == expected
    for several in (list, tuple, set, frozenset):
        assert binds("volumes", several(expected)) == expected
    assert binds("volumes", expected[0]) == expected
    if mode in ("ro", "rw"):
        assert binds("volumes", {source: {"bind": target, "ro": mode == "ro"}}) == expected


@given(sources.filter(lambda source: ":" not in source), targets, st.one_of(st.none(), modes))
def test_a_string_is_read_as_it_was_written(source: str, target: str, mode: str | None) -> None:
    """The parts of a string are those that it was written with."""
    written = ":".join(part for part in (source, target, mode) if part is not None)
    assert volumes("volumes", [written]) == [VolumeBind(source, target, mode)]
    assert volumes("volumes", [target]) == [VolumeBind(None, target, None)]


details = st.fixed_dictionaries(
    {"bind": texts}, optional={"mode": texts, "ro": st.booleans(), "propagation": texts, "other": texts}
)


@given(st.one_of(anything, st.dictionaries(texts, st.one_of(anything, details), max_size=2), st.lists(texts)))
@example({"v": {"bind": "/a", "mode": "ro:/b"}})
@example(iter(["a:/b"]))
def test_what_is_no_volume(value: Any) -> None:
    """Whatever is written, it has a form, the parts of which are not empty, or is refused in a sentence."""
    found = assert_kept_or_refused(binds, value)
    if found is None:
        return
    assert all(all(bind.split(":")[:2]) for bind in found)
    if isinstance(value, dict):
        for bind, (source, details) in zip(found, value.items(), strict=True):
            place, _, mode = bind.rpartition(":")
            assert place == f"{source}:{details['bind']}"
            assert mode


@given(st.one_of(anything, st.dictionaries(texts, texts), st.lists(texts), st.lists(st.tuples(texts, texts))))
@example(iter(["a"]))
@example({"/a": b"size=1m"})
def test_other_mounts(value: Any) -> None:
    """Whatever is written for mounts, file systems in memory, and containers to take from, is kept or refused."""
    for form in (mount, tmpfs, volumes_from):
        assert_kept_or_refused(form, value)


@given(st.dictionaries(targets, names, max_size=3))
def test_file_systems_in_memory(meant: dict[str, str]) -> None:
    """A file system in memory is the same as a dict, as strings and as pairs."""
    for value in (meant, [f"{path}:{options}" for path, options in meant.items()], [*meant.items()]):
        assert same(tmpfs("tmpfs", value), meant)
