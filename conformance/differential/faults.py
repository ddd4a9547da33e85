"""Breaks the engine in one place after another, and expects that the comparison finds each fault.

    python3 conformance/differential/faults.py [--from SEED] [--count N] [--only WORD]

It works on a copy of the workspace. The exit code is 1 if a fault is not found, 2 if one can not be put in.
"""

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from compare import Comparison
from engine import WORKSPACE, Engine
from generator import generate
from libraries import library
from oracle import ask_in_time

BATCH = 50


@dataclass(frozen=True)
class Fault:
    law: str
    what: str
    file: str
    old: str
    new: str


FAULTS = [
    Fault(
        "S1",
        "a shield hides nothing",
        "tree/cancel.rs",
        "(!self.has(SHIELD) && parent_effective)",
        "parent_effective",
    ),
    Fault(
        "C4",
        "the inner scope says that it caught",
        "tree/cancel.rs",
        "if !above || self.is_shut() {",
        "if !above || self.is_shut() || self.has(CALLED) {",
    ),
    Fault(
        "D3",
        "the effective deadline is the innermost one",
        "tree/cancel.rs",
        "(Some(a), Some(b)) => Some(Instant::min(a, b)),",
        "(Some(a), Some(_)) => Some(a),",
    ),
    Fault(
        "D2",
        "a deadline that was moved strikes when it was to",
        "tree/node.rs",
        "        self.set(MOVED);\n        drop(link);",
        "        drop(link);",
    ),
    Fault(
        "S5",
        "a cleanup does not run after a cancellation",
        "scope/finally.rs",
        "if !*this.is_clean {",
        "if !*this.is_clean && !matches!(this.ended, Some(Work::Cut)) {",
    ),
    Fault(
        "C1",
        "an operation that need not wait is not cut",
        "leaf.rs",
        "    if is_cut(cx.waker()) {\n        return Poll::Pending;\n    }\n    if !budget",
        "    if !budget",
    ),
    Fault(
        "G1",
        "a group does not wait for its children",
        "group/run.rs",
        "if !node.is_joined() {",
        "if !node.is_joined() && node.polls() < 3 {",
    ),
    Fault(
        "G9",
        "the handle of a child cancels its group",
        "group/handle.rs",
        "        self.node.cancel(Reason::Requested);",
        "        self.node.own_group().cancel(Reason::Requested);",
    ),
    Fault(
        "E1",
        "a failure cancels nobody",
        "group/adoption.rs",
        "if !self.as_group().is_supervisor() {",
        "if false {",
    ),
    Fault(
        "E2",
        "the second failure is swallowed",
        "group/part.rs",
        "Some(list) => list.push(failure),",
        "Some(list) if list.is_empty() => list.push(failure),\n            Some(_) => {}",
    ),
    Fault(
        "E7",
        "a cancellation beats failures",
        "group/run.rs",
        "if !is_kept && let Some(failures)",
        "if !is_kept && !node.was_cut() && let Some(failures)",
    ),
    Fault(
        "E8",
        "a group gives a value though a child was cut from outside",
        "group/child.rs",
        "            if node.is_cut_from_above() {\n                group.set_cut();\n            }\n",
        "",
    ),
    Fault(
        "R3",
        "a child that never said that it is ready is taken for cancelled",
        "group/start.rs",
        "said.ok_or(StartError::NeverStarted)",
        "said.ok_or(StartError::Closed)",
    ),
    Fault(
        "R5",
        "a child that is ready stays under its caller's scopes",
        "group/start.rs",
        "            child.leave_call();\n",
        "",
    ),
    Fault(
        "F1",
        "the last waiter is served first",
        "wait_list.rs",
        "        self.link_last(key);\n        key\n",
        "        self.link_last(key);\n        self.revoke(key);\n        key\n",
    ),
    Fault(
        "H1",
        "receivers are not told that the last sender has closed",
        "channel/state.rs",
        "        if self.is_over() {\n            self.waiting_receivers.wake_waiting(deferred);\n        }\n",
        "",
    ),
    Fault(
        "H4",
        "a rendezvous holds an item",
        "channel/state.rs",
        "self.count_items() + self.reserved < self.capacity",
        "self.count_items() + self.reserved < self.capacity.max(1)",
    ),
    Fault(
        "L8",
        "an event wakes one waiter",
        "sync/queued.rs",
        "        waiters.serve(first, deferred);\n    }\n}",
        "        waiters.serve(first, deferred);\n        return;\n    }\n}",
    ),
    Fault(
        "L6",
        "a notification for all reaches one",
        "sync/condvar.rs",
        "if self.is_all {",
        "if std::mem::take(&mut self.is_all) {",
    ),
    Fault(
        "L7",
        "a limiter lends one token more than it has",
        "sync/capacity_limiter.rs",
        "self.borrowers.len() >= self.total",
        "self.borrowers.len() > self.total",
    ),
    Fault(
        "B2",
        "the handle of a child that failed tells a cancellation",
        "group/child.rs",
        "Err(TaskError::Failed)",
        "Err(TaskError::Cancelled(crate::error::Cancelled::new(Reason::Failure)))",
    ),
]


