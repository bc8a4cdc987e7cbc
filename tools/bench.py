#!/usr/bin/env python3
"""Measures whole commands beside their peers, and compares the ratios with the last committed ones.

    bench.py [--small] [--papers N,N...] [--runs N] [--heavy-runs N] [--write] [--work DIR]

Each command and its peers run by turns, A B A B, in the same minutes on the same machine; what counts are the ratios
of the medians, of time and, where others work on the machine, of processor time: these are the committed ones. The digests are made by bench_digests.py, and kept. `make bench` builds what this runs. The peers are
in bench/: a bare process that opens the same index with tantivy alone, a program that writes the same terms with
tantivy and does nothing else (the ceiling), tantivy in a loop over the same plans, files that are written and synced;
and SeekStorm, SQLite's FTS5 and ripgrep. Those that are not there are said to be missing.

--small takes 10,000 papers and a few minutes, and fails where a ratio is twice as bad as docs/performance.tsv has it.
--write makes the ratios the committed ones, and draws docs/growth.svg.
"""
import argparse
import glob
import json
import math
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import bench_digests

ROOT = bench_digests.ROOT
SHARED = bench_digests.SHARED
BUILT = os.path.join(ROOT, "target", "release")
FIGURES = os.path.join(ROOT, "docs", "performance.tsv")
CURVES = os.path.join(ROOT, "docs", "growth.svg")
SEEDS = os.path.join(SHARED, "data", "seeds")
QUERIES = os.path.join(SHARED, "data", "relevance", "known-item", "queries.jsonl")
ENGLISH = ["speculative", "decoding"]
CHINESE = ["推测解码"]
NEVER = 1e9

ANY, MANY = (0, NEVER), (100_000, NEVER)

# What is measured: its name, what to reach, what to aim at, whether more is better, and for how many papers that is
# meant, at least and at most. A million papers asked cold are measured against fewer. Of fewer asked warm, a query is
# planning, marks and ten hits with all fields, which no peer makes; and an index of few papers has much dictionary.
TABLE = [
    ("cold query, English / a bare process", 1.5, 1.15, False, (0, 100_000)),
    ("cold query, Chinese / English", 1.3, 1.1, False, ANY),
    ("cold query, most papers / fewest", 2, 1.3, False, ANY),
    ("index / the ceiling", 1.35, 1.1, False, ANY),
    ("add a digest of 20 / plain files", 5, 2, False, ANY),
    ("peak memory of query, MB", 20, 12, False, ANY),
    ("peak memory of index, MB", 600, 300, False, ANY),
    ("warm queries a second / a bare loop", 0.9, 1.5, True, MANY),
    ("warm queries a second / SeekStorm", 0.4, 1.1, True, MANY),
    ("look at 3,000 unchanged digests, ms", 10, None, False, ANY),
    ("index bytes / text bytes", 1.3, 1.0, False, MANY),
    ("binary, stripped, MB", 25, 15, False, ANY),
    ("index / SQLite FTS5", None, None, False, ANY),
    ("cold query / SQLite FTS5", None, None, False, ANY),
    ("cold query / ripgrep", None, None, False, ANY),
]
# A time says more of the machine than of the program.
NO_RATIO = {"look at 3,000 unchanged digests, ms"}
PLACE = {row[0]: number for number, row in enumerate(TABLE)}


def say(*words):
    print(*words, file=sys.stderr, flush=True)


def path_of(name):
    return os.path.join(BUILT, name)


PROGRAM = path_of("paper-search")


class Measured:
    """The runs of one command."""

    def __init__(self):
        self.wall, self.cpu, self.memory = [], [], []

    def ms(self):
        return 1e3 * statistics.median(self.wall)

    def cpu_ms(self):
        return 1e3 * statistics.median(self.cpu)

    def mb(self):
        return statistics.median(self.memory) / 1e3


