"""What the tests of failures and interrupts share: the beginning of a module, and its containers."""

from __future__ import annotations

HEADER = """
from stage import join, note, wait_for
from pytest_docker_tools import *
from pytest_docker_tools.wrappers import Container
import pytest
"""
THREE = "".join(f"{name} = container(image='app', name='{name * 2}')\n" for name in "abc")
RAISES = """
class Raises(Container):
    def ready(self):
        note('ready ' + self.name)
        {body}

b = container(image='app', name='bb', wrapper_class=Raises)
d = container(image='app', name='dd', environment={{'B': '{{b.id}}'}})
"""
