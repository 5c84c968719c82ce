"""The images of the engine in memory, by id and by name."""

from __future__ import annotations

import re

from ...exceptions import Conflict, ImageNotFound
from ...normalise import split_reference
from .image import MemoryImage, StoredImage, content_id

__tracebackhide__ = True

_ID_PREFIX = re.compile(r"(sha256:)?[0-9a-f]+")


class ImageStore:
    """Images by id, and the tags that name them."""

    def __init__(self) -> None:
        self.images: dict[str, StoredImage] = {}
        self.tags: dict[str, str] = {}

    def add(self, image: MemoryImage, reference: str | None = None, *made_from: object) -> StoredImage:
        """Keep an image and perhaps name it. The same content, made from the same, is the same image."""
        image_id = content_id(image, *made_from)
        stored = self.images.setdefault(image_id, StoredImage(image_id, image))
        if reference:
            self.tag(stored, reference)
        return stored

    def tag(self, stored: StoredImage, reference: str) -> None:
        """Give an image a name, which another image loses."""
        self.tags[with_tag(reference)] = stored.id

    def tags_of(self, stored: StoredImage) -> list[str]:
        """Give the names of an image."""
        return sorted(tag for tag, image_id in self.tags.items() if image_id == stored.id)

    def find(self, reference: str) -> StoredImage | None:
        """Give the image of that name, digest, id or unique beginning of an id."""
        image_id = self.tags.get(with_tag(reference), reference)
        if image_id in self.images:
            return self.images[image_id]
        for stored in self.images.values():
            if reference in stored.digests:
                return stored
        prefix = f"sha256:{reference.removeprefix('sha256:')}"
        found = [stored for stored in self.images.values() if stored.id.startswith(prefix)]
        return found[0] if len(found) == 1 and _ID_PREFIX.fullmatch(reference) else None

    def need(self, reference: str) -> StoredImage:
        """Give the image of that name or id, or raise `ImageNotFound`."""
        stored = self.find(reference)
        if stored is None:
            raise ImageNotFound(f"No such image: {with_tag(reference)}. Add it to the engine with add_image() first.")
        return stored

    def remove(self, reference: str, user: str | None, force: bool) -> None:
        """Remove a name and, with the last one, the image. `user` is a container that was made from it."""
        stored, tags = self.need(reference), self.tags_of(self.need(reference))
        is_name = with_tag(reference) in tags
        if is_name and len(tags) > 1:
            del self.tags[with_tag(reference)]
            return
        if len(tags) > 1 and not force:
            raise Conflict(f"conflict: unable to delete {reference} (must be forced): it has several tags. Use force.")
        if user and not force:
            raise Conflict(f"conflict: unable to remove {reference} (must force): container {user} is using it.")
        for tag in tags:
            del self.tags[tag]
        del self.images[stored.id]


def with_tag(reference: str) -> str:
    """Give a reference with its tag or digest, `latest` if there is none."""
    return reference if split_reference(reference)[1] else f"{reference}:latest"
