#!/usr/bin/env python3
"""Judges the ranking on every test collection beside the checkout, and compares it with the last committed
figures, docs/relevance.tsv. `make relevance` builds what this runs.

    relevance.py [--write] [--time]

What is learned is judged on other papers than it was learned from: the lexicon of the papers with even ids on the
queries for odd ones, and the other way round. The shipped lexicon, which knows all papers, is judged beside it:
that figure (in-sample) counts for nothing. Plain BM25 over one field stands beside each set as the
baseline. A figure more than 0.005 below the committed one is a failure.
"""
import argparse
import collections
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SHARED = os.path.join(os.path.dirname(ROOT), "shared")
PAPERS = os.path.join(SHARED, "data", "papers-dev.jsonl.gz")
SETS = os.path.join(SHARED, "data", "relevance")
EVALUATE = os.path.join(SHARED, "tools", "eval_relevance.py")
PROGRAM = os.path.join(ROOT, "target", "release", "paper-search")
BASELINE = os.path.join(ROOT, "target", "release", "examples", "plain_bm25")
LEARN = os.path.join(ROOT, "target", "release", "examples", "learn_lexicon")
FIGURES = os.path.join(ROOT, "docs", "relevance.tsv")
MEASURES = ["ndcg10", "mrr10", "recall10", "recall100"]
SLACK = 0.005


def configured(work, name, settings):
    """A program that reads this configuration and no other."""
    config = os.path.join(work, name + ".toml")
    with open(config, "w") as f:
        f.write(settings)
    program = os.path.join(work, name)
    with open(program, "w") as f:
        f.write("#!/bin/sh\nexec '%s' --config '%s' \"$@\"\n" % (PROGRAM, config))
    os.chmod(program, 0o755)
    return program


def half_of(folder, work, rest):
    """The queries of a set whose papers have ids that end so."""
    half = os.path.join(work, "set%d" % rest)
    os.makedirs(half)
    lines = open(os.path.join(folder, "qrels.tsv"), encoding="utf-8").read().split("\n")
    kept = [line for line in lines[1:] if line and int(line.split("\t")[1][-1]) % 2 == rest]
    with open(os.path.join(half, "qrels.tsv"), "w", encoding="utf-8") as f:
        f.write("\n".join([lines[0]] + kept))
    shutil.copy(os.path.join(folder, "queries.jsonl"), half)
    return half


def evaluate(program, folder, *more):
    """The figures of each kind of query in a set: (number of queries, {measure: mean})."""
    out = subprocess.run([sys.executable, EVALUATE, "--bin", program, "--set", folder, "--json", *more],
                         check=True, stdout=subprocess.PIPE).stdout.decode()
    rows = [json.loads(line) for line in out.split("\n") if line]
    return {row["kind"]: (row["queries"], {measure: row[measure] for measure in MEASURES}) for row in rows}


def together(parts):
    """The mean over all queries of several parts."""
    kinds = collections.defaultdict(list)
    for part in parts:
        for kind, figures in part.items():
            kinds[kind].append(figures)
    means = {}
    for kind, figures in kinds.items():
        queries = sum(n for n, _ in figures)
        means[kind] = (queries, {m: sum(n * f[m] for n, f in figures) / queries for m in MEASURES})
    return means


def judge(work):
    """The figures of all sets, those that are in-sample, and those of the baseline."""
    shipped = configured(work, "shipped", "")
    figures, in_sample, baseline = {}, {}, {}
    for name in sorted(os.listdir(SETS)):
        folder = os.path.join(SETS, name)
        if os.path.exists(os.path.join(folder, "docs.jsonl.gz")):
            own = evaluate(shipped, folder)
            plain = evaluate(BASELINE, folder)
        else:
            parts = []
            for rest, others in [(0, "odd"), (1, "even")]:
                table = os.path.join(work, others + ".tsv")
                subprocess.run([LEARN, PAPERS, table, others], check=True, stdout=sys.stderr)
                program = configured(work, others, 'learned-lexicon = "%s"\n' % table)
                parts.append(evaluate(program, half_of(folder, work, rest), "--papers", PAPERS))
            own = together(parts)
            plain = evaluate(BASELINE, folder, "--papers", PAPERS)
            kept = os.path.join(work, "kept")
            for kind, found in evaluate(shipped, folder, "--papers", PAPERS, "--keep", kept).items():
                in_sample["%s %s" % (name, kind)] = found
        for kind, found in own.items():
            figures["%s %s" % (name, kind)] = found
        for kind, found in plain.items():
            baseline["%s %s" % (name, kind)] = found
    return figures, in_sample, baseline


