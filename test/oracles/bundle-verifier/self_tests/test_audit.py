"""The fourteen steps over a whole election, and dishonest elections that must stop at the right one."""

import base64
import unittest
from functools import lru_cache

import ed25519
from audit import Audit, encode, run
from digests import SUBGROUP, i32, sha256, tagged_hash
from edwards import Edwards
from merkle_log import leaf_hash
from self_tests.made_election import CLOSES, MadeElection
from self_tests.signing import Signer, checkpoint, envelope, proof_file
from self_tests.test_container import make_zip
from steps import STEPS
from strict_json import canonical, parse_json
from trust_policy import parse_policy

# Dishonest elections differ from the honest one in little: pure functions are remembered between them.
ed25519.verify = lru_cache(maxsize=None)(ed25519.verify)
Edwards.multiply = lru_cache(maxsize=None)(Edwards.multiply)
Signer.sign = lru_cache(maxsize=None)(Signer.sign)

BASE = MadeElection()


def audit(election: MadeElection, policy: str | None = None, allow_dev_keys: bool = True, data: bytes | None = None):
    made = Audit(data or election.zip(), parse_policy(policy or election.policy), allow_dev_keys, 1 << 30, 1)
    return run(made, STEPS), made


class Sealed:
    """The base election with some files exchanged (None: removed), sealed again."""

    def __init__(self, files: dict, election: MadeElection = BASE) -> None:
        self.policy = election.policy
        self.id, self.touch, self._at = election.id, {}, lambda _stage, made: made
        self.files = {path: data for path, data in {**election.files, **files}.items() if data is not None}

    zip = MadeElection.zip


class Case(unittest.TestCase):
    def stops(self, election, step: int, code: str, **options) -> None:
        report, made = audit(election, **options)
        self.assertEqual((report["step"], report["code"]), (step, code), made.finding)
        self.assertEqual((report["verdict"], report["figures"], report["warnings"]), ("invalid", {}, []))

    def passes(self, election, warnings: list[str], **options) -> dict:
        report, made = audit(election, **options)
        self.assertEqual((report["step"], report["verdict"], report["code"]), (14, "valid", ""), made.finding)
        self.assertEqual(report["warnings"], sorted(["development-keys", *warnings]))
        return report

    def changed(self, step: int, code: str, **touch) -> None:
        self.stops(MadeElection(**touch), step, code)


class HonestElection(Case):
    def test_is_valid_and_its_report_is_a_function_of_bundle_and_policy(self):
        report = self.passes(BASE, [])
        self.assertEqual(encode(report), encode(audit(BASE)[0]))
        figures = {"accepted": 12, "challenged": 1, "counted": 11, "superseded": 1, "counts": [3, 4, 4]}
        figures |= {"censusSize": 12, "totalWeight": 12, "entries": 42, "sharesValid": 3, "trustees": [1, 2]}
        self.assertEqual(report["figures"], figures)
        self.assertEqual(report["bundleSha256"], sha256(BASE.zip()).hex())

    def test_is_valid_in_another_compression(self):
        sealed = Sealed({})
        manifest = [{"bytes": len(d), "path": p, "sha256": sha256(d).hex()} for p, d in sorted(sealed.files.items())]
        head = {"electionId": str(BASE.id), "format": "sotto-audit-bundle/1", "files": manifest}
        files = sorted({**sealed.files, "manifest.json": canonical(head)}.items())
        report = self.passes(BASE, [], data=make_zip(files, 0))
        self.assertNotEqual(report["bundleSha256"], sha256(BASE.zip()).hex())

    def test_warns_of_what_rests_on_one_partys_word(self):
        lone = f"log {BASE.log.text}\nquorum none\n"
        self.passes(Sealed({"log/at-close": None}), ["at-close-late", "quorum-none"], policy=lone)
        late = [(c, CLOSES + 901) for c in BASE.cosigners]
        note = checkpoint(BASE.election_log, BASE.leaves[: BASE.closed], late)
        self.passes(Sealed({"log/at-close": note}), ["at-close-late"])

    def test_development_keys_only_when_allowed(self):
        self.stops(BASE, 7, "circuit-invalid", allow_dev_keys=False)

    def test_an_invalid_share_is_named_and_blocks_nothing(self):
        def spoil(made):
            body = made[0]["body"]
            if body["trustee"] != 3:
                return made
            body["shares"][0]["z"] = str((int(body["shares"][0]["z"]) + 1) % SUBGROUP)
            return [envelope("decryption-share", body, Signer("trustee3.example"))]

        report = self.passes(MadeElection(**{"decryption-share": spoil}), ["share-invalid-3"])
        self.assertEqual(report["figures"]["sharesValid"], 2)


