// Trustees of a test election and what each says in the key ceremony; a dealer can be made to lie in one place.
import { BASE8, encodePoint } from "../../src/protocol/primitives/babyjubjub.ts"
import type { CurvePoint } from "../../src/protocol/primitives/babyjubjub.ts"
import { bytesToHex, hexToBytes } from "../../src/protocol/primitives/bytes.ts"
import { encodeShare, proveShare } from "../../src/protocol/primitives/chaum-pedersen.ts"
import type { ShareContext } from "../../src/protocol/primitives/chaum-pedersen.ts"
import { makeSigningKey } from "../../src/protocol/primitives/note-key.ts"
import type { SigningKey } from "../../src/protocol/primitives/note-key.ts"
import { drawScalar, reduce } from "../../src/protocol/primitives/scalar.ts"
import type { RandomBytes } from "../../src/protocol/primitives/scalar.ts"
import { encodeKnowledgeProof, proveKnowledge, ROLE } from "../../src/protocol/primitives/schnorr.ts"
import {
  commitPolynomial,
  drawPolynomial,
  evaluatePolynomial,
} from "../../src/protocol/primitives/secret-sharing.ts"
import type { Polynomial } from "../../src/protocol/primitives/secret-sharing.ts"
import { sealShares } from "../../src/protocol/primitives/share-box.ts"
import type { ElectionBodies, WireShare } from "../../src/protocol/wire/election-entries.ts"
import { boxContext } from "../../src/protocol/election/deal.ts"
import type { CeremonyFacts } from "../../src/protocol/election/key-ceremony.ts"

export interface TestTrustee {
  readonly index: number
  readonly name: string
  readonly signing: SigningKey
  /** e, the secret of the encryption key E. */
  readonly encryption: bigint
  /** f_j, one per election key. */
  readonly polynomials: readonly Polynomial[]
}

/** Trustees with fresh secrets. */
export function makeTrustees(n: number, t: number, pairs: number, randomBytes: RandomBytes): TestTrustee[] {
  return Array.from({ length: n }, (_, at) => ({
    index: at + 1,
    name: `Trustee ${at + 1}`,
    signing: makeSigningKey(`trustee-${at + 1}.example`, randomBytes(32)),
    encryption: drawScalar(randomBytes),
    polynomials: Array.from({ length: pairs }, () => drawPolynomial(t, randomBytes)),
  }))
}

/** d_(k,j) of trustee k, one per key: the sum of what all dealers gave. */
export function secretsOf(trustees: readonly TestTrustee[], k: number): bigint[] {
  const [first] = trustees
  return (first?.polynomials ?? []).map((_, j) =>
    trustees.reduce((sum, dealer) => reduce(sum + evaluatePolynomial(dealer.polynomials[j]!, k)), 0n),
  )
}

export function trusteeKeyBody(
  ceremony: CeremonyFacts,
  trustee: Pick<TestTrustee, "index" | "encryption">,
  randomBytes: RandomBytes,
): ElectionBodies["trustee-key"] {
  const { ceremonyId, n, t } = ceremony
  const context = {
    ceremonyId: hexToBytes(ceremonyId),
    n,
    t,
    role: ROLE.encryptionKey,
    i: trustee.index,
    x: 0,
  }
  const proof = encodeKnowledgeProof(proveKnowledge(context, trustee.encryption, randomBytes))
  return { ceremonyId, trustee: trustee.index, key: encodePoint(BASE8.multiply(trustee.encryption)), proof }
}

/** A dealer's deal; `lie` changes the share sealed for one trustee. */
export function dealBody(
  ceremony: CeremonyFacts,
  dealer: TestTrustee,
  encryptionKeys: readonly CurvePoint[],
  randomBytes: RandomBytes,
  lie: (k: number, j: number, share: bigint) => bigint = (_k, _j, share) => share,
): ElectionBodies["dkg-deal"] {
  const { ceremonyId, n, t } = ceremony
  const id = hexToBytes(ceremonyId)
  const proofs = dealer.polynomials.map(([secret], j) =>
    encodeKnowledgeProof(
      proveKnowledge(
        { ceremonyId: id, n, t, role: ROLE.constantTerm, i: dealer.index, x: j },
        secret!,
        randomBytes,
      ),
    ),
  )
  const boxes = encryptionKeys.map((key, at) => {
    const k = at + 1
    const shares = dealer.polynomials.map((polynomial, j) => lie(k, j, evaluatePolynomial(polynomial, k)))
    const { U, proof, box } = sealShares(boxContext(ceremony, dealer.index, k), key, shares, randomBytes)
    return { U: encodePoint(U), proof: encodeKnowledgeProof(proof), box: bytesToHex(box) }
  })
  const A = dealer.polynomials.map((polynomial) => commitPolynomial(polynomial).map(encodePoint))
  return { ceremonyId, trustee: dealer.index, salt: bytesToHex(randomBytes(32)), A, proofs, boxes }
}

/** One share per key of a sum with base `base`. */
export function wireShares(
  secrets: readonly bigint[],
  base: CurvePoint,
  randomBytes: RandomBytes,
  contextOf: (ciphertext: number) => ShareContext,
): WireShare[] {
  return secrets.map((secret, c) => encodeShare(proveShare(contextOf(c), secret, base, randomBytes)))
}
