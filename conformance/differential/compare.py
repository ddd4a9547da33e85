"""Runs programs on Trio and on anyrt, and compares what happened at which instant.

    python3 conformance/differential/compare.py --from SEED --count N
        [--oracle trio|anyio] [--backend sim|tokio-paused|tokio|smol|async-std]

needs `pip install trio anyio`. The last line is `N programs, D divergences`; the exit code is 1 if D is
not 0. Each divergence is shrunk and shown with both logs; its program can be run again by its seed.
"""

import argparse
import difflib
import json
import sys

from tally import Coverage
from engine import Engine
from generator import generate
from libraries import library
from oracle import ask, ask_in_time, fits_real_time
from shrink import shrink, text

BATCH = 500
VIRTUAL = ("sim", "tokio-paused")
# Asked of the oracle before a log counts as a divergence.
MORE_ORDERS = (range(60), range(60, 600))
# How far apart, in ms, things happen in real time; the next one is tried if they disagree.
MARGINS = (8, 40, 200)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--from", dest="first", type=int, default=0, help="the first seed")
    parser.add_argument("--count", type=int, default=1000, help="how many programs")
    parser.add_argument("--oracle", choices=["trio", "anyio"], default="trio")
    parser.add_argument(
        "--backend", choices=[*VIRTUAL, "tokio", "smol", "async-std"], default="sim"
    )
    parser.add_argument("--orders", type=int, default=3, help="orders in which the oracle runs each")
    parser.add_argument("--schedules", type=int, default=2, help="schedules of the simulator for each")
    parser.add_argument("--show", type=int, default=3, help="how many divergences are shown")
    parser.add_argument("--no-shrink", action="store_true", help="show them as they are")
    parser.add_argument("--run", nargs="+", help="how to run the Rust side, instead of by cargo")
    return parser.parse_args()


def endings(log):
    """What a log says without its instants, which real time does not keep."""
    said = (line.split(" ", 1)[1] for line in log)
    return sorted(line for line in said if " at " not in line)


class Comparison:
    def __init__(self, options):
        self.options = options
        self.oracle = library(options.oracle)
        self.is_virtual = options.backend in VIRTUAL
        self.coverage = Coverage()
        self.compared = self.too_close = self.unordered = self.unmatched = self.unlike_trio = 0
        self.divergences = []

    def engine(self, margin=None):
        schedules = self.options.schedules if self.options.backend == "sim" else 1
        return Engine(self.options.backend, schedules, margin, self.options.run)

    def run(self):
        first, end = self.options.first, self.options.first + self.options.count
        with self.engine() as engine:
            for start in range(first, end, BATCH):
                self.batch(engine, range(start, min(start + BATCH, end)))
                print(f"{start - first + BATCH:>8} ...", file=sys.stderr, end="\r")

    def batch(self, engine, seeds):
        programs = [generate(seed) for seed in seeds]
        orders = range(self.options.orders)
        cases = [(p, ask_in_time(p, self.oracle, orders)) for p in programs]
        for program, verdict in cases:
            self.coverage.add(program, verdict.logs[0])
        if not self.is_virtual:
            total = len(cases)
            cases = [(p, v) for p, v in cases if fits_real_time(p, v, self.oracle)]
            self.too_close += total - len(cases)
        results = engine.run(self.case(p, v) for p, v in cases)
        for (program, verdict), result in zip(cases, results):
            self.judge(program, verdict, result)

    @staticmethod
    def case(program, verdict):
        return {"program": program, "gap": max(verdict.gap, 1)}

    def judge(self, program, verdict, result):
        self.compared += 1
        self.unordered += verdict.depends_on_order
        if not self.agrees(program, verdict, result):
            self.divergences.append((program, verdict, result))

    def agrees(self, program, verdict, result):
        if result["broken"]:
            return False
        if not self.is_virtual:
            return self.agrees_in_real_time(program, verdict, result)
        strange = [log for log in result["logs"] if sorted(log) not in verdict.logs]
        if not strange:
            return True
        # Does the oracle give this log, too, in some other order of what happens at one instant?
        depends_on_order = verdict.depends_on_order
        for orders in MORE_ORDERS:
            more = ask_in_time(program, self.oracle, orders)
            depends_on_order |= more.depends_on_order
            strange = [log for log in strange if sorted(log) not in more.logs]
            if not strange:
                break
        if depends_on_order:
            self.unordered += not verdict.depends_on_order
            self.unmatched += bool(strange)
            return True
        if strange and self.options.oracle != "trio":
            # Where the two differ, it is Trio that anyrt follows.
            trio = ask_in_time(program, library("trio"), MORE_ORDERS[0])
            strange = [log for log in strange if sorted(log) not in trio.logs]
            self.unlike_trio += not strange
            return not strange
        return not strange

    def agrees_in_real_time(self, program, verdict, result):
        expected = endings(verdict.logs[0])
        for margin in MARGINS[1:]:
            if endings(result["logs"][0]) == expected and not result["broken"]:
                return True
            # A busy machine is late; a real divergence does not go away with more time.
            with self.engine(margin) as engine:
                (result,) = engine.run([self.case(program, verdict)])
        return endings(result["logs"][0]) == expected and not result["broken"]

    def diverges(self, engine, program):
        try:
            verdict = ask_in_time(program, self.oracle, range(self.options.orders))
        except Exception:  # The smaller program is none: it hangs, or means nothing.
            return False
        if not self.is_virtual:
            return False
        (result,) = engine.run([self.case(program, verdict)])
        counts = self.unordered, self.unmatched, self.unlike_trio
        try:
            return not self.agrees(program, verdict, result)
        finally:
            self.unordered, self.unmatched, self.unlike_trio = counts

    def show(self):
        with self.engine() as engine:
            for program, verdict, result in self.divergences[: self.options.show]:
                if not self.options.no_shrink and self.is_virtual:
                    program = shrink(program, lambda smaller: self.diverges(engine, smaller))
                    verdict = ask(program, self.oracle, range(self.options.orders))
                    (result,) = engine.run([self.case(program, verdict)])
                print(text(program))
                print(*result["broken"], sep="\n")
                for log in result["logs"]:
                    if sorted(log) not in verdict.logs:
                        show_difference(self.options, verdict.logs[0], log)
                        break
                print()

    def report(self):
        print(self.coverage.table())
        print(f"compared: {self.compared}")
        if not self.is_virtual:
            print(f"not compared, as their timers are too close for real time: {self.too_close}")
        share = 100 * self.unordered / max(self.compared, 1)
        print(f"whose log depends on the order within an instant: {self.unordered} ({share:.2f} %)")
        print(f"of these, with a log that the oracle did not give: {self.unmatched}")
        if self.options.oracle != "trio":
            print(f"where {self.options.oracle} differs from Trio, and anyrt does not: {self.unlike_trio}")
        print("seeds that diverge:", *(program["seed"] for program, _, _ in self.divergences[:40]))
        print(f"{self.options.count} programs, {len(self.divergences)} divergences")


def show_difference(options, expected, log):
    def by_time(lines):
        return sorted(lines, key=lambda line: (int(line.split(" ", 1)[0]), line))

    print(
        *difflib.unified_diff(
            by_time(expected), by_time(log), options.oracle, options.backend, n=99, lineterm=""
        ),
        sep="\n",
    )


def main():
    options = arguments()
    comparison = Comparison(options)
    comparison.run()
    comparison.show()
    comparison.report()
    return 1 if comparison.divergences else 0


if __name__ == "__main__":
    sys.exit(main())
