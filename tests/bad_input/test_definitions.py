"""Types and values of keywords that no engine could make anything of."""

from __future__ import annotations

import pytest

from .conftest import Table, Told


def refused(keyword: str, reason: str) -> str:
    """Give what is told of a keyword."""
    return f"UnsupportedOption: '{keyword}' cannot be used here: {reason}"


MISSING: Table = {
    "container_alone": ("container()", "UsageError: container() needs an image: container(image='redis:7')."),
    "container_none": ("container(image=None)", "UsageError: container() needs an image: container(image='redis:7')."),
    "image_alone": ("image(name='')", "UsageError: image() needs a name: image(name='redis:7')."),
    "fetch_alone": ("fetch()", "UsageError: fetch() needs a repository: fetch(repository='redis:7')."),
    "build_alone": (
        "build(path='')",
        "UsageError: build() needs a folder with a Dockerfile, build(path='app'), or a Dockerfile in fileobj.",
    ),
    "image_or_build_alone": (
        "image_or_build(5, path='.')",
        "UsageError: image_or_build() takes the name of an environment variable, not 5.",
    ),
}
UNKNOWN: Table = {
    "misspelt": (
        "container(image='app', enviroment={})",
        "UnknownKeyword: container() has no keyword 'enviroment'. Did you mean 'environment'?",
    ),
    "detach": (
        "container(image='app', detach=True)",
        "UnknownKeyword: container() has no keyword 'detach': its containers always run in the background. Use "
        "logs(), or wait() for one that ends.",
    ),
    "no_such": ("volume(size='10m')", "UnknownKeyword: volume() has no keyword 'size'. It knows: autouse, …."),
    "lxc": ("container(image='app', lxc_conf={'a': 'b'})", refused("lxc_conf", "no engine heeds it any more.")),
    "version": ("container(image='app', version='1.30')", refused("version", "it can only be 'auto'.")),
}
OF_PYTEST: Table = {
    "scope": (
        "network(scope='swarm')",
        "UsageError: network(scope=...) takes one of session, package, module, class, function, or a function, not "
        "'swarm'.",
    ),
    "autouse": (
        "container(image='app', autouse='no')",
        "UsageError: container(autouse=...) takes True or False, not 'no'.",
    ),
    "fixture_name": (
        "volume(fixture_name=5)",
        "UsageError: volume(fixture_name=...) takes the name of the fixture, not 5.",
    ),
    "shared": (
        "container(image='app', shared='yes', scope='session')",
        "UsageError: container(shared=...) takes True or False, not 'yes'.",
    ),
    "shared_by_tests": (
        "container(image='app', shared=True)",
        "UsageError: container() has shared=True, so that all workers of xdist have one in common, and takes "
        "scope='session' with it, not 'function'.",
    ),
    "depends_on": (
        "container(image='app', depends_on='db')",
        "UsageError: container(depends_on=...) takes a list of fixtures, or of their names, as in "
        "depends_on=[migration, 'db'], not 'db'.",
    ),
    "wrapper_class": (
        "container(image='app', wrapper_class=dict)",
        "UsageError: container(wrapper_class=...) takes a subclass of pytest_docker_tools.wrappers.Container, not "
        "<class 'dict'>.",
    ),
    "wrapper_function": (
        "container(image='app', wrapper_class=lambda c: None)",
        "UsageError: container(wrapper_class=...) takes a subclass of pytest_docker_tools.wrappers.Container, whose "
        "__init__, if it has one, calls super().__init__(container); <function … gave 'NoneType'.",
    ),
    "timeout": (
        "container(image='app', timeout=float('nan'))",
        "UsageError: container(timeout=...) takes a number of seconds, 0 or more, not nan.",
    ),
    "policy": (
        "fetch(repository='app', policy='never')",
        "UsageError: fetch(policy=...) takes 'missing' or 'always', not 'never'.",
    ),
}
TYPES: Table = {
    "image_bytes": ("container(image=b'app')", refused("image", "it takes an image or the name of one, not bytes.")),
    "repository_list": ("fetch(repository=['app'])", refused("repository", "it takes a string, not list.")),
    "name_list": ("image(name=['app'])", refused("name", "it takes a string, not list.")),
    "path_bytes": ("build(path=b'app')", refused("path", "it takes a string, not bytes.")),
    "command_bytes": (
        "container(image='app', command=b'true')",
        refused("command", "it takes a list of strings, not bytes."),
    ),
    "command_none": (
        "container(image='app', command=['a', None])",
        refused("command", "it takes a list of strings, and not NoneType in it."),
    ),
    "command_quote": (
        "container(image='app', command='\"open')",
        refused("command", "it cannot be split into words as a shell would: No closing quotation."),
    ),
    "privileged_text": (
        "container(image='app', privileged='yes')",
        refused("privileged", "it takes True or False, not 'yes'."),
    ),
    "cpu_shares_text": (
        "container(image='app', cpu_shares='many')",
        refused("cpu_shares", "it takes a whole number, not 'many'."),
    ),
    "mounts_text": ("container(image='app', mounts='/data')", refused("mounts", "it takes a list, not str.")),
    "mount_source": (
        "container(image='app', mounts=[{'type': 'bind', 'target': '/data'}])",
        refused("mounts", "the bind mount of '/data' needs a 'Source', the folder."),
    ),
    "ulimit_text": (
        "container(image='app', ulimits=['nofile=5'])",
        refused("ulimits", "it takes dicts with Name, Soft, Hard, not str."),
    ),
    "healthcheck": (
        "container(image='app', healthcheck={'test': ['RUN', 'x']})",
        refused("healthcheck", "its 'test' takes a string, ['CMD', ...], ['CMD-SHELL', text] or ['NONE']."),
    ),
    "restart_policy": (
        "container(image='app', restart_policy='always')",
        refused("restart_policy", "it takes dicts with Name, MaximumRetryCount, not str."),
    ),
    "device": ("container(image='app', devices=['a:b:c:d'])", refused("devices", "'a:b:c:d' has more than 3 parts.")),
    "ipam": ("network(ipam={'pools': []})", refused("ipam", "it has no 'pools'; it has Driver, Config, Options.")),
    "ipam_empty": ("network(ipam={'Config': [{}]})", refused("ipam", "a pool needs a subnet such as 10.5.0.0/16.")),
    "driver_opts": ("volume(driver_opts='type=tmpfs')", refused("driver_opts", "it takes a dict, not str.")),
    "fileobj": (
        "build(fileobj='FROM x')",
        "UsageError: build(fileobj=...) takes a file, or bytes: fileobj=io.BytesIO(b'FROM ...').",
    ),
    "stages": (
        "build(fileobj=b'FROM x', stages='a')",
        "UsageError: build(stages=...) takes a dict of stages and tags, not str.",
    ),
}
VALUES: Table = {
    "size": (
        "container(image='app', mem_limit='lots')",
        refused("mem_limit", "'lots' is not a size such as 1000, '128m' or '2g'."),
    ),
    "size_beyond": (
        "container(image='app', mem_limit='9999999999999g')",
        refused("mem_limit", "'9999999999999g' is more than any engine counts."),
    ),
    "port_name": (
        "container(image='app', ports={'http': 80})",
        refused("ports", "'http' is none of 80, '80' and '80/udp'."),
    ),
    "port_high": (
        "container(image='app', ports={'99999/tcp': None})",
        refused("ports", "'99999/tcp' is no port: it is a number from 1 to 65535."),
    ),
    "port_zero": (
        "container(image='app', ports={0: None})",
        refused("ports", "0 is no port: it is a number from 1 to 65535."),
    ),
    "port_protocol": (
        "container(image='app', ports={'80/quic': None})",
        refused("ports", "'80/quic' has none of the protocols tcp, udp, sctp."),
    ),
    "host_port_high": (
        "container(image='app', ports={'80/tcp': 99999})",
        refused("ports", "99999 for '80/tcp' is above 65535, the highest port."),
    ),
    "host_port_negative": (
        "container(image='app', ports={'80/tcp': -5})",
        refused("ports", "-5 for '80/tcp' is none of None, port, (ip, port) and lists of them."),
    ),
    "host_address": (
        "container(image='app', ports={'80/tcp': ('300.1.1.1', None)})",
        refused("ports", "'300.1.1.1' for '80/tcp' is no address such as '127.0.0.1'."),
    ),
    "host_zone": (
        "container(image='app', ports={'80/tcp': ('fe80::1%eth0', None)})",
        refused("ports", "'fe80::1%eth0' for '80/tcp' is no address such as '127.0.0.1'."),
    ),
    "ports_of_host": (
        "container(image='app', ports={'80/tcp': None}, network='host')",
        refused("ports", "with network_mode='host' a container has no network of its own."),
    ),
    "networks_twice": (
        "container(image='app', network='a', network_mode='b')",
        refused("network", "'network_mode' is given too, and both say the same."),
    ),
    "aliases_alone": (
        "container(image='app', aliases='x')",
        "UsageError: container(aliases=...) needs network=... or networks=[...], in which it has these names.",
    ),
    "volume_colon": (
        "container(image='app', volumes={'data': {'bind': '/a:/b'}})",
        refused("volumes", "'/a:/b' has a colon, which separates the parts here. Use 'mounts'."),
    ),
    "volume_relative": (
        "container(image='app', volumes={'./data': {'bind': '/a'}})",
        refused(
            "volumes", "'./data' is neither an absolute path nor the name of a volume. Give str(Path(...).resolve())."
        ),
    ),
    "volume_empty": (
        "container(image='app', volumes=[':'])",
        refused("volumes", "an empty string is neither a path nor the name of a volume."),
    ),
    "log_line": (
        "container(image='app', wait_for=LogLine('('))",
        "UsageError: LogLine('(') is no regular expression: missing ), unterminated subpattern at position 0.",
    ),
    "log_line_times": (
        "container(image='app', wait_for=LogLine('x', times='many'))",
        "UsageError: LogLine(times=...) takes a whole number, not 'many'.",
    ),
    "http_status": (
        "container(image='app', wait_for=Http(port=1, status='ok'), network_mode='host')",
        "UsageError: Http(status=...) takes a whole number, not 'ok'.",
    ),
    "exec_code": (
        "container(image='app', wait_for=Exec('true', exit_code=None))",
        "UsageError: Exec(exit_code=...) takes a whole number, not None.",
    ),
    "exited_code": (
        "container(image='app', wait_for=Exited('fine'))",
        "UsageError: Exited(exit_code=...) takes a whole number, not 'fine'.",
    ),
    "no_probe": (
        "container(image='app', wait_for='ready')",
        "UsageError: container(wait_for=...) takes a probe, a function of the container, or a list of them, not "
        "'ready'. Probes are Exec, Exited, Healthy, Http and LogLine, of pytest_docker_tools.probes.",
    ),
    "login": (
        "fetch(repository='app', auth_config={'username': 'geheim'})",
        refused("auth_config", "it has a 'username', but no 'password'."),
    ),
    "login_auth": (
        "fetch(repository='app', auth_config={'auth': 'geheim!'})",
        refused("auth_config", "its 'auth' is no username:password in base 64."),
    ),
    "secret_id": (
        "build(fileobj=b'FROM x', secrets={'-x,src=/etc/passwd': 'geheim'})",
        refused("secrets", "'-x,src=/etc/passwd' is no id: it has letters, digits and any of '-_./'."),
    ),
    "tag_and_all": (
        "fetch(repository='app:1', all_tags=True)",
        refused("all_tags", "one tag, '1', is asked for too. Leave one of the two out."),
    ),
    "filters": (
        "def test_it(docker_client): docker_client.containers.list(filters='x')",
        refused("filters", "it takes a dict such as {'label': 'name=value'}, not str."),
    ),
}


@pytest.mark.parametrize("table", [MISSING, UNKNOWN, OF_PYTEST, TYPES, VALUES])
def test_a_definition_that_cannot_be_meant(told: Told, table: Table) -> None:
    """Each is one sentence of its own, without our code and secrets, and what comes after it runs."""
    told(table)
