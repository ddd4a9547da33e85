"""Runs a program on Trio or AnyIO, and writes down what happened when.

This says what each statement of the language means; `src/` says the same in anyrt's words. Where the
two libraries differ by decision, the place is marked with the heading of README.md that gives the
reason.
"""

import random

from generator import PROGRAM_ENDS
from libraries import shuffle_tasks
from trio.testing import MockClock

try:
    BaseExceptionGroup
except NameError:  # before Python 3.11
    from exceptiongroup import BaseExceptionGroup


class Failed(Exception):
    """The failures of a task or a group, by name."""

    def __init__(self, names):
        self.names = sorted(names)


class Environment:
    """What a statement sees of the blocks around it in its task."""

    def __init__(self, senders, receivers, status=None, scopes=()):
        self.senders, self.receivers, self.status, self.scopes = senders, receivers, status, scopes

    def of_child(self, status=None):
        return Environment(self.senders, self.receivers, status)

    def with_scope(self, scope):
        scopes = (*self.scopes, scope)
        return Environment(self.senders, self.receivers, self.status, scopes)

    def in_shield(self):
        """No outer scope is seen from within a shield."""
        return Environment(self.senders, self.receivers, self.status)

    def with_end(self, side, channel, end):
        ends = list(getattr(self, side))
        ends[channel] = end
        made = Environment(self.senders, self.receivers, self.status, self.scopes)
        setattr(made, side, ends)
        return made


class Status:
    """What a child of `start` says that it is ready with, once."""

    def __init__(self, raw):
        self.raw, self.is_ready = raw, False

    def started(self):
        if not self.is_ready:
            self.is_ready = True
            self.raw.started()


class End:
    """One end of a channel, of which it is known whether it was closed here."""

    def __init__(self, raw):
        self.raw, self.is_closed = raw, False

    def clone(self):
        # A closed end has no clones in Trio; a clone of it is closed in anyrt.
        end = End(None if self.is_closed else self.raw.clone())
        end.is_closed = self.is_closed
        return end

    def close(self):
        self.is_closed = True
        if self.raw:
            self.raw.close()


class Child:
    """How a child ended, for whoever waits for that."""

    def __init__(self, library):
        self.is_over, self.outcome = library.Event(), "cancelled"


class Borrowing:
    """A token of a limiter, for whoever takes it, who may have others."""

    def __init__(self, limiter):
        self.limiter = limiter

    def acquire_nowait(self):
        self.limiter.acquire_on_behalf_of_nowait(self)

    async def acquire(self):
        await self.limiter.acquire_on_behalf_of(self)

    def release(self):
        self.limiter.release_on_behalf_of(self)


