"""Counts what the programs used, and how they ended."""

from collections import Counter

from shrink import blocks

# What a line says, by its beginning, and what that is called in the table.
ENDINGS = {
    "end": "a block ended normally",
    "caught": "a scope caught a cancellation",
    "cut": "a block was cancelled",
    "failed": "a block failed",
    "failed timeout": "a fail_after timed out",
    "failed never": "a start was never ready",
    "cancelled": "a group was cancelled by itself",
    "cleaning": "an async cleanup ran",
    "dropped": "a destructor ran",
    "notified": "a condition was notified",
    "joined, ended": "a handle gave a value",
    "joined, failed": "a handle told a failure",
    "joined, cancelled": "a handle told a cancellation",
    "closed": "a channel was closed",
    "full": "a channel was full",
    "past": "a deadline was in the past",
    "miss": "a name was not there yet",
    "group is over": "a group was over",
}


class Coverage:
    def __init__(self):
        self.programs = 0
        self.uses, self.seen, self.ends = Counter(), Counter(), Counter()

    def add(self, program, log):
        self.programs += 1
        self.uses.update({s["op"] for block in blocks(program) for s in block})
        said = [line.split(" ", 2)[2] for line in log]
        self.seen.update(
            {what for beginning, what in ENDINGS.items() if any(t.startswith(beginning) for t in said)}
        )
        (end,) = (line.split(" ", 2)[2] for line in log if line.split(" ")[1] == "0")
        word = end.split()[0]
        if word == "failed":
            word = "timeout" if "timeout" in end else "failure"
        self.ends[{"end": "normally", "caught": "cancelled, at the time limit"}.get(word, word)] += 1

    def table(self):
        rows = ["programs that use:"]
        rows += [f"  {name:<32}{count:>7}" for name, count in self.uses.most_common()]
        rows += ["programs in which:"]
        rows += [f"  {name:<32}{count:>7}" for name, count in self.seen.most_common()]
        rows += ["programs that ended:"]
        rows += [f"  {name:<32}{count:>7}" for name, count in self.ends.most_common()]
        return "\n".join(rows)
