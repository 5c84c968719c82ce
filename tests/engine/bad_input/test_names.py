"""Names, words and values that an engine takes for what they are: never for flags."""

from __future__ import annotations

from .conftest import ANY, Row, Table, Told, by_engine

FORMAT = "EngineError: … could not create a container from {!r}: invalid reference format."
NUL = "…has a NUL character, …which no process can be given."

NAMES: Table = {
    "image_flag": Row("container(image='-v', labels=MARK)", FORMAT.format("-v")),
    "image_privileged": Row("container(image='--privileged', labels=MARK)", FORMAT.format("--privileged")),
    "image_spaces": Row("container(image='a b', labels=MARK)", FORMAT.format("a b")),
    "image_line": Row("container(image='app\\n', labels=MARK)", FORMAT.format("app\n")),
    "image_digest": Row("container(image='app@sha256:short', labels=MARK)", FORMAT.format("app@sha256:short")),
    "image_case": Row("container(image='Upper/Case', labels=MARK)", "EngineError: …'Upper/Case'…must be lowercase."),
    "image_nul": Row("container(image='app\\0', labels=MARK)", NUL),
    "image_surrogate": Row("container(image='\\ud800', labels=MARK)", "…half of a surrogate pair, which …"),
    "known_help": Row(
        "image(name='--help')",
        "ImageNotFound: The image 'it_known_help' (…) asks for '--help', which is not on the engine at … Use "
        "fetch(repository='--help') in its place, or build it first.",
    ),
    "known_nul": Row(
        "image(name='a\\0b')",
        {
            **by_engine(*[f"EngineError: {NUL}"] * 2),
            "docker-py": "ImageNotFound: The image 'it_known_nul' (…) asks for 'a\\x00b', which is not on …",
        },
    ),
    "pull_all": Row(
        "fetch(repository='--all-tags')", "EngineError: … could not pull '--all-tags:latest': invalid reference format."
    ),
    "pull_tag": Row(
        "fetch(repository='127.0.0.1:1/x', tag='--help')",
        "EngineError: … could not pull '127.0.0.1:1/x:--help': invalid … format.",
    ),
    "container_flag": Row(
        "container(**PLAIN, name='--privileged')",
        by_engine("EngineError: …Invalid container name (--privileged)…", "EngineError: …names must match…"),
    ),
    "container_line": Row(
        "container(**PLAIN, name='a\\nb')",
        by_engine("EngineError: …Invalid container name (a\nb)…", "EngineError: …names must match…"),
    ),
    "volume_flag": Row(
        "volume(name='--help', labels=MARK)",
        by_engine(
            'EngineError: …"--help" includes invalid characters for a local volume name…',
            "EngineError: …names must match…",
        ),
    ),
    "network_flag": Row(
        "network(name='--internal-MARK', labels=MARK)",
        by_engine("", "EngineError: …network name --internal-…names must match…"),
        "assert it.name == '--internal-MARK' and not it.attrs['Internal']",
    ),
    "network_nul": Row("network(name='a\\0b', labels=MARK)", NUL),
    "twice": Row(
        "container(**PLAIN, name='twice-MARK')",
        "Conflict: … could not create a container from …twice-…already in use…",
        before="other = container(**PLAIN, name='twice-MARK')",
    ),
    "labels": Row(
        "container(**{**PLAIN, 'labels': {**MARK, '--rm': '--x', 'a\\nb': 'c\\n=d', '-x': ''}})",
        "",
        "assert {'--rm': '--x', 'a\\nb': 'c\\n=d', '-x': ''}.items() <= it.labels.items()",
    ),
    "variables": Row(
        "container(**PLAIN, environment={'A': 'a\\nb', 'B': '=x=', '-c': '--privileged', 'D': '\\x1b[2J', 'E F': ''})",
        "",
        "assert {'A': 'a\\nb', 'B': '=x=', '-c': '--privileged', 'D': '\\x1b[2J', 'E F': ''}.items() <= it.env.items()",
    ),
    "aliases": Row(
        "container(**PLAIN, networks=['{other.name}'], aliases=['--ip=x', '-x'])",
        "",
        before="other = network(labels=MARK)",
    ),
    "command_flag": Row(
        "container(image=BASE, command=['--privileged'], labels=MARK)",
        'EngineError: … could not start container …exec: "--privileged": executable file not found in $PATH…',
    ),
    "exec": Row(
        ANY,
        "",
        "assert it.exec_run(['echo', '--help', '-x', '']) == (0, b'--help -x \\n')\n"
        "assert it.exec_run(['--privileged']).exit_code in (126, 127)",
    ),
    "exec_user": Row(ANY, NUL, "it.exec_run('true', user='a\\0b')"),
    "kill": Row(ANY, "EngineError: … could not kill container …nvalid signal: …-help.", "it.kill('--help')"),
    "find": Row(
        ANY,
        {
            **by_engine(*["NotFound: There is no container '--all' on the engine at …"] * 2),
            # It is the official client's.
            "docker-py": "…No such container: --all…",
        },
        "docker_client.containers.get('--all')",
    ),
}

