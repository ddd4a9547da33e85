"""Writes the corpus: programs with Trio's logs, for those who have no Python.

    python3 conformance/differential/corpus.py [--from SEED] [--count N] [--timed N]

Programs whose log depends on the order within an instant are left out. The first N are taken as they
come; after them only such as can be run in real time, until there are enough of those.
"""

import argparse
import gzip
import json
from pathlib import Path

from generator import generate
from libraries import library
from oracle import ask_in_time, fits_real_time

CORPUS = Path(__file__).parent / "corpus.jsonl.gz"
# Many, so that no program is in it whose log depends on the order after all.
ORDERS = 100


def entries(first, count, timed):
    oracle = library("trio")
    written = seed = 0
    while written < count or timed > 0:
        program = generate(first + seed)
        seed += 1
        verdict = ask_in_time(program, oracle, range(ORDERS))
        if verdict.depends_on_order:
            continue
        is_timed = fits_real_time(program, verdict, oracle)
        if written >= count and not is_timed:
            continue
        written += 1
        timed -= is_timed
        # Without a gap it is not for real time.
        gap = verdict.gap if is_timed else None
        yield {"program": program, "gap": gap, "log": verdict.logs[0]}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--from", dest="first", type=int, default=1_000_000)
    parser.add_argument("--count", type=int, default=1500)
    parser.add_argument("--timed", type=int, default=200)
    options = parser.parse_args()
    made = list(entries(options.first, options.count, options.timed))
    text = "".join(json.dumps(entry, separators=(",", ":")) + "\n" for entry in made)
    # Without a time in it, so that the same programs give the same file.
    CORPUS.write_bytes(gzip.compress(text.encode(), mtime=0))
    timed = sum(entry["gap"] is not None for entry in made)
    print(f"{len(made)} programs, {timed} of them for real time, {CORPUS.stat().st_size} bytes")


if __name__ == "__main__":
    main()
