"""A whole election, made with every key at hand: ceremony, drill, ballots, close, shares, tally, bundle.

`touch` lets a test change something at its moment: a function by the name of the stage, which gets what was made and
returns what is used instead. Everything behind that moment is made anew from it, as an attacker with the keys would.
"""

import random

from definition import election_id
from digests import SUBGROUP, sha256
from merkle_log import leaf_hash, tree_root
from self_tests.made_ballots import CIRCUIT, BallotMaker
from self_tests.made_census import HOST, OPENS, VOTERS, CensusMaker
from self_tests.made_ceremony import N, CeremonyMaker, wire
from self_tests.signing import Signer, checkpoint, cosigner, envelope, log_files, proof_file
from self_tests.test_container import make_zip
from strict_json import canonical

CLOSES = OPENS + 3600


class MadeElection(CeremonyMaker, CensusMaker, BallotMaker):
    """Its `files` are those of the bundle without manifest; `zip()` seals them."""

    def __init__(self, gated: bool = False, voters: int = VOTERS, **touch) -> None:
        self.gated, self.voters, self.touch, self.draw = gated, voters, touch, random.Random(1)
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

    def _open(self) -> None:
        self._append("election-open", {"electionId": str(self.id)}, self.organizer)
        self.opened = len(self.entries)

    def _make_shares(self) -> None:
        for i in self._at("sharing trustees", [3, 1, 2]):
            shares = self.shares("sotto/decryption-share/1", self.close_hash, i, self.sum_r)
            body = {
                "electionId": str(self.id),
                "trustee": i,
                "closeHash": self.close_hash.hex(),
                "shares": shares,
            }
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
                {
                    **self.definition["circuit"],
                    "circom2": "0.2.23",
                    "circomlib": "2.0.5",
                    "constraints": 14699,
                }
            ),
        }
        self._publish_main(sha256(data).hex())

    def _publish_main(self, result_digest: str) -> None:
        circuit, leaves = self.definition["circuit"], self.leaves
        anchor = {
            "kind": "election-anchor",
            "v": 1,
            "electionId": str(self.id),
            "origin": self.election_log.key.name,
        }
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
        listed = [
            {"bytes": len(d), "path": p, "sha256": sha256(d).hex()} for p, d in sorted(self.files.items())
        ]
        manifest = {"electionId": str(self.id), "files": listed, "format": "sotto-audit-bundle/1"}
        sealed = {**self.files, "manifest.json": canonical(self._at("manifest", manifest))}
        return make_zip(sorted(sealed.items()))
