"""The Rust side: one process that takes programs on its input, and gives what came of each."""

import json
import subprocess
import threading
from pathlib import Path

WORKSPACE = Path(__file__).resolve().parent.parent.parent


def command(workspace=WORKSPACE):
    """How the Rust side is run: from its sources, so that it is what they say."""
    manifest = str(Path(workspace) / "Cargo.toml")
    return ["cargo", "run", "--release", "-q", "--manifest-path", manifest, "-p", "anyrt-differential", "--"]


class Engine:
    """A backend, in a process of its own."""

    def __init__(self, backend, schedules=1, margin=None, run=None):
        line = [*(run or command()), "--backend", backend, "--schedules", str(schedules)]
        if margin is not None:
            line += ["--margin", str(margin)]
        self.process = subprocess.Popen(
            line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1 << 20
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()

    def run(self, cases):
        """Gives, for each case, its logs and which properties were broken."""
        cases = list(cases)

        def feed():
            for case in cases:
                self.process.stdin.write(json.dumps(case) + "\n")
            self.process.stdin.write("\n")  # Now: run what came.
            self.process.stdin.flush()

        feeder = threading.Thread(target=feed)
        feeder.start()
        results = []
        for _ in cases:
            line = self.process.stdout.readline()
            if not line:
                raise SystemExit("the Rust side ended too early; what it said is above")
            results.append(json.loads(line))
        feeder.join()
        return results
