"""Poseidon over the BN254 scalar field, with constants derived here from the Grain LFSR.

Grassi et al., USENIX Security 2021 (eprint 2019/458): x^5, 8 full rounds, partial rounds for 128 bits of security,
the state begins with a zero and its first element is the hash, as circomlib has it. Nothing is copied from a table.
"""

from functools import lru_cache
from operator import add, mul

from digests import FIELD

FULL_ROUNDS = 8
# Partial rounds by width 2 .. 17: table 2 of the paper, as circomlib rounds it.
PARTIAL_ROUNDS = dict(zip(range(2, 18), (56, 57, 56, 60, 60, 63, 64, 63, 60, 66, 60, 65, 70, 60, 64, 68)))
FIELD_BITS = 254


class _Grain:
    """The self-shrinking 80-bit LFSR of appendix E: b(i+80) = b(i+62) + b(i+51) + b(i+38) + b(i+23) + b(i+13) + b(i)."""

    def __init__(self, width: int, partial: int) -> None:
        seed = (
            (1, 2),
            (0, 4),
            (FIELD_BITS, 12),
            (width, 12),
            (FULL_ROUNDS, 10),
            (partial, 10),
            (2**30 - 1, 30),
        )
        text = "".join(f"{value:0{bits}b}" for value, bits in seed)
        self.state = int(text[::-1], 2)  # bit i of the state is b(i)
        for _ in range(160):
            self._step()

    def _step(self) -> int:
        s = self.state
        bit = (s ^ s >> 13 ^ s >> 23 ^ s >> 38 ^ s >> 51 ^ s >> 62) & 1
        self.state = s >> 1 | bit << 79
        return bit

    def integer(self) -> int:
        """254 bits, first bit highest. Of each pair of raw bits the second counts when the first is one."""
        value = 0
        for _ in range(FIELD_BITS):
            while not self._step():
                self._step()
            value = value << 1 | self._step()
        return value

    def element(self) -> int:
        """A uniform field element: integers that are too large are drawn again."""
        while True:
            value = self.integer()
            if value < FIELD:
                return value


@lru_cache(maxsize=None)
def parameters(width: int) -> tuple[list[list[int]], list[list[int]]]:
    """Round constants, one row a round, and the MDS matrix (Cauchy) of a state of `width` elements."""
    partial = PARTIAL_ROUNDS[width]
    grain = _Grain(width, partial)
    constants = [[grain.element() for _ in range(width)] for _ in range(FULL_ROUNDS + partial)]
    while True:
        drawn = [grain.integer() % FIELD for _ in range(2 * width)]
        xs, ys = drawn[:width], drawn[width:]
        if len(set(drawn)) == 2 * width and all((x + y) % FIELD for x in xs for y in ys):
            return constants, [[pow(x + y, -1, FIELD) for y in ys] for x in xs]


def poseidon(*inputs: int) -> int:
    """The hash of 1 to 16 field elements, each below r."""
    width = len(inputs) + 1
    constants, matrix = parameters(width)
    modulus = FIELD
    half, last_partial = FULL_ROUNDS // 2, FULL_ROUNDS // 2 + PARTIAL_ROUNDS[width]
    state: list[int] = [0, *inputs]
    for number, row in enumerate(constants):
        state = list(map(add, state, row))
        if half <= number < last_partial:
            state[0] = pow(state[0], 5, modulus)
        else:
            state = [pow(x, 5, modulus) for x in state]
        state = [sum(map(mul, line, state)) % modulus for line in matrix]
    return state[0]


def tree4_root(leaves: list[int], levels: int) -> int:
    """Root of the 4-ary tree whose first leaves are given and whose others are 0."""
    if len(leaves) > 4**levels:
        raise ValueError("more leaves than the tree has")
    nodes, empty = list(leaves), 0
    for _ in range(levels):
        nodes += [empty] * (-len(nodes) % 4)
        nodes = [poseidon(*nodes[i : i + 4]) for i in range(0, len(nodes), 4)]
        empty = poseidon(empty, empty, empty, empty)
    return nodes[0] if nodes else empty
