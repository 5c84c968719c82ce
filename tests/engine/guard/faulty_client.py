"""A client program that fails as the file `plan` beside it says, in front of the one that is meant.

The plan is JSON: `client` is the program that is meant, `fault` what goes wrong, `where` a regular expression for the
arguments that it goes wrong with, `times` how often it does, `chance` how probable it is, by a `seed`. Each call is a
byte of the file `calls`, each fault one of the file `faults`.
"""

from __future__ import annotations

import fcntl
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
# What no client writes.
GARBAGE = b'\x00\xff\x1b[31m{"Id": ]\n'


def main() -> int:
    """Do what was asked, or fail."""
    plan, arguments = json.loads((HERE / "plan").read_text()), sys.argv[1:]
    command = [plan["client"], *arguments]
    fault = plan["fault"] if is_due(plan, " ".join(arguments)) else None
    if fault == "fail":
        sys.stderr.write("Error response from daemon: out of luck\n")
        return 1
    if fault == "hang":
        time.sleep(3600)
    if fault == "slow":
        time.sleep(0.5)
    if fault is None or fault == "slow":
        os.execv(command[0], command)
    done = subprocess.run(command, stdout=subprocess.PIPE)
    if fault == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if fault == "late":
        time.sleep(3600)
    output = {"garbage": GARBAGE, "truncated": done.stdout[: len(done.stdout) // 2], "empty": b""}[fault]
    sys.stdout.buffer.write(output)
    return done.returncode


def is_due(plan: dict[str, Any], arguments: str) -> bool:
    """Say whether this call fails, and write that down."""
    with (HERE / "calls").open("ab") as calls:
        # One after the other.
        fcntl.flock(calls, fcntl.LOCK_EX)
        calls.write(b".")
        calls.flush()
        dice, faults = random.Random(plan["seed"] * 10**6 + calls.tell()), HERE / "faults"
        is_due = (
            re.search(plan["where"], arguments) is not None
            and (faults.stat().st_size if faults.exists() else 0) < plan["times"]
            and dice.random() < plan["chance"]
        )
        if is_due:
            with faults.open("ab") as file:
                file.write(b".")
        return is_due


if __name__ == "__main__":
    sys.exit(main())
