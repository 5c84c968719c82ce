"""Builds, archives and files with what should not be in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import ANY, Row, Table, Told, by_engine

FROM = "fileobj=b'FROM scratch\\n', labels=MARK"

BUILDS: Table = {
    "instruction": Row(
        "build(fileobj=b'NONSENSE x', labels=MARK)",
        by_engine("BuildFailed: …unknown instruction: NONSENSE…", "BuildFailed: …no FROM statement found…"),
    ),
    "no_dockerfile": Row("build(path='empty', labels=MARK)", "BuildFailed: … could not build …Dockerfile…"),
    "dockerfile_missing": Row(
        "build(path='empty', dockerfile='--help', labels=MARK)", "BuildFailed: … could not build …--help…"
    ),
    "dockerfile_nul": Row(
        "build(path='empty', dockerfile='a\\0b', labels=MARK)", "…NUL character, …which no process can be given."
    ),
    "dockerfile_folder": Row("build(path='folder', labels=MARK)", "BuildFailed: … could not build …director…"),
    "path_missing": Row(
        "build(path='nowhere', labels=MARK)",
        "UsageError: The build …from the folder 'nowhere', but there is no …/nowhere.",
    ),
    "tag": Row(
        f"build({FROM}, tag='--help')",
        {
            "docker-cli": "UnsupportedOption: 'tag' cannot be used here: …invalid reference format…",
            "docker-py": "…--help…invalid reference format…",
            "podman": "BuildFailed: podman could not build '--help': …invalid reference format…",
        },
    ),
    "target": Row(f"build({FROM}, target='nowhere')", "BuildFailed: … could not build …nowhere…"),
    "argument": Row(
        f"build({FROM}, buildargs={{'A=B': 'geheim'}})",
        "UnsupportedOption: 'buildargs' cannot be used here: the name of a variable is empty, or has '=' or NUL after "
        "'A'.",
    ),
    "no_archive": Row(
        "build(fileobj=b'no archive', custom_context=True, labels=MARK)", "BuildFailed: … could not build 'fileobj': …"
    ),
    "link": Row(
        "build(fileobj=tar('Dockerfile', tarfile.SYMTYPE, link='/etc/passwd'), custom_context=True, labels=MARK)",
        "BuildFailed: … could not build 'fileobj': …",
    ),
    "seed_outside": Row(
        "volume(labels=MARK, initial_content={'../x': 'geheim'})",
        "UsageError: '../x' is no name of a file below the folder that is to be filled.",
    ),
    "file_unseen": Row(
        "container(**PLAIN, files={'/sys/x': 'geheim'})", "UsageError: '/sys/x' would not be seen in container …"
    ),
    "file_in_file": Row(
        "container(**PLAIN, files={'/etc/passwd/x': 'geheim'})", "EngineError: … could not unpack an archive into '/' …"
    ),
}

ARCHIVES: Table = {
    "outside": Row(
        ANY,
        by_engine('EngineError: …"../../escaped-…" is outside of "/tmp".', ""),
        "it.put_archive('/tmp', tar('../../escaped-MARK', content=b'x'))",
    ),
    "absolute": Row(
        ANY,
        "",
        "it.put_archive('/tmp', tar('/absolute', content=b'x'))\nassert it.get_text('/tmp/absolute') == 'x'",
    ),
    "hard_link": Row(
        ANY,
        # Engines differ in what they miss: the target, or the folder.
        "…: … could not unpack an archive into '/tmp' of container …",
        "it.put_archive('/tmp', tar('hard', tarfile.LNKTYPE, link='/etc/passwd'))",
    ),
    "device": Row(
        ANY,
        "",
        "it.put_archive('/tmp', tar('null', tarfile.CHRTYPE))\n"
        "assert it.exec_run(['test', '-c', '/tmp/null']).exit_code == 0",
    ),
    "no_archive": Row(
        ANY,
        "EngineError: … could not unpack an archive into '/tmp' of container …",
        "it.put_archive('/tmp', b'no archive')",
    ),
    "flag": Row(
        ANY,
        "NotFound: … could not unpack an archive into '--help' of container …",
        "it.put_archive('--help', tar('a'))",
    ),
    "odd_files": Row(
        ANY,
        "",
        'script = r"mkdir /odd; cd /odd; mknod dev c 1 3; mkfifo pipe; ln -s ../../../etc/shadow out; "\n'
        'script += r"ln -s self self; "\n'
        "script += r\"echo 1 > $(printf 'a\\nb'); echo 2 > $(printf 'c\\377')\"\n"
        "assert it.exec_run(['sh', '-c', script]) == (0, b'')\n"
        "found = it.get_files('/odd')\n"
        "assert {name: content for name, content in found.items() if content is not None} == {\n"
        "    'odd/a\\nb': b'1\\n', 'odd/c\\udcff': b'2\\n'}\n"
        "assert found['odd/dev'] is found['odd/pipe'] is found['odd/out'] is found['odd/self'] is None",
    ),
    "link_out": Row(
        "container(**PLAIN, hostname='inside')",
        "",
        "it.exec_run('ln -s ../../../../../etc/hostname /tmp/up')\n"
        "assert it.exec_run('cat /tmp/up').output.strip() == b'inside'\n"
        "it.exec_run('ln -s ../../../../../etc/group /tmp/group')\n"
        "assert it.get_text('/tmp/group') == it.exec_run('cat /etc/group').output.decode()",
    ),
    "loop": Row(
        ANY,
        by_engine("EngineError: … could not read '/tmp/self' of container …too many links…", "NotFound: …'/tmp/self'…"),
        "it.exec_run('ln -s self /tmp/self')\nit.get_files('/tmp/self')",
    ),
    "path_nul": Row(
        ANY,
        {
            **by_engine(*["UnsupportedOption: 'path' cannot be used here: it has a NUL character, which …"] * 2),
            "docker-py": "EngineError: docker-py could not read '/a\\x00b' of container …",
        },
        "it.get_files('/a\\0b')",
    ),
}


def test_builds(told: Told, pytester: pytest.Pytester) -> None:
    """What cannot be built, or filled, is told with what was to be, and never with what is secret."""
    pytester.mkdir("empty")
    (pytester.mkdir("folder") / "Dockerfile").mkdir()
    told(BUILDS)


def test_archives(told: Told, mark: str) -> None:
    """Nothing gets out of a container or its folder, and files of every kind, with any names, are read."""
    told(ARCHIVES)
    assert not Path(f"/escaped-{mark}").exists()
