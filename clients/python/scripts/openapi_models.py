"""Makes the schemas of openapi.json fit for a client that is older or newer than its server."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]

SOURCE_NAME = "openapi.json"

# More values than this are a list to look up, not one to read.
MAX_VALUES = 12

# What only says what a server refuses, or what a client has no type for.
UNUSED = {
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "pattern",
    "example",
    "minItems",
    "maxItems",
}

REF = "#/components/schemas/"


def model_schemas(openapi: Schema) -> Schema:
    """A document of the schemas that the routes under /v1 and /mcp answer, every object with a name."""
    schemas = copy.deepcopy(openapi["components"]["schemas"])
    named: dict[str, Schema] = {}
    for name in _reachable(openapi, schemas):
        named[name] = _named(schemas[name], name, named)
    return {
        "openapi": openapi["openapi"],
        "info": {"title": "Memoir", "version": "1"},
        "paths": {},
        "components": {"schemas": named},
    }


def _reachable(openapi: Schema, schemas: dict[str, Schema]) -> list[str]:
    wanted: set[str] = set()
    waiting = [
        name
        for path, item in openapi["paths"].items()
        if path.startswith("/v1/") or path.startswith("/mcp/")
        for operation in item.values()
        for status, answer in operation["responses"].items()
        if status.startswith("2")
        for name in _refs(answer)
    ]
    while waiting:
        name = waiting.pop()
        if name not in wanted:
            wanted.add(name)
            waiting.extend(_refs(schemas[name]))
    return [name for name in schemas if name in wanted]


def _refs(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"].removeprefix(REF)
        for inner in value.values():
            yield from _refs(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _refs(inner)


def _named(schema: Schema, name: str, named: dict[str, Schema]) -> Schema:
    """The schema with what is inside it replaced: objects by names, enumerations by open ones."""
    schema = {key: value for key, value in schema.items() if key not in UNUSED}
    if schema.get("format") == "uuid":
        del schema["format"]
    if "allOf" in schema:
        return _all_of(schema, name, named)
    if "enum" in schema:
        return _open_enum(schema)
    if "properties" in schema:
        schema["properties"] = {key: _property(value, name, key, named) for key, value in schema["properties"].items()}
    return schema


def _all_of(schema: Schema, name: str, named: dict[str, Schema]) -> Schema:
    """`X & (object | null)` is how the API writes an X that may be null."""
    refs = [part for part in schema["allOf"] if "$ref" in part]
    rest = [part for part in schema["allOf"] if "$ref" not in part]
    if refs and all("properties" not in part for part in rest):
        return {"anyOf": [refs[0], {"type": "null"}]}
    return {**schema, "allOf": [*refs, *(_named(part, name, named) for part in rest)]}


def _open_enum(schema: Schema) -> Schema:
    """A newer server may answer further values, so any string is one; `true` alone is a boolean."""
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    rest = {key: value for key, value in schema.items() if key not in ("type", "enum")}
    null = [{"type": "null"}] if "null" in types else []
    if "string" not in types:
        return {**rest, "type": types}
    values = [value for value in schema["enum"] if value is not None]
    known = [] if len(values) > MAX_VALUES else [{"type": "string", "enum": values}]
    return {**rest, "anyOf": [*known, {"type": "string"}, *null]}


def _property(schema: Schema, parent: str, key: str, named: dict[str, Schema]) -> Schema:
    if schema.get("type") == "array" and isinstance(schema.get("items"), dict):
        items = _property(schema["items"], parent, _singular(key), named)
        return {**{k: v for k, v in schema.items() if k not in UNUSED}, "items": items}
    if isinstance(schema.get("additionalProperties"), dict) and "properties" not in schema:
        value = schema["additionalProperties"]
        inner = _property(value, parent, _singular(key), named) if value else value
        return {**schema, "additionalProperties": inner}
    if "properties" not in schema:
        return _named(schema, parent, named)
    name = parent + _pascal(key)
    nullable = isinstance(schema["type"], list) and "null" in schema["type"]
    description = {"description": schema["description"]} if "description" in schema else {}
    inner = {k: v for k, v in schema.items() if k != "description"}
    named[name] = _named({**inner, "type": "object"}, name, named)
    ref = {"$ref": REF + name}
    return {**description, "anyOf": [ref, {"type": "null"}]} if nullable else {**description, **ref}


def _pascal(key: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[^a-zA-Z0-9]+", key))


def _singular(key: str) -> str:
    return re.sub(r"ies$", "y", key) if key.endswith("ies") else re.sub(r"(?<!s)s$", "", key)
