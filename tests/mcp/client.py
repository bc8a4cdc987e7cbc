"""Drives the server with the protocol's Python SDK, over standard input and output or over HTTP.

    client.py stdio|http PROGRAM INDEX SCRATCH
    client.py doomed PROGRAM INDEX URL

The index is that of the sample digests and of one hostile paper; SCRATCH is a folder to make. The doomed client is
one that the others start and kill.
"""
import asyncio
import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys

import mcp
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client

TRANSPORT, PROGRAM, INDEX, SCRATCH = sys.argv[1:]
TOOLS = {"search_papers", "get_paper", "similar_papers", "recent_papers", "archive_stats"}


@contextlib.asynccontextmanager
async def session(url):
    async with contextlib.AsyncExitStack() as stack:
        if url:
            streams = await stack.enter_async_context(streamable_http_client(f"{url}/mcp"))
        else:
            server = StdioServerParameters(command=PROGRAM, args=["--index", INDEX, "mcp"])
            streams = await stack.enter_async_context(stdio_client(server))
        client = await stack.enter_async_context(mcp.ClientSession(streams[0], streams[1]))
        await client.initialize()
        yield client


async def call(client, tool, **arguments):
    """The structured answer; the text beside it says the same."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, (tool, arguments, result.content)
    texts = [content.text for content in result.content]
    assert len(texts) == 1 and json.loads(texts[0]) == result.structured_content, texts
    assert len(texts[0]) <= arguments.get("max_chars", 8000), len(texts[0])
    return result.structured_content


async def refused(client, said, tool, **arguments):
    result = await client.call_tool(tool, arguments)
    text = " ".join(content.text for content in result.content)
    assert result.is_error and said in text, (tool, arguments, text)


def ids(answer):
    return [hit["id"] for hit in answer["hits"]]


async def described(client):
    tools = (await client.list_tools()).tools
    assert {tool.name for tool in tools} == TOOLS
    for tool in tools:
        assert tool.description and tool.input_schema["type"] == "object" and tool.annotations.read_only_hint, tool
    templates = (await client.list_resource_templates()).resource_templates
    assert [template.uri_template for template in templates] == ["paper://{id}"]


async def answered(client):
    # What was seen does not come again, and what is excluded is not counted.
    first = await call(client, "search_papers", query="speculative decoding", limit=3)
    assert first["returned"] == 3 and first["next_offset"] == 3 and not first["truncated"], first
    second = await call(client, "search_papers", query="speculative decoding", limit=3, exclude=ids(first))
    assert second["total"] == first["total"] - 3 and not set(ids(first)) & set(ids(second)), second
    paged = await call(client, "search_papers", query="speculative decoding", limit=3, offset=first["next_offset"])
    assert ids(paged) == ids(second)
    seen, offset = [], 0
    while offset is not None:
        page = await call(client, "search_papers", query="推测解码", max_chars=2000, offset=offset, limit=50)
        seen, offset = seen + ids(page), page["next_offset"]
    whole = await call(client, "search_papers", query="推测解码", limit=50, max_chars=100000)
    assert seen == ids(whole) and len(seen) == whole["total"] and not whole["truncated"], (seen, whole)
    short = await call(client, "search_papers", query="model", limit=50, max_chars=1000)
    assert short["truncated"] and short["returned"] >= 1, short
    hit = first["hits"][0]
    assert set(hit) == {"id", "title", "summary", "date", "authors", "more_authors", "snippet"}, hit

    filtered = await call(client, "search_papers", author=["Z. Akerlund"], **{"from": "2026-01", "to": "2026-12"})
    assert filtered["total"] == 1, filtered
    assert await call(client, "search_papers", author="Z. Akerlund") == filtered
    nothing = await call(client, "search_papers", query="zyzzyva")
    assert nothing["total"] == 0 and nothing["hits"] == [] and nothing["next_offset"] is None, nothing

    recent = await call(client, "recent_papers", limit=10, max_chars=20000)
    dates = [hit["date"] for hit in recent["hits"]]
    assert len(dates) == 10 and dates == sorted(dates, reverse=True), dates
    oldest = await call(client, "search_papers", query="decoding", sort="oldest", limit=5)
    dates = [hit["date"] for hit in oldest["hits"]]
    assert dates == sorted(dates), dates

    alike = await call(client, "similar_papers", id=hit["id"], limit=5)
    assert alike["returned"] == 5 and hit["id"] not in ids(alike), alike
    several = await call(client, "similar_papers", id=ids(first) + ["2601.77777"], exclude=ids(alike))
    assert several["missing"] == ["2601.77777"] and not set(ids(several)) & set(ids(alike) + ids(first)), several

    paper = await call(client, "get_paper", id=hit["id"])
    assert paper["paper"]["title"] == hit["title"] and len(paper["paper"]["abstract"]) == paper["total"], paper
    assert await call(client, "get_paper", id=f"http://arxiv.org/abs/{hit['id']}v9") == paper
    part = await call(client, "get_paper", id=hit["id"], max_chars=1000)
    rest = await call(client, "get_paper", id=hit["id"], offset=part["next_offset"])
    assert part["truncated"] and part["paper"]["abstract"] + rest["paper"]["abstract"] == paper["paper"]["abstract"]

    stats = await call(client, "archive_stats")
    assert stats["papers"] == 45 and stats["digests"] == 5, stats

    resource = (await client.read_resource(f"paper://{hit['id']}")).contents[0]
    assert json.loads(resource.text) == paper and resource.mime_type == "application/json", resource


async def quoted(client):
    """What a hostile paper says stays in its field, and nothing in it is hidden."""
    answer = await call(client, "search_papers", query="ignore previous instructions", limit=1)
    assert answer["hits"][0]["id"] == "2603.99999" and "quoted" in answer["notice"], answer
    paper = await call(client, "get_paper", id="2603.99999")
    for answer in answer, paper:
        text = json.dumps(answer, ensure_ascii=False)
        assert not any(ch in text for ch in "\x1b\u202e\U000e0041"), text
        answer.pop("hits", None) or answer.pop("paper")
        assert "previous instructions" not in json.dumps(answer), answer


async def mistaken(client):
    for said, tool, arguments in [
        ("`query`", "search_papers", {"query": 7}),
        ("unknown field `quer`", "search_papers", {"quer": "x"}),
        ("`limit`", "search_papers", {"limit": "many"}),
        ("give one from 1 to 100", "search_papers", {"limit": 5000}),
        ("`sort`", "search_papers", {"sort": "best"}),
        ("not a date that exists", "search_papers", {"from": "2026-02-30"}),
        ("give one of them", "search_papers", {"from": "2026", "since": "7d"}),
        ("no letter", "search_papers", {"author": ["…"]}),
        ("max_chars", "search_papers", {"query": "x", "max_chars": 3}),
        ("at most 4096", "search_papers", {"query": "x" * 5000}),
        ("at most 100000", "search_papers", {"query": "x", "offset": 1000000}),
        ("too many to exclude", "search_papers", {"query": "x", "exclude": ["1"] * 1001}),
        ("missing field `id`", "get_paper", {}),
        ("there is no paper `2601.77777`", "get_paper", {"id": "2601.77777"}),
        ("there is no paper", "get_paper", {"id": "x" * 3000}),
        ("there is no paper", "similar_papers", {"id": ["2601.77777"]}),
        ("names no paper", "similar_papers", {"id": []}),
        ("`since`", "recent_papers", {"since": 7}),
        ("unknown field", "archive_stats", {"verbose": True}),
        ("there is no tool", "no_tool", {}),
    ]:
        await refused(client, said, tool, **arguments)
    for uri in ["paper://2601.77777", "file:///etc/passwd", "paper://%ff"]:
        try:
            await client.read_resource(uri)
        except mcp.MCPError as error:
            assert "as search_papers returns it" in str(error), error
        else:
            raise AssertionError(uri)
    assert (await call(client, "archive_stats"))["papers"] == 45


async def crowded(client):
    """All of many calls at once are answered, each with its own answer."""
    queries = [f"{word} decoding" if word else "decoding" for word in ["speculative", "推测", "tree", ""] * 25]
    answers = await asyncio.gather(*(call(client, "search_papers", query=query, limit=2) for query in queries))
    for query, answer in zip(queries, answers):
        assert answer == answers[queries.index(query)], query


async def killed():
    """Clients that are killed with calls on their way leave no server behind."""
    server = subprocess.Popen([PROGRAM, "--index", INDEX, "mcp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    hold = "import sys, time; sys.stdout.write(sys.argv[1]); sys.stdout.flush(); time.sleep(600)"
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}}
    lines = [{"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": hello}]
    for number in range(1, 50):
        params = {"name": "search_papers", "arguments": {"query": "推测解码"}}
        lines.append({"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params})
    text = "".join(json.dumps(line) + "\n" for line in lines)
    client = subprocess.Popen([sys.executable, "-c", hold, text], stdout=server.stdin)
    server.stdin.close()
    assert b'"id":0' in server.stdout.readline()
    client.send_signal(signal.SIGKILL)
    client.wait()
    server.stdout.close()
    assert await asyncio.to_thread(server.wait, 60) == 0


async def doomed(url):
    """Asks a hundred things at once, over and over, until it is killed."""
    async with session(url) as client:
        while True:
            calls = [client.call_tool("search_papers", {"query": "推测解码"}) for _ in range(100)]
            for answered in asyncio.as_completed(calls):
                await answered
                # The others are on their way.
                print("asking", flush=True)


async def killed_over_http(url):
    """Clients that are killed in the midst of their calls are missed by nobody."""
    command = [sys.executable, __file__, "doomed", PROGRAM, INDEX, url]
    others = [await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE) for _ in range(2)]
    async with session(url) as client:
        for other in others:
            assert await other.stdout.readline() == b"asking\n"
            asked = asyncio.create_task(call(client, "search_papers", query="speculative decoding", limit=3))
            other.kill()
            assert await other.wait() == -signal.SIGKILL
            assert (await asked)["returned"] == 3
        assert (await call(client, "archive_stats"))["papers"] == 45
    print(killed_over_http.__name__, flush=True)


async def refreshed(client):
    """What is indexed meanwhile is found without a restart."""
    digest = pathlib.Path(SCRATCH, "later.txt")
    digest.parent.mkdir(exist_ok=True)
    digest.write_text(
        "2026-03-19\nNumbats at Noon\nOf smiles (笑)\nAuthors: Ann Example | Date: 2026-03-18\n"
        "Link: http://arxiv.org/abs/2603.88888v1\nAbstract\nThey eat termites."
    )
    assert (await call(client, "search_papers", query="numbats"))["total"] == 0
    subprocess.run([PROGRAM, "--index", INDEX, "index", str(digest)], check=True, stdout=subprocess.DEVNULL)
    assert ids(await call(client, "search_papers", query="numbats")) == ["2603.88888"]


async def drive(url=None):
    async with session(url) as client:
        for step in described, answered, quoted, mistaken, crowded, refreshed:
            await step(client)
            print(step.__name__, flush=True)


async def over_http():
    serve = [PROGRAM, "--index", INDEX, "serve", "--bind", "127.0.0.1:0"]
    with subprocess.Popen(serve, stdout=subprocess.PIPE, text=True) as server:
        try:
            url = server.stdout.readline().strip()
            await killed_over_http(url)
            await drive(url)
            assert server.poll() is None
        finally:
            server.terminate()


os.environ.pop("PAPER_SEARCH_INDEX", None)
if TRANSPORT == "doomed":
    asyncio.run(doomed(SCRATCH))
elif TRANSPORT == "http":
    asyncio.run(over_http())
else:
    asyncio.run(drive())
    asyncio.run(killed())
print("all of it holds")
