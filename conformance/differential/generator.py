"""Makes programs: one seed gives one program, of the language that README.md describes.

Two properties are built in, so that nothing has to be masked later:

- Timers do not coincide. Each duration is drawn once, at random from a wide range, so that the sums
  of two sets of them differ, and at each instant one timer fires.
- Programs end. The whole has a deadline, and whatever runs under a shield, where that deadline does
  not reach, has one of its own that no statement can name and so none can move.

Tasks meet at any time, and mostly some time after they began, so that few programs depend on the order
within an instant, which is nobody's promise. Closing an end of a channel, and moving a shield, have
instants of their own, and a receiver rests after it received; README.md says why.
"""

import random
from dataclasses import dataclass, replace

TICKS = 1_000_000
PROGRAM_ENDS = 1_000_000_000


@dataclass(frozen=True)
class Place:
    """Where a statement stands, as far as this limits what may stand there."""

    depth: int = 0
    # Held by this task: a lock is not taken twice.
    locks: frozenset = frozenset()
    # Groups that take children from here, with the place of their body.
    groups: tuple = ()
    # Those of them for `start`: no shield stands between their scope and this place.
    starts: tuple = ()
    # In a cleanup nothing fails: it has nobody to tell.
    may_fail: bool = True
    # In the child of a `start`, before it said that it is ready.
    is_starting: bool = False
    is_repeated: bool = False

    def deeper(self, **changes):
        return replace(self, depth=self.depth + 1, **changes)