def committed():
    if not os.path.exists(FIGURES):
        return {}
    lines = open(FIGURES, encoding="utf-8").read().split("\n")[1:]
    rows = [line.split("\t") for line in lines if line]
    return {row[0]: dict(zip(MEASURES, map(float, row[3:]))) for row in rows}


def times(work):
    """The median time of a query over whole papers, with and without the bridge."""
    queries = [json.loads(line) for line in open(os.path.join(SETS, "known-item", "queries.jsonl"), encoding="utf-8")]
    # The view of whole papers is the last but one that the evaluation makes.
    index = os.path.join(work, "kept", "index2")
    print("\n%-32s %8s %8s %8s" % ("median ms over whole papers", "without", "with", "ratio"))
    all_kinds = [[], []]

    def row(name, *medians):
        print("%-32s %8.2f %8.2f %8.2f" % (name, *medians, medians[1] / medians[0]))

    for kind in sorted({query["kind"] for query in queries}):
        batch = "".join(json.dumps({"id": query["id"], "query": query["text"]}, ensure_ascii=False) + "\n"
                        for query in queries if query["kind"] == kind).encode()
        best = []
        for flags, pooled in zip([["--no-translate"], []], all_kinds):
            runs = []
            for _ in range(3):
                out = subprocess.run([PROGRAM, "--index", index, "query", "--batch", "-", "--format", "jsonl", *flags],
                                     input=batch, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
                runs.append([json.loads(line)["took_ms"] for line in out.decode().split("\n") if line])
            least = [min(took) for took in zip(*runs)]
            pooled += least
            best.append(statistics.median(least))
        row(kind, *best)
    row("all queries", *(statistics.median(pooled) for pooled in all_kinds))


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--write", action="store_true", help="make these the committed figures")
    ap.add_argument("--time", action="store_true", help="measure the median time of a query as well")
    a = ap.parse_args()
    if not os.path.isdir(SETS):
        print("SKIPPED: no test collections beside the checkout (%s is missing)" % SETS)
        return
    before = committed()
    work = tempfile.mkdtemp(prefix="relevance-")
    try:
        figures, in_sample, baseline = judge(work)
        print("%-32s %7s %8s %8s %8s %8s  %8s %8s %8s %10s" %
              ("set", "queries", "plain", "before", "nDCG@10", "change", "MRR@10", "rec@10", "rec@100", "in-sample"))
        fallen = []
        for name, (queries, now) in sorted(figures.items()):
            old = before.get(name, {}).get("ndcg10")
            change = "" if old is None else "%+.4f" % (now["ndcg10"] - old)
            known = "%.4f" % in_sample[name][1]["ndcg10"] if name in in_sample else ""
            print("%-32s %7d %8.4f %8s %8.4f %8s  %8.4f %8.4f %8.4f %10s" %
                  (name, queries, baseline[name][1]["ndcg10"], "" if old is None else "%.4f" % old, now["ndcg10"], change, now["mrr10"],
                   now["recall10"], now["recall100"], known))
            if old is not None and now["ndcg10"] < old - SLACK:
                fallen.append(name)
        if a.time:
            times(work)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    if a.write:
        rows = ["\t".join([name, str(queries), "%.4f" % baseline[name][1]["ndcg10"]] + ["%.4f" % now[m] for m in MEASURES])
                for name, (queries, now) in sorted(figures.items())]
        with open(FIGURES, "w", encoding="utf-8") as f:
            f.write("\n".join(["\t".join(["set", "queries", "plain"] + MEASURES)] + rows) + "\n")
    elif fallen:
        sys.exit("fallen by more than %s: %s" % (SLACK, ", ".join(fallen)))


if __name__ == "__main__":
    main()
