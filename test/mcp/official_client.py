"""The protocol's own client for Python, with a key, signed in, and over the standard streams; prints what it saw."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import Any

from mcp.client.auth.extensions.client_credentials import ClientCredentialsOAuthProvider
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import create_mcp_http_client, streamable_http_client

URL = os.environ["MEMOIR_URL"] + "/mcp"
KEY = os.environ["MEMOIR_KEY"]
COMMAND = os.environ["MEMOIR_COMMAND"]
ISSUER = os.environ["ISSUER"]


class Kept:
    """Where the client keeps its tokens: in memory."""

    def __init__(self) -> None:
        self.tokens: Any = None
        self.client_info: Any = None

    async def get_tokens(self) -> Any:
        return self.tokens

    async def set_tokens(self, tokens: Any) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> Any:
        return self.client_info

    async def set_client_info(self, client_info: Any) -> None:
        self.client_info = client_info


async def seen(client: Client) -> dict[str, Any]:
    tools = (await client.list_tools()).tools
    resources = (await client.list_resources()).resources
    templates = (await client.list_resource_templates()).resource_templates
    found = await client.call_tool("search_memory", {"query": "lake", "user_id": "ann"})
    recent = await client.read_resource("memoir://users/ann/memories/recent")
    try:
        await client.read_resource("memoir://users/nobody/memories/recent")
        refused = ""
    except Exception as error:
        refused = str(error)
    return {
        "tools": [one.name for one in tools],
        "resources": [str(one.uri) for one in resources],
        "templates": [one.uri_template for one in templates],
        "hits": [hit["content"] for hit in (found.structured_content or {})["hits"]],
        "recent": recent.contents[0].text,
        "refused": refused,
    }


async def over_http(**how: Any) -> dict[str, Any]:
    async with create_mcp_http_client(**how) as http:
        async with Client(streamable_http_client(URL, http_client=http)) as client:
            return await seen(client)


async def over_stdio() -> dict[str, Any]:
    env = {"MEMOIR_URL": os.environ["MEMOIR_URL"], "MEMOIR_KEY": KEY}
    async with Client(StdioServerParameters(command=COMMAND, args=["mcp"], env=env)) as client:
        return await seen(client)


async def main() -> None:
    signed_in = ClientCredentialsOAuthProvider(URL, Kept(), "ann", "a secret of the client", issuer=ISSUER)
    answers = {
        "key": await over_http(headers={"Authorization": f"Bearer {KEY}"}),
        "token": await over_http(auth=signed_in),
        "stdio": await over_stdio(),
    }
    json.dump(answers, sys.stdout)


asyncio.run(main())
