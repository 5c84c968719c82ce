"""What the tests of killed runs share: a project of eight resources, which is killed with all of its processes."""

from __future__ import annotations

import os
import time

import pytest

from ..conftest import Left

# Seconds after which all of a killed run is gone. That of the promise is measured where nothing else runs.
GONE = float(os.environ.get("SOAK_GONE", "60"))
# Eight resources, and a test that says where it is, and goes on until it is told to end.
SHOP = """
import os, time

net = network(labels=MARK)
back = network(labels=MARK)
data = volume(labels=MARK, initial_content={'file': 'content'})
logs = volume(labels=MARK)
db = container(
    image=BASE, command='sleep 600', stop_signal='KILL', labels=MARK, networks=['{net.name}', '{back.name}'],
    volumes={'{data.name}': {'bind': '/data'}},
)
web = container(
    image=BASE, command='sleep 600', stop_signal='KILL', labels=MARK, network='{net.name}', depends_on=[db],
    volumes={'{logs.name}': {'bind': '/logs'}},
)
side = container(image=BASE, command='sleep 600', stop_signal='KILL', labels=MARK, network_mode='container:{web.id}')
job = container(image=BASE, command='sleep 600', stop_signal='KILL', labels=MARK, files={'/file': 'content'})

def be_open(name):
    Path(f'{name}.new').write_text(str(os.getpid()))
    Path(f'{name}.new').rename(name)
    while not Path('closes').exists():
        time.sleep(0.02)
"""
OPEN = SHOP + "def test_it(side, job): be_open('shop')"


@pytest.fixture(autouse=True)
def _alone(unknown: None) -> None:
    """Let runs of other tests neither know nor remove what those of the project leave."""


def goes(left: Left, quiet: float = 3.0) -> float:
    """Give the seconds after which all is gone, when nothing has appeared for some more.

    What the engine was asked for before may appear late.
    """
    begun = last = time.monotonic()
    while time.monotonic() - last < quiet:
        if left():
            last = time.monotonic()
        assert last - begun < GONE, "It is not gone in time."
        # Each look is three clients' work.
        time.sleep(0.25)
    return last - begun
