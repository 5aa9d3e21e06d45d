"""Ballots as entries of their log: fixed length, hexadecimal."""

import re

from digests import BASE_FIELD, FIELD, SUBGROUP, i32, tagged_hash, u24

HEX = rb'"[0-9a-f]{64}"'
PAIR = rb"\[" + HEX + rb"," + HEX + rb"\]"
PROOF = rb'\{"a":' + PAIR + rb',"b":\[' + PAIR + rb"," + PAIR + rb'\],"c":' + PAIR + rb"\}"
HEAD = rb'\{"C":\[(' + PAIR + rb"(?:," + PAIR + rb'){3,7})\],"R":' + PAIR
TAIL = rb',"nullifier":' + HEX + rb',"proof":' + PROOF + rb',"sequence":"([0-9a-f]{6})","v":1'
# The canonical bytes of a ballot have one layout, so one pattern says all of shape, spelling and length.
BALLOT = re.compile(HEAD + rb',"kind":"ballot"' + TAIL + rb"\}")
CHALLENGED = re.compile(
    HEAD + rb',"T":' + PAIR + rb',"kind":"challenged-ballot"' + TAIL + rb',"z":' + HEX + rb"\}"
)
NUMBER = re.compile(rb'"([0-9a-f]{64})"')


class Ballot:
    """A cast or challenged ballot: numbers in range, nothing else checked."""

    __slots__ = ("kind", "nullifier", "sequence", "r", "c", "proof", "t", "z")

    def hash(self, election_id: int) -> bytes:
        """What a ballot is known by: everything but the proof, which anyone can re-randomise."""
        coordinates = [i32(number) for pair in (self.r, *self.c) for number in pair]
        head = (i32(election_id), i32(self.nullifier), u24(self.sequence))
        return tagged_hash("sotto/ballot/1", *head, *coordinates)


def parse_ballot(data: bytes) -> Ballot | None:
    """The ballot of an entry's bytes, None when they are of no ballot."""
    challenged = CHALLENGED.fullmatch(data)
    match = challenged or BALLOT.fullmatch(data)
    if match is None:
        return None
    numbers = [int(digits, 16) for digits in NUMBER.findall(data)]
    ballot = Ballot()
    ballot.kind = "challenged-ballot" if challenged else "ballot"
    ballot.sequence = int(match[2], 16)
    ballot.z = numbers.pop() if challenged else None
    signals, proof = numbers[:-8], numbers[-8:]
    if max(signals) >= FIELD or max(proof) >= BASE_FIELD or (challenged and ballot.z >= SUBGROUP):
        return None
    ballot.nullifier = signals.pop()
    points = list(zip(signals[::2], signals[1::2]))
    ballot.t = points.pop() if challenged else None
    ballot.r = points.pop()
    ballot.c = points
    ballot.proof = tuple(zip(proof[::2], proof[1::2]))
    return ballot
