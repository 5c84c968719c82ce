"""Names, labels and variables: those that look like flags are names all the same, and those that are none are told."""

from __future__ import annotations

import pytest

from pytest_docker_tools.testing import MemoryEngine

from ..conftest import Run
from .conftest import Table, Told

NOT_THERE = (
    "ImageNotFound: The container 'it' (…) asks for the image {0}, which is not on the engine at memory://…. Nothing "
    "is pulled on its own: make a fixture of it with fetch(repository={0}), or build(), and use "
    "image='{{that_fixture.id}}'."
)
NO_NAME = (
    "EngineError: Invalid container name ({}): it takes at least two of letters, digits and _.-. Choose another name."
)
VARIABLE = (
    "UnsupportedOption: 'environment' cannot be used here: the name of a variable is empty, or has '=' or NUL after {}."
)

TABLE: Table = {
    **{
        f"image_{number}": (f"container(image={name!r})", NOT_THERE.format(repr(name)))
        for number, name in enumerate(["-v", "--privileged", "app\n", "app\0", " ", "--help=x"])
    },
    **{
        f"name_{number}": (f"container(image='app', name={name!r})", NO_NAME.format(name))
        for number, name in enumerate(["-rm", "--privileged", "a b", "../../etc"])
    },
    "image_option": (
        "image(name='--help')",
        "ImageNotFound: The image 'it' (…) asks for '--help', which is not on the engine at memory://…. Use "
        "fetch(repository='--help') in its place, or build it first.",
    ),
    "pull_option": (
        "fetch(repository='--all-tags')",
        "ImageNotFound: could not pull '--all-tags:latest': manifest for --all-tags:latest not found: manifest "
        "unknown. Check the name and the tag, or add it to the engine's 'registry'.",
    ),
    "variable_empty": ("container(image='app', environment={'': 'geheim'})", VARIABLE.format("''")),
    "variable_equals": ("container(image='app', environment={'A=B': 'geheim'})", VARIABLE.format("'A'")),
    "variable_nul": ("container(image='app', environment={'A\\0B': 'geheim'})", VARIABLE.format("'A'")),
    "variable_bytes": (
        "container(image='app', environment={'A': b'geheim\\xff'})",
        "UnsupportedOption: 'environment' cannot be used here: a value of bytes has to be UTF-8.",
    ),
    "network_nowhere": (
        "container(image='app', network='--internal')",
        "NotFound: network --internal not found. It was removed, or never made in this engine.",
    ),
    "network_taken": (
        "network(name='bridge')",
        "Conflict: network with name bridge already exists. Remove it, or choose another name.",
    ),
    "container_option": (
        "def test_it(docker_client): docker_client.containers.get('--all')",
        "NotFound: There is no container '--all' on the engine at memory://….",
    ),
    "container_empty": (
        "def test_it(docker_client): docker_client.containers.get('')",
        "UnsupportedOption: 'id' cannot be used here: the id or name of the container is empty.",
    ),
}


def test_names_that_are_none(told: Told) -> None:
    """A name that cannot be one, or that nothing has, is told as it was written."""
    told(TABLE)


def test_words_that_look_like_flags(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """Labels, variables and commands that look like flags, or have line ends, arrive as they are."""
    pytester.makepyfile(
        "from pytest_docker_tools import container\n"
        "odd = {'--privileged': '--rm', 'a\\nb': 'c\\nd', '-x': '', '\\x1b[2J': '\\x07'}\n"
        "it = container(image='app', command=['--help', '-x', ''], labels=odd, environment=odd)\n"
        "def test_it(it):\n"
        "    assert odd.items() <= it.labels.items() and odd.items() <= it.env.items()\n"
        "    assert it.attrs['Config']['Cmd'] == ['--help', '-x', '']\n"
    )
    run().assert_outcomes(passed=1)
