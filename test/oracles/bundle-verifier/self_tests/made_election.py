"""A whole election, made with every key at hand: ceremony, drill, ballots, close, shares, tally, bundle.

`touch` lets a test change something at its moment: a function by the name of the stage, which gets what was made and
returns what is used instead. Everything behind that moment is made anew from it, as an attacker with the keys would.
"""

import random

from babyjubjub import CURVE, G, J
from ballots import parse_ballot
from ceremony import ceremony_id, election_origin
from definition import constant_signals, election_id, varying_signals
from digests import SUBGROUP, enc, hash_to_scalar, i32, jcs, sha256, tagged_hash, u8
from key_ceremony import derive_keys, keys_hash
from merkle_log import leaf_hash, tree_root
from poseidon import poseidon
from proofs_of_knowledge import BOX_KEY, CONSTANT_TERM, ENC_G, ENCRYPTION_KEY
from self_tests.made_census import HOST, OPENS, VOTERS, CensusMaker
from self_tests.made_circuit import MadeCircuit
from self_tests.signing import Signer, checkpoint, cosigner, envelope, log_files, proof_file
from self_tests.test_container import make_zip
from strict_json import canonical

PAIRS, T, N = 4, 2, 3
CLOSES = OPENS + 3600
CIRCUIT = MadeCircuit(47)


def wire(point) -> list[str]:
    return [str(number) for number in CURVE.affine(point)]


def hex_pair(pair) -> list[str]:
    return [f"{number:064x}" for number in pair]


