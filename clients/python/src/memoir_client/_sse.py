"""Server-sent events, as far as Memoir sends them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ServerEvent:
    """One event, and its id, from which a stream can be continued."""

    id: str | None
    data: str


class EventReader:
    """Puts lines together to events."""

    def __init__(self) -> None:
        self._fields: dict[str, str] = {}

    def read(self, line: str) -> ServerEvent | None:
        """The event that ends with this line."""
        if line == "":
            fields, self._fields = self._fields, {}
            return ServerEvent(fields.get("id"), fields["data"]) if "data" in fields else None
        name, _, value = line.partition(":")
        if name != "":
            self._fields[name] = value.removeprefix(" ")
        return None
