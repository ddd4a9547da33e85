"""Makes a program smaller while something holds of it."""

import copy


def blocks(program):
    """All blocks of a program: lists of statements."""
    todo = [program["body"]]
    while todo:
        block = todo.pop()
        yield block
        for statement in block:
            todo += [statement[part] for part in ("body", "cleanup") if part in statement]


def candidates(program):
    """Programs with one thing less, the largest cuts first."""
    sizes = [len(block) for block in blocks(program)]
    for at, size in enumerate(sizes):
        for index in reversed(range(size)):
            smaller = copy.deepcopy(program)
            del list(blocks(smaller))[at][index]
            yield smaller
    for at, size in enumerate(sizes):
        for index in range(size):
            smaller = copy.deepcopy(program)
            block = list(blocks(smaller))[at]
            statement = block[index]
            # Replaced by its body.
            if "body" in statement:
                block[index : index + 1] = statement["body"]
                yield smaller
            # Done once instead of several times.
            if statement["op"] == "repeat" and statement["times"] > 1:
                smaller = copy.deepcopy(program)
                list(blocks(smaller))[at][index]["times"] = 1
                yield smaller


def is_whole(program):
    """Whether all groups are there that something starts in, and no lock is taken twice."""

    def look(block, groups, locks):
        for statement in block:
            op = statement["op"]
            if op == "start" and statement["target"] not in groups:
                return False
            if op == "lock" and statement["lock"] in locks:
                return False
            inner = groups | {statement["id"]} if op == "group" else groups
            held = set() if op in ("spawn", "start") else locks
            if op == "lock":
                held = locks | {statement["lock"]}
            if not all(look(statement.get(part, []), inner, held) for part in ("body", "cleanup")):
                return False
        return True

    return look(program["body"], set(), set())


def shrink(program, holds, patience=3000):
    """Gives the smallest program that it finds of which `holds` is true."""
    has_shrunk = True
    while has_shrunk:
        has_shrunk = False
        for smaller in candidates(program):
            patience -= 1
            if patience < 0:
                return program
            if is_whole(smaller) and holds(smaller):
                program, has_shrunk = smaller, True
                break
    return program


def text(program):
    """A program for people: one statement per line, what is inside further in."""
    written = []

    def write(block, depth):
        for statement in block:
            fields = {k: v for k, v in statement.items() if k not in ("op", "id", "body", "cleanup")}
            said = " ".join(f"{key}={value}" for key, value in fields.items())
            written.append(f"{'    ' * depth}{statement['id']:>4} {statement['op']} {said}".rstrip())
            write(statement.get("body", []), depth + 1)
            if "cleanup" in statement:
                written.append("    " * depth + "     cleanup")
                write(statement["cleanup"], depth + 1)

    shared = {key: value for key, value in program.items() if key != "body"}
    written.append(" ".join(f"{key}={value}" for key, value in shared.items()))
    write(program["body"], 0)
    return "\n".join(written)