class Generator:
    def __init__(self, seed):
        self.seed = seed
        self.random = random.Random(seed)
        self.ids = 0
        self.used = set()
        self.named = {"scope": [], "task": [], "group": [], "shieldable": []}
        self.unresolved = []

    def program(self):
        rand = self.random
        self.budget = rand.choice([8, 12, 16, 24, 32, 48])
        self.events = rand.randint(1, 2)
        self.locks = rand.randint(1, 2)
        self.semaphores = [rand.randint(1, 3) for _ in range(rand.randint(1, 2))]
        self.channels = [rand.choice([0, 0, 1, 1, 2, 3]) for _ in range(rand.randint(1, 2))]
        self.conditions = 1
        self.limiters = [rand.randint(1, 3)]
        self.has_joins = rand.random() < 0.5
        place = Place()
        body = []
        while self.budget > 0:
            body += self.statement(place, ["group"] if rand.random() < 0.7 else None)
        self.resolve()
        return {
            "seed": self.seed,
            "events": self.events,
            "locks": self.locks,
            "semaphores": self.semaphores,
            "channels": self.channels,
            "conditions": self.conditions,
            "limiters": self.limiters,
            "body": body,
        }

    # Parts

    def make(self, op, **fields):
        self.ids += 1
        return {"op": op, "id": self.ids, **fields}

    def duration(self):
        while True:
            # Short ones and long ones, so that some timeouts strike and some do not.
            ticks = self.random.randint(1, TICKS >> self.random.choice([0, 0, 1, 2, 3]))
            if ticks not in self.used:
                self.used.add(ticks)
                return ticks

    def sleep(self):
        return self.make("sleep", t=self.duration())

    def block(self, place, least=1, most=4):
        body = []
        for _ in range(self.random.randint(least, most)):
            if self.budget <= 0 and len(body) >= least:
                break
            body += self.statement(place)
        return body

    def bounded(self, place):
        """A body for where no outer deadline reaches: a sleep, or anything for a limited time."""
        if self.random.random() < 0.4 or self.budget <= 0:
            return [self.sleep()]
        inner = place.deeper(starts=(), is_starting=False)
        return [self.make("move_on", t=self.duration(), body=self.block(inner, 1, 3))]

    def statement(self, place, kinds=None):
        if kinds is None:
            weights = dict(MEETINGS | PLAIN)
            if place.depth < 6 and self.budget > 0:
                weights |= BLOCKS
                if place.groups:
                    weights["spawn"] = 14
                if place.starts:
                    weights["start"] = 4
            if not place.may_fail:
                for kind in ("fail", "fail_after", "start"):
                    weights.pop(kind, None)
            if not self.has_joins:
                weights.pop("join")
            if place.is_starting:
                weights["ready"] = 12
            kinds = self.random.choices(list(weights), weights.values())
        (kind,) = kinds
        self.budget -= 1
        made = getattr(self, "make_" + kind)(place)
        if kind in WAITS and self.random.random() < 0.4:
            made = self.make("move_on", t=self.duration(), body=[made])
        if kind in ("close_send", "close_recv"):
            return [self.sleep(), made, self.sleep()]
        if kind == "set_shield":
            return [self.sleep(), made]
        if kind == "notify" or kind == "cancel" and self.has_joins:
            return [made, self.sleep()]
        if kind in ("recv", "try_recv"):
            return [made, self.sleep()]
        if kind in MEETINGS and self.random.random() < 0.1:
            return [self.sleep(), made]
        return [made]

    # Statements that concern the task alone

    def make_sleep(self, place):
        return self.sleep()

    def make_checkpoint(self, place):
        return self.make("checkpoint")

    def make_deadline(self, place):
        return self.make("deadline")

    def make_ready(self, place):
        return self.make("ready")

    # Statements by which tasks meet

    def make_fail(self, place):
        return self.make("fail")

    def make_set(self, place):
        return self.make("set", event=self.random.randrange(self.events))

    def make_wait(self, place):
        return self.make("wait", event=self.random.randrange(self.events))

    def make_channel(self, op):
        return self.make(op, channel=self.random.randrange(len(self.channels)))

    def make_send(self, place):
        return self.make_channel("send")

    def make_recv(self, place):
        return self.make_channel("recv")

    def make_try_send(self, place):
        return self.make_channel("try_send")

    def make_try_recv(self, place):
        return self.make_channel("try_recv")

    def make_close_send(self, place):
        return self.make_channel("close_send")

    def make_close_recv(self, place):
        return self.make_channel("close_recv")

    def make_named(self, op, kinds, **fields):
        made = self.make(op, target=None, **fields)
        self.unresolved.append((made, kinds))
        return made

    def make_cancel(self, place):
        return self.make_named("cancel", ("scope", "shieldable", "task", "group"))

    def make_set_deadline(self, place):
        ticks = None if self.random.random() < 0.15 else self.duration()
        return self.make_named("set_deadline", ("scope", "shieldable"), t=ticks)

    def make_set_shield(self, place):
        return self.make_named("set_shield", ("shieldable",), on=self.random.random() < 0.5)

    def make_acquire(self, place):
        semaphore = self.random.randrange(len(self.semaphores))
        made = self.make("acquire", semaphore=semaphore)
        return made | {"body": [self.sleep(), *self.block(place.deeper(), 0, 2)]}

    def make_try_acquire(self, place):
        semaphore = self.random.randrange(len(self.semaphores))
        made = self.make("try_acquire", semaphore=semaphore)
        return made | {"body": [self.sleep()]}

    def make_lock(self, place):
        free = sorted(set(range(self.locks)) - place.locks)
        if not free:
            return self.sleep()
        lock = self.random.choice(free)
        made = self.make("lock", lock=lock)
        inner = place.deeper(locks=place.locks | {lock})
        return made | {"body": [self.sleep(), *self.block(inner, 0, 2)]}

    def make_await(self, place):
        return self.make("await", condition=self.random.randrange(self.conditions))

    def make_notify(self, place):
        made = self.make("notify", condition=self.random.randrange(self.conditions))
        return made | {"all": self.random.random() < 0.4}

    def make_borrow(self, place):
        limiter = self.random.randrange(len(self.limiters))
        made = self.make("borrow", limiter=limiter)
        return made | {"body": [self.sleep(), *self.block(place.deeper(), 0, 2)]}

    def make_try_borrow(self, place):
        limiter = self.random.randrange(len(self.limiters))
        made = self.make("try_borrow", limiter=limiter)
        return made | {"body": [self.sleep()]}

    def make_resize(self, place):
        limiter = self.random.randrange(len(self.limiters))
        return self.make("resize", limiter=limiter, total=self.random.randint(1, 4))

    def make_join(self, place):
        return self.make_named("join", ("task",))

    # Blocks

    def make_scope(self, place):
        timeout = self.duration() if self.random.random() < 0.4 else None
        made = self.make("scope", t=timeout, shield=False)
        if self.random.random() < 0.3:
            # Somebody may raise its shield, so that its body needs a deadline of its own.
            self.named["shieldable"].append(made["id"])
            made["shield"] = self.random.random() < 0.3
            return made | {"body": self.bounded(place.deeper(starts=()))}
        self.named["scope"].append(made["id"])
        return made | {"body": self.block(place.deeper())}

    def make_move_on(self, place):
        made = self.make("move_on", t=self.duration())
        return made | {"body": self.block(place.deeper())}

    def make_fail_after(self, place):
        made = self.make("fail_after", t=self.duration())
        return made | {"body": self.block(place.deeper())}

    def make_shield(self, place):
        made = self.make("shield")
        return made | {"body": self.bounded(place)}

    def make_finally(self, place):
        made = self.make("finally")
        body = self.block(place.deeper())
        return made | {"body": body, "cleanup": self.bounded(replace(place, may_fail=False))}

    def make_guard(self, place):
        made = self.make("guard")
        return made | {"body": self.block(place.deeper())}

    def make_catch(self, place):
        made = self.make("catch")
        return made | {"body": self.block(place.deeper(may_fail=True))}

    def make_repeat(self, place):
        # Its children end with it: two with the same durations would meet at each instant.
        made = self.make("repeat", times=self.random.randint(2, 3))
        inner = place.deeper(groups=(), starts=(), is_starting=False, is_repeated=True)
        return made | {"body": self.block(inner, 1, 2)}

    def make_send_end(self, place):
        made = self.make_channel("send_end")
        return made | {"body": [*self.block(place.deeper()), self.sleep()]}

    def make_recv_end(self, place):
        made = self.make_channel("recv_end")
        return made | {"body": [*self.block(place.deeper()), self.sleep()]}

    # Groups and their children

    def make_group(self, place):
        made = self.make("group")
        self.named["group"].append(made["id"])
        inner = place.deeper()
        group = (made["id"], inner)
        inner = replace(inner, groups=(*place.groups, group), starts=(*place.starts, group))
        body = []
        for _ in range(self.random.randint(1, 4)):
            body.append(self.make_spawn(inner))
            self.budget -= 1
        return made | {"body": body + self.block(inner, 0, 3)}

    def make_crowd(self, place):
        """Several children that want the same, and a body that gives it to them."""
        made = self.make("group")
        self.named["group"].append(made["id"])
        owner = place.deeper()
        op, field, count, answers = self.random.choice(
            [
                ("wait", "event", self.events, ["set"]),
                ("recv", "channel", len(self.channels), ["send", "send", "close_send"]),
                ("send", "channel", len(self.channels), ["recv", "recv", "close_recv"]),
                ("acquire", "semaphore", len(self.semaphores), []),
                ("await", "condition", self.conditions, ["notify", "notify"]),
                ("borrow", "limiter", len(self.limiters), ["resize", "resize"]),
                ("lock", "lock", self.locks, []),
            ]
        )
        wanted = {field: self.random.randrange(count)}
        body = []
        for _ in range(self.random.randint(2, 4)):
            spawn = self.make("spawn", target=made["id"])
            self.named["task"].append(spawn["id"])
            want = self.make(op, **wanted)
            if op in ("acquire", "lock", "borrow"):
                want["body"] = [self.sleep()]
            if self.random.random() < 0.25:
                want = self.make("move_on", t=self.duration(), body=[want])
            rest = self.block(self.child(owner, owner, made["id"]), 0, 1)
            body.append(spawn | {"body": [self.sleep(), want, *rest]})
            self.budget -= 1
        for _ in range(self.random.randint(1, 3) if answers else 0):
            answer = self.make(self.random.choice(answers), **wanted)
            if answer["op"] == "notify":
                answer["all"] = self.random.random() < 0.4
            if answer["op"] == "resize":
                answer["total"] = self.random.randint(1, 4)
            body += [self.sleep(), answer, self.sleep()]
        return made | {"body": body}

    def child(self, place, owner, group):
        """The place of a child: that of its group, whose scopes are around it."""
        groups = (*owner.groups, (group, owner))
        inner = replace(owner, depth=place.depth + 1, locks=frozenset(), groups=groups)
        return replace(inner, starts=(*owner.starts, (group, owner)), is_starting=False)

    def make_spawn(self, place):
        group, owner = self.random.choice(place.groups[-2:])
        made = self.make("spawn", target=group)
        self.named["task"].append(made["id"])
        if self.random.random() < 0.04 and not place.is_repeated:
            # A group that may not be there: not begun yet, or over.
            self.unresolved.append((made, ("group",)))
            owner = Place(may_fail=False)
            inner = replace(owner, depth=place.depth + 1)
        else:
            inner = self.child(place, owner, group)
        body = [] if self.random.random() < 0.3 else [self.sleep()]
        return made | {"body": body + self.block(inner)}

    def make_start(self, place):
        group, owner = self.random.choice(place.starts[-2:])
        made = self.make("start", target=group)
        inner = replace(self.child(place, owner, group), is_starting=True, starts=())
        body = [self.sleep(), *self.block(inner, 0, 2)]
        if self.random.random() < 0.8:
            body += [self.make("ready"), *self.block(replace(inner, is_starting=False), 0, 2)]
        return made | {"body": body}

    # Names

    def resolve(self):
        """Fills in whom a statement names, now that all are known."""
        for made, kinds in self.unresolved:
            known = [name for kind in kinds for name in self.named[kind]]
            if not known:
                kind = made["op"]
                fields = {"id": made["id"], "event": 0}
                if kind != "spawn":
                    made.clear()
                    made.update({"op": "set", **fields})
                continue
            # Mostly somebody near: what is far away is often not there at that time.
            near = sorted(known, key=lambda name: abs(name - made["id"]))[:4]
            made["target"] = self.random.choice(near if self.random.random() < 0.8 else known)


PLAIN = {"sleep": 8, "checkpoint": 2, "deadline": 4}
MEETINGS = {
    "fail": 4,
    "set": 5,
    "wait": 4,
    "send": 7,
    "recv": 7,
    "try_send": 1,
    "try_recv": 1,
    "close_send": 0.8,
    "close_recv": 0.8,
    "cancel": 7,
    "set_deadline": 4,
    "set_shield": 3,
    "acquire": 5,
    "try_acquire": 1,
    "lock": 4,
    "await": 4,
    "notify": 4,
    "borrow": 4,
    "try_borrow": 1,
    "resize": 1.5,
    "join": 4,
}
# Those that may wait for ever.
WAITS = {"wait", "send", "recv", "acquire", "lock", "await", "borrow", "join"}
BLOCKS = {
    "scope": 10,
    "move_on": 4,
    "fail_after": 4,
    "shield": 3,
    "finally": 5,
    "guard": 3,
    "catch": 4,
    "repeat": 2,
    "send_end": 1.5,
    "recv_end": 1.5,
    "group": 7,
    "crowd": 4,
}


def generate(seed):
    """Gives the program of this seed."""
    return Generator(seed).program()