class Container(Case):
    def test_every_file_is_what_the_manifest_says(self):
        whole = BASE.zip()
        for data in (whole[:-1], whole.replace(b"result.json", b"resulx.json"), whole[:40] + b"\x00" + whole[41:]):
            self.stops(BASE, 1, "container-invalid", data=data)
        for files in ({"log/at-close": None}, {"readme.txt": b""}, {"main/registry-epoch-x.entry": b""}):
            self.stops(Sealed(files), 1, "container-invalid")
        report, _ = audit(BASE, data=whole[:-1])
        self.assertEqual(report["electionId"], "")

    def test_the_limit_of_bytes_holds_whatever_the_manifest_says(self):
        made = Audit(BASE.zip(), parse_policy(BASE.policy), True, 1000, 1)
        self.assertEqual(run(made, STEPS)["code"], "container-invalid")


class Log(Case):
    def test_the_log_is_the_signed_and_cosigned_one(self):
        stranger = Signer("verifier.example/ledger", seed="stranger")
        self.stops(BASE, 2, "log-invalid", policy=BASE.policy.replace(BASE.log.text, stranger.text))
        note = checkpoint(BASE.election_log, BASE.leaves, [(BASE.cosigners[0], CLOSES + 4000)])
        self.stops(Sealed({"log/checkpoint": note}), 2, "log-invalid")
        both = [(c, CLOSES + 61) for c in BASE.cosigners]
        other = checkpoint(BASE.election_log, [leaf_hash(b"x")] * BASE.closed, both)
        self.stops(Sealed({"log/at-close": other}), 2, "log-invalid")

    def test_tiles_and_entries_agree(self):
        tile = BASE.files["log/tile/0/000.p/42"]
        entries = BASE.files["log/tile/entries/000.p/42"]
        for files in (
            {"log/tile/0/000.p/42": tile[:-1] + b"\x00"},
            {"log/tile/entries/000.p/42": entries.replace(b'"number":1', b'"number":2').replace(b"Board", b"Beard")},
            {"log/tile/entries/000.p/42": entries + b"\x00"},
            {"log/tile/0/000.p/42": None},
            {"log/tile/0/000.p/41": tile[:-32]},
        ):
            self.stops(Sealed(files), 2, "log-invalid")

    def test_entries_are_signed_by_whom_they_must_be(self):
        organizer = Signer("organizer.example")
        self.changed(2, "log-invalid", **{"dkg-commit": lambda made: [envelope("dkg-commit", made[0]["body"], organizer)]})
        self.changed(2, "log-invalid", **{"tally": lambda made: [{**made[0], "signatures": made[0]["signatures"] * 2}]})
        self.changed(2, "log-invalid", **{"ceremony body": lambda body: {**body, "threshold": {"t": 2, "n": 2}}})

    def test_a_receipt_of_what_the_log_lost_is_proof(self):
        leaves = BASE.leaves
        first = checkpoint(BASE.election_log, leaves[:30])
        self.passes(Sealed({"receipts/mine.tlog-proof": proof_file(29, leaves[:30], first)}), [])
        lost = [*leaves[:29], leaf_hash(b"lost")]
        promised = proof_file(29, lost, checkpoint(BASE.election_log, lost))
        self.stops(Sealed({"receipts/mine.tlog-proof": promised}), 2, "receipt-missing")
        foreign = proof_file(29, lost, checkpoint(BASE.log, lost))
        self.stops(Sealed({"receipts/mine.tlog-proof": foreign}), 2, "log-invalid")
        unproven = proof_file(28, leaves[:30], first).replace(b"index 28", b"index 29")
        self.stops(Sealed({"receipts/mine.tlog-proof": unproven}), 2, "receipt-missing")

    def test_entries_of_the_main_log_are_in_a_log_of_the_policy(self):
        proof = BASE.files["main/circuit-key.tlog-proof"]
        self.stops(Sealed({"main/circuit-key.tlog-proof": proof.replace(b"index 0", b"index 1")}), 2, "log-invalid")
        other = BASE.files["main/election-anchor-tally.entry"]
        swapped = {"main/election-anchor-open.entry": other}
        swapped["main/election-anchor-open.tlog-proof"] = BASE.files["main/election-anchor-tally.tlog-proof"]
        self.stops(Sealed(swapped), 2, "log-invalid")


