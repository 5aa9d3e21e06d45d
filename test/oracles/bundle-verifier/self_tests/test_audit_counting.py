"""Steps 5 to 14: keys, ballots, counting."""

from digests import SUBGROUP
from self_tests.audit_case import BASE, Case, Sealed, edited, json_of
from self_tests.made_election import CLOSES, MadeElection
from self_tests.signing import checkpoint
from strict_json import canonical


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
        self.changed(
            5, "ceremony-invalid", **{"dkg-commit body": lambda body: {**body, "commitment": "00" * 32}}
        )
        self.changed(
            5, "ceremony-invalid", **{"trustee-key body": lambda body: {**body, "key": body["proof"]["T"]}}
        )

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
        provenance = json_of(BASE.files["circuit/provenance.json"])
        other = canonical({**provenance, "zkeySha256": "33" * 32})
        self.stops(Sealed({"circuit/provenance.json": other}), 7, "circuit-invalid")
        self.stops(
            Sealed({"circuit/vkey.json": BASE.files["circuit/vkey.json"] + b" "}), 7, "circuit-invalid"
        )


class Ballots(Case):
    def test_every_ballot_proves_what_it_says(self):
        first = json_of(BASE.ballot(5, 1, 0))
        self.changed(8, "ballot-proof", ballots=lambda made: [*made, edited(made[3], sequence="000002")])
        self.changed(
            8, "ballot-proof", ballots=lambda made: [*made, edited(made[3], R=["0" * 64, "0" * 63 + "1"])]
        )
        self.changed(
            8,
            "ballot-proof",
            ballots=lambda made: [*made, edited(made[3], R=["0" * 63 + "2", "0" * 63 + "3"])],
        )
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
                    return [*made, self.seal({**json_of(reused), "R": json_of(made[0])["R"]})]

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
