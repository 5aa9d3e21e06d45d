"""BN254: towers, groups, pairing and Groth16."""

import json
import math
import unittest
from pathlib import Path

import bn254_g1 as g1
import groth16
import pairing
from bn254_fields import ONE12, ONE2, Q, XI, add2, frobenius12, inv12, mul12, mul2, mul_by_line, pow12, sqr2
from digests import FIELD
from refusal import Refusal
from strict_json import canonical

KEYS = Path(__file__).resolve().parents[4] / "circuits" / "keys"
KEY = (KEYS / "presentation.vkey.json").read_bytes().strip()
SAMPLE = json.loads((KEYS / "presentation.sample.json").read_text())


def affine_multiple(scalar: int):
    return g1.to_affine([g1.multiply(scalar, g1.GENERATOR)])[0]


def root(number: int) -> int:
    """A square root in Fq where there is one: q = 3 mod 4."""
    return pow(number, (Q + 1) // 4, Q)


def root2(square):
    """A square root in Fq2, or None."""
    a, b = square
    for half in ((a + root(a * a + b * b)) * pow(2, -1, Q), (a - root(a * a + b * b)) * pow(2, -1, Q)):
        x = root(half)
        y = (x, b * pow(2 * x, -1, Q) % Q) if x else (0, root(-a))
        if sqr2(y) == square:
            return y
    return None


def twist_points(count: int):
    """Points of the twist with small x, outside the subgroup: its cofactor has 254 bits."""
    c0 = 0
    while count:
        c0 += 1
        x = (c0, 1)
        y = root2(add2(mul2(sqr2(x), x), pairing.TWIST_B))
        if y is not None:
            yield (x, y)
            count -= 1


class Towers(unittest.TestCase):
    a = tuple((i * 7 + 1, i * i + 3) for i in range(6))
    b = tuple((i + 11, 5 * i + 2) for i in range(6))

    def test_multiplies_by_lines_as_by_any_element(self):
        line = (ONE2, (5, 6), (0, 0), (7, 8), (0, 0), (0, 0))
        self.assertEqual(mul_by_line(self.a, (5, 6), (7, 8)), mul12(self.a, line))

    def test_w_to_the_sixth_is_xi(self):
        w = ((0, 0), ONE2, (0, 0), (0, 0), (0, 0), (0, 0))
        self.assertEqual(pow12(w, 6), (XI, *ONE12[1:]))

    def test_inverts_and_raises_to_q(self):
        self.assertEqual(mul12(self.a, inv12(self.a)), ONE12)
        self.assertEqual(frobenius12(self.a), pow12(self.a, Q))


class Groups(unittest.TestCase):
    def test_multiplies_and_combines_alike(self):
        scalars = [0, 1, 2, 31, FIELD - 1, FIELD, 2**127 + 12345]
        points = [affine_multiple(3 + i) for i in range(len(scalars))]
        total = g1.INFINITY
        for scalar, point in zip(scalars, points):
            total = g1.add(total, g1.multiply(scalar, point))
        self.assertEqual(g1.to_affine([g1.combine(scalars, points)]), g1.to_affine([total]))
        self.assertEqual(g1.multiply(FIELD, g1.GENERATOR)[2], 0)

    def test_the_membership_equation_holds_in_the_subgroup_only(self):
        # Norm of 6x+2 + ψ - ψ² + ψ³ in Z[ψ], ψ² = tψ - q; the twist has r(2q - r) points.
        trace, order = Q + 1 - FIELD, FIELD * (2 * Q - FIELD)

        def times(left, right):
            (u, v), (s, w) = left, right
            return (u * s - Q * v * w, u * w + v * s + trace * v * w)

        psi = (0, 1)
        square = times(psi, psi)
        cube = times(square, psi)
        u, v = pairing.LOOP - square[0] + cube[0], 1 - square[1] + cube[1]
        norm = u * u + u * v * trace + v * v * Q
        self.assertEqual(math.gcd(norm, order), FIELD)
        self.assertNotEqual(order % (FIELD * FIELD), 0)

    def test_tells_points_outside_the_subgroup(self):
        self.assertTrue(pairing.in_subgroup(pairing.G2_GENERATOR))
        points = list(twist_points(5))
        good = (g1.GENERATOR, pairing.G2_GENERATOR)
        pairs = [good, *((g1.GENERATOR, point) for point in points), good]
        self.assertTrue(all(pairing.on_twist(*point) for point in points))
        self.assertEqual(pairing.miller_product(pairs)[1], [1, 2, 3, 4, 5])


class Pairing(unittest.TestCase):
    def test_is_bilinear_and_not_degenerate(self):
        one = pairing.final_exponentiation(pairing.miller_product([(g1.GENERATOR, pairing.G2_GENERATOR)])[0])
        self.assertNotEqual(one, ONE12)
        self.assertEqual(pow12(one, FIELD), ONE12)
        many = pairing.miller_product([(affine_multiple(k), pairing.G2_GENERATOR) for k in (2, 3, 90)])[0]
        self.assertEqual(pairing.final_exponentiation(many), pow12(one, 95))
        cancelled = [
            (affine_multiple(8), pairing.G2_GENERATOR),
            (affine_multiple(8), pairing.negate(pairing.G2_GENERATOR)),
        ]
        self.assertEqual(pairing.final_exponentiation(pairing.miller_product(cancelled)[0]), ONE12)


class Groth16(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.key = groth16.parse_key(KEY, 125)
        cls.proof = groth16.parse_proof(SAMPLE["proof"])
        cls.signals = [int(text) for text in SAMPLE["signals"]]

    def test_accepts_a_proof_of_the_shipped_circuit_alone_and_in_a_batch(self):
        for count in (1, 2, 9):
            self.assertEqual(groth16.refused_positions(self.key, [(self.proof, self.signals)] * count), [])

    def test_names_the_position_of_every_bad_proof(self):
        wrong = [*self.signals[:-1], self.signals[-1] ^ 1]
        other = groth16.Proof(self.proof.c, self.proof.b, self.proof.a)
        outside = groth16.Proof(self.proof.a, next(twist_points(1)), self.proof.c)
        items = [(self.proof, self.signals)] * 12
        items[3], items[7], items[8] = (self.proof, wrong), (other, self.signals), (outside, self.signals)
        self.assertEqual(groth16.refused_positions(self.key, items), [3, 7, 8])

    def test_two_wrongs_of_one_batch_do_not_cancel(self):
        # C + P in one proof and C - P in the other: their plain sum would hold.
        shift = g1.GENERATOR
        c = (*self.proof.c, 1)
        up = g1.to_affine([g1.add_affine(c, shift)])[0]
        down = g1.to_affine([g1.add_affine(c, (shift[0], -shift[1] % Q))])[0]
        items = [(groth16.Proof(self.proof.a, self.proof.b, point), self.signals) for point in (up, down)]
        self.assertEqual(groth16.refused_positions(self.key, items), [0, 1])

    def test_a_folded_key_judges_like_the_whole_one(self):
        folded = self.key.fold({i: self.signals[i] for i in range(3, 125)})
        self.assertEqual(groth16.refused_positions(folded, [(self.proof, self.signals[:3])]), [])
        foreign = self.key.fold({i: self.signals[i] ^ (i == 70) for i in range(3, 125)})
        self.assertEqual(groth16.refused_positions(foreign, [(self.proof, self.signals[:3])]), [0])

    def test_finds_the_first_bad_proof_with_several_processes(self):
        folded = self.key.fold({i: self.signals[i] for i in range(3, 125)})
        batch, groth16.BATCH = groth16.BATCH, 3
        try:
            items = [(self.proof, self.signals[:3])] * 8
            self.assertIsNone(groth16.first_refused(folded, items, 2))
            items[4] = (self.proof, [1, 2, 3])
            self.assertEqual(groth16.first_refused(folded, items, 2), 4)
        finally:
            groth16.BATCH = batch

    def test_refuses_other_spellings_of_a_proof(self):
        wire = SAMPLE["proof"]
        x, y = wire["a"]
        edits = {
            "proof-malformed": [{**wire, "d": wire["a"]}, {**wire, "a": [x]}, {**wire, "a": [x, y, "1"]}, []],
            "field-element-not-canonical": [
                {**wire, "a": [text, y]}
                for text in (f"0{x}", str(int(x) + Q), hex(int(x)), f"-{x}", int(x), f"{x}\n")
            ],
            "proof-off-curve": [{**wire, "a": [x, str(Q - int(y) ^ 1)]}, {**wire, "c": ["0", "0"]}],
        }
        for code, values in edits.items():
            for value in values:
                with self.assertRaises(Refusal) as caught:
                    groth16.parse_proof(value)
                self.assertEqual(caught.exception.code, code)

    def test_refuses_broken_keys(self):
        key = json.loads(KEY)
        edits = {
            "too few IC points": {"IC": key["IC"][:-1]},
            "delta equals gamma": {"vk_delta_2": key["vk_gamma_2"]},
            "another protocol": {"protocol": "plonk"},
            "alpha off the curve": {"vk_alpha_1": ["1", "3", "1"]},
            "another member": {"vk_alphabeta_12": []},
            "z of two": {"vk_alpha_1": [*key["vk_alpha_1"][:2], "2"]},
        }
        for what, edit in edits.items():
            with self.subTest(what), self.assertRaises(Refusal) as caught:
                groth16.parse_key(canonical({**key, **edit}), 125)
            self.assertEqual(caught.exception.code, "verification-key-refused")