class Interpreter:
    def __init__(self, program, library, order, is_torn):
        self.program, self.lib, self.is_torn = program, library, is_torn
        self.random = random.Random(order) if order else None
        self.log = []
        self.due = []
        self.scopes, self.groups, self.children, self.struck = {}, {}, {}, set()
        # Items that were handed to a receiver that has not run since, by channel.
        self.promised = [0] * len(program["channels"])
        # Items in the buffer whose sender waited for the place, and has not run since.
        self.owed = [0] * len(program["channels"])

    async def main(self):
        lib, program = self.lib, self.program
        self.events = [lib.Event() for _ in range(program["events"])]
        self.locks = [lib.Lock() for _ in range(program["locks"])]
        self.semaphores = [lib.Semaphore(count) for count in program["semaphores"]]
        self.conditions = [lib.Condition() for _ in range(program["conditions"])]
        self.limiters = [lib.CapacityLimiter(total) for total in program["limiters"]]
        channels = [lib.channel(capacity) for capacity in program["channels"]]
        ends = ([End(end) for end in side] for side in zip(*channels))
        environment = Environment(*ends)
        with lib.move_on_after(PROGRAM_ENDS) as scope:
            try:
                await self.block(program["body"], environment)
            except Failed as failed:
                self.say(0, "failed " + ",".join(failed.names))
            else:
                self.say(0, "end")
        if scope.cancelled_caught:
            self.say(0, "caught")
        for end in environment.senders + environment.receivers:
            end.close()

    def say(self, statement, text):
        self.log.append((int(self.lib.now()), f"{statement} {text}"))

    def expect(self, after):
        """Notes when a timer is due."""
        self.due.append(int(self.lib.now()) + after)

    async def jitter(self):
        """Lets others run before the task goes on, which they may as well do at that instant."""
        if self.random:
            for _ in range(self.random.choice((0, 0, 0, 1, 2, 4, 8))):
                await self.lib.let_others_run()

    async def at_once(self, without_waiting, waiting):
        """Does something that may need to wait.

        If it does not, Trio lets others run all the same, and anyrt does not. Both may be.
        """
        if self.random and self.random.random() < 0.5:
            await self.lib.checkpoint_if_cancelled()
            try:
                return without_waiting()
            except self.lib.WouldBlock:
                pass
        return await waiting()

    async def block(self, body, environment):
        for statement in body:
            if self.is_torn:
                await self.jitter()
            await getattr(self, "do_" + statement["op"])(statement, environment)

    async def watched(self, statement, body, environment):
        """Does a block, and says how it ended if it did not end well."""
        try:
            await body
        except self.lib.Cancelled:
            self.say(statement["id"], "cut")
            self.strike(environment)
            await self.jitter()
            raise
        except Failed as failed:
            self.say(statement["id"], "failed " + ",".join(failed.names))
            raise

    def strike(self, environment):
        """A strike is final: notes the scopes that a cancellation passes on its way out."""
        for scope in reversed(environment.scopes):
            if self.lib.is_cancelled(scope):
                self.struck.add(scope)
            if scope.shield:
                break

    async def inside(self, statement, environment):
        """Does the body of a block, and says how it ended."""
        await self.watched(statement, self.block(statement["body"], environment), environment)
        self.say(statement["id"], "end")

    # Statements that concern the task alone

    async def do_sleep(self, it, environment):
        self.expect(it["t"])
        await self.lib.sleep(it["t"])
        self.say(it["id"], "woke")

    async def do_checkpoint(self, it, environment):
        await self.at_once(lambda: None, self.lib.checkpoint)
        self.say(it["id"], "passed")

    async def do_deadline(self, it, environment):
        end = self.lib.effective_deadline()
        self.say(it["id"], "past" if end <= self.lib.now() else f"at {int(end)}")

    async def do_ready(self, it, environment):
        if environment.status:
            self.say(it["id"], "ready")
            environment.status.started()

    async def do_fail(self, it, environment):
        raise Failed([str(it["id"])])

    # Statements by which tasks meet

    async def do_set(self, it, environment):
        self.say(it["id"], "set")
        self.events[it["event"]].set()

    async def do_wait(self, it, environment):
        event = self.events[it["event"]]
        await self.at_once(lambda: self.see(event), event.wait)
        self.say(it["id"], "passed")
        await self.jitter()

    def see(self, event):
        if not event.is_set():
            raise self.lib.WouldBlock

    async def do_send(self, it, environment):
        channel = it["channel"]
        end, capacity = environment.senders[channel], self.program["channels"][channel]
        try:
            if end.is_closed:
                await self.lib.checkpoint_if_cancelled()
                raise self.lib.Closed[0]
            if end.raw.statistics().current_buffer_used + self.promised[channel] >= capacity:
                # An item keeps its place until its receiver has looked.
                await self.jitter()
            await self.lib.checkpoint_if_cancelled()
            self.promise(end.raw, channel)
            has_waited = capacity > 0 and end.raw.statistics().current_buffer_used == capacity
            raw, item = end.raw, it["id"]
            await self.at_once(lambda: raw.send_nowait(item), lambda: raw.send(item))
        except self.lib.Closed:
            await self.see_the_end(it)
        else:
            self.owed[channel] -= has_waited
            self.say(it["id"], "sent")
        await self.jitter()

    async def do_recv(self, it, environment):
        channel = it["channel"]
        end = environment.receivers[channel]
        try:
            if end.is_closed:
                await self.lib.checkpoint_if_cancelled()
                raise self.lib.Closed[0]
            await self.lib.checkpoint_if_cancelled()
            statistics = end.raw.statistics()
            has_waited = not (statistics.current_buffer_used or statistics.tasks_waiting_send)
            self.owe(end.raw, channel)
            item = await self.at_once(end.raw.receive_nowait, end.raw.receive)
        except self.lib.Closed:
            await self.see_the_end(it)
        else:
            self.promised[channel] -= has_waited
            self.say(it["id"], f"got {item}")
        await self.jitter()

    async def see_the_end(self, it):
        """A closing is not handed over."""
        await self.jitter()
        await self.lib.checkpoint_if_cancelled()
        self.say(it["id"], "closed")

    def promise(self, end, channel):
        """An item keeps its place until its receiver has looked: notes one that is about to."""
        self.promised[channel] += bool(end.statistics().tasks_waiting_receive)

    def owe(self, end, channel):
        """An item keeps its place until its sender has looked, too: notes one that moves up early."""
        waits = self.program["channels"][channel] > 0 and end.statistics().tasks_waiting_send > 0
        self.owed[channel] += waits

    async def do_try_send(self, it, environment):
        channel = it["channel"]
        end = environment.senders[channel]
        try:
            if end.is_closed:
                raise self.lib.Closed[0]
            self.send_nowait(end.raw, channel, it["id"])
        except self.lib.Closed:
            self.say(it["id"], "closed")
        except self.lib.WouldBlock:
            self.say(it["id"], "full")
        else:
            self.say(it["id"], "sent")

    def send_nowait(self, end, channel, item):
        statistics = end.statistics()
        capacity, is_open = self.program["channels"][channel], self.lib.receivers(statistics)
        used = statistics.current_buffer_used + self.promised[channel]
        # Whoever does not wait cannot hand over; and an item keeps its place until it was looked at.
        if is_open and used >= capacity:
            raise self.lib.WouldBlock
        self.promise(end, channel)
        end.send_nowait(item)

    def receive_nowait(self, end, channel):
        used = end.statistics().current_buffer_used
        if used and used == self.owed[channel]:
            raise self.lib.WouldBlock
        self.owe(end, channel)
        return end.receive_nowait()

    async def do_try_recv(self, it, environment):
        end = environment.receivers[it["channel"]]
        try:
            if end.is_closed:
                raise self.lib.Closed[0]
            item = self.receive_nowait(end.raw, it["channel"])
        except self.lib.Closed:
            self.say(it["id"], "closed")
        except self.lib.WouldBlock:
            self.say(it["id"], "empty")
        else:
            self.say(it["id"], f"got {item}")

    async def do_close_send(self, it, environment):
        self.say(it["id"], "close")
        environment.senders[it["channel"]].close()

    async def do_close_recv(self, it, environment):
        self.say(it["id"], "close")
        environment.receivers[it["channel"]].close()

    async def do_send_end(self, it, environment):
        await self.do_end(it, environment, "senders")

    async def do_recv_end(self, it, environment):
        await self.do_end(it, environment, "receivers")

    async def do_end(self, it, environment, side):
        channel = it["channel"]
        end = getattr(environment, side)[channel].clone()
        try:
            await self.inside(it, environment.with_end(side, channel, end))
        finally:
            end.close()

    async def do_acquire(self, it, environment):
        await self.hold(it, self.semaphores[it["semaphore"]], environment)

    async def do_lock(self, it, environment):
        await self.hold(it, self.locks[it["lock"]], environment)

    async def do_borrow(self, it, environment):
        await self.hold(it, Borrowing(self.limiters[it["limiter"]]), environment)

    async def hold(self, it, what, environment):
        await self.at_once(what.acquire_nowait, what.acquire)
        try:
            self.say(it["id"], "acquired")
            await self.jitter()
            await self.inside(it, environment)
        finally:
            what.release()

    async def do_try_acquire(self, it, environment):
        await self.try_hold(it, self.semaphores[it["semaphore"]], environment)

    async def do_try_borrow(self, it, environment):
        await self.try_hold(it, Borrowing(self.limiters[it["limiter"]]), environment)

    async def try_hold(self, it, what, environment):
        try:
            what.acquire_nowait()
        except self.lib.WouldBlock:
            self.say(it["id"], "busy")
            return
        try:
            self.say(it["id"], "acquired")
            await self.inside(it, environment)
        finally:
            what.release()

    async def do_resize(self, it, environment):
        self.say(it["id"], "resize")
        self.limiters[it["limiter"]].total_tokens = it["total"]

    async def do_await(self, it, environment):
        condition = self.conditions[it["condition"]]
        await self.at_once(condition.acquire_nowait, condition.acquire)
        try:
            await condition.wait()
        finally:
            condition.release()
        self.say(it["id"], "notified")
        await self.jitter()

    async def do_notify(self, it, environment):
        condition = self.conditions[it["condition"]]
        await self.at_once(condition.acquire_nowait, condition.acquire)
        self.say(it["id"], "notify")
        if it["all"]:
            condition.notify_all()
        else:
            condition.notify()
        condition.release()

    async def do_join(self, it, environment):
        # Who waits for a child has its handle, and nobody else names it any more.
        child = self.children.pop(it["target"], None)
        if not child:
            self.say(it["id"], "miss")
            return
        self.scopes.pop(it["target"])
        self.say(it["id"], "join")
        await self.at_once(lambda: self.see(child.is_over), child.is_over.wait)
        if child.outcome == "cancelled":
            # A cancellation is not handed over.
            await self.jitter()
            await self.lib.checkpoint_if_cancelled()
        self.say(it["id"], f"joined, {child.outcome}")
        await self.jitter()

    # Cancellation

    async def do_cancel(self, it, environment):
        named = self.scopes.get(it["target"])
        self.say(it["id"], "cancel" if named else "miss")
        if named:
            named.cancel()

    async def do_set_deadline(self, it, environment):
        scope = self.scopes.get(it["target"])
        self.say(it["id"], "move" if scope else "miss")
        if scope:
            scope.deadline = float("inf") if it["t"] is None else self.lib.now() + it["t"]
            if it["t"] is not None:
                self.expect(it["t"])

    async def do_set_shield(self, it, environment):
        scope = self.scopes.get(it["target"])
        self.say(it["id"], "shield" if scope else "miss")
        if scope and not (it["on"] and scope in self.struck):
            scope.shield = it["on"]

    async def do_scope(self, it, environment):
        deadline = float("inf")
        if it["t"] is not None:
            deadline = self.lib.now() + it["t"]
            self.expect(it["t"])
        scope = self.lib.CancelScope(deadline=deadline, shield=it["shield"])
        self.scopes[it["id"]] = scope

        async def body():
            with scope:
                await self.block(it["body"], environment.with_scope(scope))

        await self.watched(it, body(), environment)
        called = " called" if scope.cancel_called else ""
        self.say(it["id"], ("caught" if scope.cancelled_caught else "end") + called)

    async def do_move_on(self, it, environment):
        self.expect(it["t"])
        scope = self.lib.move_on_after(it["t"])

        async def body():
            with scope:
                await self.block(it["body"], environment)

        await self.watched(it, body(), environment)
        self.say(it["id"], "caught" if scope.cancelled_caught else "end")

    async def do_fail_after(self, it, environment):
        self.expect(it["t"])

        async def body():
            try:
                with self.lib.fail_after(it["t"]):
                    await self.block(it["body"], environment)
            except self.lib.TimedOut:
                raise Failed([f"timeout{it['id']}"]) from None

        await self.watched(it, body(), environment)
        self.say(it["id"], "end")

    async def do_shield(self, it, environment):
        with self.lib.CancelScope(shield=True):
            await self.inside(it, environment.in_shield())

    # Ends

    async def do_finally(self, it, environment):
        try:
            await self.inside(it, environment)
        finally:
            with self.lib.CancelScope(shield=True):
                self.say(it["id"], "cleaning")
                await self.block(it["cleanup"], environment.of_child())
                self.say(it["id"], "clean")

    async def do_guard(self, it, environment):
        try:
            await self.inside(it, environment)
        finally:
            self.say(it["id"], "dropped")

    async def do_catch(self, it, environment):
        try:
            await self.watched(it, self.block(it["body"], environment), environment)
        except Failed as failed:
            self.say(it["id"], "caught " + ",".join(failed.names))
        else:
            self.say(it["id"], "end")

    async def do_repeat(self, it, environment):
        for _ in range(it["times"]):
            await self.block(it["body"], environment)

    # Groups

    async def do_group(self, it, environment):
        has_ended = False

        async def run():
            nonlocal has_ended
            try:
                async with self.lib.open_group() as group:
                    self.groups[it["id"]] = group
                    self.scopes[it["id"]] = group.cancel_scope
                    body = self.block(it["body"], environment)
                    await self.watched({"id": f"{it['id']} body"}, body, environment)
                    has_ended = True
                    self.say(it["id"], "joining")
            except BaseExceptionGroup as group:
                self.raise_one(group)
            finally:
                await self.jitter()

        await self.watched(it, run(), environment)
        self.say(it["id"], "end" if has_ended else "cancelled")

    def raise_one(self, group):
        """Failures beat cancellation."""
        names, cut = [], None
        todo = [group]
        while todo:
            error = todo.pop()
            if isinstance(error, BaseExceptionGroup):
                todo += error.exceptions
            elif isinstance(error, Failed):
                names += error.names
            elif isinstance(error, self.lib.Cancelled):
                cut = error
            else:
                raise group
        if names:
            raise Failed(names) from None
        raise cut from None

    async def child(self, it, environment):
        self.say(it["id"], "begin")
        await self.jitter()
        await self.inside(it, environment)

    async def do_spawn(self, it, environment):
        group = self.groups.get(it["target"])
        if not group:
            self.say(it["id"], "miss")
            return
        scope = self.lib.CancelScope()
        known = Child(self.lib)

        async def child():
            try:
                # A task is a scope: its handle cancels it alone.
                with scope:
                    await self.child(it, environment.of_child())
                    known.outcome = "ended"
            except Failed:
                known.outcome = "failed"
                raise
            finally:
                known.is_over.set()

        try:
            self.lib.spawn(group, child)
        except RuntimeError:
            self.say(it["id"], "group is over")
        else:
            self.scopes[it["id"]] = scope
            self.children[it["id"]] = known

    async def do_start(self, it, environment):
        group = self.groups[it["target"]]
        caller, environment = environment, environment.of_child()

        async def child(*, task_status):
            environment.status = Status(task_status)
            await self.child(it, environment)

        async def start():
            try:
                await group.start(child)
            except RuntimeError as error:
                if "without calling" not in str(error):
                    raise
                raise Failed([f"never{it['id']}"]) from None
            except BaseExceptionGroup as group_of_errors:
                self.raise_one(group_of_errors)
            finally:
                await self.jitter()

        await self.watched({"id": f"{it['id']} start"}, start(), caller)
        self.say(it["id"], "started")


def interpret(program, library, order=0, is_torn=False):
    """Gives the log of a program, and when its timers were due.

    Each `order` above 0 gives another order of what happens at one instant; 0 is Trio's own. If it is
    torn, others run between any two statements, as they do on several threads.
    """
    shuffle_tasks(order)
    interpreter = Interpreter(program, library, order, is_torn)
    clock = MockClock(autojump_threshold=0)
    library.run(interpreter.main, clock)
    return sorted(interpreter.log), interpreter.due
