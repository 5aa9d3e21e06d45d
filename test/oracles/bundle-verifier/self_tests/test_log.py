"""Trees, tiles, proofs, notes and policies against the golden log of the specification."""

import base64
import unittest

from digests import sha256
from merkle_log import (
    EMPTY_ROOT,
    entry_bundles,
    hash_tiles,
    inclusion_root,
    is_consistent,
    leaf_hash,
    node_hash,
    parse_tlog_proof,
    read_bundle,
    tile_index,
    tile_rows,
    tree_root,
)
from refusal import Refusal
from signed_note import cosignature_times, log_signature_holds, parse_checkpoint, parse_vkey
from trust_policy import parse_policy

LOG = parse_vkey("ledger.example/zk+ce930c6e+ASFS+NGbeR0kRTJC4V8uq2y3z/p7al7TAJeWDgaYgdsS")
COSIGNER = parse_vkey("cosigner.example/c1+4e17ebe8+BCL8KXeS8Lb/wL/P237bDAqhTgJaNl7A40Lobjgpy3S2")
CHECKPOINT = """ledger.example/zk
300
YIKAzr3eSMKJmenLg58DmAo+Yui5VQqih1jpEnnr1lc=

\u2014 ledger.example/zk zpMMbiQqwX0pRpSUjimvrzoymTVIU39GvHe69WzhE2WXG1HiEGClXFAK6JPGLtdbZ7dpXwP8YMkKj1P9BJY9f41IkA8=
\u2014 cosigner.example/c1 Thfr6AAAAABlU/EA3bZmNAmcMTxxAtAuLaYNP7U5k00hqvynsukeBsVCx/OxIDtZ6jJ+mOack/V+Q738zKYNReGEfaDByPaMSpYJAA==
""".encode()
CONSISTENCY = """sZGbd4LW52AMFt69X/E4JZWaL7hmmfN03O0jf6GS040= y8aWXFlmP1AKTNZ30AikTIncRvaI8pdZc+mKgDHaG44="""
INCLUSION = """amSgck23X3+5ta67j4Ptmt9eQCN2A5eu2dNiKxOfmVA= 9I4rwI5e/Lwc2bOZUy/J1qBZdQ//ACkoeOwr+5fyPG4=
uJB9/2z0TnQw63ZRHesLNeahbZAwAAzMwXTYCE6k2ZI= mgrWgYvREjPqZcODOanTBLmvbiVkMWDyEsMyzswvelQ=
f2LpjUE7WQsEai6uBLQpU2UV4nCxOPWm+y5DYpfdH4k= upV5PCnip6J7Okc5GMW/mwupVDhJjlNGzMcOZi/HIKE=
9+1etEvmGQjN9muzFoE9x1RCqipbMHF3wGxygnE1bJE="""
TILES = {
    "tile/0/000": "ce3c085cd6d7319d36f186fd350976c5e95e53d273bbeede36875ef414efb450",
    "tile/0/001.p/44": "e82ea97d8b9c5712083da74350c08bf1f02b76226bc577c0a6222f4bf17681ff",
    "tile/1/000.p/1": "53ea4459da184612c4c9a45756f59cdc426deba13f29e51debee356ba241efe9",
    "tile/entries/000": "daab121300001e846571b1de45f1a0a2e16851018a706aa8232c3de9ad7c1822",
    "tile/entries/001.p/44": "70c7f95e1f677a56fd2289a5b7a0e48627f8fd7d3acf36a80e644275c4fb4cfc",
}
ENTRIES = [f"leaf-{i}".encode() for i in range(300)]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]


def hashes(text: str) -> list[bytes]:
    return [base64.b64decode(word) for word in text.split()]