def once(command, measured=None, before=None, out=subprocess.DEVNULL, stdin=None, fine=(0,)):
    """Runs a command; notes its time, its processor time and its peak memory."""
    if before:
        before()
    source = open(stdin, "rb") if stdin else subprocess.DEVNULL
    started = time.perf_counter()
    process = subprocess.Popen(command, stdin=source, stdout=out, stderr=subprocess.DEVNULL, env=ENVIRONMENT)
    text = process.stdout.read() if out == subprocess.PIPE else None
    _, status, usage = os.wait4(process.pid, 0)
    took = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in fine:
        sys.exit("bench.py: %s ended with %d" % (" ".join(map(str, command)), process.returncode))
    if measured:
        measured.wall.append(took)
        measured.cpu.append(usage.ru_utime + usage.ru_stime)
        measured.memory.append(usage.ru_maxrss)
    return text


def by_turns(runs, commands):
    """Runs commands by turns; each is (name, command) or (name, command, options of `once`). Each turn has an order of
    its own: whoever runs after one that reads hundreds of megabytes finds the processor's caches empty."""
    measured = {row[0]: Measured() for row in commands}
    for turn in range(runs):
        for name, command, *options in random.Random(turn).sample(commands, len(commands)):
            made = command(turn) if callable(command) else command
            once(made, measured[name], **(options[0] if options else {}))
    return measured


def gone(*paths):
    """A function that removes files and folders."""
    def remove():
        for path in paths:
            shutil.rmtree(path, ignore_errors=True)
            if os.path.isfile(path):
                os.remove(path)
    return remove


def bytes_below(folder, kind=""):
    return sum(os.path.getsize(os.path.join(place, name))
               for place, _, names in os.walk(folder) for name in names if name.endswith(kind))


