"""What only a test does: signing, and logs whose keys are at hand. Seeds are texts; nothing here is a secret."""

import base64
import hashlib

from digests import sha256
from ed25519 import BASE, CURVE, ORDER, encode_point
from envelope import signed_bytes
from merkle_log import entry_bundles, hash_tiles, leaf_hash, tile_rows, tree_root
from signed_note import COSIGNER_TYPE, LOG_TYPE, VerifierKey


class Signer:
    """An Ed25519 key (RFC 8032 section 5.1.5) under a name."""

    def __init__(self, name: str, kind: int = LOG_TYPE, seed: str | None = None) -> None:
        digest = hashlib.sha512(sha256((seed or name).encode())).digest()
        clamped = bytearray(digest[:32])
        clamped[0] &= 248
        clamped[31] = clamped[31] & 127 | 64
        self.secret, self.prefix = int.from_bytes(clamped, "little"), digest[32:]
        self.key = VerifierKey(name, kind, encode_point(CURVE.multiply(self.secret, BASE)))

    def under(self, name: str) -> "Signer":
        """The same key under another name."""
        other = object.__new__(Signer)
        other.secret, other.prefix = self.secret, self.prefix
        other.key = VerifierKey(name, self.key.kind, self.key.public_key)
        return other

    def __eq__(self, other) -> bool:
        return isinstance(other, Signer) and self.key.text == other.key.text

    def __hash__(self) -> int:
        return hash(self.key.text)

    @property
    def text(self) -> str:
        return self.key.text

    def sign(self, message: bytes) -> bytes:
        nonce = int.from_bytes(hashlib.sha512(self.prefix + message).digest(), "little") % ORDER
        r = encode_point(CURVE.multiply(nonce, BASE))
        k = int.from_bytes(hashlib.sha512(r + self.key.public_key + message).digest(), "little") % ORDER
        return r + ((nonce + k * self.secret) % ORDER).to_bytes(32, "little")


def cosigner(name: str) -> Signer:
    return Signer(name, COSIGNER_TYPE)


def envelope(kind: str, body: dict, *signers: Signer) -> dict:
    message = signed_bytes(kind, body)
    lines = [{"key": s.text, "signature": base64.b64encode(s.sign(message)).decode()} for s in signers]
    return {"kind": kind, "v": 1, "body": body, "signatures": lines}


def checkpoint(log: Signer, leaves: list[bytes], cosigned: list[tuple[Signer, int]] = ()) -> bytes:
    """A signed head of a tree over leaf hashes, with cosignatures (cosigner, time)."""
    root = base64.b64encode(tree_root(leaves)).decode()
    text = f"{log.key.name}\n{len(leaves)}\n{root}\n"
    lines = [(log, log.key.key_id + log.sign(text.encode()))]
    for signer, time in cosigned:
        signature = signer.sign(f"cosignature/v1\ntime {time}\n{text}".encode())
        lines.append((signer, signer.key.key_id + time.to_bytes(8, "big") + signature))
    rows = [f"\u2014 {signer.key.name} {base64.b64encode(data).decode()}\n" for signer, data in lines]
    return (text + "\n" + "".join(rows)).encode()


def inclusion(index: int, leaves: list[bytes]) -> list[bytes]:
    """The proof by the recursive definition of RFC 6962 section 2.1.1."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if index < k:
        return [*inclusion(index, leaves[:k]), tree_root(leaves[k:])]
    return [*inclusion(index - k, leaves[k:]), tree_root(leaves[:k])]


def proof_file(index: int, leaves: list[bytes], note: bytes) -> bytes:
    rows = [base64.b64encode(value).decode() + "\n" for value in inclusion(index, leaves)]
    return f"c2sp.org/tlog-proof@v1\nindex {index}\n{''.join(rows)}\n".encode() + note


def log_files(entries: list[bytes]) -> dict[str, bytes]:
    """Tiles and bundles of a log, by path in the bundle."""
    leaves = [leaf_hash(entry) for entry in entries]
    files, rows = {}, tile_rows(leaves)
    for level, tiles in enumerate(hash_tiles(len(leaves))):
        for i, (path, width) in enumerate(tiles):
            files[f"log/{path}"] = rows[level][i * 8192 : i * 8192 + 32 * width]
    for i, (path, width) in enumerate(entry_bundles(len(leaves))):
        chunk = entries[i * 256 : i * 256 + width]
        files[f"log/{path}"] = b"".join(len(entry).to_bytes(2, "big") + entry for entry in chunk)
    return files
