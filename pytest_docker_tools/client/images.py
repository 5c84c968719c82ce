"""Images."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, overload

from ..normalise import split_reference
from ..options import BuildOptions, check_keywords
from ..unsupported import refuse
from .model import Collection, Filters, Model, reference, remove

__tracebackhide__ = True


class Image(Model):
    """An image."""

    kind = "image"

    @property
    def short_id(self) -> str:
        """The first twelve characters of the id, after its algorithm."""
        return self.id[:19] if self.id.startswith("sha256:") else self.id[:12]

    @property
    def labels(self) -> dict[str, str]:
        """The labels."""
        return dict((self.attrs.get("Config") or {}).get("Labels") or {})

    @property
    def tags(self) -> list[str]:
        """The names of this image."""
        return [tag for tag in self.attrs.get("RepoTags") or [] if tag != "<none>:<none>"]

    def tag(self, repository: str, tag: str | None = None, force: bool = False) -> bool:
        """Give the image one more name."""
        refuse(force=force)
        name, found = split_reference(repository)
        self.driver.tag_image(self.id, name, tag or found or "latest")
        return True

    def remove(self, force: bool = False, noprune: bool = False) -> None:
        """Remove the image. Raises `ImageNotFound`, and `Conflict` where a container uses it, or it has more names."""
        self.client.images.remove(self.id, force, noprune)

    def __repr__(self) -> str:
        tags = "', '".join(self.tags)
        return f"<{type(self).__name__}: '{tags}'>"


class Images(Collection[Image]):
    """The images of an engine."""

    model = Image

    def get(self, name: str) -> Image:
        """Give the image of that name or id. Raises `ImageNotFound`."""
        return self._get(name)

    @overload
    def pull(
        self,
        repository: str,
        tag: str | None = ...,
        all_tags: Literal[False] = ...,
        *,
        auth_config: Mapping[str, str] | None = ...,
        platform: str | None = ...,
    ) -> Image: ...

    @overload
    def pull(
        self,
        repository: str,
        tag: str | None = ...,
        *,
        all_tags: Literal[True],
        auth_config: Mapping[str, str] | None = ...,
        platform: str | None = ...,
    ) -> list[Image]: ...

    def pull(
        self,
        repository: str,
        tag: str | None = None,
        all_tags: bool = False,
        *,
        auth_config: Mapping[str, str] | None = None,
        platform: str | None = None,
    ) -> Image | list[Image]:
        """Pull an image, or with `all_tags` all of a repository. No tag means `latest`.

        Raises `ImageNotFound`, and `Unauthorized`.
        """
        options = {"tag": tag, "all_tags": all_tags, "auth_config": auth_config, "platform": platform}
        pulled = self.client.driver.pull_image({"repository": repository, **options})
        return self.list(pulled) if all_tags else self._get(pulled)

    def list(self, name: str | None = None, all: bool = False, filters: Filters | None = None) -> list[Image]:
        """Give the images, or those of that name."""
        refuse(all=all)
        return self._list({**(filters or {}), **({"reference": name} if name else {})})

    def build(self, *, timeout: float | None = None, **options: Any) -> tuple[Image, Iterator[Mapping[str, str]]]:
        """Build an image, and give it and its log: {"stream": line} for each. Options are `options.BuildOptions`.

        Raises `BuildFailed`, and `DeadlineExceeded` after `timeout` seconds.
        """
        check_keywords(self.build, options, BuildOptions)
        if hasattr(options.get("fileobj"), "read"):
            content = options["fileobj"].read()
            options["fileobj"] = content.encode() if isinstance(content, str) else content
        lines: list[str] = []
        image = self.client.driver.build_image(options, on_progress=lines.append, timeout=timeout)
        return self._get(image), iter([{"stream": f"{line}\n"} for line in lines])

    def remove(self, image: Image | str, force: bool = False, noprune: bool = False) -> None:
        """Remove a name, or with an id the image. Raises `ImageNotFound`, and `Conflict` where a container uses it."""
        refuse(noprune=noprune)
        remove(self.client.driver, "image", reference(image), force=force)