def path(index: int, leaves: list[bytes]) -> list[bytes]:
    """The proof by the recursive definition of RFC 6962 section 2.1.1."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if index < k:
        return [*path(index, leaves[:k]), tree_root(leaves[k:])]
    return [*path(index - k, leaves[k:]), tree_root(leaves[:k])]


def extension(old: int, leaves: list[bytes], whole: bool = True) -> list[bytes]:
    """The consistency proof by the recursive definition of RFC 6962 section 2.1.2."""
    if old == len(leaves):
        return [] if whole else [tree_root(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if old <= k:
        return [*extension(old, leaves[:k], whole), tree_root(leaves[k:])]
    return [*extension(old - k, leaves[k:], False), tree_root(leaves[:k])]


class Trees(unittest.TestCase):
    def test_hashes_the_golden_leaves_and_nodes(self):
        self.assertEqual(EMPTY_ROOT.hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        self.assertEqual(
            leaf_hash(b"").hex(), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
        )
        self.assertEqual(
            node_hash(*LEAVES[:2]).hex(), "60a53eed0de87a90c8e59427c59c46253c33a76a09502a51801300927b7e6bdc"
        )
        roots = {
            128: "aks2xJmBOiWD1ubT5201XP++FkgTQD6qSW5sj9mknE8=",
            200: "Mpb3igXWlkJ0dbQA4DfR55YG0pj5TxPi+sYhLRLQre0=",
        }
        for size, root in roots.items():
            self.assertEqual(base64.b64encode(tree_root(LEAVES[:size])).decode(), root)

    def test_accepts_the_golden_proofs(self):
        root = tree_root(LEAVES)
        self.assertEqual(inclusion_root(257, 300, LEAVES[257], hashes(INCLUSION)), root)
        self.assertTrue(is_consistent(128, tree_root(LEAVES[:128]), 300, root, hashes(CONSISTENCY)))

    def test_accepts_every_proof_of_small_trees_and_no_edit(self):
        for size in range(1, 20):
            leaves, root = LEAVES[:size], tree_root(LEAVES[:size])
            for index in range(size):
                proof = path(index, leaves)
                self.assertEqual(inclusion_root(index, size, leaves[index], proof), root)
                self.assertNotEqual(inclusion_root(index, size, leaves[index], [*proof, bytes(32)]), root)
                if proof:
                    self.assertNotEqual(inclusion_root(index, size, leaves[index], proof[:-1]), root)
                self.assertNotEqual(
                    inclusion_root((index + 1) % size, size, leaves[index], proof), root if size > 1 else None
                )
            for old in range(1, size + 1):
                before, proof = tree_root(leaves[:old]), extension(old, leaves)
                self.assertTrue(is_consistent(old, before, size, root, proof))
                self.assertFalse(is_consistent(old, before, size, root, [*proof, bytes(32)]))
                self.assertFalse(is_consistent(old, bytes(32), size, root, proof))
                self.assertFalse(is_consistent(old, before, size, bytes(32), proof))
                if proof:
                    self.assertFalse(is_consistent(old, before, size, root, proof[1:]))

    def test_cuts_the_golden_tiles_and_bundles(self):
        rows = tile_rows(LEAVES)
        found = {}
        for level, tiles in enumerate(hash_tiles(300)):
            for i, (name, width) in enumerate(tiles):
                found[name] = rows[level][i * 8192 : i * 8192 + 32 * width]
        for i, (name, width) in enumerate(entry_bundles(300)):
            found[name] = b"".join(len(e).to_bytes(2, "big") + e for e in ENTRIES[i * 256 : i * 256 + width])
        self.assertEqual({name: sha256(data).hex() for name, data in found.items()}, TILES)
        self.assertEqual(read_bundle(found["tile/entries/001.p/44"], 44), ENTRIES[256:])
        for data, count in ((b"\x00\x02a", 1), (b"\x00", 1), (b"\x00\x00", 0), (b"\x00\x01ab", 1)):
            self.assertIsNone(read_bundle(data, count))

    def test_names_tiles_of_large_trees(self):
        self.assertEqual(tile_index(1234067), "x001/x234/067")
        last = [tiles[-1] for tiles in hash_tiles(70000)]
        self.assertEqual(last, [("tile/0/273.p/112", 112), ("tile/1/001.p/17", 17), ("tile/2/000.p/1", 1)])


class Notes(unittest.TestCase):
    def test_accepts_the_golden_checkpoint(self):
        self.assertEqual(
            sha256(CHECKPOINT).hex(), "295f818ba9e797bec0d38040b6fbd6802b8f09178a6c6a5334ad9137ed7b7771"
        )
        checkpoint = parse_checkpoint(CHECKPOINT)
        self.assertEqual(
            (checkpoint.origin, checkpoint.size, checkpoint.root),
            ("ledger.example/zk", 300, tree_root(LEAVES)),
        )
        self.assertTrue(log_signature_holds(checkpoint.note, [LOG]))
        self.assertEqual(cosignature_times(checkpoint.note, [COSIGNER]), {COSIGNER.text: 1700000000})

    def test_a_known_key_that_fails_rejects_the_note(self):
        edited = CHECKPOINT.replace(b"\n300\n", b"\n301\n")
        note = parse_checkpoint(edited).note
        self.assertFalse(log_signature_holds(note, [LOG]))
        self.assertIsNone(cosignature_times(note, [COSIGNER]))
        self.assertEqual(cosignature_times(note, []), {})
        self.assertFalse(log_signature_holds(parse_checkpoint(CHECKPOINT).note, []))

    def test_refuses_what_is_no_checkpoint(self):
        edits = (
            (b"\n300\n", b"\n0300\n"),
            (b"\n300\n", b"\n300\nextension\n"),
            (b"1lc=", b"1ld="),
            (b"ledger.example/zk\n3", b"ledger example/zk\n3"),
            (b"\n\n", b"\n"),
            ("\u2014 l".encode(), b"- l"),
            (b"\n300", b"\r\n300"),
        )
        for old, new in edits:
            with self.subTest(new), self.assertRaises(Refusal):
                parse_checkpoint(CHECKPOINT.replace(old, new, 1))
        for data in (
            CHECKPOINT[:-1],
            CHECKPOINT + b"\n",
            CHECKPOINT + CHECKPOINT.split(b"\n\n")[1] * 20,
            b"\xff" + CHECKPOINT,
        ):
            with self.subTest(len(data)), self.assertRaises(Refusal):
                parse_checkpoint(data)

    def test_refuses_key_texts_in_a_second_spelling(self):
        for text in (
            LOG.text + "=",
            LOG.text.replace("ce93", "CE93"),
            LOG.text.replace("ce93", "de93"),
            "a b+00000000+A",
        ):
            with self.subTest(text), self.assertRaises(Refusal):
                parse_vkey(text)

    def test_reads_the_golden_proof_file(self):
        rows = "".join(f"{word}\n" for word in INCLUSION.split())
        text = f"c2sp.org/tlog-proof@v1\nindex 257\n{rows}\n".encode() + CHECKPOINT
        self.assertEqual(
            sha256(text).hex(), "631c6f846819f0f5955a8fbd360afd3c34000c4b70a408e6b0458f84acfe9177"
        )
        proof = parse_tlog_proof(text)
        self.assertTrue(proof.includes(ENTRIES[257]))
        self.assertFalse(proof.includes(ENTRIES[256]))
        with_extra = text.replace(b"index", b"extra AAAA\nindex", 1)
        self.assertEqual(parse_tlog_proof(with_extra).index, 257)
        for edit in (
            text.replace(b"@v1", b"@v2"),
            text.replace(b" 257", b" 0257"),
            text.replace(b"\n\n", b"\n"),
        ):
            with self.assertRaises(Refusal):
                parse_tlog_proof(edit)


class Policies(unittest.TestCase):
    TEXT = f"# trust\nlog {LOG.text}\nwitness one {COSIGNER.text} https://c1.example\ngroup some 1 one\nquorum some\n"

    def test_reads_logs_cosigners_groups_and_quorum(self):
        policy = parse_policy(self.TEXT)
        self.assertEqual([key.text for key in policy.logs], [LOG.text])
        self.assertTrue(policy.is_met_by({COSIGNER.text}))
        self.assertFalse(policy.is_met_by(set()))
        self.assertTrue(parse_policy("quorum none\n").is_met_by(set()))

    def test_refuses_what_could_count_twice_or_is_undefined(self):
        edits = (
            self.TEXT + f"witness two {COSIGNER.text}\n",
            self.TEXT + "group again 1 one\n",
            self.TEXT + "quorum one\n",
            self.TEXT.replace("quorum some", ""),
            self.TEXT.replace("quorum some", "quorum other"),
            self.TEXT.replace("some 1", "some 2"),
            self.TEXT.replace("some 1", "some 0"),
            self.TEXT.replace(f"log {LOG.text}", f"log {COSIGNER.text}"),
            self.TEXT + "unknown word\n",
            self.TEXT + "\x01\n",
        )
        for text in edits:
            with self.subTest(text[-40:]), self.assertRaises(Refusal):
                parse_policy(text)