class Bench:
    def __init__(self, given):
        self.given = given
        self.work = given.work or os.path.join(ROOT, "target", "bench")
        os.makedirs(self.work, exist_ok=True)
        # Rows of the table: (name, papers, ratio, what was measured, the steady ratio).
        self.rows = []
        # For the curves: (what, papers, milliseconds of the processor, megabytes).
        self.points = []

    def at(self, *names):
        return os.path.join(self.work, *names)

    def row(self, name, papers, ratio, what, steady=None):
        """Adds a row; `steady` is the ratio that does not depend on what else the machine does."""
        say("   %s: %.2f (%s)" % (name, ratio, what))
        self.rows.append((name, papers, ratio, what, ratio if steady is None else steady))

    def ratio(self, name, papers, measured, ours, peer):
        a, b = measured[ours], measured[peer]
        what = "%.1f ms / %.1f ms, processor %.1f / %.1f" % (a.ms(), b.ms(), a.cpu_ms(), b.cpu_ms())
        self.row(name, papers, a.ms() / b.ms(), what, a.cpu_ms() / b.cpu_ms())

    def digests(self, papers):
        """The folder of digests; the seeds where there are so few."""
        if papers <= 35:
            return SEEDS
        folder = self.at("digests-%d" % papers)
        if not os.path.exists(os.path.join(folder, "done")):
            say("== making digests of %d papers" % papers)
            shutil.rmtree(folder, ignore_errors=True)
            # Not here: a process that is started counts the memory of this one as its own.
            subprocess.run([sys.executable, bench_digests.__file__, str(papers), "--out", folder, "--seed", "1"], check=True)
            open(os.path.join(folder, "done"), "w").close()
        return folder

    def indexing(self, papers):
        """Indexes anew beside the ceiling; leaves the index for what follows."""
        say("== indexing %d papers" % papers)
        digests, index, ceiling = self.digests(papers), self.at("index-%d" % papers), self.at("ceiling")
        command = [PROGRAM, "--index", index, "index", "--quiet", "--rebuild", digests]
        commands = [("ours", command, {"before": gone(index)})]
        # What takes many minutes is done once, and alone.
        is_long = papers > 100_000
        runs = 1 if is_long else self.given.heavy_runs
        if not is_long:
            once(command, before=gone(index))
            prepared = self.at("prepared-%d" % papers)
            gone(prepared)()
            once([path_of("prepare"), index, prepared])
            documents = os.path.join(prepared, "documents")
            commands.append(("ceiling", [path_of("ceiling"), documents, ceiling, "zstd", "16384"], {"before": gone(ceiling)}))
        if shutil.which("sqlite3") and not is_long:
            database = self.at("sqlite-%d.db" % papers)
            sql = os.path.join(prepared, "papers.sql")
            commands.append(("sqlite", ["sqlite3", database], {"before": gone(database), "stdin": sql}))
        measured = by_turns(runs, commands)
        gone(ceiling)()
        ours = measured["ours"]
        self.points.append(("index", papers, ours.cpu_ms(), ours.mb()))
        if papers > 35:
            if "ceiling" in measured:
                self.ratio("index / the ceiling", papers, measured, "ours", "ceiling")
            self.row("peak memory of index, MB", papers, ours.mb(), "%.0f papers a second" % (1e3 * papers / ours.ms()))
            text = bytes_below(digests, ".txt")
            held = bytes_below(index)
            self.row("index bytes / text bytes", papers, held / text, "%.1f MB / %.1f MB" % (held / 1e6, text / 1e6))
            if "sqlite" in measured:
                self.ratio("index / SQLite FTS5", papers, measured, "ours", "sqlite")

    def cold(self, papers):
        """Whole processes that answer one query."""
        say("== cold queries on %d papers" % papers)
        index, digests = self.at("index-%d" % papers), self.digests(papers)
        query = [PROGRAM, "--index", index, "query"]
        ours = ("english", query + ENGLISH, {"fine": (0, 1)})
        commands = [
            ours,
            ("chinese", query + CHINESE, {"fine": (0, 1)}),
            ("bare", [path_of("bare"), index, "decod"]),
        ]
        measured = by_turns(self.given.runs, commands)
        english = measured["english"]
        self.points.append(("query", papers, english.cpu_ms(), english.mb()))
        self.ratio("cold query, English / a bare process", papers, measured, "english", "bare")
        self.ratio("cold query, Chinese / English", papers, measured, "chinese", "english")
        most = max(english.mb(), measured["chinese"].mb())
        self.row("peak memory of query, MB", papers, most, "English %.1f" % english.mb())
        # By turns of their own: they read so much that whoever runs next finds the processor's caches empty.
        commands = [ours]
        database = self.at("sqlite-%d.db" % papers)
        if os.path.exists(database):
            match = "SELECT * FROM papers WHERE papers MATCH 'speculative OR decoding' ORDER BY bm25(papers) LIMIT 10"
            commands.append(("sqlite", ["sqlite3", database, match]))
        if shutil.which("rg"):
            commands.append(("ripgrep", ["rg", "-i", "-e", "speculative|decoding", digests]))
        measured = by_turns(self.given.runs, commands)
        for peer, name in [("sqlite", "cold query / SQLite FTS5"), ("ripgrep", "cold query / ripgrep")]:
            if peer in measured:
                self.ratio(name, papers, measured, "english", peer)

    def growth(self, sizes):
        """The same cold query at the smallest and the largest of the sizes, by turns."""
        if len(sizes) < 2:
            return
        small, large = sizes[0], sizes[-1]
        commands = [(str(papers), [PROGRAM, "--index", self.at("index-%d" % papers), "query"] + ENGLISH)
                    for papers in (small, large)]
        measured = by_turns(self.given.runs, commands)
        self.ratio("cold query, most papers / fewest", large, measured, str(large), str(small))

    def adding(self, papers):
        """Adds digests of 20 papers, one by one, and writes files of the same sizes."""
        say("== adding digests to %d papers" % papers)
        index, work, plain = self.at("adding"), self.at("new"), self.at("plain")
        gone(index, work, plain)()
        shutil.copytree(self.at("index-%d" % papers), index)
        # The first look at a copied index compares its content.
        bench_digests.make(20 * self.given.runs, work, "added")
        new = sorted(glob.glob(os.path.join(work, "*", "*.txt")))
        for path in new:
            # Ids that no other digest has.
            text = open(path, encoding="utf-8").read()
            with open(path, "w", encoding="utf-8") as f:
                f.write(re.sub(r"abs/15(\d\d)\.", r"abs/25\1.", text))
            os.utime(path, (1e9, 1e9))
        once([PROGRAM, "--index", index, "index", "--quiet", new.pop()])
        known = set(os.listdir(glob.glob(os.path.join(index, "generation-*"))[0]))
        ours, files = Measured(), Measured()
        for path in new:
            once([PROGRAM, "--index", index, "index", "--quiet", path], ours)
            folder = glob.glob(os.path.join(index, "generation-*"))[0]
            now = set(os.listdir(folder))
            sizes = [str(os.path.getsize(os.path.join(folder, name))) for name in now - known]
            known = now
            once([path_of("plain"), plain] + sizes, files, before=gone(plain))
        self.ratio("add a digest of 20 / plain files", papers, {"ours": ours, "files": files}, "ours", "files")
        gone(index, work, plain)()

    def refreshing(self):
        """A query with a configuration that names 3,000 digests, and without a look at them."""
        say("== a look at 3,000 unchanged digests")
        folder, config = self.at("many"), self.at("many.toml")
        gone(folder, self.at("many-index"))()
        os.makedirs(folder)
        text = open(sorted(glob.glob(os.path.join(SEEDS, "*.txt")))[0], encoding="utf-8").read()
        for number in range(3_000):
            path = os.path.join(folder, "%04d.txt" % number)
            with open(path, "w", encoding="utf-8") as f:
                f.write(text[:40] if number else text)
            os.utime(path, (1e9, 1e9))
        with open(config, "w", encoding="utf-8") as f:
            f.write('index = "many-index"\ndigests = ["many"]\n')
        query = [PROGRAM, "--config", config, "query", "learning"]
        once(query, fine=(0, 1))
        measured = by_turns(self.given.runs, [("looks", query, {"fine": (0, 1)}),
                                              ("not", query + ["--no-refresh"], {"fine": (0, 1)})])
        looks, blind = measured["looks"], measured["not"]
        what = "%.1f ms - %.1f ms, processor %.1f - %.1f" % (looks.ms(), blind.ms(), looks.cpu_ms(), blind.cpu_ms())
        steady = looks.cpu_ms() - blind.cpu_ms()
        self.row("look at 3,000 unchanged digests, ms", 3_000, looks.ms() - blind.ms(), what, steady)
        gone(folder, config, self.at("many-index"))()

    def warm(self, papers):
        """A thousand queries in one process on one core."""
        say("== warm queries on %d papers" % papers)
        index, batch = self.at("index-%d" % papers), self.at("batch.txt")
        lines = mixed_queries()
        with open(batch, "w", encoding="utf-8") as f:
            f.write("\n".join(lines) + "\n")
        one_core = ["taskset", "-c", "0"] if shutil.which("taskset") else []
        ours = one_core + [PROGRAM, "--index", index, "query", "--batch", batch, "--format", "jsonl"]
        loop = one_core + [path_of("warm"), index, batch]
        measured, bare = Measured(), []
        for _ in range(self.given.heavy_runs):
            once(ours, measured, fine=(0, 1, 2))
            bare.append(float(once(loop, out=subprocess.PIPE).split()[0]))
        speed = len(lines) / statistics.median(measured.wall)
        bare = statistics.median(bare)
        self.row("warm queries a second / a bare loop", papers, speed / bare, "%.0f / %.0f" % (speed, bare))
        if os.path.exists(path_of("seek")) and not self.given.small:
            seek = self.at("seek")
            gone(seek)()
            lines = os.path.join(self.at("prepared-%d" % papers), "papers.jsonl")
            # It tells of itself before the figures.
            told = once(one_core + [path_of("seek"), lines, seek, batch], out=subprocess.PIPE).splitlines()[-1].split()
            gone(seek)()
            peer = float(told[1])
            what = "%.0f / %.0f; it indexes in %.0f s" % (speed, peer, float(told[0]))
            self.row("warm queries a second / SeekStorm", papers, speed / peer, what)

    def binary(self):
        size = os.path.getsize(PROGRAM) / 1e6
        self.row("binary, stripped, MB", 0, size, "")


