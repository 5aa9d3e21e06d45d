"""Censuses of a made election: named by registrars, or gated by simulated proofs."""

import base64

from catalogue import documents
from census import census_id, leaf_of, root_of
from digests import i32, sha256, u32
from gated_census import VARYING, compile_part, constant_signals, request_hash, request_of_all
from poseidon import poseidon
from refusal import Refusal
from self_tests.made_circuit import MadeCircuit
from self_tests.signing import Signer, envelope
from strict_json import canonical

VOTERS = 12
OPENS = 1_800_000_000
HOST = "verifier.example"
AS_OF = OPENS - 20_000
PRESENTATION = MadeCircuit(125)
LICENCE = next(key for key, schema in documents()[0].items() if schema["name"] == "licence")
STATEMENT = {
    "type": "sotto/statement/1",
    "id": "licensed/1",
    "title": {"en": "Licensed"},
    "schema": "licence/1",
    "subject": "self",
    "where": {
        "all": [
            {"field": "profession", "in": {"param": "professions"}},
            {
                "any": [
                    {"field": "expiresOn", "atLeast": "today"},
                    {"not": {"field": "specialty", "present": True}},
                ]
            },
            {"field": "boundOn", "atMost": "today-P1D"},
        ]
    },
}


class CensusMaker:
    """The census of an election: `plan`, `places`, `evidence`, `freeze` and `freeze signers` can be touched."""

    def _make_census(self) -> None:
        self.registry, self.main_of_gate = Signer("registry.example"), {}
        plan = self._at("plan", self._plan())
        self.census_id = census_id(plan)
        self.voter_secrets = [10_000 + v for v in range(self.voters)]
        rows = []
        for v, secret in enumerate(self.voter_secrets):
            commitment = poseidon(2001, secret)
            rows.append((leaf_of(commitment, 1), commitment, 1, f"{v:064x}"))
        rows = self._at("places", sorted(rows))
        make = self._gated_lines if self.gated else self._named_lines
        lines = self._at("evidence", make(plan, rows))
        leaves, evidence = b"".join(i32(row[0]) for row in rows), b"".join(line + b"\n" for line in lines)
        self.root = root_of([row[0] for row in rows])
        frozen = {
            "censusId": self.census_id.hex(),
            "root": str(self.root),
            "size": len(rows),
            "totalWeight": sum(row[2] for row in rows),
            "replacements": 0,
            "leavesSha256": sha256(leaves).hex(),
            "evidenceSha256": sha256(evidence).hex(),
        }
        frozen = self._at("freeze", frozen)
        census = canonical(envelope("census", frozen, *self._at("freeze signers", self.registrars)))
        self.files |= {
            "census/plan.json": canonical(envelope("census-plan", plan, self.organizer)),
            "census/census.json": census,
            "census/leaves.bin": leaves,
            "census/commitments.bin": b"".join(i32(row[1]) + u32(row[2]) for row in rows),
            "census/evidence.jsonl": evidence,
        }
        named = {"id": frozen["censusId"], "sha256": sha256(census).hex()}
        self.census = {**named, **{m: frozen[m] for m in ("root", "size", "totalWeight")}}

    def _plan(self) -> dict:
        plan = {
            "title": "Members",
            "organizer": {"name": "Organizer", "key": self.organizer.text},
            "mode": "gated" if self.gated else "named",
            "weighted": False,
            "registrars": [{"name": f"Registrar {i}", "key": s.text} for i, s in enumerate(self.registrars)],
            "verifier": {"id": "v", "name": "V", "origin": f"https://{HOST}", "key": self.verifier.text},
            "enrolmentOpensAt": OPENS - 9000,
            "enrolmentClosesAt": OPENS - 5000,
            "objectionSeconds": 60,
            "minSize": 10,
        }
        return {**plan, "gate": self._gate()} if self.gated else plan

    def _named_lines(self, _plan: dict, rows) -> list[bytes]:
        lines = []
        for _, commitment, weight, slot in rows:
            body = {"censusId": self.census_id.hex(), "rollCommitment": slot}
            body |= {"commitment": str(commitment), "weight": weight}
            lines.append(canonical(envelope("census-leaf", body, self.registrars[0])))
        return lines

    def _gate(self) -> dict:
        epoch = {"registry": "licences", "number": 4, "root": "77", "leafCount": 9, "bundleDigest": "55" * 32}
        epoch |= {"previousRoot": "76", "notBefore": AS_OF - 600, "urgent": False}
        circuit = {
            "kind": "circuit-key",
            "v": 1,
            "circuitId": "presentation",
            "vkeySha256": PRESENTATION.digest,
        }
        self.main_of_gate = {
            "circuit-key-presentation": {**circuit, "r1csSha256": "44" * 32, "ceremony": "dev"},
            "registry-epoch-licences": envelope("registry-epoch", self._at("epoch", epoch), self.registry),
        }
        self.files["circuit/presentation-vkey.json"] = PRESENTATION.vkey
        parameters = {"professions": ["http://snomed.info/sct|309343006"]}
        asked = {
            "registry": "licences",
            "schemaId": LICENCE,
            "statement": STATEMENT,
            "parameters": parameters,
        }
        return {
            "alternatives": [asked],
            "nullifierMode": "person",
            "asOf": AS_OF,
            "registryEpochs": {"licences": {"epoch": 4, "root": "77"}},
            "valueSets": {},
            "circuit": {"id": "presentation", "vkey": f"sha256:{PRESENTATION.digest}"},
        }

    def _gated_lines(self, plan: dict, rows) -> list[bytes]:
        request = request_of_all(plan, self.census_id)
        asked = plan["gate"]["alternatives"][0]
        try:
            fixed = constant_signals(plan, request, asked, compile_part(plan, asked))
        except (Refusal, KeyError):  # a gate that nobody may ask: any proofs will do
            fixed = dict.fromkeys(set(range(125)) - set(VARYING), 0)
        lines = []
        for v, (leaf, commitment, _, _) in enumerate(rows):
            line = {"commitment": str(commitment), "id": f"pr_{v:022d}", "alternative": 0}
            line["challenge"] = base64.urlsafe_b64encode(sha256(i32(v))[:31]).decode().rstrip("=")
            outputs = {"nullifier": 900 + v, "linkTag": 50 + v, "credentialTag": 70 + v}
            drawn = {"id": line["id"], "challenge": line["challenge"], "boundData": str(leaf)}
            varying = dict(zip(VARYING, [*outputs.values(), request_hash({**request, **drawn})]))
            signals = [varying.get(i, fixed.get(i)) for i in range(125)]
            a, b0, b1, c = ([str(number) for number in pair] for pair in PRESENTATION.prove(signals))
            line |= {name: str(value) for name, value in outputs.items()}
            lines.append(canonical({**line, "proof": {"a": a, "b": [b0, b1], "c": c}}))
        return lines
