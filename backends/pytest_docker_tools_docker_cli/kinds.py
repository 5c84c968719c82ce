"""The verbs that are the same for every kind."""

from __future__ import annotations

import itertools
import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from pytest_docker_tools import normalise
from pytest_docker_tools.deadline import Deadline
from pytest_docker_tools.driver import Facts, Filters, Kind, Removal
from pytest_docker_tools.exceptions import DriverError, EngineError, NotFound
from pytest_docker_tools.references import quoted

from . import command, errors
from .base import CommandLine
from .removal import RemovalByCommand
from .runner import Command, Result

__tracebackhide__ = True

# Seconds before a command is run once more, where other processes remove what it looks at: a whole build may go on
# being removed, layer by layer.
_PAUSES = (0.0, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6)
# Those of a swarm are shorter.
# What no image can be called, none is.
_NO_NAME = re.compile("invalid reference format")
_ID = re.compile("(sha256:)?[0-9a-f]{64}|[0-9a-z]{25}")
_NAME = re.compile("[^\\x00-\\x20\\x7f]+")
# What is listed of them; of the others that may be names.
_IDS: Mapping[Kind, re.Pattern[str]] = {"container": _ID, "image": _ID}
# As many as fit in the arguments of a command on every system.
_BATCH = 200


class Kinds(CommandLine):
    """The verbs that are the same for every kind."""

    def inspect(self, kind: Kind, refs: Sequence[str], *, timeout: float | None = None) -> list[Facts | None]:
        return self._inspected(kind, refs, self._deadline(timeout))

    def _inspected(self, kind: Kind, refs: Sequence[str], deadline: Deadline) -> list[Facts | None]:
        found: list[Facts | None] = []
        for start in range(0, len(refs), _BATCH):
            found += self._inspect(kind, refs[start : start + _BATCH], deadline)
        return [
            facts if facts and self._is_meant(kind, ref, facts) else None
            for ref, facts in zip(refs, found, strict=True)
        ]

    def _is_unsure(self, kind: Kind, ref: str) -> bool:
        """Tell whether the client may find something else of which this is the beginning only."""
        pattern = self.part_of_a_name.get(kind)
        return pattern is not None and pattern.fullmatch(ref) is not None

    def _is_meant(self, kind: Kind, ref: str, facts: Facts) -> bool:
        return not self._is_unsure(kind, ref) or ref in _names(facts)

    def _inspect(self, kind: Kind, refs: Sequence[str], deadline: Deadline) -> list[Facts | None]:
        asking = Command(("inspect", f"--type={kind}", "--format", "{{json .}}", "--", *refs))
        result = self._settled(lambda: self.runner.run(asking, deadline), self._is_disturbed)
        if self._is_disturbed(result):
            raise self._error(f"inspect {kind}s", result, kind=EngineError)
        if result.exit_code:
            complaints = self._complaints(result, NotFound)
            self._refuse(f"inspect {kind}s", result, [line for line in complaints if not _NO_NAME.search(line)])
        found = self._read(f"inspect {kind}s", result, parse_facts)
        found = [self.translated(kind, facts, deadline.at_most(self.timeout)) for facts in found]
        if len(found) == len(refs):
            return list(found)
        # Nothing is printed in the place of one that is missing.
        placed = [found.pop(0) if found and ref in _names(found[0]) else None for ref in refs]
        if len(refs) > 1 and found:
            return [facts for ref in refs for facts in self._inspect(kind, [ref], deadline)]
        return placed

    def translated(self, kind: Kind, facts: Facts, timeout: float) -> Facts:
        """Give what the client printed of an object with docker's keys; it may take these seconds."""
        return facts

    def _facts(self, kind: Kind, ref: str, asked: str, deadline: Deadline) -> Facts:
        """Give the inspect JSON of one that must be there."""
        facts = self._inspected(kind, [ref], deadline)[0]
        if facts is None:
            raise NotFound(f"{self.runner.name} could not {asked}: there is no {kind} {quoted(ref)}.")
        return facts

    def ids(self, kind: Kind, filters: Filters | None = None, *, timeout: float | None = None) -> list[str]:
        deadline = self._deadline(timeout)
        wanted = normalise.filters(filters)
        if wanted.get("status"):
            wanted["status"] = [state for state in wanted["status"] if state not in self.absent_states]
            if not wanted["status"]:
                return []
        found = [self._listed(kind, together, deadline) for together in self._filters(kind, wanted)]
        return [ref for ref in found[0] if all(ref in other for other in found)]

    def _filters(self, kind: Kind, wanted: Mapping[str, Sequence[str]]) -> list[list[str]]:
        """Give the filters of each command that it takes to list what matches all."""
        groups = [(name, [value]) for name, values in wanted.items() if name == "label" for value in values]
        groups += [(name, list(values)) for name, values in wanted.items() if name != "label"]
        written = [[f"{name}={value}" for value in values] for name, values in groups]
        return written if written and kind in self.any_filter else [[item for group in written for item in group]]

    def _listed(self, kind: Kind, filters: Sequence[str], deadline: Deadline) -> list[str]:
        words = self.list_commands[kind]
        splitting = self.comma_flags.get(_verb(words), ())
        flags = [command.argument("--filter", item, splitting) for item in filters]
        todo = Command((*words, *flags))
        result = self._settled(lambda: self.runner.run(todo, deadline), self._lacks_one)
        if result.exit_code:
            # What it could not list is not what was asked for.
            raise self._error(f"list {kind}s", result, kind=EngineError if self._is_disturbed(result) else None)
        return self._read(f"list {kind}s", result, partial(_listed, _IDS.get(kind, _NAME)))

    def _lacks_one(self, result: Result) -> bool:
        """Tell whether something was removed while it was listed: a client may then list nothing at all."""
        return self._is_disturbed(result) or issubclass(errors.classify(self.phrases, result.complaint), NotFound)

    def _settled(self, run: Callable[[], Result], is_disturbed: Callable[[Result], bool]) -> Result:
        """Give the result of a command that is run again, though not for ever, while other processes disturb it."""
        for pause in _PAUSES:
            result = run()
            if not (result.exit_code and is_disturbed(result)):
                return result
            time.sleep(pause)
        return run()

    def _is_disturbed(self, result: Result) -> bool:
        return _says(self.disturbed, result)

    def remove(
        self,
        kind: Kind,
        refs: Sequence[str],
        *,
        force: bool = False,
        volumes: bool = False,
        timeout: float | None = None,
    ) -> None:
        deadline, flags = self._deadline(timeout), self._removal_flags(kind, force, volumes)
        refused: list[tuple[Result, list[str]]] = []
        for start in range(0, len(refs), _BATCH):
            present = self._meant(kind, refs[start : start + _BATCH], deadline)
            refused += self._remove(kind, present, flags, deadline) if present else []
        for result, complaints in refused:
            self._refuse(f"remove {kind}s", result, complaints)

    def _removal_flags(self, kind: Kind, force: bool, volumes: bool) -> list[str]:
        return [
            *(self.force_flags.get(kind, ()) if force else ()),
            *(["--volumes"] if volumes and kind == "container" else []),
        ]

    def begin_removal(
        self,
        kind: Kind,
        refs: Sequence[str],
        *,
        force: bool = False,
        volumes: bool = False,
        timeout: float | None = None,
    ) -> Removal | None:
        # Images may have to lose names first, and what is unsure has to be looked at.
        if kind == "image" or not refs or any(self._is_unsure(kind, ref) for ref in refs):
            return None
        words = (*self.remove_commands[kind], *self._removal_flags(kind, force, volumes), "--", *refs)
        return RemovalByCommand(self.runner, Command(words), self._deadline(timeout))

    def _remove(
        self, kind: Kind, refs: Sequence[str], flags: Sequence[str], deadline: Deadline
    ) -> list[tuple[Result, list[str]]]:
        """Give what was refused. Of several each is tried once more alone, as a client may stop at the first."""
        removing = Command((*self.remove_commands[kind], *flags, "--", *refs))
        result = self._settled(lambda: self.runner.run(removing, deadline), self._has_ended_meanwhile)
        complaints = self._complaints(result, NotFound) if result.exit_code else []
        if complaints and len(refs) > 1:
            return [refusal for ref in refs for refusal in self._remove(kind, [ref], flags, deadline)]
        return [(result, [line for line in complaints if not self._gone_soon(kind, line, deadline)])]

    def _has_ended_meanwhile(self, result: Result) -> bool:
        return _says(self.ended_meanwhile, result)

    def _meant(self, kind: Kind, refs: Sequence[str], deadline: Deadline) -> list[str]:
        """Leave out what is missing, but could be read as the beginning of something else."""
        unsure = [ref for ref in refs if self._is_unsure(kind, ref)]
        if not unsure:
            return list(refs)
        known = dict(zip(unsure, self._inspected(kind, unsure, deadline), strict=True))
        return [ref for ref in refs if ref not in known or known[ref]]

    def _gone_soon(self, kind: Kind, complaint: str, deadline: Deadline) -> bool:
        """Wait for what somebody else, or the engine itself after --rm, is removing already."""
        named = re.search(r"removal of container (\S+) is already in progress", complaint)
        while named and not deadline.passed:
            if self._inspected(kind, [named[1]], deadline) == [None]:
                return True
            time.sleep(deadline.at_most(0.05))
        return False

    def _complaints(self, result: Result, *fine: type[DriverError]) -> list[str]:
        """Give the lines of stderr that say something else than what is fine here."""
        lines = errors.clean(result.complaint).splitlines()
        return [line for line in lines if not issubclass(errors.classify(self.phrases, line), fine)]

    def _refuse(self, asked: str, result: Result, complaints: Sequence[str]) -> None:
        """Raise what the complaints say, if there are any."""
        if complaints:
            kinds = [errors.classify(self.phrases, line) for line in complaints]
            known = [kind for kind in kinds if kind is not EngineError]
            raise self._error(asked, result, kind=(known or kinds)[0])


