"""The official MCP SDK for Python, unchanged, against a server of ours: it finds the authorization server, registers itself, has its person
let it in, and calls tools.

Reads from standard input {"calls": [{"tool", "arguments"}, ...], "reads": [uri, ...]} and writes one JSON object: what it found, and each
call's outcome.
"""

import argparse
import asyncio
import json
import sys
import time
from urllib.parse import parse_qs, urlsplit

import httpx2
from mcp import Client
from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import OAuthClientMetadata

from person import log_in

REDIRECT = "http://localhost:43110/callback"


class Storage:
    """Keeps nothing beyond the run."""

    def __init__(self):
        self.tokens = self.client = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client):
        self.client = client


async def main():
    parser = argparse.ArgumentParser()
    for name in ("url", "username", "password"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--scope")
    parser.add_argument("--mode", default="auto")
    parser.add_argument("--show-token", action="store_true")
    arguments = parser.parse_args()
    asked = json.load(sys.stdin)
    came_back = {}

    async def redirect(url):
        came_back["at"] = await asyncio.to_thread(log_in, url, arguments.username, arguments.password)

    async def callback():
        query = {name: values[0] for name, values in parse_qs(urlsplit(came_back["at"]).query).items()}
        return AuthorizationCodeResult(code=query["code"], state=query.get("state"), iss=query.get("iss"))

    storage = Storage()
    metadata = OAuthClientMetadata(
        client_name="Python SDK",
        redirect_uris=[REDIRECT],
        grant_types=["authorization_code", "refresh_token"],
        response_types=["code"],
        token_endpoint_auth_method="none",
        scope=arguments.scope,
    )
    auth = OAuthClientProvider(arguments.url, metadata, storage, redirect, callback)
    told = {}
    async with httpx2.AsyncClient(auth=auth, timeout=60) as http:
        async with Client(streamable_http_client(arguments.url, http_client=http), mode=arguments.mode) as client:
            told["protocol"] = client.protocol_version
            tools = (await client.list_tools()).tools
            told["tools"] = {tool.name: (tool.annotations.read_only_hint if tool.annotations else None) for tool in tools}
            told["calls"] = []
            for call in asked.get("calls", []):
                began = time.monotonic()
                result = await client.call_tool(call["tool"], call.get("arguments", {}))
                told["calls"].append(
                    {
                        "tool": call["tool"],
                        "is_error": bool(result.is_error),
                        "structured": result.structured_content,
                        "text": "\n".join(block.text for block in result.content if block.type == "text"),
                        "ms": round((time.monotonic() - began) * 1000, 1),
                    }
                )
            told["reads"] = [
                (await client.read_resource(uri)).contents[0].text for uri in asked.get("reads", [])
            ]
    told["scope"] = storage.tokens.scope
    if arguments.show_token:
        told["token"] = storage.tokens.access_token
    json.dump(told, sys.stdout)


asyncio.run(main())
