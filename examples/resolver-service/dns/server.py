"""A DNS server whose records are its environment: DNS_EXAMPLE_COM__A=127.0.0.1 is one of example.com."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import struct
import sys
from collections.abc import Mapping

# The header of a message: id, flags, and how many questions, answers, authorities and additionals follow.
HEADER = struct.Struct("!6H")
# What follows the name of a question: type and class.
QUESTION = struct.Struct("!2H")
# What an answer begins with: pointer to the name in the question, type, class, time to live, length of data.
ANSWER = struct.Struct("!3HIH")

RESPONSE, AUTHORITATIVE, RECURSION_DESIRED, OPCODE = 0x8000, 0x0400, 0x0100, 0x7800
NO_ERROR, FORMAT_ERROR, NAME_ERROR, NOT_IMPLEMENTED = 0, 1, 3, 4
TYPE_A, CLASS_IN = 1, 1
NAME_OF_QUESTION = 0xC000 | HEADER.size
LONGEST_LABEL = 63

# By name, spelt as in its variable (EXAMPLE_COM), and then by type.
Records = dict[str, dict[str, str]]


def read_question(packet: bytes) -> tuple[str, int, int, int]:
    """What a query asks for: name, type, class, and the offset where the question ends; else ValueError."""
    labels: list[str] = []
    at = HEADER.size
    try:
        while size := packet[at]:
            if size > LONGEST_LABEL or at + size >= len(packet):
                raise ValueError("a label is too long, or compressed, which the name of a question need not be")
            labels.append(packet[at + 1 : at + 1 + size].decode("ascii"))
            at += 1 + size
        kind, klass = QUESTION.unpack_from(packet, at + 1)
    except (IndexError, struct.error) as error:
        raise ValueError("the question is cut off") from error
    return ".".join(labels), kind, klass, at + 1 + QUESTION.size


def read_records(environment: Mapping[str, str]) -> Records:
    """What the environment says of every name."""
    records: Records = {}
    for variable, value in environment.items():
        name, separator, kind = variable.removeprefix("DNS_").rpartition("__")
        if variable.startswith("DNS_") and separator:
            records.setdefault(name, {})[kind] = value
    return records


def look_up(records: Records, name: str, kind: int, klass: int) -> tuple[int, bytes]:
    """The code of the response, and the address that goes with it or nothing."""
    of_name = records.get(name.upper().replace(".", "_"))
    if of_name is None:
        print(f"{name} type {kind}: no such name")
        return NAME_ERROR, b""
    if kind != TYPE_A or klass != CLASS_IN or "A" not in of_name:
        print(f"{name} type {kind}: no record of this type")
        return NO_ERROR, b""
    print(f"{name} type {kind}: {of_name['A']}")
    return NO_ERROR, socket.inet_aton(of_name["A"])


def answer(packet: bytes, flags: int, records: Records) -> tuple[int, bytes, bytes]:
    """The code of the response to a query, and the question and the record that go with it."""
    if flags & OPCODE:
        return NOT_IMPLEMENTED, b"", b""
    try:
        name, kind, klass, end = read_question(packet)
    except ValueError as error:
        print(f"malformed query: {error}")
        return FORMAT_ERROR, b"", b""
    code, address = look_up(records, name, kind, klass)
    record = ANSWER.pack(NAME_OF_QUESTION, kind, klass, 0, len(address)) + address if address else b""
    return code, packet[HEADER.size : end], record


def respond(packet: bytes, records: Records) -> bytes | None:
    """The response to a packet; None for one that is no query and gets none."""
    if len(packet) < HEADER.size:
        return None
    ident, flags, *_ = HEADER.unpack_from(packet)
    if flags & RESPONSE:
        return None
    code, question, record = answer(packet, flags, records)
    flags = RESPONSE | AUTHORITATIVE | (flags & (OPCODE | RECURSION_DESIRED)) | code
    return HEADER.pack(ident, flags, bool(question), bool(record), 0, 0) + question + record


def serve() -> None:
    records = read_records(os.environ)
    for of_name in records.values():
        # An address that is none ends the server now, not at the first query.
        socket.inet_aton(of_name.get("A", "0.0.0.0"))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("", 53))
        print("listening on port 53")
        while True:
            packet, client = server.recvfrom(4096)
            response = respond(packet, records)
            if response is not None:
                # A forged sender may be one that nothing can be sent to.
                with contextlib.suppress(OSError):
                    server.sendto(response, client)


if __name__ == "__main__":
    # The first process of a container gets no default action for SIGTERM.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    serve()