def _says(pattern: re.Pattern[str] | None, result: Result) -> bool:
    """Say whether a command has failed with such words, if there are any."""
    return bool(result.exit_code and pattern and pattern.search(errors.clean(result.complaint)))


def created(name: str | None, text: str) -> str:
    """Read what a client prints of what it has created: the id, or the name that it was given."""
    if text != name and not _ID.fullmatch(text):
        raise ValueError(text)
    return text


def _listed(reference: re.Pattern[str], text: str) -> list[str]:
    found = list(dict.fromkeys(text.split()))
    if not all(reference.fullmatch(word) for word in found):
        raise ValueError(text)
    return found


def parse_facts(text: str) -> list[Facts]:
    """Read what `inspect` prints of those that it finds: an object a line, or one array."""
    found = json.loads(text) if text.lstrip().startswith("[") else map(json.loads, filter(str.strip, text.split("\n")))
    return [_facts(item) for item in found]


def one_fact(text: str) -> Facts:
    """Read the JSON of one object."""
    return _facts(json.loads(text))


def _facts(found: object) -> Facts:
    if not isinstance(found, dict):
        raise ValueError(found)
    return found


def _names(facts: Facts) -> set[str]:
    """Give the id and the names by which something is found; the keys differ between clients and kinds."""
    single = [facts.get(key) for key in ("Id", "id", "Name", "name")]
    several = [*(facts.get("RepoTags") or ()), *(facts.get("RepoDigests") or ())]
    return {
        *(str(name).lstrip("/") for name in single if name),
        *several,
        *(tag.removesuffix(":latest") for tag in several),
    }


def _verb(words: Sequence[str]) -> str:
    """Give the words of a command before its flags."""
    return " ".join(itertools.takewhile(lambda word: not word.startswith("-"), words))