class Definition(Case):
    def test_messages_come_in_order_and_once(self):
        self.changed(3, "phase-order", **{"definition-signature": lambda made: made if made[0]["body"]["trustee"] > 1 else []})
        self.changed(3, "phase-order", **{"election-open": lambda made: made * 2})
        self.changed(3, "phase-order", **{"tally": lambda made: []})
        void = envelope("void", {"electionId": str(BASE.id), "reason": "disliked"}, BASE.organizer)
        self.changed(3, "phase-order", **{"after close": lambda made: [canonical(void)]})

    def test_the_definition_keeps_its_rules(self):
        for member, value in (
            ("minAnonymity", 9),
            ("ballotType", "approval-of-all"),
            ("closesAtUnixSeconds", 1_800_000_000),
            ("rules", []),
            ("choices", [{"id": "ann", "label": "Ann"}] * 3),
            ("ceremonyId", "00" * 32),
        ):
            self.changed(3, "definition-invalid", document=lambda made: {**made, member: value})

    def test_the_definition_is_the_one_the_log_names(self):
        definition = canonical({**BASE.definition, "title": "Bored"})
        self.stops(Sealed({"definition.json": definition}), 3, "definition-invalid")
        spaced = BASE.files["definition.json"].replace(b",", b", ", 1)
        self.stops(Sealed({"definition.json": spaced}), 3, "definition-invalid")

    def test_extensions_are_later_numbered_and_signed_by_t_trustees(self):
        trustees = [Signer(f"trustee{i}.example") for i in (1, 2, 3)]
        organizer = Signer("organizer.example")

        def extended(number: int, closes: int, *signers: Signer):
            body = {"electionId": str(BASE.id), "number": number, "closesAt": closes}
            return lambda made: [canonical(envelope("extension", body, organizer, *signers)), *made]

        made = MadeElection(ballots=extended(1, CLOSES + 100, *trustees[:2]))
        self.stops(made, 10, "close-invalid")  # log/at-close is of before the new end
        for bad in (
            extended(2, CLOSES + 100, *trustees),
            extended(1, CLOSES, *trustees),
            extended(1, CLOSES + 3 * 86_400 + 1, *trustees),
            extended(1, CLOSES + 100, trustees[0]),
        ):
            self.changed(3, "definition-invalid", ballots=bad)
        self.changed(2, "log-invalid", ballots=extended(1, CLOSES + 100, *trustees[1::-1]))

    def test_the_main_log_had_anchored_the_opening(self):
        def anchor(**edit):
            def touch(made):
                return {**made, "election-anchor-open": {**made["election-anchor-open"], **edit}}

            return touch

        self.changed(3, "definition-invalid", main=anchor(size=BASE.opened - 1))
        self.changed(3, "definition-invalid", main=anchor(root="00" * 32))
        self.changed(3, "definition-invalid", main=anchor(electionId="7"))


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
        self.changed(4, "census-invalid", document=lambda made: {**made, "kind": "survey", "minAnonymity": 30})

    def test_a_broken_promise_is_proof_and_a_replaced_one_is_not(self):
        def promise(slot: str, leaf: int, signer: Signer) -> bytes:
            message = tagged_hash("sotto/census-promise/1", BASE.census_id, bytes.fromhex(slot), i32(leaf))
            made = {"type": "sotto/census-promise/1", "censusId": BASE.census_id.hex(), "slot": slot, "leaf": str(leaf)}
            signature = base64.b64encode(signer.sign(message)).decode()
            return canonical({**made, "key": signer.text, "signature": signature})

        other, here, nowhere = BASE.verifier, f"{3:064x}", "ff" * 32
        leaf = int.from_bytes(BASE.files["census/leaves.bin"][:32], "big")
        self.passes(Sealed({"promises/a.json": promise(here, 5, other), "promises/b.json": promise(nowhere, leaf, other)}), [])
        self.stops(Sealed({"promises/a.json": promise(nowhere, 5, other)}), 4, "census-promise-broken")
        self.stops(Sealed({"promises/a.json": promise(nowhere, 5, Signer("x"))}), 4, "census-invalid")


