#!/usr/bin/env python3
"""Makes the dictionary of phrases that stored papers are compressed with.

    make_phrases.py [--papers FILE] [--out FILE]

Phrases are words, and up to five in a row, of abstracts, and Chinese characters in a row of summaries, that at least
MIN_PAPERS of the papers have: no text of any one of them. What saves most bytes is taken, and stands last, where
zstd finds it by the smallest numbers; behind it is what stands around the texts of a paper that is stored. zstd's own
ZDICT_finalizeDictionary adds how often which bytes, lengths and distances occur. The same papers and the same libzstd
give the same bytes.
"""
import argparse
import collections
import ctypes
import ctypes.util
import gzip
import json
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PAPERS = os.path.join(ROOT, "..", "shared", "data", "papers-dev.jsonl.gz")
PHRASES = os.path.join(ROOT, "crates", "indexer", "src", "phrases.zdict")

SIZE = 60_000
# How much of it is Chinese.
CHINESE = 0.15
MIN_PAPERS = 100
MOST_WORDS = 5
CHARACTERS = range(2, 7)
LEVEL = 3
# About what zstd needs to say that a phrase comes here: a phrase saves its length without that.
COST = 2
# The statistics are of every so many papers.
SAMPLES = 8


def english(papers):
    """The number of papers that have each run of words."""
    counts = collections.Counter()
    for paper in papers:
        words = re.findall(r"\S+", paper["abstract"])
        runs = (" ".join(words[at:at + length]) for length in range(1, MOST_WORDS + 1)
                for at in range(len(words) - length + 1))
        counts.update(set(runs))
        if len(counts) > 20_000_000:
            counts = collections.Counter({run: count for run, count in counts.items() if count > 1})
    return counts


def chinese(papers):
    """The number of papers that have each run of Chinese characters."""
    counts = collections.Counter()
    for paper in papers:
        runs = re.findall("[\u4e00-\u9fff]+", paper["zh"] or "")
        counts.update({run[at:at + length] for run in runs for length in CHARACTERS
                       for at in range(len(run) - length + 1)})
    return counts


def best(counts, size, around):
    """The phrases that save most, of `size` bytes in all, the best last, none within another; `around` parts them."""
    worth = sorted(((count * (len(run.encode()) - COST), run) for run, count in counts.items()
                    if count >= MIN_PAPERS and len(run.encode()) > COST), reverse=True)
    taken, joined = [], around
    for _, run in worth:
        if around + run + around not in joined:
            joined += run + around
            taken.append(run)
            size -= len((run + around).encode())
            if size < 0:
                break
    return taken[::-1]


def text(value):
    value = (value or "").encode()
    return bytes([len(value) & 127 | 128, len(value) >> 7] if len(value) > 127 else [len(value)]) + value


def stored(number, paper):
    """A paper as the index stores it, or nearly so."""
    frame = [paper["id"], "2026/08/14/digest-%04d.txt" % (number // 20), paper["date"]]
    authors = b"".join(map(text, paper["authors"]))
    return (text(frame[0]) + b"\1" + text(frame[1]) + b"\1" + text(frame[2]) + bytes([number % 20 + 1, 1])
            + text(frame[0]) + b"\1\1" + text(paper["title"]) + b"\1" + text(paper["zh"])
            + bytes([len(paper["authors"]) % 128]) + authors + b"\1" + text(paper["date"]) + b"\1"
            + text("http://arxiv.org/abs/" + paper["id"] + "v1") + b"\1" + text(paper["abstract"]) + b"\0\1")


class Parameters(ctypes.Structure):
    _fields_ = [("level", ctypes.c_int), ("messages", ctypes.c_uint), ("id", ctypes.c_uint)]


def finalize(content, samples):
    """The dictionary of this content, with the statistics of the samples."""
    library = ctypes.CDLL(ctypes.util.find_library("zstd") or "libzstd.so.1")
    library.ZDICT_finalizeDictionary.restype = ctypes.c_size_t
    library.ZDICT_isError.argtypes = [ctypes.c_size_t]
    sizes = (ctypes.c_size_t * len(samples))(*map(len, samples))
    made = ctypes.create_string_buffer(len(content) + 4096)
    length = library.ZDICT_finalizeDictionary(
        made, ctypes.c_size_t(len(made)), content, ctypes.c_size_t(len(content)), b"".join(samples), sizes,
        ctypes.c_uint(len(samples)), Parameters(LEVEL, 0, 0))
    if library.ZDICT_isError(length):
        sys.exit("make_phrases.py: zstd makes no dictionary of it")
    return made.raw[:length]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--papers", default=PAPERS)
    arguments.add_argument("--out", default=PHRASES)
    given = arguments.parse_args()
    with gzip.open(given.papers, "rt", encoding="utf-8") as lines:
        papers = [json.loads(line) for line in lines]
    characters = best(chinese(papers), int(CHINESE * SIZE), "|")
    words = best(english(papers), SIZE - int(CHINESE * SIZE), " ")
    frame = stored(0, {"id": "2601.00001", "title": "", "zh": "", "authors": [], "date": "2026-01-01", "abstract": ""})
    content = ("".join(characters) + " " + " ".join(words) + " ").encode() + frame
    samples = [stored(number, paper) for number, paper in enumerate(papers) if number % SAMPLES == 0]
    with open(given.out, "wb") as out:
        out.write(finalize(content, samples))
    print("%d phrases, %d Chinese ones" % (len(words), len(characters)))


if __name__ == "__main__":
    main()
