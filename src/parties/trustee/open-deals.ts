// What the dealers gave this trustee: its secrets when every box keeps its dealer's word, else a complaint that opens the
// one bad box to everybody.
import { encodePoint, parseCurvePoint } from "../../protocol/primitives/babyjubjub.ts"
import { hexToBytes } from "../../protocol/primitives/bytes.ts"
import { encodeShare, proveShare } from "../../protocol/primitives/chaum-pedersen.ts"
import type { RandomBytes } from "../../protocol/primitives/scalar.ts"
import { reduce } from "../../protocol/primitives/scalar.ts"
import { openBox } from "../../protocol/election/deal.ts"
import type { DealBody } from "../../protocol/election/deal.ts"
import { ceremonyFacts } from "../../protocol/election/key-ceremony.ts"
import type { CeremonyFacts } from "../../protocol/election/key-ceremony.ts"
import type { ElectionBodies } from "../../protocol/wire/election-entries.ts"
import type { TrusteeView } from "./next-step.ts"
import type { CeremonyWork } from "./trustee-state.ts"

type Opened =
  | { readonly ok: true; readonly secrets: readonly bigint[] }
  | { readonly ok: false; readonly complaint: ElectionBodies["dkg-complaint"] }

/**
 * Opens every box that is meant for this trustee, its own included.
 * @param work - holds the encryption secret
 * @throws RangeError when the secret is gone or deals are missing
 */
export function openDeals(
  { log, entries }: TrusteeView,
  work: CeremonyWork,
  randomBytes: RandomBytes,
): Opened {
  const ceremony = ceremonyFacts(log.ceremony)
  const { encryption, index } = work
  if (encryption === null) throw new RangeError("the key that opens boxes is gone")
  const deals = entries.flatMap((entry) => (entry.kind === "dkg-deal" ? [entry.body] : []))
  if (deals.length !== ceremony.n) throw new RangeError("deals are missing")
  let secrets = Array<bigint>(ceremony.pairs).fill(0n)
  for (const deal of deals) {
    const U = parseCurvePoint(deal.boxes[index - 1]?.U)
    const shares = openBox(ceremony, deal, index, U.multiply(encryption))
    if (shares === null)
      return { ok: false, complaint: complain(ceremony, deal, index, encryption, randomBytes) }
    secrets = secrets.map((sum, j) => reduce(sum + (shares[j] ?? 0n)))
  }
  return { ok: true, secrets }
}

/** Z = e*U with the proof that it is: enough for everyone to open this box, and no other. */
function complain(
  { ceremonyId }: CeremonyFacts,
  deal: DealBody,
  trustee: number,
  encryption: bigint,
  randomBytes: RandomBytes,
): ElectionBodies["dkg-complaint"] {
  const context = {
    kind: "dkg-complaint",
    ceremonyId: hexToBytes(ceremonyId),
    dealer: deal.trustee,
    trustee,
  } as const
  // The box key carries a proof that its dealer knows it: this opens nothing that another dealer sealed.
  const U = parseCurvePoint(deal.boxes[trustee - 1]?.U)
  const share = proveShare(context, encryption, U, randomBytes)
  const { A1, A2, z } = encodeShare(share)
  return { ceremonyId, trustee, dealer: deal.trustee, Z: encodePoint(share.delta), proof: { A1, A2, z } }
}
