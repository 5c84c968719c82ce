"""An environment of eight services that need nothing of each other, and take two seconds each until they listen."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from pytest_docker_tools import container

if TYPE_CHECKING:
    from pytest_docker_tools.wrappers import Container


def slow_server() -> Callable[..., Container]:
    """Give a fixture of one service."""
    return container(
        scope="session",
        image="{base.id}",
        command=["sh", "-c", "sleep 2; exec httpd -f -p 8080 -h /etc"],
        ports={"8080/tcp": None},
        labels={"pytest-docker-tools.benchmark": os.environ["BENCHMARK_RUN"]},
    )


accounts = slow_server()
billing = slow_server()
catalogue = slow_server()
delivery = slow_server()
emails = slow_server()
invoices = slow_server()
orders = slow_server()
search = slow_server()


def test_all_answer(
    accounts: Container,
    billing: Container,
    catalogue: Container,
    delivery: Container,
    emails: Container,
    invoices: Container,
    orders: Container,
    search: Container,
    answer: Callable[[Container], int],
) -> None:
    """Every service answers."""
    services = (accounts, billing, catalogue, delivery, emails, invoices, orders, search)
    assert [answer(service) for service in services] == [200] * 8