class Keys(Case):
    def test_every_message_of_the_ceremony_holds(self):
        def edit(path):
            def touch(deal):
                path(deal)
                return deal

            return touch

        def other_proof(deal):
            deal["proofs"][0]["z"] = "5"

        def identity_term(deal):
            deal["A"][1][1] = ["0", "1"]

        def copied_box(deal):
            deal["boxes"][0]["U"] = deal["boxes"][1]["U"]

        for path in (other_proof, identity_term, copied_box):
            self.changed(5, "ceremony-invalid", **{"deal 2": edit(path)})
        self.changed(5, "ceremony-invalid", **{"dkg-commit body": lambda body: {**body, "commitment": "00" * 32}})
        self.changed(5, "ceremony-invalid", **{"trustee-key body": lambda body: {**body, "key": body["proof"]["T"]}})

    def test_the_drill_shows_every_key_in_its_own_round(self):
        def replayed(body):
            rounds.setdefault(body["trustee"], body["shares"])
            return {**body, "shares": rounds[body["trustee"]]}

        rounds: dict[int, list] = {}
        self.changed(5, "ceremony-invalid", **{"drill-share body": replayed})

    def test_related_keys_are_refused(self):
        class Related(MadeElection):
            def _deal(self, i):
                self.polynomials[i - 1][1] = [-2 * a % SUBGROUP for a in self.polynomials[i - 1][0]]
                return super()._deal(i)

        self.stops(Related(), 6, "keys-invalid")

    def test_the_definition_names_the_keys_of_the_deals(self):
        self.changed(6, "keys-invalid", document=lambda made: {**made, "keys": made["keys"][::-1]})

    def test_the_circuit_is_the_anchored_one(self):
        def anchored(made):
            return {**made, "circuit-key": {**made["circuit-key"], "r1csSha256": "33" * 32}}

        self.changed(7, "circuit-invalid", main=anchored)
        provenance = parse_json(BASE.files["circuit/provenance.json"], 1000)
        other = canonical({**provenance, "zkeySha256": "33" * 32})
        self.stops(Sealed({"circuit/provenance.json": other}), 7, "circuit-invalid")
        self.stops(Sealed({"circuit/vkey.json": BASE.files["circuit/vkey.json"] + b" "}), 7, "circuit-invalid")


def edited(entry: bytes, **members) -> bytes:
    return canonical({**parse_json(entry, 9000), **members})


