"""Ballots of a made election and its close."""

from babyjubjub import CURVE, G, J
from ballots import parse_ballot
from definition import constant_signals, varying_signals
from digests import SUBGROUP, enc, hash_to_scalar, i32, tagged_hash
from merkle_log import tree_root
from poseidon import poseidon
from self_tests.made_ceremony import PAIRS, wire
from self_tests.made_circuit import MadeCircuit
from strict_json import canonical

CIRCUIT = MadeCircuit(47)


def hex_pair(pair) -> list[str]:
    return [f"{number:064x}" for number in pair]


class BallotMaker:
    """Everyone but the last votes, the first votes again, the second challenges. `ballots` and `close` can be touched."""

    def ballot(self, voter: int, sequence: int, choice: int | None, challenged: bool = False) -> bytes:
        """The entry of a ballot for one choice or none."""
        rho = self._scalar()
        points = [CURVE.multiply(rho, key) for key in self.keys]
        if choice is not None:
            points[choice // 2] = CURVE.add(points[choice // 2], J if choice % 2 else G)
        nullifier = poseidon(2002, self.voter_secrets[voter], self.id)
        c, r = [CURVE.affine(point) for point in points], CURVE.affine(CURVE.multiply(rho, G))
        entry = {"kind": "ballot", "v": 1, "nullifier": f"{nullifier:064x}", "sequence": f"{sequence:06x}"}
        entry |= {"C": [hex_pair(point) for point in c], "R": hex_pair(r)}
        if challenged:
            entry = self._challenged(entry, rho, sequence, nullifier, r, c)
        return self.seal(entry)

    def _challenged(self, entry: dict, rho: int, sequence: int, nullifier: int, r, c) -> dict:
        nonce = self._scalar()
        t = CURVE.affine(CURVE.multiply(nonce, G))
        coordinates = [i32(number) for pair in (r, *c) for number in pair]
        head = (i32(self.id), i32(nullifier), sequence.to_bytes(3, "big"))
        known = tagged_hash("sotto/ballot/1", *head, *coordinates)
        e = hash_to_scalar("sotto/challenge/1", i32(self.id), known, enc(r), enc(t))
        z = (nonce + e * rho) % SUBGROUP
        return {**entry, "kind": "challenged-ballot", "T": hex_pair(t), "z": f"{z:064x}"}

    def seal(self, entry: dict) -> bytes:
        """An entry with a proof of exactly what it says."""
        blank = ["0" * 64] * 2
        shaped = canonical({**entry, "proof": {"a": blank, "b": [blank, blank], "c": blank}})
        signals = constant_signals(self.definition, self.id)
        varying = iter(varying_signals(parse_ballot(shaped)))
        whole = [signals[i] if i in signals else next(varying) for i in range(47)]
        a, b0, b1, c = map(hex_pair, CIRCUIT.prove(whole))
        return canonical({**entry, "proof": {"a": a, "b": [b0, b1], "c": c}})

    def _make_ballots(self) -> None:
        votes = [(v, 1, v % 3) for v in range(self.voters - 1)]
        made = [self.ballot(*vote) for vote in votes]
        made.append(self.ballot(0, 2, 2))
        made.append(self.ballot(1, 2, 0, challenged=True))
        self.counts = [0, 0, 0]
        for _, _, choice in [(0, 2, 2), *votes[1:]]:
            self.counts[choice] += 1
        self.entries += self._at("ballots", made)

    def _close(self) -> None:
        ballots = [parse_ballot(entry) for entry in self.entries]
        cast = [ballot for ballot in ballots if ballot and ballot.kind == "ballot"]
        newest = {ballot.nullifier: ballot for ballot in cast}.values()
        self.sum_r = self._sum(ballot.r for ballot in newest)
        self.sum_c = [self._sum(ballot.c[j] for ballot in newest) for j in range(PAIRS)]
        close = {
            "kind": "election-close",
            "v": 1,
            "electionId": str(self.id),
            "logSize": len(self.entries),
            "accepted": len(cast),
            "counted": len(newest),
            "superseded": len(cast) - len(newest),
            "challenged": sum(ballot is not None for ballot in ballots) - len(cast),
            "R": wire(self.sum_r),
            "C": [wire(point) for point in self.sum_c],
        }
        self.close = self._at("close", close)
        self.entries.append(canonical(self.close))
        self.entries += self._at("after close", [])
        self.closed = len(self.leaves)
        self.close_hash = tagged_hash("sotto/close/1", i32(self.id), tree_root(self.leaves))

    @staticmethod
    def _sum(points):
        total = CURVE.neutral
        for point in points:
            total = CURVE.add(total, CURVE.lift(*point))
        return total
