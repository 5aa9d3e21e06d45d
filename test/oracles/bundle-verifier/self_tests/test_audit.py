"""Steps 1 to 3 over a whole election: container, log, order and definition."""

from audit import Audit, encode, run
from digests import SUBGROUP, sha256
from merkle_log import leaf_hash
from self_tests.audit_case import BASE, Case, Sealed, audit
from self_tests.made_election import CLOSES, MadeElection
from self_tests.signing import Signer, checkpoint, envelope, proof_file
from self_tests.test_container import make_zip
from steps import STEPS
from strict_json import canonical
from trust_policy import parse_policy


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
        manifest = [
            {"bytes": len(d), "path": p, "sha256": sha256(d).hex()} for p, d in sorted(sealed.files.items())
        ]
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


class LargeElection(Case):
    def test_a_log_of_several_tiles_is_read_with_several_processes(self):
        election = MadeElection(voters=300)
        made = Audit(election.zip(), parse_policy(election.policy), True, 1 << 30, 2)
        report = run(made, STEPS)
        self.assertEqual((report["verdict"], report["figures"]["counted"]), ("valid", 299), made.finding)
        tile = election.files["log/tile/0/001.p/74"]
        self.stops(Sealed({"log/tile/0/001.p/74": tile[:-1] + b"\x00"}, election), 2, "log-invalid")
        self.stops(Sealed({"log/tile/1/000.p/1": tile[:32]}, election), 2, "log-invalid")


class Container(Case):
    def test_every_file_is_what_the_manifest_says(self):
        whole = BASE.zip()
        for data in (
            whole[:-1],
            whole.replace(b"result.json", b"resulx.json"),
            whole[:40] + b"\x00" + whole[41:],
        ):
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
            {
                "log/tile/entries/000.p/42": entries.replace(b'"number":1', b'"number":2').replace(
                    b"Board", b"Beard"
                )
            },
            {"log/tile/entries/000.p/42": entries + b"\x00"},
            {"log/tile/0/000.p/42": None},
            {"log/tile/0/000.p/41": tile[:-32]},
        ):
            self.stops(Sealed(files), 2, "log-invalid")

    def test_entries_are_signed_by_whom_they_must_be(self):
        organizer = Signer("organizer.example")
        self.changed(
            2,
            "log-invalid",
            **{"dkg-commit": lambda made: [envelope("dkg-commit", made[0]["body"], organizer)]},
        )
        self.changed(
            2, "log-invalid", **{"tally": lambda made: [{**made[0], "signatures": made[0]["signatures"] * 2}]}
        )
        self.changed(
            2, "log-invalid", **{"ceremony body": lambda body: {**body, "threshold": {"t": 2, "n": 2}}}
        )

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
        self.stops(
            Sealed({"main/circuit-key.tlog-proof": proof.replace(b"index 0", b"index 1")}), 2, "log-invalid"
        )
        other = BASE.files["main/election-anchor-tally.entry"]
        swapped = {"main/election-anchor-open.entry": other}
        swapped["main/election-anchor-open.tlog-proof"] = BASE.files["main/election-anchor-tally.tlog-proof"]
        self.stops(Sealed(swapped), 2, "log-invalid")


class Definition(Case):
    def test_messages_come_in_order_and_once(self):
        self.changed(
            3,
            "phase-order",
            **{"definition-signature": lambda made: made if made[0]["body"]["trustee"] > 1 else []},
        )
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
