"""Secrets of builds: who reads them, and who does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ...exceptions import BuildFailed, UnsupportedOption
from ..capabilities import allowed, needs
from ..fixtures import Accepts, Build
from .errors import SECRET, nobody_sees, shown


class TestBuildSecrets:
    @needs("processes")
    def test_secrets(self, build: Build, image: str, tmp_path: Path, accepts: Accepts) -> None:
        """A step can read secrets, whatever bytes they have, in files that the image does not have."""
        (tmp_path / "token").write_bytes(b"of a file\n")
        secrets = {"text": "two\nlines", "bytes": b"\0\xff", "long": "x" * 100_000}
        sizes = [f"{name}:{len(value)}" for name, value in [*secrets.items(), ("file", "of a file\n")]]
        mounts = " ".join(f"--mount=type=secret,id={name}" for name in [*secrets, "file"])
        check = " && ".join(f"test $(wc -c < /run/secrets/{size.replace(':', ') = ')}" for size in sizes)
        dockerfile = (
            f"FROM {image}\nRUN {mounts} {check}\nRUN --mount=type=secret,id=text test "
            '"$(cat /run/secrets/text)" = "$(printf \'two\\nlines\')"\nRUN ! grep -r lines /run\n'
        )
        with allowed(accepts("build", "secrets")):
            build(fileobj=dockerfile.encode(), secrets={**secrets, "file": tmp_path / "token"})

    @needs("processes")
    def test_what_is_told_has_no_secrets(self, build: Build, image: str, tmp_path: Path, accepts: Accepts) -> None:
        """Secrets are seen in no list of processes, in no error, and in no line that is reported."""
        seen: list[str] = []
        dockerfile = (
            f"FROM {image}\nRUN --mount=type=secret,id=one --mount=type=secret,id=two,required=true sleep 0.5; "
            "cat /run/secrets/one /run/secrets/two; exit 7\n"
        )
        secrets = {"one": f"{SECRET}\nfirst-{SECRET}\n", "two": b"\0" + SECRET.encode()}
        kind = BuildFailed if accepts("build", "secrets") else UnsupportedOption
        with nobody_sees(SECRET, tmp_path), pytest.raises(kind) as raised:
            build(seen.append, fileobj=dockerfile.encode(), secrets=secrets)
        assert SECRET not in shown(raised.value) + "".join(seen)

    @needs("processes")
    @pytest.mark.parametrize(
        "secrets", ["token", {"a b": "x"}, {"a,b": "x"}, {"a": 5}, {"a": None}, {"a": ""}, {7: "x"}], ids=str
    )
    def test_what_is_no_secret(self, build: Build, secrets: Any) -> None:
        """What cannot be meant as secrets is refused."""
        with pytest.raises(UnsupportedOption, match="secrets"):
            build(fileobj=b"FROM scratch\nLABEL a=b\n", secrets=secrets)

    @needs("processes")
    def test_a_secret_that_is_nowhere(self, build: Build, tmp_path: Path, accepts: Accepts) -> None:
        """A file that is not there is BuildFailed, and named."""
        with pytest.raises((BuildFailed, UnsupportedOption)) as raised:
            build(fileobj=b"FROM scratch\nLABEL a=b\n", secrets={"token": tmp_path / "nowhere"})
        if accepts("build", "secrets"):
            assert isinstance(raised.value, BuildFailed)
            assert "nowhere" in str(raised.value)