def mixed_queries():
    """A thousand queries: Chinese clauses, mixed ones, English titles, and two or three words of such."""
    of_kind = {}
    with open(QUERIES, encoding="utf-8") as lines:
        for line in lines:
            query = json.loads(line)
            of_kind.setdefault(query["kind"], []).append(re.sub(r"[\"\\(){}\[\]:^~*+-]", " ", query["text"]).strip())
    titles = of_kind["title-to-abstract"]
    words = [" ".join(title.split()[1:3 + number % 2]) or title for number, title in enumerate(titles)]
    kinds = [of_kind["zh-clause"], of_kind["mixed-clause"], titles, words]
    return [query for four in zip(*kinds) for query in four][:1_000]


def read_figures():
    """The committed ratios: {(name, papers): ratio}."""
    if not os.path.exists(FIGURES):
        return {}
    rows = [line.rstrip("\n").split("\t") for line in open(FIGURES, encoding="utf-8")][1:]
    return {(row[0], int(row[1])): float(row[2]) for row in rows}


def print_table(rows, committed):
    """The table of the issue; returns what is twice as bad as committed."""
    worse = []
    print("| what | papers | measured | ratio | by processor time | reach | aim | |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for name, papers, ratio, what, steady in sorted(rows, key=lambda row: (PLACE[row[0]], row[1])):
        _, reach, aim, more_is_better, (fewest, most) = TABLE[PLACE[name]]
        verdict = ""
        if reach is not None and fewest <= papers <= most:
            verdict = "yes" if (ratio >= reach if more_is_better else ratio <= reach) else "NO"
        known = committed.get((name, papers))
        if known and name not in NO_RATIO and (steady < known / 2 if more_is_better else steady > known * 2):
            worse.append("%s, %d papers: %.2f, was %.2f" % (name, papers, steady, known))
        number = lambda value: "" if value is None else "%g" % value
        row = (name, papers, what, ratio, steady, number(reach), number(aim), verdict)
        print("| %s | %d | %s | %.2f | %.2f | %s | %s | %s |" % row)
    return worse


def curves(points):
    """Two diagrams, time and memory over papers, both axes logarithmic."""
    width, height, margin = 420, 300, 56
    colours = {"index": "#1f77b4", "query": "#d62728"}
    xs = [math.log10(point[1]) for point in points]
    left, right = math.floor(min(xs)), math.ceil(max(xs))
    out = ['<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="11">'
           % (2 * width, height), '<rect width="100%" height="100%" fill="white"/>']
    for number, (column, title) in enumerate([(2, "processor time, ms"), (3, "peak memory, MB")]):
        ys = [math.log10(point[column]) for point in points]
        low, high = math.floor(min(ys)), math.ceil(max(ys))
        at_x = lambda x: number * width + margin + (x - left) / (right - left) * (width - 2 * margin)
        at_y = lambda y: height - margin - (y - low) / (high - low) * (height - 2 * margin)
        for x in range(left, right + 1):
            out.append('<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="#ddd"/>' % (at_x(x), at_y(low), at_x(x), at_y(high)))
            out.append('<text x="%.1f" y="%.1f" text-anchor="middle">%s</text>' % (at_x(x), at_y(low) + 16, "{:,}".format(10 ** x)))
        for y in range(low, high + 1):
            out.append('<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="#ddd"/>' % (at_x(left), at_y(y), at_x(right), at_y(y)))
            out.append('<text x="%.1f" y="%.1f" text-anchor="end">%s</text>' % (at_x(left) - 5, at_y(y) + 4, "{:,g}".format(10.0 ** y)))
        out.append('<text x="%.1f" y="%d" text-anchor="middle" font-size="13">%s</text>' % (at_x((left + right) / 2), margin - 24, title))
        out.append('<text x="%.1f" y="%d" text-anchor="middle">papers</text>' % (at_x((left + right) / 2), height - margin + 34))
        for what, colour in colours.items():
            line = sorted((math.log10(p[1]), math.log10(p[column])) for p in points if p[0] == what)
            places = " ".join("%.1f,%.1f" % (at_x(x), at_y(y)) for x, y in line)
            out.append('<polyline points="%s" fill="none" stroke="%s" stroke-width="2"/>' % (places, colour))
            for x, y in line:
                out.append('<circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>' % (at_x(x), at_y(y), colour))
            if line:
                out.append('<text x="%.1f" y="%.1f" fill="%s">%s</text>' % (at_x(line[-1][0]) + 6, at_y(line[-1][1]) + 4, colour, what))
    return "\n".join(out + ["</svg>"]) + "\n"


def draw(bench):
    """Draws the curves, with what earlier runs measured of other sizes."""
    kept = bench.at("points.json")
    points = {}
    if os.path.exists(kept):
        points = {(point[0], point[1]): tuple(point) for point in json.load(open(kept))}
    points.update({(point[0], point[1]): point for point in bench.points})
    text = json.dumps(sorted(points.values()))
    with open(kept, "w") as f:
        f.write(text)
    if len({papers for _, papers in points}) > 1:
        with open(CURVES, "w", encoding="utf-8") as f:
            f.write(curves(list(points.values())))


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--small", action="store_true")
    arguments.add_argument("--papers", default="35,10000,100000")
    arguments.add_argument("--runs", type=int, default=20)
    arguments.add_argument("--heavy-runs", type=int)
    arguments.add_argument("--write", action="store_true")
    arguments.add_argument("--work")
    given = arguments.parse_args()
    sizes = [10_000] if given.small else sorted(int(papers) for papers in given.papers.split(","))
    given.heavy_runs = given.heavy_runs or (3 if given.small else 20)
    if not os.path.exists(bench_digests.PAPERS):
        say("SKIPPED: nothing is measured, for there are no papers beside the checkout: %s is missing" % bench_digests.PAPERS)
        return
    for peer in ["sqlite3", "rg", "taskset"]:
        if not shutil.which(peer):
            say("MISSING: %s is not there, and what needs it is not measured so" % peer)
    if os.getloadavg()[0] > 1:
        say("LOADED: others work on this machine (load %.1f); ratios of processor time are the ones to look at"
            % os.getloadavg()[0])
    bench = Bench(given)
    for papers in sizes:
        bench.indexing(papers)
        bench.cold(papers)
    bench.growth([papers for papers in sizes if papers >= 10_000])
    main_size = max([papers for papers in sizes if papers <= 100_000], default=sizes[0])
    bench.adding(main_size)
    for papers in sizes:
        if papers <= 100_000:
            bench.warm(papers)
    bench.refreshing()
    bench.binary()
    committed = read_figures()
    worse = print_table(bench.rows, committed)
    if given.write:
        for name, papers, _, _, steady in bench.rows:
            committed[(name, papers)] = steady
        with open(FIGURES, "w", encoding="utf-8") as f:
            f.write("what\tpapers\tratio\n")
            for (name, papers), ratio in sorted(committed.items(), key=lambda row: (PLACE[row[0][0]], row[0][1])):
                f.write("%s\t%d\t%.3f\n" % (name, papers, ratio))
        draw(bench)
    elif worse:
        sys.exit("twice as bad as docs/performance.tsv:\n" + "\n".join(worse))


ENVIRONMENT = {"PATH": os.environ.get("PATH", ""), "HOME": "/nonexistent", "LC_ALL": "C.UTF-8", "COLUMNS": "80"}

if __name__ == "__main__":
    main()
