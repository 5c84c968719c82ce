"""Options as the docker client and docker-py get them."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Mapping
from typing import IO, Any

from hypothesis import assume, example, given
from hypothesis import strategies as st

from pytest_docker_tools.deadline import Deadline
from pytest_docker_tools.exceptions import DockerToolsError, UnsupportedOption
from pytest_docker_tools.normalise import TABLES, Verb, normalised, values
from pytest_docker_tools.normalise.tables import CONTAINER
from pytest_docker_tools_docker_cli import Command, DockerCLIDriver, Result, Runner, Table, image_options
from pytest_docker_tools_docker_cli import options as cli
from pytest_docker_tools_docker_cli.command import argument, arguments, comma_separated
from pytest_docker_tools_docker_cli.environment import build_arguments, environment
from pytest_docker_tools_docker_py import options as docker_py

from .conftest import (
    OF_FORM,
    anything,
    assert_kept_or_refused,
    assert_sentence,
    hashables,
    names,
    options,
    plain_texts,
    same,
    several_texts,
    texts,
    variables,
)

TABLES_OF: Mapping[Verb, Table] = {
    "container": cli.CONTAINER,
    "build": image_options.BUILD,
    "network": cli.NETWORK,
    "volume": cli.VOLUME,
    "connect": cli.CONNECT,
}
# Flags that stand in no table, or of which a keyword has several.
OTHER_FLAGS = {
    *("--pull", "--entrypoint", "--env", "--env-file", "--publish", "--expose", "--no-healthcheck", "--health-cmd"),
    *(
        "--health-interval",
        "--health-timeout",
        "--health-start-period",
        "--health-retries",
        "--log-driver",
        "--log-opt",
    ),
    *("--ipam-driver", "--ipam-opt", "--subnet", "--ip-range", "--gateway", "--aux-address", "--detach", "--build-arg"),
    *("--file", "--secret", "--memory", "--memory-swap", "--cpu-shares", "--cpuset-cpus", "--force-rm"),
}
FLAGS = OTHER_FLAGS | {
    option.flag for table in (*TABLES_OF.values(), cli.ENDPOINT) for option in table.values() if option.flag
}


class Recorder(Runner):
    """Runs nothing, and keeps what it was to run."""

    def __init__(self) -> None:
        super().__init__("docker")
        self.commands: list[Command] = []

    def run(
        self, command: Command, deadline: Deadline, *, merge: bool = False, output: IO[bytes] | None = None
    ) -> Result:
        """Keep a command, and give what it takes to go on."""
        self.commands.append(command)
        answers = {"inspect": b'{"Id": "image", "Config": {}}', "version": b'{"Server": {"ApiVersion": "1.45"}}'}
        return Result("docker", 0, answers.get(command.arguments[0], b"id"), b"")


def run(ask: Callable[[DockerCLIDriver], object]) -> list[Command]:
    """Give the commands that a driver runs for something, none where it refuses that."""
    driver, recorder = DockerCLIDriver(), Recorder()
    driver.runner = recorder
    try:
        ask(driver)
    except DockerToolsError as error:
        assert_sentence(error)
        return []
    return [command for command in recorder.commands if command.arguments[0] not in ("inspect", "version")]


def divided(command: Command) -> tuple[list[str], list[str]]:
    """Give the flags and the operands of a command whose first words are no flags. All can be given to a process."""
    for text in (*command.arguments, *command.secrets, *command.secrets.values(), *command.unset):
        assert b"\0" not in os.fsencode(text)
    words = list(command.arguments)
    before, operands = words[: words.index("--")], words[words.index("--") + 1 :]
    flags = before[2:] if before[0] in ("network", "volume") else before[1:]
    return flags, operands


def assert_flags_only(flags: list[str]) -> None:
    """Each argument is a flag that a table has, with its value in it."""
    assert [flag for flag in flags if flag.partition("=")[0] not in FLAGS] == []


@given(options("container"))
@example({"image": "a\0b"})
@example({"image": "\ud800"})
@example({"image": "x", "environment": {"\ud800": "x"}})
@example({"image": "x", "security_opt": ['seccomp={"\ud800"']})
@example({"image": "-v", "command": ["--privileged"], "entrypoint": ["--rm", "-x"], "user": "--privileged"})
def test_no_value_becomes_a_flag(options: dict[str, Any]) -> None:
    """Of a container, each argument before "--" is a flag of ours, and after it are the image and its words only."""
    for command in run(lambda driver: driver.create_container(options)):
        if command.arguments[0] != "create":
            assert_flags_only(divided(command)[0])
            continue
        flags, operands = divided(command)
        assert_flags_only(flags)
        chosen = normalised("container", options)
        words = [*chosen.get("entrypoint", [])[1:], *chosen.get("command", [])]
        assert operands == [chosen["image"], *words]


@given(st.one_of(options("network"), options("volume")), st.sampled_from(["network", "volume"]))
@example({"name": "--internal"}, "network")
@example({"name": "a", "options": {"a=b": "c"}}, "network")
def test_no_value_of_networks_and_volumes_becomes_a_flag(options: dict[str, Any], kind: str) -> None:
    """Of networks and volumes, each argument before "--" is a flag of ours, and after it is the name only."""
    for command in run(lambda driver: getattr(driver, f"create_{kind}")(options)):
        flags, operands = divided(command)
        assert_flags_only(flags)
        assert operands == ([str(options["name"])] if options.get("name") not in (None, "") else [])


@given(several_texts, variables, texts, texts)
@example(["true"], {}, "--privileged", "--user=root")
@example(["true"], {}, "a\0b", "")
@example(["true"], {}, "", "\ud800")
def test_no_value_of_a_command_becomes_a_flag(words: Any, variables: Any, user: str, workdir: str) -> None:
    """Of a command in a container, each argument before "--" is a flag, and after it are its id and the words."""
    written = list(words)
    asked = run(
        lambda driver: driver.execute("id", written, environment=variables, user=user, workdir=workdir, privileged=True)
    )
    for command in asked:
        flags, operands = divided(command)
        names = {flag.partition("=")[0] for flag in flags}
        assert names <= {"--privileged", "--workdir", "--user", "--env", "--env-file"}
        assert operands == ["id", *written]


@given(options("pull"))
@example({"repository": "--all-tags"})
def test_no_value_of_a_pull_becomes_a_flag(options: dict[str, Any]) -> None:
    """Of a pull, each argument before "--" is a flag, and after it is the reference only."""
    try:
        arguments = DockerCLIDriver().pull_arguments(normalised("pull", options))
    except UnsupportedOption as error:
        assert_sentence(error)
        return
    flags, operands = divided(Command(arguments))
    assert {flag.partition("=")[0] for flag in flags} <= {"--platform"}
    assert len(operands) == 1


SECRET = "s3cr3t-"
secret_texts = texts.map(lambda text: SECRET + text)
secret_variables = st.dictionaries(
    st.one_of(texts, st.sampled_from(["PATH", "DOCKER_HOST", "HTTP_PROXY"])), secret_texts
)


@given(secret_variables)
@example({"\ud800": SECRET})
@example({"DOCKER_HOST": SECRET + "\n"})
@example({"A": SECRET + "\0"})
@example({"A=": SECRET})
def test_no_value_of_an_environment_is_an_argument(variables: dict[str, str]) -> None:
    """No value of a variable is in a list of arguments, in what is shown of a command, or in an error."""
    for make in (environment, build_arguments):
        try:
            made = make(normalised("execute", {"command": "x", "environment": variables})["environment"])
        except UnsupportedOption as error:
            assert_sentence(error, lacks=SECRET)
            continue
        with made.passed() as (flags, stdin):
            command = Command(("x", *flags, "--"), made.secrets, made.unset, stdin)
        divided(command)
        assert SECRET not in " ".join([*flags, command.shown("docker"), repr(command), repr(made)])
        lines = (stdin or b"").decode(errors="surrogateescape").split("\n")
        in_file = dict(line.split("=", 1) for line in lines if line)
        assert {**made.secrets, **in_file} == variables


@given(st.dictionaries(names, st.one_of(st.none(), st.just(""), plain_texts.filter(str.isascii))))
def test_an_environment_stays_what_it_was(variables: dict[str, str | None]) -> None:
    """A dict and a list of variables are the same, for docker-py too, which tells an empty one from one to be unset."""
    several = [name if value is None else f"{name}={value}" for name, value in variables.items()]
    for written in (variables, several):
        assert normalised("execute", {"command": "x", "environment": written})["environment"] == variables
        assert docker_py.arguments("container", {"image": "x", "environment": written})["environment"] == several


# What the client reads again of flags that are name=value, or one value.
PLAIN = (values.text, values.path, values.number, values.size)


def expected(verb: Verb, keyword: str, value: Any) -> Any:
    """Give the values of a keyword's flags, where they are easy to say."""
    form = TABLES[verb][keyword]
    if form in PLAIN:
        return [str(value)]
    if form is values.switch:
        return ["true" if value else "false"]
    if form is values.texts:
        return value
    if form in (values.assignments, values.labels):
        return value
    if keyword == "tmpfs":
        return list(value.items())
    return value if form is values.pairs else None


