"""What Trio says of a program, in as many orders as asked."""

import signal

from dataclasses import dataclass

from generator import PROGRAM_ENDS
from interpreter import interpret


@dataclass
class Verdict:
    """The logs that the oracle gave, and how far its timers were apart."""

    logs: list
    # The least time between two things that happen, or would have, and the time to the last.
    gap: int
    span: int

    @property
    def depends_on_order(self):
        return len(self.logs) > 1


# In real time: only programs that are over after so many times their least gap.
LONGEST = 120


def lines(log):
    return sorted(f"{at} {text}" for at, text in log)


def ask(program, library, orders):
    """Runs a program in each of these orders of what happens at one instant."""
    logs, instants = [], {0, PROGRAM_ENDS}
    for order in orders:
        log, due = interpret(program, library, order)
        if lines(log) not in logs:
            logs.append(lines(log))
        instants.update(due)
        instants.update(at for at, _ in log)
    ordered = sorted(instants)
    gap = min(later - earlier for earlier, later in zip(ordered, ordered[1:]))
    return Verdict(logs, gap, max(at for at, _ in log))


def ask_in_time(program, library, orders):
    """Asks, and does not wait for ever: a program that does not end is a fault of the generator."""

    def late(*_):
        raise TimeoutError(f"the program of seed {program['seed']} does not end")

    signal.signal(signal.SIGALRM, late)
    signal.alarm(60)
    try:
        return ask(program, library, orders)
    finally:
        signal.alarm(0)


def fits_real_time(program, verdict, library):
    """Whether its timers are far enough apart, and threads make no difference to it."""
    if verdict.depends_on_order or verdict.gap * LONGEST < verdict.span:
        return False
    torn = [interpret(program, library, order, is_torn=True)[0] for order in range(1, 9)]
    return all(lines(log) == verdict.logs[0] for log in torn)
