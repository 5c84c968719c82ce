"""Five servers that are kept from one run to the next."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from pytest_docker_tools import container

if TYPE_CHECKING:
    from pytest_docker_tools.wrappers import Container


def kept_server(name: str) -> Callable[..., Container]:
    """Give a fixture of one server."""
    return container(
        scope="session",
        name=f"{os.environ['BENCHMARK_NAME']}-{name}",
        image="{base.id}",
        command=["httpd", "-f", "-p", "8080", "-h", "/etc"],
        ports={"8080/tcp": None},
        labels={"pytest-docker-tools.benchmark": os.environ["BENCHMARK_RUN"]},
    )


accounts = kept_server("accounts")
billing = kept_server("billing")
catalogue = kept_server("catalogue")
delivery = kept_server("delivery")
emails = kept_server("emails")


def test_all_answer(
    accounts: Container,
    billing: Container,
    catalogue: Container,
    delivery: Container,
    emails: Container,
    answer: Callable[[Container], int],
) -> None:
    """Every server answers."""
    servers = (accounts, billing, catalogue, delivery, emails)
    assert [answer(server) for server in servers] == [200] * 5