def read(verb: Verb, keyword: str, written: list[str]) -> Any:
    """Read the values of a keyword's flags as the client does."""
    form = TABLES[verb][keyword]
    if form in (values.assignments, values.labels):
        return {name: value for name, _, value in (text.partition("=") for text in written)}
    if form is values.pairs or keyword == "tmpfs":
        return [(left, right) for left, _, right in (text.partition(":") for text in written)]
    return written


@given(st.sampled_from(sorted(TABLES_OF)), st.data())
def test_the_client_reads_what_was_meant(verb: Verb, data: st.DataObject) -> None:
    """What the client reads in a keyword's flags is what its form says, all of it and nothing else."""
    table = TABLES_OF[verb]
    keyword = data.draw(st.sampled_from(sorted(name for name in table if table[name].flag and name != "nano_cpus")))
    try:
        value = TABLES[verb][keyword](keyword, data.draw(OF_FORM[TABLES[verb][keyword]]))
        written = arguments(table, {keyword: value})
    except UnsupportedOption as error:
        assert_sentence(error)
        return
    assert {flag.partition("=")[0] for flag in written} <= {table[keyword].flag}
    meant = expected(verb, keyword, value)
    if meant is not None:
        read_again = read(verb, keyword, [flag.partition("=")[2] for flag in written])
        assert read_again == (dict(meant) if isinstance(read_again, dict) else list(meant))


