"""The key ceremony of a made election, its rehearsal, and shares of any sum."""

from babyjubjub import CURVE, G
from ceremony import ceremony_id, election_origin
from digests import SUBGROUP, enc, hash_to_scalar, i32, jcs, tagged_hash, u8
from key_ceremony import derive_keys, keys_hash
from proofs_of_knowledge import BOX_KEY, CONSTANT_TERM, ENC_G, ENCRYPTION_KEY
from self_tests.made_census import HOST
from self_tests.signing import envelope
from strict_json import canonical

PAIRS, T, N = 4, 2, 3


def wire(point) -> list[str]:
    return [str(number) for number in CURVE.affine(point)]


class CeremonyMaker:
    """Two of three trustees. `ceremony body`, `deal <i>` and every kind of message can be touched."""

    def _make_ceremony(self) -> None:
        trustees = [
            {"index": i, "name": f"Trustee {i}", "key": s.text} for i, s in enumerate(self.trustees, 1)
        ]
        body = {
            "title": "Board",
            "organizer": {"name": "Organizer", "key": self.organizer.text},
            "circuit": "ballot8",
            "threshold": {"t": T, "n": N},
            "trustees": trustees,
            "policy": "".join(self.policy.splitlines(keepends=True)[1:]),
            "stepTimeoutSeconds": 3600,
            "nonce": "ab" * 32,
        }
        body = self._at("ceremony body", body)
        self.identity = ceremony_id(body)
        self.election_log = self.log.under(election_origin(HOST, self.identity))
        self.entries.append(canonical(envelope("ceremony", body, self.organizer)))
        self._message("trustee-key", self._trustee_key)
        self.polynomials = [[[self._scalar() for _ in range(T)] for _ in range(PAIRS)] for _ in range(N)]
        deals = [self._at(f"deal {i}", self._deal(i)) for i in range(1, N + 1)]
        self._message("dkg-commit", lambda i: {"commitment": self._commitment(i, deals[i - 1])})
        self._message("dkg-deal", lambda i: deals[i - 1], named=False)
        entries = [envelope("dkg-deal", deal, self.trustees[i]) for i, deal in enumerate(deals)]
        self.keys, self.trustee_keys = derive_keys(deals, N, PAIRS)
        self.keys_hash = keys_hash(self.identity, entries, self.keys, self.trustee_keys)
        self._message("dkg-confirm", lambda _: {"keysHash": self.keys_hash})
        self.secrets = [[self._share(j, k) for j in range(PAIRS)] for k in range(1, N + 1)]

    def _message(self, kind: str, body_of, named: bool = True) -> None:
        for i, signer in enumerate(self.trustees, 1):
            head = {"ceremonyId": self.identity.hex(), "trustee": i} if named else {}
            self._append(kind, {**head, **body_of(i)}, signer)

    def knowledge(self, role: int, i: int, x: int, secret: int) -> dict:
        nonce = self._scalar()
        point, t = CURVE.multiply(secret, G), CURVE.multiply(nonce, G)
        numbers = b"".join(map(u8, (N, T, role, i, x)))
        parts = (self.identity, numbers, ENC_G, enc(CURVE.affine(point)), enc(CURVE.affine(t)))
        e = hash_to_scalar("sotto/pok/1", *parts)
        return {"T": wire(t), "z": str((nonce + e * secret) % SUBGROUP)}

    def _trustee_key(self, i: int) -> dict:
        secret = self._scalar()
        return {"key": wire(CURVE.multiply(secret, G)), "proof": self.knowledge(ENCRYPTION_KEY, i, 0, secret)}

    def _deal(self, i: int) -> dict:
        rows, boxes = self.polynomials[i - 1], []
        for k in range(1, N + 1):
            u = self._scalar()
            proof = self.knowledge(BOX_KEY, i, k, u)
            boxes.append({"U": wire(CURVE.multiply(u, G)), "proof": proof, "box": "00" * 32 * PAIRS})
        return {
            "ceremonyId": self.identity.hex(),
            "trustee": i,
            "salt": f"{i:064x}",
            "A": [[wire(CURVE.multiply(a, G)) for a in row] for row in rows],
            "proofs": [self.knowledge(CONSTANT_TERM, i, j, row[0]) for j, row in enumerate(rows)],
            "boxes": boxes,
        }

    def _commitment(self, i: int, deal: dict) -> str:
        return tagged_hash("sotto/dkg-commit/1", self.identity, u8(i), jcs(deal)).hex()

    def _share(self, j: int, k: int) -> int:
        return sum(a * k**x for rows in self.polynomials for x, a in enumerate(rows[j])) % SUBGROUP

    def shares(self, tag: str, moment: bytes, i: int, base) -> list[dict]:
        made = []
        for c, secret in enumerate(self.secrets[i - 1]):
            nonce = self._scalar()
            key, delta = CURVE.multiply(secret, G), CURVE.multiply(secret, base)
            a1, a2 = CURVE.multiply(nonce, G), CURVE.multiply(nonce, base)
            head = i32(self.id) + moment + u8(i) + u8(c) + ENC_G
            said = b"".join(enc(CURVE.affine(point)) for point in (key, base, delta, a1, a2))
            z = (nonce + hash_to_scalar(tag, head, said) * secret) % SUBGROUP
            made.append({"delta": wire(delta), "A1": wire(a1), "A2": wire(a2), "z": str(z)})
        return made

    def _make_drill(self) -> None:
        for number in (1, 2):
            base = CURVE.multiply(hash_to_scalar("sotto/drill/1", i32(self.id), u8(number)), G)
            for i, signer in enumerate(self.trustees, 1):
                shares = self.shares("sotto/drill-share/1", u8(number), i, base)
                body = {"electionId": str(self.id), "trustee": i, "round": number, "shares": shares}
                self._append("drill-share", body, signer)
