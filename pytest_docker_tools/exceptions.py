"""Every error that this project raises, under one base.

    DockerToolsError
    ├── UsageError                    what the author of the test wrote cannot be meant
    │   ├── UnknownKeyword            (also a TypeError) a factory does not know this keyword
    │   ├── TemplateError             a reference to a fixture cannot be read, found or followed
    │   └── NotReusable               --reuse-containers met a resource without a name, or one that is not ours
    ├── ContainerError                a container that the tests asked for is not usable; has `.container`
    │   ├── ContainerFailed           it ended, or never started
    │   │   └── CommandFailed         `containers.run` waited for it, and its exit code was not 0; as docker-py has it
    │   └── ContainerNotReady         it runs, but was not ready in time
    ├── FailedElsewhere               a worker of xdist could not make what all of them have in common
    ├── TimeoutError                  (also the builtin) something waited for did not happen in time
    └── DriverError                   a driver could not do what was asked; has `.command .exit_code .stderr .created`
        ├── BackendNotFound           no installed driver has that name
        ├── UnsupportedOperation      this driver does not have that verb
        ├── UnsupportedOption         this driver cannot express that keyword or value; has `.keyword`
        ├── EngineUnavailable         there is no engine, or no client, to talk to
        ├── DeadlineExceeded          (also the builtin TimeoutError) the engine did not finish in time
        └── EngineError               the engine refused
            ├── NotFound
            │   └── ImageNotFound
            ├── Conflict              a name is taken, or the state of the resource forbids it
            ├── Forbidden
            ├── PortUnavailable       a fixed host port is in use
            ├── ResourceExhausted     its disk is full, or its networks have used up its addresses
            ├── Unauthorized          a registry wants (other) credentials
            └── BuildFailed           a step of a build failed; has `.log`

`EngineWarning`, a `UserWarning`, is what an engine says about a container that it has created all the same.
"""

from __future__ import annotations

import builtins
from typing import Any


class DockerToolsError(Exception):
    """The base of every error of this project."""


class UsageError(DockerToolsError):
    """What the author of the test wrote cannot be meant."""


class UnknownKeyword(UsageError, TypeError):
    """A factory was given a keyword that it does not know."""


class TemplateError(UsageError):
    """A reference to a fixture cannot be read, found or followed."""


class NotReusable(UsageError):
    """`--reuse-containers` met a resource without a name, or one that this project did not make."""


class ContainerError(DockerToolsError):
    """A container that the tests asked for is not usable. `container` is the wrapper that stands for it."""

    def __init__(self, container: Any, message: str = "") -> None:
        super().__init__(message)
        self.container = container


class ContainerFailed(ContainerError):
    """The container ended, or never started."""


class CommandFailed(ContainerFailed):
    """The container that `containers.run` waited for ended with an exit code other than 0.

    As in docker-py, `exit_status` is that code, `command` and `image` are what was given, and `stderr` is what the
    container wrote there (None where its log cannot be read).
    """

    def __init__(
        self, container: Any, message: str, *, exit_status: int, command: Any, image: str, stderr: bytes | None
    ) -> None:
        super().__init__(container, message)
        self.exit_status = exit_status
        self.command = command
        self.image = image
        self.stderr = stderr


class ContainerNotReady(ContainerError):
    """The container runs, but was not ready in time."""


class FailedElsewhere(DockerToolsError):
    """A worker of xdist could not make what all of them have in common, so the others do not try."""


class TimeoutError(DockerToolsError, builtins.TimeoutError):
    """Something that was waited for did not happen in time."""


class DriverError(DockerToolsError):
    """A driver could not do what was asked.

    Where a command was run, `command` shows it without secrets, `exit_code` is what it returned and `stderr`
    what it said. `created` is the id of the container that `Driver.run_container` has created, but could not start.
    `is_in_doubt` says whether the engine may have done something all the same, or may yet do it.
    """

    created: str | None = None
    is_in_doubt: bool = False

    def __init__(
        self, message: str, *, command: str | None = None, exit_code: int | None = None, stderr: str = ""
    ) -> None:
        super().__init__(message)
        self.command = command
        self.exit_code = exit_code
        self.stderr = stderr


class BackendNotFound(DriverError):
    """No installed driver has the name that was asked for."""


class UnsupportedOperation(DriverError):
    """The driver does not have this verb."""


class UnsupportedOption(DriverError):
    """The driver cannot express this keyword, or this value of it. `keyword` is its docker-py name."""

    def __init__(self, keyword: str, reason: str, **details: Any) -> None:
        super().__init__(f"{keyword!r} cannot be used here: {reason}", **details)
        self.keyword = keyword


class EngineUnavailable(DriverError):
    """There is no engine, or no client, to talk to."""

    is_in_doubt = True


class DeadlineExceeded(DriverError, builtins.TimeoutError):
    """The engine did not finish in time."""

    is_in_doubt = True


class EngineError(DriverError):
    """The engine refused."""


class NotFound(EngineError):
    """The engine does not have the object."""


class ImageNotFound(NotFound):
    """The engine, or the registry, does not have the image."""


class Conflict(EngineError):
    """A name is taken, or the state of the object forbids what was asked."""


class Forbidden(EngineError):
    """The engine does not allow this, such as the removal of a network that is in use."""


class PortUnavailable(EngineError):
    """A host port that was asked for is in use."""


class ResourceExhausted(EngineError):
    """The engine has no room for what was asked: its disk is full, or its networks have used up its addresses."""


class Unauthorized(EngineError):
    """A registry wants credentials, or other ones."""


class BuildFailed(EngineError):
    """A step of a build failed. `log` is the whole output of the build."""

    def __init__(self, message: str, *, log: str = "", **details: Any) -> None:
        super().__init__(message, **details)
        self.log = log


class EngineWarning(UserWarning):
    """The engine did what was asked for, and says that something of it has no effect, or another one."""
