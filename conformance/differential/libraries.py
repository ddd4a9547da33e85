"""The oracles: Trio, and AnyIO over Trio, under one set of names, on a clock that only jumps."""

import trio
import trio.testing


class TrioLibrary:
    """Trio itself."""

    Cancelled = trio.Cancelled
    Closed = (trio.ClosedResourceError, trio.BrokenResourceError, trio.EndOfChannel)
    TimedOut = trio.TooSlowError
    WouldBlock = trio.WouldBlock
    CancelScope = trio.CancelScope
    Event = trio.Event
    Lock = trio.Lock
    Semaphore = staticmethod(trio.Semaphore)
    Condition = trio.Condition
    CapacityLimiter = trio.CapacityLimiter

    now = staticmethod(trio.current_time)
    effective_deadline = staticmethod(trio.current_effective_deadline)
    sleep = staticmethod(trio.sleep)
    checkpoint = staticmethod(trio.lowlevel.checkpoint)
    move_on_after = staticmethod(trio.move_on_after)
    fail_after = staticmethod(trio.fail_after)
    open_group = staticmethod(trio.open_nursery)
    channel = staticmethod(trio.open_memory_channel)
    checkpoint_if_cancelled = staticmethod(trio.lowlevel.checkpoint_if_cancelled)
    # Others run meanwhile, and no cancellation strikes.
    let_others_run = staticmethod(trio.lowlevel.cancel_shielded_checkpoint)

    @staticmethod
    def receivers(statistics):
        return statistics.open_receive_channels

    @staticmethod
    def is_cancelled(scope):
        # A scope can only be asked about itself, not about those around it.
        return scope._cancel_status is not None and scope._cancel_status.effectively_cancelled

    @staticmethod
    def spawn(group, function, *args):
        group.start_soon(function, *args)

    @staticmethod
    def run(main, clock):
        trio.run(main, clock=clock)


def anyio_library():
    """AnyIO on its Trio backend, which has a clock that jumps; its asyncio backend has none."""
    import anyio

    class AnyioLibrary(TrioLibrary):
        Cancelled = trio.Cancelled
        Closed = (anyio.ClosedResourceError, anyio.BrokenResourceError, anyio.EndOfStream)
        TimedOut = TimeoutError
        WouldBlock = anyio.WouldBlock
        CancelScope = anyio.CancelScope
        Event = anyio.Event
        Lock = anyio.Lock
        Semaphore = staticmethod(anyio.Semaphore)
        Condition = anyio.Condition
        CapacityLimiter = anyio.CapacityLimiter

        now = staticmethod(anyio.current_time)
        effective_deadline = staticmethod(anyio.current_effective_deadline)
        sleep = staticmethod(anyio.sleep)
        checkpoint = staticmethod(anyio.lowlevel.checkpoint)
        move_on_after = staticmethod(anyio.move_on_after)
        fail_after = staticmethod(anyio.fail_after)
        open_group = staticmethod(anyio.create_task_group)
        checkpoint_if_cancelled = staticmethod(anyio.lowlevel.checkpoint_if_cancelled)
        let_others_run = staticmethod(anyio.lowlevel.cancel_shielded_checkpoint)

        @staticmethod
        def receivers(statistics):
            return statistics.open_receive_streams

        @staticmethod
        def is_cancelled(scope):
            return TrioLibrary.is_cancelled(scope._CancelScope__original)

        @staticmethod
        def channel(capacity):
            return anyio.create_memory_object_stream(capacity)

        @staticmethod
        def run(main, clock):
            anyio.run(main, backend="trio", backend_options={"clock": clock})

    return AnyioLibrary


def library(name):
    """Gives the oracle of this name."""
    return {"trio": lambda: TrioLibrary, "anyio": anyio_library}[name]()


def shuffle_tasks(seed):
    """Has Trio take the tasks of a batch in an order that this seed decides."""
    # What pytest-trio does for Hypothesis, too; there is no public name for it.
    trio._core._run._ALLOW_DETERMINISTIC_SCHEDULING = True
    trio._core._run._r.seed(seed)
