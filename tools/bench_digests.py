#!/usr/bin/env python3
"""Makes digests of any number of papers out of the real ones beside the checkout, for benchmarks.

    bench_digests.py PAPERS --out DIR [--seed N]

The first 15,800 papers or so are the real ones in a random order. From then on they come again, each time in another
order and with the sentences of each abstract in another order. All get new ids: 20,000 a month, from 1501.00001 on,
and a day of that month. So lists of postings grow as those of a real archive would, but the number of different
words does not: it ends with the first round. Digests have 20 papers and are rendered by render_digests.py, half of
them with a contents list, none cut off. The same PAPERS and seed give the same bytes.
"""
import argparse
import gzip
import json
import os
import random
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SHARED = os.path.join(os.path.dirname(ROOT), "shared")
PAPERS = os.path.join(SHARED, "data", "papers-dev.jsonl.gz")
RENDER = os.path.join(SHARED, "tools", "render_digests.py")
A_DIGEST = 20
A_MONTH = 20_000
FIRST_MONTH = 15 * 12
SENTENCE = re.compile(r"(?<=[.!?]) +(?=[A-Z])")


def whole_papers():
    """The papers that digests can show: with every field."""
    with gzip.open(PAPERS, "rt", encoding="utf-8") as lines:
        papers = [json.loads(line) for line in lines]
    needed = ["title", "authors", "date", "abstract", "zh"]
    return [paper for paper in papers if all(paper.get(name) for name in needed)]


def renamed(paper, number, rng, shuffled):
    """The paper under the id and on the day of its number."""
    month, place = divmod(number, A_MONTH)
    year, month = divmod(FIRST_MONTH + month, 12)
    sentences = SENTENCE.split(paper["abstract"])
    if shuffled:
        rng.shuffle(sentences)
    return {
        "id": "%02d%02d.%05d" % (year, month + 1, place + 1),
        "version": 1,
        "title": paper["title"],
        "authors": paper["authors"],
        "date": "20%02d-%02d-%02d" % (year, month + 1, 1 + place * 28 // A_MONTH),
        "abstract": " ".join(sentences),
        "zh": paper["zh"],
    }


def make(count, folder, seed):
    """Writes digests of `count` papers, a multiple of 20, below the folder: a round of all papers in each of its
    folders."""
    assert count % A_DIGEST == 0, "digests have %d papers" % A_DIGEST
    papers = whole_papers()
    a_round = len(papers) // A_DIGEST * A_DIGEST
    for first in range(0, count, a_round):
        rng = random.Random("%s %d" % (seed, first))
        rng.shuffle(papers)
        out = os.path.join(folder, "%03d" % (first // a_round))
        os.makedirs(out)
        rows = os.path.join(out, "papers.jsonl")
        with open(rows, "w", encoding="utf-8") as f:
            for number, paper in zip(range(first, min(first + a_round, count)), papers):
                f.write(json.dumps(renamed(paper, number, rng, first > 0), ensure_ascii=False) + "\n")
        subprocess.run([sys.executable, RENDER, rows, "--out", out, "--seed", str(seed), "--truncated-share", "0",
                        "--min-papers", str(A_DIGEST), "--max-papers", str(A_DIGEST)],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.remove(rows)
        os.remove(os.path.join(out, "gold.jsonl"))


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("papers", type=int)
    arguments.add_argument("--out", required=True)
    arguments.add_argument("--seed", default="1")
    given = arguments.parse_args()
    if not os.path.exists(PAPERS):
        sys.exit("bench_digests.py: there are no papers to make digests of: %s is missing" % PAPERS)
    make(given.papers, given.out, given.seed)


if __name__ == "__main__":
    main()
