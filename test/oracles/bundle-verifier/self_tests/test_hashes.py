"""Tagged hashes and Poseidon against the vectors of the specification."""

import unittest

from digests import SUBGROUP, h31, hash_to_scalar, jcs, tagged_hash
from poseidon import parameters, poseidon, tree4_root

COMMITMENT = 8357274914101761223646627006872368545940130251089132849341207037589995462520
LEAF = 15700894610028091471322054567252739125571156553248201695742296403805718907513


class Digests(unittest.TestCase):
    def test_hashes_with_tag_and_length(self):
        expected = "3b6dea55d40fd478352a524a18f5048a0ef766a7f89b757346acf971158ed4f5"
        self.assertEqual(tagged_hash("sotto/claim/v1", jcs(["spent", "7"])).hex(), expected)

    def test_hashes_into_248_bits(self):
        expected = 179085272389146278868245430639606324676782921973543232391808163205314005218
        self.assertEqual(h31("sotto/code/1", b"http://snomed.info/sct|840539006"), expected)

    def test_hashes_to_a_scalar_below_the_subgroup_order(self):
        values = {hash_to_scalar("sotto/pok/1", bytes([i])) for i in range(50)}
        self.assertEqual(len(values), 50)
        self.assertTrue(all(0 <= value < SUBGROUP for value in values))
        self.assertGreater(max(values).bit_length(), 248)


class Poseidon(unittest.TestCase):
    def test_computes_the_vectors_of_the_specification(self):
        self.assertEqual(poseidon(2001, 1), COMMITMENT)
        self.assertEqual(poseidon(2003, COMMITMENT, 1), LEAF)
        nullifier = 5501027765066547833121205027156480966852292659327004135463427865349778864508
        self.assertEqual(poseidon(2002, 1, 7), nullifier)
        holder = 18857085097996548378262666901446219189284199556530624222069786491784695809683
        self.assertEqual(poseidon(1001, 1, 2), holder)

    def test_computes_the_reference_permutation_of_five_and_three_elements(self):
        # Test vectors of the authors' reference code for x^5, 254 bits, t = 5 and t = 3, first element.
        five = 0x299C867DB6C1FDD79DCEFA40E4510B9837E60EBB1CE0663DBAA525DF65250465
        self.assertEqual(poseidon(1, 2, 3, 4), five)
        three = 0x115CC0F5E7D690413DF64C6B9662E9CF2A3617F2743245519E19607A4417189A
        self.assertEqual(poseidon(1, 2), three)

    def test_derives_invertible_matrices_of_every_used_width(self):
        for width in (3, 4, 5, 6, 9, 17):
            constants, matrix = parameters(width)
            self.assertEqual({len(row) for row in constants + matrix}, {width})
            self.assertEqual(len({value for row in matrix for value in row}), width * width)

    def test_builds_census_trees(self):
        one = 4264392626169905898714335511224030142965347496650149250684864371920885659607
        none = 5502479177772891194542009540012941542204094004749813714118505924674776464255
        self.assertEqual(tree4_root([LEAF], 12), one)
        self.assertEqual(tree4_root([], 12), none)
        self.assertEqual(
            tree4_root([1, 2, 3, 4, 5], 2),
            poseidon(poseidon(1, 2, 3, 4), poseidon(5, 0, 0, 0), *[poseidon(0, 0, 0, 0)] * 2),
        )