class Copy:
    """A copy of the workspace, in which one fault is put in after the other."""

    def __init__(self, folder):
        self.root = Path(folder) / "workspace"
        ignore = shutil.ignore_patterns("target", ".git", "__pycache__")
        shutil.copytree(WORKSPACE, self.root, ignore=ignore)

    def build(self):
        line = ["cargo", "build", "-q", "--manifest-path", str(self.root / "Cargo.toml")]
        line += ["--target-dir", str(self.root / "target"), "-p", "anyrt-differential"]
        built = subprocess.run(line, capture_output=True, text=True)
        if built.returncode != 0:
            print(built.stderr)
        return built.returncode == 0

    def with_fault(self, fault, run):
        path = self.root / "anyrt-core/src" / fault.file
        text = path.read_text()
        if text.count(fault.old) != 1:
            return f"{fault.file} does not have it once"
        path.write_text(text.replace(fault.old, fault.new))
        try:
            return run() if self.build() else "it does not build"
        finally:
            path.write_text(text)

    def first_divergence(self, cases, comparison):
        """Gives the number of programs until one diverges, and what was seen; None if none does."""
        binary = [str(self.root / "target/debug/anyrt-differential")]
        for start in range(0, len(cases), BATCH):
            batch = cases[start : start + BATCH]
            with Engine("sim", 2, None, binary, seconds=40) as engine:
                results = engine.try_run(comparison.case(p, v) for p, v in batch)
            for at, (program, verdict) in enumerate(batch):
                if at >= len(results):
                    return start + at + 1, "it hangs"
                if not comparison.agrees(program, verdict, results[at]):
                    broken = results[at]["broken"]
                    seen = broken[0].splitlines()[0][:60] if broken else "another log"
                    return start + at + 1, seen
        return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--from", dest="first", type=int, default=random.randrange(10**9))
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--only", default="", help="faults whose description has this word")
    options = parser.parse_args()
    options.backend, options.oracle, options.orders = "sim", "trio", 3
    oracle = library("trio")
    print(f"programs from seed {options.first}")
    programs = [generate(options.first + number) for number in range(options.count)]
    cases = [(p, ask_in_time(p, oracle, range(options.orders))) for p in programs]
    comparison = Comparison(options)
    missed, unfit = 0, 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Copy(folder)
        check = lambda: copy.first_divergence(cases, comparison)  # noqa: E731
        chosen = [fault for fault in FAULTS if options.only in fault.what]
        sound = check() if copy.build() else "it does not build"
        print(f"{'-':<4} {'no fault':<62} {sound or 'agrees'}", flush=True)
        unfit += sound is not None
        for fault in chosen:
            found = copy.with_fault(fault, check)
            if isinstance(found, str):
                unfit += 1
            elif found is None:
                missed += 1
                found = "NOT FOUND"
            else:
                found = f"found by program {found[0]}: {found[1]}"
            print(f"{fault.law:<4} {fault.what:<62} {found}", flush=True)
    print(f"{len(chosen)} faults, {len(chosen) - missed - unfit} found")
    return 2 if unfit else 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