class MadeElection(CensusMaker):
    """Its `files` are those of the bundle without manifest; `zip()` seals them."""

    def __init__(self, gated: bool = False, **touch) -> None:
        self.gated, self.touch, self.draw = gated, touch, random.Random(1)
        self.organizer, self.log = Signer("organizer.example"), Signer(f"{HOST}/ledger")
        self.trustees = [Signer(f"trustee{i}.example") for i in range(1, N + 1)]
        self.registrars = [Signer("registrar-a.example"), Signer("registrar-b.example")]
        self.verifier = Signer("verifier-service.example")
        self.cosigners = [cosigner("c1.example"), cosigner("c2.example")]
        self.entries: list[bytes] = []
        self.files: dict[str, bytes] = {}
        self._make_ceremony()
        self._make_census()
        self._make_definition()
        self._make_drill()
        self._open()
        self._make_ballots()
        self._close()
        self._make_shares()
        self._publish()
        self.files = self._at("files", self.files)

    def _at(self, stage: str, made):
        return self.touch[stage](made) if stage in self.touch else made

    def _scalar(self) -> int:
        return self.draw.randrange(1, SUBGROUP)

    def _append(self, kind: str, body: dict, *signers: Signer) -> None:
        """One control entry; a test may change or drop it, or add others."""
        made = self._at(kind, [envelope(kind, self._at(f"{kind} body", body), *signers)])
        self.entries += [entry if isinstance(entry, bytes) else canonical(entry) for entry in made]

    @property
    def leaves(self) -> list[bytes]:
        return [leaf_hash(entry) for entry in self.entries]

    @property
    def policy(self) -> str:
        rows = [f"log {self.log.text}"] + [f"witness {c.key.name} {c.text}" for c in self.cosigners]
        names = " ".join(c.key.name for c in self.cosigners)
        return "\n".join([*rows, f"group both all {names}", "quorum both", ""])

    # The key ceremony.

    def _make_ceremony(self) -> None:
        trustees = [{"index": i, "name": f"Trustee {i}", "key": s.text} for i, s in enumerate(self.trustees, 1)]
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

    # Definition.

    def _make_definition(self) -> None:
        digest = {"r1csSha256": "11" * 32, "zkeySha256": "22" * 32, "vkeySha256": CIRCUIT.digest}
        choices = [{"id": name, "label": name.title()} for name in ("ann", "bob", "eve")]
        definition = {
            "v": 1,
            "kind": "election",
            "title": "Board",
            "description": "Who leads?",
            "locale": "en",
            "ceremonyId": self.identity.hex(),
            "keys": [wire(key) for key in self.keys],
            "keysHash": self.keys_hash,
            "log": {"origin": self.election_log.key.name, "vkey": self.election_log.text},
            "circuit": {"id": "ballot8", **digest, "ceremony": "dev"},
            "census": self.census,
            "ballotType": "single-choice",
            "choices": choices,
            "rules": [{"plus": [0, 1, 2], "minus": [], "min": 0, "max": 1, "label": "One"}],
            "opensAtUnixSeconds": OPENS,
            "closesAtUnixSeconds": CLOSES,
            "batchWindowSeconds": 10,
            "revote": True,
            "minAnonymity": 10,
        }
        self.definition = self._at("document", definition)
        data = canonical(self.definition)
        self.id = election_id(data)
        self.files["definition.json"] = data
        self.definition_sha256 = sha256(data).hex()
        body = {"electionId": str(self.id), "definitionSha256": self.definition_sha256}
        self._append("definition", body, self.organizer)
        for i, signer in enumerate(self.trustees, 1):
            body = {"electionId": str(self.id), "trustee": i, "keysHash": self.keys_hash}
            self._append("definition-signature", body, signer)

    # Shares, of the drill and of the tally.

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

    def _open(self) -> None:
        self._append("election-open", {"electionId": str(self.id)}, self.organizer)
        self.opened = len(self.entries)

    # Ballots.

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
        votes = [(v, 1, v % 3) for v in range(VOTERS - 1)]
        made = [self.ballot(*vote) for vote in votes]
        made.append(self.ballot(0, 2, 2))
        made.append(self.ballot(1, 2, 0, challenged=True))
        self.counts = [0, 0, 0]
        for _, _, choice in [(0, 2, 2), *votes[1:]]:
            self.counts[choice] += 1
        self.entries += self._at("ballots", made)

    # Close, shares, tally.

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

    def _make_shares(self) -> None:
        for i in self._at("sharing trustees", [3, 1, 2]):
            shares = self.shares("sotto/decryption-share/1", self.close_hash, i, self.sum_r)
            body = {"electionId": str(self.id), "trustee": i, "closeHash": self.close_hash.hex(), "shares": shares}
            self._append("decryption-share", body, self.trustees[i - 1])

    def _publish(self) -> None:
        fates = {member: self.close[member] for member in ("accepted", "counted", "superseded", "challenged")}
        result = {"electionId": str(self.id), "closeHash": self.close_hash.hex(), "trustees": [1, 2]}
        result = self._at("result", {**result, "counts": self.counts, **fates})
        data = canonical(result)
        self.files["result.json"] = data
        said = {member: result[member] for member in ("electionId", "closeHash", "trustees", "counts")}
        self._append("tally", {**said, "resultSha256": sha256(data).hex()}, self.organizer)
        leaves, both = self.leaves, self.cosigners
        at_close = self.closed
        late = self._at("checkpoint time", CLOSES + 4000)
        self.files |= {
            **log_files(self.entries),
            "log/checkpoint": checkpoint(self.election_log, leaves, [(c, late) for c in both]),
            "log/at-close": checkpoint(
                self.election_log,
                leaves[: self._at("at-close size", at_close)],
                [(c, self._at("at-close time", CLOSES + 61)) for c in both],
            ),
            "circuit/vkey.json": CIRCUIT.vkey,
            "circuit/provenance.json": canonical(
                {**self.definition["circuit"], "circom2": "0.2.23", "circomlib": "2.0.5", "constraints": 14699}
            ),
        }
        self._publish_main(sha256(data).hex())

    def _publish_main(self, result_digest: str) -> None:
        circuit, leaves = self.definition["circuit"], self.leaves
        anchor = {"kind": "election-anchor", "v": 1, "electionId": str(self.id), "origin": self.election_log.key.name}
        opened = {"phase": "open", "size": self.opened, "root": tree_root(leaves[: self.opened]).hex()}
        tallied = {"phase": "tally", "size": len(leaves), "root": tree_root(leaves).hex()}
        made = {
            "circuit-key": {
                "kind": "circuit-key",
                "v": 1,
                "circuitId": circuit["id"],
                **{member: circuit[member] for member in ("vkeySha256", "r1csSha256", "ceremony")},
            },
            "election-anchor-open": {**anchor, **opened, "digest": self.definition_sha256},
            "election-anchor-tally": {**anchor, **tallied, "digest": result_digest},
            **self.main_of_gate,
        }
        made = {name: canonical(entry) for name, entry in self._at("main", made).items()}
        main = [leaf_hash(data) for data in made.values()]
        note = checkpoint(self.log, main, [(c, CLOSES + 5000) for c in self.cosigners])
        for index, (name, data) in enumerate(made.items()):
            self.files[f"main/{name}.entry"] = data
            self.files[f"main/{name}.tlog-proof"] = proof_file(index, main, note)

    def zip(self) -> bytes:
        listed = [{"bytes": len(d), "path": p, "sha256": sha256(d).hex()} for p, d in sorted(self.files.items())]
        manifest = {"electionId": str(self.id), "files": listed, "format": "sotto-audit-bundle/1"}
        sealed = {**self.files, "manifest.json": canonical(self._at("manifest", manifest))}
        return make_zip(sorted(sealed.items()))