class Ballots(Case):
    def test_every_ballot_proves_what_it_says(self):
        first = parse_json(BASE.ballot(5, 1, 0), 9000)
        self.changed(8, "ballot-proof", ballots=lambda made: [*made, edited(made[3], sequence="000002")])
        self.changed(8, "ballot-proof", ballots=lambda made: [*made, edited(made[3], R=["0" * 64, "0" * 63 + "1"])])
        self.changed(8, "ballot-proof", ballots=lambda made: [*made, edited(made[3], R=["0" * 63 + "2", "0" * 63 + "3"])])
        self.changed(8, "ballot-proof", ballots=lambda made: [*made, edited(made[3], proof=first["proof"])])

    def test_sequences_randomness_and_challenges_keep_their_order(self):
        class Skipping(MadeElection):
            def _make_ballots(self):
                self.touch["ballots"] = lambda made: [*made, self.ballot(3, 3, 0)]
                super()._make_ballots()

        class Reusing(MadeElection):
            def _make_ballots(self):
                def touch(made):
                    reused = self.ballot(3, 2, 0)
                    return [*made, self.seal({**parse_json(reused, 9000), "R": parse_json(made[0], 9000)["R"]})]

                self.touch["ballots"] = touch
                super()._make_ballots()

        class Challenging(MadeElection):
            def _make_ballots(self):
                self.touch["ballots"] = lambda made: [*made, *(self.ballot(1, 2, 0, True) for _ in range(8))]
                super()._make_ballots()

        class Burning(MadeElection):
            def _challenged(self, entry, *numbers):
                return {**super()._challenged(entry, *numbers), "z": f"{5:064x}"}

        for kind in (Skipping, Reusing, Challenging, Burning):
            with self.subTest(kind.__name__):
                self.stops(kind(), 9, "ballot-order")

    def test_nothing_is_cast_behind_the_close_or_twice_where_that_is_not_allowed(self):
        class Late(MadeElection):
            def _close(self):
                self.touch["after close"] = lambda made: [self.ballot(4, 2, 0)]
                super()._close()

        self.stops(Late(), 9, "ballot-order")
        self.changed(9, "ballot-order", document=lambda made: {**made, "revote": False})


class Counting(Case):
    def test_the_close_says_what_the_entries_say(self):
        for member, value in (("counted", 12), ("challenged", 0), ("logSize", 30), ("R", ["0", "1"])):
            self.changed(10, "close-invalid", close=lambda made: {**made, member: value})

    def test_cosigners_date_the_close(self):
        leaves, both = BASE.leaves, BASE.cosigners
        early = checkpoint(BASE.election_log, leaves, [(c, CLOSES - 6) for c in both])
        self.stops(Sealed({"log/checkpoint": early}), 10, "close-early")
        unsettled = checkpoint(BASE.election_log, leaves[: BASE.closed], [(c, CLOSES + 59) for c in both])
        self.stops(Sealed({"log/at-close": unsettled}), 10, "close-invalid")
        before = checkpoint(BASE.election_log, leaves[: BASE.closed - 3], [(c, CLOSES + 61) for c in both])
        self.stops(Sealed({"log/at-close": before}), 10, "ballots-late")

    def test_t_shares_are_needed(self):
        def spoil(body):
            return {**body, "closeHash": "00" * 32} if body["trustee"] > 1 else body

        self.changed(11, "shares-too-few", **{"decryption-share body": spoil})

    def test_the_counts_are_those_that_the_shares_open(self):
        self.changed(12, "combine-invalid", result=lambda made: {**made, "counts": [4, 3, 4]})
        self.changed(12, "combine-invalid", result=lambda made: {**made, "counts": [3, 4]})

    def test_counts_that_no_ballots_could_have_are_refused(self):
        # 2^32·G = J: the same point opens to counters out of range.
        self.changed(13, "total-invalid", result=lambda made: {**made, "counts": [3 + 2**32, 3, 4]})
        self.changed(13, "below-min-anonymity", document=lambda made: {**made, "minAnonymity": 12})

    def test_the_result_is_exactly_what_was_computed(self):
        self.changed(14, "report-mismatch", result=lambda made: {**made, "trustees": [1, 3]})
        result = BASE.files["result.json"]
        self.stops(Sealed({"result.json": result + b"\n"}), 14, "report-mismatch")

        def anchored(made):
            return {**made, "election-anchor-tally": {**made["election-anchor-tally"], "size": 41}}

        self.changed(14, "report-mismatch", main=anchored)
