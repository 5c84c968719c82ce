"""A client program that fails as the file `plan` beside it says, in front of the one that is meant.

The plan is JSON: `client` is the program that is meant, `fault` what goes wrong, `where` a regular expression for the
arguments that it goes wrong with, `times` how often it does, `chance` how probable it is, by a `seed`. Each call is a
byte of the file `calls`, each fault one of the file `faults`. What takes long to import waits until it is needed: a run
makes some fifty calls, most of which only go on to the client.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import signal
import sys
import time

HERE = os.path.dirname(__file__)
# What no client writes.
GARBAGE = b'\x00\xff\x1b[31m{"Id": ]\n'


def main() -> int:
    """Do what was asked, or fail."""
    with open(f"{HERE}/plan") as file:
        plan = json.load(file)
    command = [plan.pop("client"), *sys.argv[1:]]
    fault = plan.pop("fault")
    if not is_due(" ".join(sys.argv[1:]), **plan):
        os.execv(command[0], command)
    if fault == "fail":
        sys.stderr.write("Error response from daemon: out of luck\n")
        return 1
    if fault == "hang":
        time.sleep(3600)
    if fault == "slow":
        time.sleep(0.5)
        os.execv(command[0], command)
    import subprocess

    done = subprocess.run(command, stdout=subprocess.PIPE)
    if fault == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if fault == "late":
        time.sleep(3600)
    output = {"garbage": GARBAGE, "truncated": done.stdout[: len(done.stdout) // 2], "empty": b""}[fault]
    sys.stdout.buffer.write(output)
    return done.returncode


def is_due(arguments: str, *, where: str, times: float, chance: float, seed: int) -> bool:
    """Say whether this call fails, and write that down."""
    with open(f"{HERE}/calls", "ab") as calls, open(f"{HERE}/faults", "ab") as faults:
        # One after the other.
        fcntl.flock(calls, fcntl.LOCK_EX)
        calls.write(b".")
        calls.flush()
        is_meant = re.search(where, arguments) is not None and os.fstat(faults.fileno()).st_size < times
        is_due = is_meant and (chance == 1 or dice(seed * 10**6 + calls.tell()) < chance)
        if is_due:
            faults.write(b".")
        return is_due


def dice(seed: int) -> float:
    """Throw them: 0 to 1."""
    import random

    return random.Random(seed).random()


if __name__ == "__main__":
    sys.exit(main())
