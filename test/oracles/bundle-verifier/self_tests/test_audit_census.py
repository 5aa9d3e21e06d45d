"""Step 4: named and gated censuses."""

import base64

from digests import i32, tagged_hash
from self_tests.audit_case import BASE, Case, Sealed, edited, json_of
from self_tests.made_election import MadeElection
from self_tests.signing import Signer
from strict_json import canonical

GATED = MadeElection(gated=True)
BASE_GATE = GATED._gate()


class Census(Case):
    def test_leaves_follow_from_commitments_and_have_evidence(self):
        self.changed(4, "census-invalid", places=lambda rows: [rows[1], rows[0], *rows[2:]])
        self.changed(4, "census-invalid", places=lambda rows: [*rows[:-1], (rows[-1][0], 5, 1, rows[-1][3])])
        self.changed(4, "census-invalid", places=lambda rows: [(*row[:3], "00" * 32) for row in rows])
        self.changed(4, "census-invalid", evidence=lambda lines: lines[:-1])
        self.changed(4, "census-invalid", evidence=lambda lines: [lines[1], lines[0], *lines[2:]])

    def test_the_freeze_is_signed_by_two_and_says_what_is_there(self):
        self.changed(4, "census-invalid", **{"freeze signers": lambda signers: signers[:1]})
        self.changed(4, "census-invalid", **{"freeze signers": lambda signers: [signers[0]] * 2})
        self.changed(4, "census-invalid", freeze=lambda body: {**body, "replacements": 1})
        self.changed(4, "census-invalid", freeze=lambda body: {**body, "root": "5"})

    def test_a_survey_needs_a_gate(self):
        self.changed(
            4, "census-invalid", document=lambda made: {**made, "kind": "survey", "minAnonymity": 30}
        )

    def test_a_broken_promise_is_proof_and_a_replaced_one_is_not(self):
        def promise(slot: str, leaf: int, signer: Signer) -> bytes:
            message = tagged_hash("sotto/census-promise/1", BASE.census_id, bytes.fromhex(slot), i32(leaf))
            made = {
                "type": "sotto/census-promise/1",
                "censusId": BASE.census_id.hex(),
                "slot": slot,
                "leaf": str(leaf),
            }
            signature = base64.b64encode(signer.sign(message)).decode()
            return canonical({**made, "key": signer.text, "signature": signature})

        other, here, nowhere = BASE.verifier, f"{3:064x}", "ff" * 32
        leaf = int.from_bytes(BASE.files["census/leaves.bin"][:32], "big")
        self.passes(
            Sealed(
                {"promises/a.json": promise(here, 5, other), "promises/b.json": promise(nowhere, leaf, other)}
            ),
            [],
        )
        self.stops(Sealed({"promises/a.json": promise(nowhere, 5, other)}), 4, "census-promise-broken")
        self.stops(Sealed({"promises/a.json": promise(nowhere, 5, Signer("x"))}), 4, "census-invalid")


class GatedCensus(Case):
    def gate(self, **edit):
        """Another gate in the plan; everything behind it follows."""

        def touch(plan):
            return {**plan, "gate": {**plan["gate"], **edit}}

        return touch

    def refuses(self, **touch) -> None:
        self.stops(MadeElection(gated=True, **touch), 4, "census-invalid")

    def test_every_place_was_earned_by_a_proof_of_the_gate(self):
        self.passes(GATED, [])
        self.stops(GATED, 4, "census-invalid", allow_dev_keys=False)
        for member, value in (
            ("nullifier", "5"),
            ("linkTag", "5"),
            ("credentialTag", "5"),
            ("alternative", 1),
            ("id", "pr_" + "A" * 22),
            ("challenge", "A" * 42),
        ):
            self.refuses(evidence=lambda lines: [edited(lines[0], **{member: value}), *lines[1:]])
        self.refuses(
            evidence=lambda lines: [
                edited(lines[0], challenge=json_of(lines[0])["challenge"][:-1] + "B"),
                *lines[1:],
            ]
        )
        self.refuses(evidence=lambda lines: [edited(line, nullifier="5") for line in lines])

    def test_the_gate_was_fixed_before_and_asks_for_records_bound_before(self):
        asked = BASE_GATE["alternatives"][0]
        statement = asked["statement"]

        def asking(*conditions):
            return {**asked, "parameters": {}, "statement": {**statement, "where": {"all": list(conditions)}}}

        bound = {"field": "boundOn", "atMost": "today-P1D"}
        active = {"field": "standing", "eq": "https://sotto.example/standing|active"}
        for edit in (
            {"asOf": BASE_GATE["asOf"] + 20_000},
            {"nullifierMode": "credential", "alternatives": [asked, asked]},
            {"registryEpochs": {"licences": {"epoch": 5, "root": "77"}}},
            {"alternatives": [asking(active)]},
            {"alternatives": [asking({"field": "boundOn", "atMost": "today+P1D"})]},
            {"alternatives": [asking({"field": "boundOn", "atMost": "today"})]},
            {"alternatives": [asking({"any": [bound, active]})]},
            {"alternatives": [asking(bound, {"field": "colour", "eq": "a|b"})]},
            {"alternatives": [{**asked, "schemaId": "5"}]},
            {"alternatives": [{**asked, "registry": "others"}]},
            {"valueSets": {"unknown/1": {"digest": "sha256:" + "00" * 32, "root": "1", "size": 1}}},
            {"circuit": {"id": "presentation", "vkey": "sha256:" + "00" * 32}},
        ):
            with self.subTest(list(edit)):
                self.refuses(plan=self.gate(**edit))
        self.passes(MadeElection(gated=True, plan=self.gate(alternatives=[asking(bound)])), [])

    def test_the_epochs_are_the_anchored_ones_of_that_moment(self):
        self.refuses(epoch=lambda body: {**body, "notBefore": BASE_GATE["asOf"] + 1})
        self.refuses(epoch=lambda body: {**body, "notBefore": BASE_GATE["asOf"] - 25 * 3600})
        self.refuses(epoch=lambda body: {**body, "root": "78"})

    def test_files_of_a_gate_come_with_a_gate_only(self):
        stray = {"circuit/presentation-vkey.json": BASE.files["circuit/vkey.json"]}
        self.stops(Sealed(stray), 4, "census-invalid")
        self.stops(Sealed({"circuit/presentation-vkey.json": None}, GATED), 4, "census-invalid")
