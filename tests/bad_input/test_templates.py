"""Strings that are no templates, and references that lead nowhere."""

from __future__ import annotations

from .conftest import Table, Told


def no_template(keyword: str, text: str, reason: str) -> str:
    """Give what is told of a string that cannot be read."""
    return (
        f"TemplateError: container({keyword}=...) at …/test_….py:…: {text!r} is no template, in which a literal brace "
        f"is {{{{ or }}}}: {reason}."
    )


def unfilled(text: str, name: str, reason: str) -> str:
    """Give what is told of a reference that leads nowhere."""
    return f"TemplateError: container(command=...) at …: {text!r} cannot be filled in from {name!r}: {reason}."


UNSHOWN = (
    "TemplateError: {}=...) at …: a value, not shown as it may be a secret, is no template, in which a literal brace "
    "is {{{{ or }}}}. One that a function gives, as in lambda: value, is taken as it is."
)
UNKNOWN = (
    "container({}=...) at … refers to a fixture 'nowhere', which pytest does not know there. A literal brace in a "
    "string is written {{{{ or }}}}."
)

TABLE: Table = {
    "open": ("container(image='{')", no_template("image", "{", "Single '{' encountered in format string")),
    "closed": ("container(image='}')", no_template("image", "}", "Single '}' encountered in format string")),
    "empty": ("container(image='{}')", no_template("image", "{}", "{} begins with no name of a fixture")),
    "number": ("container(image='{0}')", no_template("image", "{0}", "{0} begins with no name of a fixture")),
    "keyword": (
        "container(image='{class}')",
        no_template("image", "{class}", "{class} begins with no name of a fixture"),
    ),
    "unclosed": ("container(image='{x.id')", no_template("image", "{x.id", "expected '}' before end of string")),
    "json": (
        "container(image='app', command=['echo {1: 2}'])",
        no_template("command", "echo {1: 2}", "{1} begins with no name of a fixture"),
    ),
    "pattern": (
        "container(image='app', wait_for=LogLine('{2,3}'))",
        no_template("wait_for", "{2,3}", "{2,3} begins with no name of a fixture"),
    ),
    "huge": (
        "container(image='app', command=['x' * 10_000_000 + '{'])",
        no_template("command", "x" * 500 + " ... " + "x" * 499 + "{", "Single '{' encountered in format string"),
    ),
    "attribute": (
        "container(image='app', command='{pytestconfig.nothing}')",
        unfilled("{pytestconfig.nothing}", "pytestconfig", "'Config' object has no attribute 'nothing'"),
    ),
    "key": (
        "@pytest.fixture\ndef thing(): return {'a': 'geheim'}\n"
        "it = container(image='app', command='{thing[b]}')\ndef test_it(it): ...",
        unfilled("{thing[b]}", "thing", "there is no key 'b'"),
    ),
    "deep": (
        "container(image='app', command='{tmp_path:{tmp_path:{tmp_path}}}')",
        unfilled("{tmp_path:{tmp_path:{tmp_path}}}", "tmp_path", "Max string recursion exceeded"),
    ),
    "secret": ("container(image='app', environment={'A': '{geheim wort}'})", UNSHOWN.format("container(environment")),
    "secret_name": ("container(image='app', environment={'{geheim': 'x'})", UNSHOWN.format("container(environment")),
    "secret_file": ("volume(initial_content={'a': '{geheim'})", UNSHOWN.format("volume(initial_content")),
    "unknown": ("container(image='{nowhere.id}')", UNKNOWN.format("image")),
    "unknown_fxtr": ("container(image='app', command=[fxtr('nowhere')])", UNKNOWN.format("command")),
    "unknown_function": ("container(image='app', labels={'a': lambda nowhere: 1})", UNKNOWN.format("labels")),
    "no_name": (
        "fxtr('a b')",
        "TemplateError: fxtr() takes the name of a fixture, such as fxtr('settings'), not 'a b'.",
    ),
    "itself": ("container(image='{it}')", "recursive dependency involving fixture 'it' detected"),
    "each_other": (
        "a = container(image='{b.id}')\nb = container(image='{a.id}')\ndef test_it(a): ...",
        "recursive dependency involving fixture 'a' detected",
    ),
    "nothing": (
        "@pytest.fixture\ndef nothing(): ...\nit = container(image=fxtr('nothing'))\ndef test_it(it): ...",
        "UnsupportedOption: 'image' cannot be used here: a container needs one.",
    ),
}


def test_references_that_lead_nowhere(told: Told) -> None:
    """Each is told with factory, keyword, place and text: cut where it is long, hidden where it may be a secret."""
    told(TABLE)
