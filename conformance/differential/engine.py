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

    def __init__(self, backend, schedules=1, margin=None, run=None, seconds=None):
        line = [*(run or command()), "--backend", backend, "--schedules", str(schedules)]
        if margin is not None:
            line += ["--margin", str(margin)]
        self.process = subprocess.Popen(
            line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1 << 20
        )
        # After that time it is ended, whatever it is doing.
        self.watch = seconds and threading.Timer(seconds, self.process.kill)
        if self.watch:
            self.watch.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.watch:
            self.watch.cancel()
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        self.process.wait()

    def run(self, cases):
        """Gives, for each case, its logs and which properties were broken."""
        cases = list(cases)
        results = self.try_run(cases)
        if len(results) < len(cases):
            raise SystemExit("the Rust side ended too early; what it said is above")
        return results

    def try_run(self, cases):
        """Gives as many results as there are before the process ends."""
        cases = list(cases)

        def feed():
            try:
                for case in cases:
                    self.process.stdin.write(json.dumps(case) + "\n")
                self.process.stdin.write("\n")  # Now: run what came.
                self.process.stdin.flush()
            except BrokenPipeError:
                pass

        feeder = threading.Thread(target=feed)
        feeder.start()
        results = []
        for _ in cases:
            line = self.process.stdout.readline()
            if not line:
                break
            results.append(json.loads(line))
        feeder.join()
        return results