@given(st.integers(0, 10**15))
def test_processors(billionths: int) -> None:
    """A number of billionths of processors is written as that decimal fraction, without rounding or an exponent."""
    [flag] = arguments(cli.CONTAINER, {"nano_cpus": billionths})
    whole, _, fraction = flag.removeprefix("--cpus=").partition(".")
    assert int(whole) * 10**9 + int(fraction.ljust(9, "0") or 0) == billionths


@given(st.lists(plain_texts, min_size=1))
@example(["a\nb", "c"])
def test_fields_between_commas(fields: list[str]) -> None:
    """What the client splits at commas are the fields again, one line, whatever is in them."""
    assert list(csv.reader([comma_separated(fields)], strict=True)) == [fields]
    assume(fields[0])
    flag, _, value = argument("--flag", fields[0], {"--flag"}).partition("=")
    assert (flag, list(csv.reader([value], strict=True))) == ("--flag", [fields[:1]])


@given(OF_FORM[CONTAINER["mounts"]])
@example([{"target": "/a", "source": "a\nb,readonly"}])
@example([{"target": "/a", "source": "a\0b"}])
def test_mounts(given: Any) -> None:
    """A mount is one line of fields, of which each is one that was written, whatever it has in it."""
    try:
        mounts = CONTAINER["mounts"]("mounts", given)
        flags = arguments(cli.CONTAINER, {"mounts": mounts})
    except UnsupportedOption as error:
        assert_sentence(error)
        return
    for mount, flag in zip(mounts, flags, strict=True):
        [fields] = csv.reader([flag.partition("=")[2]], strict=True)
        found = [field.partition("=")[::2] for field in fields]
        assert dict(found)["target"] == mount["Target"]
        assert dict(found).get("source") == mount.get("Source")
        assert ("ro" in dict(found)) is mount.get("ReadOnly", False)
        labels = mount.get("VolumeOptions", {}).get("Labels", {})
        read_labels = [value.partition("=")[::2] for name, value in found if name == "volume-label"]
        assert read_labels == list(labels.items())


@given(st.sampled_from(sorted(TABLES)), st.data())
def test_docker_py_gets_what_was_meant(verb: Verb, data: st.DataObject) -> None:
    """What docker-py gets has the same normal form as what was written, or is refused in a sentence."""
    given = data.draw(options(verb))
    try:
        found = docker_py.arguments(verb, given)
    except UnsupportedOption as error:
        assert_sentence(error)
        return
    assert same(normalised(verb, found), normalised(verb, given))


@given(st.sampled_from(sorted(TABLES)), st.data())
def test_a_form_is_its_own_form(verb: Verb, data: st.DataObject) -> None:
    """Whatever stands for a keyword, it has one form, which has itself as its form, or is refused by name."""
    keyword = data.draw(st.sampled_from(sorted(TABLES[verb])))
    form = TABLES[verb][keyword]
    assert_kept_or_refused(form, data.draw(st.one_of(OF_FORM.get(form, anything), anything)))


no_texts = st.one_of(
    st.binary(),
    st.lists(texts),
    st.sets(hashables),
    st.frozensets(texts),
    st.dictionaries(texts, texts),
    st.just(bytearray()),
)


@given(st.sampled_from(["assignments", "labels", "pairs", "texts", "words"]), no_texts)
@example("assignments", b"x")
@example("pairs", ["x"])
@example("texts", frozenset("x"))
def test_no_text_shows_how_python_writes_things(form: str, value: Any) -> None:
    """Bytes and collections, where a text belongs, become no text that shows how Python writes them."""
    for written in ({"name": value}, [("name", value)], [value], [b"x"], {b"x": "value"}):
        if type(value) in (list, tuple) and len(value) == 2 and form == "pairs":
            continue
        found = assert_kept_or_refused(getattr(values, form), written)
        if isinstance(written, dict) or form != "labels":
            assert found is None