VALUES: Table = {
    "hostname": Row(
        "container(**PLAIN, hostname='x' * 80)",
        "EngineError: … could not start container …sethostname: invalid argument…",
    ),
    "hostname_nul": Row("container(**PLAIN, hostname='a\\0b')", NUL),
    "variable_nul": Row(
        "container(**PLAIN, environment={'A': 'ge\\0heim'})",
        "UnsupportedOption: 'environment' cannot be used here: …" + NUL[1:],
    ),
    "variable_equals": Row(
        "container(**PLAIN, environment={'A=B': 'geheim'})",
        "UnsupportedOption: 'environment' cannot be used here: the name of a variable is empty, or has '=' or NUL "
        "after 'A'.",
    ),
    "user": Row(
        "container(**PLAIN, user='nobody-here')",
        "EngineError: … could not start container …unable to find user nobody-here…",
    ),
    "working_dir": Row(
        "container(**PLAIN, working_dir='relative')",
        by_engine(
            "EngineError: …the working directory 'relative' is invalid…",
            'EngineError: …workdir "relative" does not exist…',
        ),
    ),
    "network": Row("container(**PLAIN, network='--internal')", "NotFound: …--internal…not found."),
    "port": Row(
        "container(**PLAIN, ports={'80/tcp': ('300.1.1.1', None)})",
        "UnsupportedOption: 'ports' cannot be used here: '300.1.1.1' for '80/tcp' is no address such as '127.0.0.1'.",
    ),
    "memory": Row(
        "container(**PLAIN, mem_limit='9999999999999g')",
        "UnsupportedOption: 'mem_limit' cannot be used here: '9999999999999g' is more than any engine counts.",
    ),
    "capability": Row(
        "container(**PLAIN, cap_add=['NONSENSE'])", "EngineError: …could not create a container …CAP_NONSENSE…"
    ),
    "signal": Row(
        "container(**PLAIN, stop_signal='NONSENSE')",
        "EngineError: …could not create a container …nvalid signal: NONSENSE.",
    ),
    "restarts": Row(
        "container(**PLAIN, restart_policy={'Name': 'nonsense'})",
        "EngineError: …could not create a container …restart policy…",
    ),
    "mount": Row(
        "container(**PLAIN, mounts=[{'type': 'nonsense', 'target': '/x'}])",
        'EngineError: …could not create a container …type "nonsense"…',
    ),
    "colons": Row(
        "container(**PLAIN, volumes=['/tmp:/a:/b:/c'])", "EngineError: …could not create a container …/tmp:/a:/b:/c…"
    ),
    "colon": Row(
        "container(**PLAIN, volumes={'MARK': {'bind': '/a:/b'}})",
        "UnsupportedOption: 'volumes' cannot be used here: '/a:/b' has a colon, which separates the parts here. "
        "Use 'mounts'.",
    ),
    "hosts_ports": Row(
        "container(**PLAIN, ports={'80/tcp': None}, network='host')",
        "UnsupportedOption: 'ports' cannot be used here: with network_mode='host' a container has no network of "
        "its own.",
    ),
    "address": Row(
        "container(**PLAIN, networks={'{other.name}': EndpointConfig(ipv4_address='192.0.2.1')})",
        "EngineError: … could not …container …",
        before="other = network(labels=MARK)",
    ),
    "platform": Row(
        "container(**PLAIN, platform='nonsense/arm')",
        "ImageNotFound: The container 'it_platform' (…) asks for the image … for the platform 'nonsense/arm', which is "
        "not on the engine at …",
    ),
}


def test_names(told: Told) -> None:
    """What looks like a flag is a name, and where it cannot be one, it is told as it was written."""
    told(NAMES)


def test_values(told: Told) -> None:
    """What an engine does not take is told in a sentence, where this library or the engine can say why."""
    told(VALUES)
