#!/usr/bin/env python3
"""Finds which functions a query and a run over one digest call, for the linker to put them side by side.

    order.py --digests FOLDER

Builds the program with its symbols, makes an index of all digests in the folder but one (ten thousand papers are
enough), and counts with valgrind what is called when it is asked and when that digest is added. The names go to
crates/cli/order.txt; build.rs says what for. Names of functions change with the compiler and with the versions of
crates: to be run again when `make bench` shows that a cold query touches more pages than it did.
"""
import argparse
import glob
import os
import re
import subprocess
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PROGRAM = os.path.join(ROOT, "target", "release", "paper-search")
ORDER = os.path.join(ROOT, "crates", "cli", "order.txt")
QUERIES = [["speculative", "decoding"], ["推测解码"], ["大模型 reasoning", "--author", "Wang"], ["graph", "--format", "json"]]


def called(command, work):
    """The functions that a command calls, as the linker names them."""
    out = os.path.join(work, "called")
    subprocess.run(["valgrind", "--tool=callgrind", "--demangle=no", "--callgrind-out-file=" + out] + command,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with open(out, encoding="utf-8") as lines:
        names = re.findall(r"^c?fn=\(\d+\) (\S+?)(?:'\d+)?$", lines.read(), re.MULTILINE)
    return [name for name in names if re.match(r"[A-Za-z_]", name)]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--digests", required=True)
    given = arguments.parse_args()
    subprocess.run(["cargo", "rustc", "--release", "--locked", "--bin", "paper-search", "--", "-C", "strip=none"],
                   cwd=ROOT, check=True)
    *known, new = sorted(glob.glob(os.path.join(given.digests, "**", "*.txt"), recursive=True))
    names = {}
    with tempfile.TemporaryDirectory() as work:
        program = [PROGRAM, "--index", os.path.join(work, "index")]
        for start in range(0, len(known), 1_000):
            subprocess.run(program + ["index", "--quiet"] + known[start:start + 1_000], check=True)
        for command in [["query"] + query for query in QUERIES] + [["index", "--quiet", new]]:
            names.update(dict.fromkeys(called(program + command, work)))
    with open(ORDER, "w", encoding="utf-8") as out:
        out.write("".join(name + "\n" for name in names))
    print("%d functions" % len(names))


if __name__ == "__main__":
    main()
