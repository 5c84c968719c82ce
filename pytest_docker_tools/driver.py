"""The contract between this library and a container engine.

A driver is a subclass of `Driver` that a package offers under the entry-point group
`pytest_docker_tools.drivers` (see `hookspecs.py`). What the docstrings here say is the specification.

Rules that hold for every verb:

- `kind` is one of `KINDS`: container, image, network, volume. A `ref` is a full id, or a name. What begins an id of a
  container or a network is no ref: somebody's name may do that too.
- Facts come back as the engine's inspect JSON, as dictionaries with docker's keys. The core reads, of a container:
  Id, Name, Image, Created, RestartCount, State (Status, Pid, ExitCode, OOMKilled, Error, FinishedAt and, where there is
  a check, Health: Status, FailingStreak, Log), Config (Image, Env, Labels, Healthcheck), HostConfig (NetworkMode,
  PortBindings, AutoRemove, ReadonlyRootfs, Tmpfs), Mounts (Type, Name, Destination), NetworkSettings (Ports, Networks:
  NetworkID, IPAddress, GlobalIPv6Address, Gateway, IPv6Gateway, MacAddress, Aliases, Links, DriverOpts, IPAMConfig); of
  an image: Id, RepoTags, Os, Architecture, Variant, Config (Labels); of a network: Id, Name, Labels, Containers; of a
  volume: Name, Labels.
- Options come in docker-py's spelling, as the user wrote them (templates already replaced). Every option is
  carried out exactly, or refused with `UnsupportedOption`, which names it; none is dropped. One that is None is as if
  it were not there; options that contradict each other are refused. `normalise` has the accepted forms.
- `timeout` is in seconds of wall clock. `None` means the driver's own default, which is finite for every verb but
  `build_image`, `pull_image`, `execute`, `wait` and `follow`. A verb that is not done by then raises
  `DeadlineExceeded`, which says how many seconds it had (only the lines of `follow` just end), and leaves no process
  behind, nor for long a thread. The `grace` of `stop` and `restart` comes on top of the default.
- Errors are those of `exceptions.py`, from `DriverError` down, or classes derived from them. An engine that is not
  there is `EngineUnavailable`, whichever verb was called, with the engine's address. Something that has to be there and
  is not is `NotFound`, with its name. What the engine refuses for no reason that has a class is `EngineError`.
- Values of environments, of build arguments and secrets, and passwords are seen in no error, and in no list of
  processes.
- Verbs may be called from several threads at once.

The contract has two tiers: abstract verbs, without which a driver cannot be constructed, and, at the end, verbs
that are made of others, or raise `UnsupportedOperation`, until a driver has them, so that the contract can grow.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import IO, Any, ClassVar, Literal, NamedTuple, get_args

from . import calls, listening
from .deadline import Deadline
from .endpoint import Endpoint as Endpoint
from .exceptions import DriverError, ImageNotFound, NotFound, UnsupportedOperation
from .normalise import Verb as Verb
from .normalise import normalised
from .removal import Removal as Removal

__tracebackhide__ = True

CONTRACT = 1

Kind = Literal["container", "image", "network", "volume"]
KINDS: tuple[Kind, ...] = ("container", "image", "network", "volume")
# What not every engine, or its client, can do; a driver says so with `lacks`.
Capability = Literal[
    "processes",  # commands run: of containers, in them, and as steps of a build
    "connection",  # the engine is reached over a connection, at whose other end there may be nothing
    "host",  # containers have ports and folders of the machine that the engine runs on
    "owners",  # archives of files keep their owners
    "links",  # an archive of a symbolic link has the link, not what it leads to
    "network_ids",  # networks have ids that are not their names
    "recipe",  # another process can open the same engine
    "unset",  # a command that is executed does not have to have all variables of its container
]
CAPABILITIES: tuple[Capability, ...] = get_args(Capability)
# The verbs of `normalise` that make something.
Made = Literal["build", "container", "network", "pull", "volume"]
Facts = dict[str, Any]
Filters = Mapping[str, "str | Sequence[str]"]
Options = Mapping[str, Any]
Progress = Callable[[str], object]


class ExecResult(NamedTuple):
    """What a command in a container gave. `exit_code` is None for a detached one that was started."""

    exit_code: int | None
    stdout: bytes
    stderr: bytes


@dataclass(frozen=True)
class Recipe:
    """How another process opens the same engine: `drivers.open_driver(backend, settings)`. Settings are JSON."""

    backend: str
    settings: Mapping[str, Any] = field(default_factory=dict)


class Driver(ABC):
    """One connection to one engine."""

    lacks: ClassVar[frozenset[Capability]] = frozenset()
    """What this driver, or its engine, cannot do."""
    refuses: ClassVar[Mapping[Verb, Mapping[str, str]]] = {}
    """By verb, keywords that are refused, with the reason. All others are carried out."""
    approximates: ClassVar[Mapping[Verb, Mapping[str, str]]] = {}
    """By verb, keywords that are carried out nearly as docker-py does, with what is different."""

    def can(self, capability: Capability) -> bool:
        """Say whether this driver has a capability; where that depends on the engine, it may be asked."""
        return capability not in self.lacks

    # Which engine, and how to reach it again

    @abstractmethod
    def endpoint(self) -> Endpoint:
        """Give the engine that this driver speaks to, without contacting it."""

    @abstractmethod
    def recipe(self) -> Recipe | None:
        """Give what another process needs to open the same engine, independent of its working directory.

        Settings have `timeout` where the user set one, and no secrets. None where that cannot be told, e.g. for a
        connection that the test suite made by itself.
        """

    @abstractmethod
    def close(self) -> None:
        """End what is in flight; its callers get `EngineUnavailable`, as does every later call. Idempotent."""

    # Verbs that are the same for every kind

    @abstractmethod
    def inspect(self, kind: Kind, refs: Sequence[str], *, timeout: float | None = None) -> list[Facts | None]:
        """Give the inspect JSON of each ref, in order, None for one that does not exist, or cannot."""

    @abstractmethod
    def ids(self, kind: Kind, filters: Filters | None = None, *, timeout: float | None = None) -> list[str]:
        """Give the ids (volumes: names) of all that match, containers in every state.

        A filter is one of the engine's; every driver has `label`, for containers `name`, `status`, `network` and
        `volume`, for images `reference`, for networks and volumes `name`. Several values of one filter are passed as
        a list: all labels have to match, one of the values of any other. `name` matches a part of the name. Each id
        comes once.
        """

    @abstractmethod
    def remove(
        self,
        kind: Kind,
        refs: Sequence[str],
        *,
        force: bool = False,
        volumes: bool = False,
        timeout: float | None = None,
    ) -> None:
        """Remove each ref. One that is already gone is fine.

        `force` ends a running container at once, or removes an image with several tags; `volumes` takes a
        container's anonymous volumes along. For other kinds they mean nothing. A ref that cannot be removed raises
        after the others have been tried: `Forbidden` for a network that is in use or the engine's own, else `Conflict`.
        """

    # Containers

    @abstractmethod
    def create_container(self, options: Options, *, timeout: float | None = None) -> str:
        """Create, but do not start, a container and give its id. `options` are `options.ContainerOptions`.

        An image that the engine does not have is `ImageNotFound`; a driver never pulls here. A taken name is
        `Conflict`. What the engine warns of, such as a limit that its kernel does not have, is an `EngineWarning`.
        """

    @abstractmethod
    def start(self, ref: str, *, timeout: float | None = None) -> None:
        """Start a container. A running one is left as it is. A host port in use is `PortUnavailable`."""

    @abstractmethod
    def stop(self, ref: str, *, grace: int | None = None, timeout: float | None = None) -> None:
        """Send the stop signal and, after `grace` seconds (None: as the container has it), SIGKILL."""

    @abstractmethod
    def restart(self, ref: str, *, grace: int | None = None, timeout: float | None = None) -> None:
        """Stop as `stop` does, if the container runs, then start."""

    @abstractmethod
    def kill(self, ref: str, *, signal: str | int | None = None, timeout: float | None = None) -> None:
        """Send a signal (None: SIGKILL). A container that does not run is `Conflict`."""

    @abstractmethod
    def pause(self, ref: str, *, timeout: float | None = None) -> None:
        """Freeze all processes of a container. One that does not run, or is paused, is `Conflict`."""

    @abstractmethod
    def unpause(self, ref: str, *, timeout: float | None = None) -> None:
        """Let a paused container go on. One that is not paused is `Conflict`."""

    @abstractmethod
    def wait(self, ref: str, *, timeout: float | None = None) -> int:
        """Wait until a container does not run, and give its exit code; 0 at once for one that was never started."""

    @abstractmethod
    def logs(
        self,
        ref: str,
        *,
        stdout: bool = True,
        stderr: bool = True,
        timestamps: bool = False,
        tail: int | None = None,
        since: float | None = None,
        until: float | None = None,
        timeout: float | None = None,
    ) -> bytes:
        """Give what a container wrote, in the order in which it did, as bytes.

        `tail` is a number of lines; `since` and `until` are seconds of the epoch. Without
        `stdout` and `stderr` there is nothing.
        """

    @abstractmethod
    def follow(
        self,
        ref: str,
        *,
        stdout: bool = True,
        stderr: bool = True,
        timestamps: bool = False,
        tail: int | None = None,
        since: float | None = None,
        timeout: float | None = None,
    ) -> AbstractContextManager[Iterator[bytes]]:
        """Give a container's log as it is written, line by line with the line ends.

        A missing container, or an engine that does not answer by then, raises when the context is entered. The iterator
        ends when the container does, or after `timeout` seconds. Leaving the context ends it at once.
        """

    @abstractmethod
    def execute(
        self,
        ref: str,
        command: str | Sequence[str],
        *,
        environment: Mapping[str, Any] | Sequence[str] | None = None,
        workdir: str | None = None,
        user: str | int | None = None,
        privileged: bool = False,
        tty: bool = False,
        detach: bool = False,
        merge_stderr: bool = False,
        timeout: float | None = None,
    ) -> ExecResult:
        """Run a command in a running container. A string is split as a shell would; no word is `UnsupportedOption`.

        With `merge_stderr` both streams are in `stdout`, in the order in which they were written. A command that
        cannot be run is no error here but an exit code of 126 or 127 with the engine's text as output, `detach` or
        not. A container that does not run, or is paused, is `Conflict`. What runs in the container is not ended by a
        deadline.
        """

    @abstractmethod
    def get_archive(self, ref: str, path: str, *, timeout: float | None = None) -> AbstractContextManager[IO[bytes]]:
        """Give a path of a container, in any state, as a tar archive rooted at the path's last part.

        The archive is a file that can be read and sought, and may be larger than memory. A missing path raises
        `NotFound` when the context is entered.
        """

    @abstractmethod
    def put_archive(self, ref: str, path: str, archive: bytes | IO[bytes], *, timeout: float | None = None) -> None:
        """Unpack a tar archive into a folder of a container, in any state, with the owners and modes that it has.

        A file is read in pieces, from where it stands. Folders that members are in and the archive does not have stay
        as they are, or are made with the mode 0755. A missing folder is `NotFound`. What is no folder, or no archive,
        and a member that would put a folder in place of a file, or a file in place of a folder, is `EngineError`.
        """

    # Images

    @abstractmethod
    def build_image(
        self, options: Options, *, on_progress: Progress | None = None, timeout: float | None = None
    ) -> str:
        """Build an image and give its id. `options` are `options.BuildOptions`, `fileobj` as bytes.

        `secrets` are bytes, text, or the path of a file, for steps that mount them; the image has nothing of them.
        `dockerfile` is within `path`, or absolute. `on_progress` gets each line of output as it comes, without its end;
        what it raises ends the build. A step that fails is `BuildFailed` with the log, as is a folder, a Dockerfile or
        a base image that is not there.
        """

    @abstractmethod
    def pull_image(self, options: Options, *, on_progress: Progress | None = None, timeout: float | None = None) -> str:
        """Pull an image and give its id. `options` are `options.PullOptions`; no tag and no digest means `latest`.

        With `all_tags` there is no one image: the repository is given, by which `ids("image", {"reference": ...})`
        finds them. `auth_config` comes before any login that the user has, and when it is empty nobody is logged in.
        `on_progress` is as for `build_image`. An image that the registry does not have, or not for the platform, is
        `ImageNotFound`; no credentials, or wrong ones, are `Unauthorized`, as may be a registry that does not tell
        which; one that does not answer, or fails, is `EngineError`. `registries.advice` says what can be done.
        """

    # Networks and volumes

    @abstractmethod
    def create_network(self, options: Options, *, timeout: float | None = None) -> str:
        """Create a network and give its id. A taken name is `Conflict`, a taken subnet `Forbidden`.

        `options` are `options.CreateNetworkOptions`.
        """

    @abstractmethod
    def connect(
        self, network: str, container: str, options: Options | None = None, *, timeout: float | None = None
    ) -> None:
        """Attach a container to a network, in which it is not yet (`Forbidden`).

        `options` are `options.ConnectOptions`.
        """

    @abstractmethod
    def disconnect(self, network: str, container: str, *, force: bool = False, timeout: float | None = None) -> None:
        """Detach a container from a network, in which it is (else `Conflict`)."""

    @abstractmethod
    def create_volume(self, options: Options, *, timeout: float | None = None) -> str:
        """Create a volume and give its name. `options` are `options.VolumeOptions`.

        Engines differ when the name is taken, but the volume that has it stays as it is: it is given, or there is a
        `Conflict`. The caller tells by a label of its own which volume it has got.
        """

    # What a driver may do better than this

    def native_client(self) -> Any | None:
        """Give the client that the `docker_client` fixture is to be, None for `client.Client` over this driver.

        For a driver over a client library that users know. The object has docker-py's shape: a fixture's value is
        what `<kind>s.get(id)` of it returns, whose `client` is the object. `close` closes it.
        """
        return None

    def client_command(self) -> Sequence[str]:
        """Give the words with which a person, in the environment of the tests, begins a command for this engine.

        As docker has them, `exec -it`, `inspect`, `logs` and `rm` can follow. None where there is no such program.
        """
        return ()

    def shown(self, verb: Made, options: Options) -> str:
        """Show what would be asked of the engine, as a command or a call in one line, without values that are secret.

        `options` are those of the verb; references to fixtures may still be in them, as "{name.attribute}". Raises
        `UnsupportedOption` for a keyword that cannot be carried out, or that cannot be read with a reference in its
        place. The engine is not contacted, no client is run, and nothing is read or written on disk, so what depends
        on the version of the engine is not refused here. A driver without a command line shows docker-py's call.
        """
        normalised(verb, options, self.refuses)
        return calls.call(verb, options)

    def missing(self, kind: Kind, ref: str) -> NotFound:
        """Give the error for an object that has to be there and that `inspect` did not find."""
        error = ImageNotFound if kind == "image" else NotFound
        return error(f"There is no {kind} {ref!r} on the engine at {self.endpoint().url}.")

    def health(self, container: Facts, *, timeout: float | None = None) -> Facts | None:
        """Give what the health check of a running container has found: Status, FailingStreak, Log.

        `container` is what `inspect` gave a moment ago, whose State has it where the engine tries the check by itself.
        A driver of an engine that does not lets it do so now.
        """
        health: Facts | None = container["State"].get("Health")
        return health

    def listening(self, container: Facts, *, timeout: float | None = None) -> frozenset[listening.Socket] | None:
        """Give the sockets that listen in a running container, or None where that cannot be known.

        `container` is what `inspect` gave a moment ago; it saves another look, and its process id is checked. Needs
        nothing in the image where the container's processes are seen from here, else a `cat`. A container that has
        ended since is `Conflict`, one that is gone `NotFound`.
        """
        return listening.in_container(self, container, timeout)

    def still_runs(self, container: Facts) -> bool:
        """Say whether the process that `inspect` has shown of a running container provably runs, without the engine.

        `container` is what that gave. False where it has ended, is paused, or cannot be seen from here.
        """
        return listening.still_runs(container)

    # Second tier

    def run_container(self, options: Options, *, timeout: float | None = None) -> str:
        """Create and start a container in one go, and give its id. `options` are those of `create_container`.

        Raises what `create_container` and `start` raise. A container that was created and cannot be started stays, as
        it does after those two, and the error has its id as `created`.
        """
        deadline = Deadline(timeout)
        container = self.create_container(options, timeout=timeout)
        try:
            self.start(container, timeout=deadline.left)
        except DriverError as error:
            error.created = container
            raise
        return container

    def begin_removal(
        self,
        kind: Kind,
        refs: Sequence[str],
        *,
        force: bool = False,
        volumes: bool = False,
        timeout: float | None = None,
    ) -> Removal | None:
        """Begin to remove each ref, as `remove` does, and come back without waiting for the engine.

        None where that cannot be done, or not without a thread or a look at the engine; `remove` does it then. What
        has not come to its end is ended by `close`, and counts as refused.
        """
        return None

    def version(self, *, timeout: float | None = None) -> Facts:
        """Give the engine's version as its API does: `Version`, `ApiVersion`, `Os`, `Arch` ...

        `Client` is added where that is known: `Name` and `Version` of the program or library that speaks to it.
        """
        raise self._unsupported("version")

    def tag_image(self, ref: str, repository: str, tag: str = "latest", *, timeout: float | None = None) -> None:
        """Give an image one more name."""
        raise self._unsupported("tag_image")

    def _unsupported(self, verb: str) -> UnsupportedOperation:
        return UnsupportedOperation(
            f"The driver {type(self).__name__} has no {verb!r}. Choose another backend with --docker-backend."
        )
