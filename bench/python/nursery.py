#!/usr/bin/env python3
"""Spawns and joins 100,000 tasks that yield once, in asyncio, Trio and AnyIO.

What a nursery costs in Python, for scale beside `spawn-join-yield` of anyrt-bench. What is not
installed is left out; nothing else of anyrt needs this.
"""

import argparse
import asyncio
import gc
import json
import statistics
import sys
import time


async def asyncio_nursery(tasks):
    async def child():
        await asyncio.sleep(0)

    async with asyncio.TaskGroup() as group:
        for _ in range(tasks):
            group.create_task(child())


async def trio_nursery(tasks):
    import trio

    async with trio.open_nursery() as nursery:
        for _ in range(tasks):
            nursery.start_soon(trio.lowlevel.checkpoint)


async def anyio_nursery(tasks):
    import anyio
    import anyio.lowlevel

    async with anyio.create_task_group() as group:
        for _ in range(tasks):
            group.start_soon(anyio.lowlevel.checkpoint)


def on_asyncio(nursery):
    return lambda tasks: asyncio.run(nursery(tasks))


def on_trio(nursery):
    def run(tasks):
        import trio

        trio.run(nursery, tasks)

    return run


WAYS = {
    "asyncio.TaskGroup": ([], on_asyncio(asyncio_nursery)),
    "trio.Nursery": (["trio"], on_trio(trio_nursery)),
    "anyio.TaskGroup on asyncio": (["anyio"], on_asyncio(anyio_nursery)),
    "anyio.TaskGroup on Trio": (["anyio", "trio"], on_trio(anyio_nursery)),
}


def version(module):
    from importlib.metadata import version

    return f"{module} {version(module)}"


def measure(name, modules, run, args):
    for module in modules:
        try:
            __import__(module)
        except ImportError:
            print(f"{name} is left out: {module} is not installed", file=sys.stderr)
            return None
    seconds = []
    for _ in range(args.rounds + 1):
        gc.collect()
        start = time.perf_counter()
        run(args.tasks)
        seconds.append(time.perf_counter() - start)
    # The first run imports and warms up.
    each = [1e9 * second / args.tasks for second in seconds[1:]]
    return {
        "work": "spawn-join-yield",
        "way": name,
        "with": [version(module) for module in modules],
        "ns": round(statistics.median(each)),
        "low": round(min(each)),
        "high": round(max(each)),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tasks", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    if args.tasks < 1 or args.rounds < 1:
        parser.error("there must be a task and a round")
    measured = (measure(name, *way, args) for name, way in WAYS.items())
    rows = [row for row in measured if row]
    if args.json:
        print(json.dumps(rows, indent=2))
        return
    python = ".".join(map(str, sys.version_info[:3]))
    print(f"nanoseconds for each of {args.tasks} tasks, medians of {args.rounds}, Python {python}")
    for row in rows:
        within = f"{row['low']:,} to {row['high']:,}"
        made_with = ", ".join(row["with"])
        print(f"{row['way']:28} {row['ns']:>8,}  ({within})  {made_with}")


if __name__ == "__main__":
    main()
