#!/usr/bin/env python3
"""Holds the server to its own description, and its feeds to a reader that is not ours. `make interface` makes the
environment that this runs in, and the program.

    interface.py PROGRAM [--examples N]

A server of the sample digests is started on a free port. schemathesis asks it whatever its OpenAPI document allows
and forbids; feedparser reads its feeds.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import urllib.request
from urllib.parse import quote

import feedparser

ROOT = pathlib.Path(__file__).resolve().parent.parent

# Left out: `positive_data_acceptance`, since a text may be a date or a name, or neither, and no schema can say so.
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "unsupported_method",
    "allow_header_conformance",
]


def described(url, examples):
    """Asks what the document allows and forbids."""
    command = [
        os.path.join(os.path.dirname(sys.executable), "schemathesis"),
        "--config-file", str(ROOT / "tools/schemathesis.toml"), "run", f"{url}/api/v1/openapi.json",
        "--checks", ",".join(CHECKS), "--max-examples", str(examples), "--seed", "7", "--warnings", "off",
        "--suppress-health-check", "all", "--no-color",
    ]
    return subprocess.run(command, cwd=tempfile.mkdtemp()).returncode == 0


def get(address):
    with urllib.request.urlopen(address) as answer:
        return answer.read()


def feeds(url):
    """Reads feeds, and compares them with the answers to the same searches."""
    good = True
    searches = ["", "q=decoding", "q=%E6%8E%A8%E6%B5%8B%E8%A7%A3%E7%A0%81", "author=Ruoshui+Tan", "q=zyzzyva"]
    feeds = [(f"/feed?{query}", query) for query in searches]
    for address, query in feeds + [("/feed/saved/kv-cache", "q=%22key-value+cache%22"), (f"/feed/saved/{quote('推测')}", searches[2])]:
        feed = feedparser.parse(get(f"{url}{address}"))
        found = json.loads(get(f"{url}/api/v1/search?{query}&sort=newest&limit=50"))
        titles = [hit["title"] for hit in found["hits"]]
        problems = []
        if feed.bozo:
            problems.append(f"not well formed: {feed.bozo_exception}")
        if feed.version != "atom10":
            problems.append(f"read as {feed.version!r}")
        if [entry.title for entry in feed.entries] != titles:
            problems.append("other papers than the search finds")
        for entry in feed.entries:
            if not (entry.id and entry.link.startswith("http") and entry.updated_parsed and entry.authors):
                problems.append(f"an entry lacks something: {entry.get('title')}")
        ids = [entry.id for entry in feed.entries]
        if len(set(ids)) != len(ids):
            problems.append("an id stands twice")
        for problem in problems:
            print(f"{address}: {problem}")
        good = good and not problems
        print(f"{address}: {len(feed.entries)} entries")
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--examples", type=int, default=60)
    args = parser.parse_args()
    program = os.path.abspath(args.program)
    with tempfile.TemporaryDirectory() as folder:
        index = os.path.join(folder, "index")
        subprocess.run([program, "-q", "--index", index, "index", str(ROOT / "samples")], check=True)
        own = ["--index", index, "--saved", os.path.join(folder, "saved.jsonl")]
        for name, query in [("kv-cache", '"key-value cache"'), ("推测", "推测解码")]:
            subprocess.run([program, "-q", *own, "save", name, query], check=True, stdout=subprocess.DEVNULL)
        command = [program, *own, "serve", "--bind", "127.0.0.1:0"]
        environment = {name: value for name, value in os.environ.items() if name != "PAPER_SEARCH_TOKEN"}
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        try:
            url = server.stdout.readline().strip()
            good = [feeds(url), described(url, args.examples)]
        finally:
            server.terminate()
            server.wait()
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main()
