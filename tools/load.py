#!/usr/bin/env python3
"""Prepares what `make load` asks: an index of many papers, and queries that find some of them.

    load.py PROGRAM FOLDER [--papers N]

The papers are the real ones beside the checkout; where more are wanted they come again under new ids, a month for
each 5,000, with the sentences of their abstracts in another order. They are written as JSON lines, 1,000 a digest.
The queries are made of the same papers: words of titles, phrases, Chinese words, names of authors. What is there
already is not made again.
"""
import argparse
import gzip
import json
import os
import pathlib
import random
import re
import subprocess

SHARED = pathlib.Path(__file__).resolve().parent.parent.parent / "shared"
PAPERS = SHARED / "data" / "papers-dev.jsonl.gz"
A_MONTH = 5000
QUERIES = 1000


def papers(count, rng):
    with gzip.open(PAPERS, "rt", encoding="utf-8") as lines:
        real = [json.loads(line) for line in lines]
    real = [paper for paper in real if paper.get("zh") and paper.get("abstract")]
    for number in range(count):
        paper = real[number % len(real)]
        month = 2010 * 12 + number // A_MONTH
        sentences = re.split(r"(?<=[.!?]) +(?=[A-Z])", paper["abstract"])
        if number >= len(real):
            rng.shuffle(sentences)
        yield {
            "id": "%02d%02d.%05d" % (month // 12 % 100, month % 12 + 1, number % A_MONTH),
            "title": paper["title"],
            "summary": paper["zh"],
            "authors": paper["authors"],
            "date": "%04d-%02d-%02d" % (month // 12, month % 12 + 1, number % 28 + 1),
            "abstract": " ".join(sentences),
        }


def query(paper, kind, rng):
    words = [word for word in re.findall(r"[A-Za-z][A-Za-z-]+", paper["title"]) if len(word) > 3] or ["model"]
    at = rng.randrange(len(words))
    if kind == 0:
        return " ".join(words[at:at + 2])
    if kind == 1:
        return " ".join(rng.sample(words, min(3, len(words))))
    if kind == 2:
        return '"%s"' % " ".join(words[at:at + 2])
    if kind == 3:
        han = re.findall(r"[\u4e00-\u9fff]{4,}", paper["summary"]) or ["模型"]
        return rng.choice(han)[:4]
    return 'author:"%s"' % rng.choice(paper["authors"]).replace('"', "")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--papers", type=int, default=100_000)
    args = parser.parse_args()
    if not PAPERS.exists():
        raise SystemExit("SKIPPED: there are no papers beside the checkout (%s is missing)" % PAPERS)
    digests = args.folder / "digests"
    rng = random.Random(7)
    if not digests.exists():
        digests.mkdir(parents=True)
        made = list(papers(args.papers, rng))
        for first in range(0, len(made), 1000):
            with open(digests / ("%06d.jsonl" % first), "w", encoding="utf-8") as out:
                for paper in made[first:first + 1000]:
                    out.write(json.dumps(paper, ensure_ascii=False) + "\n")
        with open(args.folder / "queries.txt", "w", encoding="utf-8") as out:
            for number in range(QUERIES):
                out.write(query(rng.choice(made), number % 5, rng) + "\n")
    subprocess.run([os.path.abspath(args.program), "-q", "--index", str(args.folder / "index"), "index", str(digests)],
                   check=True)


if __name__ == "__main__":
    main()
