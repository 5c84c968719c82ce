"""The keywords of docker-py's builds and pulls that the client has flags for.

`path`, `fileobj`, `custom_context`, `dockerfile`, `buildargs` and `quiet` of a build are no flags; the verbs themselves
render them.
"""

from __future__ import annotations

from .command import Option, Table, each, joined, labels, only, size, switch, text

__tracebackhide__ = True

BUILD: Table = {
    "cache_from": Option("--cache-from", each),
    "extra_hosts": Option("--add-host", joined()),
    "forcerm": Option("--force-rm", switch, omit_falsy=True),
    "gzip": Option("--compress", switch, omit_falsy=True),
    "labels": Option("--label", labels),
    "network_mode": Option("--network", text, omit_falsy=True),
    "nocache": Option("--no-cache", switch, omit_falsy=True),
    "platform": Option("--platform", text, omit_falsy=True),
    "pull": Option("--pull", switch, omit_falsy=True),
    "rm": Option("--rm", switch),
    "shmsize": Option("--shm-size", size, omit_falsy=True),
    "squash": Option("--squash", switch, omit_falsy=True),
    "tag": Option("--tag", text, omit_falsy=True),
    "target": Option("--target", text, omit_falsy=True),
    "use_config_proxy": Option("", only(True)),
}

PULL: Table = {
    "all_tags": Option("", only(False)),
    "platform": Option("--platform", text, omit_falsy=True),
}
