"""Ed25519 and BabyJubJub."""

import unittest

import ed25519
from babyjubjub import CURVE, G, J, read_point
from digests import FIELD, SUBGROUP

# RFC 8032 section 7.1, tests 1 to 3: key, message, signature.
RFC_8032 = (
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
)
# The eight points of small order and four more spellings of them: y, as little-endian hex.
SMALL_ORDER = (
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
)


class Ed25519(unittest.TestCase):
    def test_accepts_the_vectors_of_the_standard_and_no_edit_of_them(self):
        for key, message, signature in RFC_8032:
            key, message, signature = (bytes.fromhex(text) for text in (key, message, signature))
            self.assertTrue(ed25519.verify(key, message, signature))
            self.assertFalse(ed25519.verify(key, message + b"\x00", signature))
            self.assertFalse(ed25519.verify(key, message, signature + b"\x00"))
            for i in range(0, 64, 9):
                edited = bytearray(signature)
                edited[i] ^= 1
                self.assertFalse(ed25519.verify(key, message, bytes(edited)))

    def test_refuses_s_above_the_order(self):
        key, message, signature = (bytes.fromhex(text) for text in RFC_8032[1])
        s = int.from_bytes(signature[32:], "little") + ed25519.ORDER
        self.assertFalse(ed25519.verify(key, message, signature[:32] + s.to_bytes(32, "little")))

    def test_refuses_keys_of_small_order_and_in_a_second_spelling(self):
        for text in SMALL_ORDER:
            key = bytes.fromhex(text)
            self.assertIsNone(ed25519.decode_key(key), text)
            identity = (1).to_bytes(
                32, "little"
            )  # R = identity, S = 0: holds for many of these keys in lax verifiers
            self.assertFalse(ed25519.verify(key, b"anything", identity + bytes(32)))

    def test_compares_r_as_bytes(self):
        # R + T with the torsion point T passes an equation with cofactor; here it must not.
        key, message, signature = (bytes.fromhex(text) for text in RFC_8032[0])
        torsion = ed25519.decode_point(bytes.fromhex(SMALL_ORDER[1]))
        moved = ed25519.encode_point(ed25519.CURVE.add(ed25519.decode_point(signature[:32]), torsion))
        self.assertFalse(ed25519.verify(key, message, moved + signature[32:]))


class BabyJubJub(unittest.TestCase):
    def test_computes_the_ballot_vector(self):
        r = CURVE.affine(CURVE.multiply(5, G))
        self.assertEqual(
            r,
            (
                11480966271046430430613841218147196773252373073876138147006741179837832100836,
                15148236048131954717802795400425086368006776860859772698778589175317365693546,
            ),
        )
        c = CURVE.affine(CURVE.combine(((55, G), (1, G), (1, J))))
        self.assertEqual(
            c,
            (
                21271478335589038795688567091397387152724986080738934799181954062827559031098,
                9112955434270505094156466659600471487769972037158841283830448798859816416430,
            ),
        )

    def test_knows_the_packing_point(self):
        self.assertEqual(
            CURVE.affine(J),
            (
                13924641157502813998759594372437865478825281838225516826720234568502723756325,
                5909344824063165275624417723557917583356454568781175462442470854960225156713,
            ),
        )

    def test_doubling_adding_and_combining_agree(self):
        point = CURVE.neutral
        for scalar in range(40):
            self.assertTrue(CURVE.equal(point, CURVE.multiply(scalar, G)))
            self.assertTrue(CURVE.equal(CURVE.double(point), CURVE.add(point, point)))
            point = CURVE.add(point, G)
        terms = ((SUBGROUP - 3, G), (2**251 + 9, J), (0, G))
        total = CURVE.add(CURVE.multiply(SUBGROUP - 3, G), CURVE.multiply(2**251 + 9, J))
        self.assertTrue(CURVE.equal(CURVE.combine(terms), total))

    def test_reads_points_of_the_subgroup_only(self):
        x, y = CURVE.affine(G)
        self.assertIsNotNone(read_point(x, y))
        self.assertIsNone(read_point(x + FIELD, y))
        self.assertIsNone(read_point(x, y + 1))
        self.assertIsNone(read_point(0, 1))
        self.assertIsNotNone(read_point(0, 1, allow_neutral=True))
        self.assertIsNone(read_point(0, FIELD - 1))  # order 2
        shifted = CURVE.affine(CURVE.add(G, (0, FIELD - 1, 1, 0)))
        self.assertTrue(CURVE.on_curve(*shifted))
        self.assertIsNone(read_point(*shifted))
