// The first entry of an election's log: who keeps its keys, how many of them open it, and whose eyes are on it.
import { checkCeremony } from "../../protocol/election/key-ceremony.ts"
import type { CeremonyBody, CeremonyFacts } from "../../protocol/election/key-ceremony.ts"
import { signBody } from "../../protocol/log/signed-entry.ts"
import { bytesToHex } from "../../protocol/primitives/bytes.ts"
import { encodeVerifierKey } from "../../protocol/primitives/note-key.ts"
import type { SigningKey } from "../../protocol/primitives/note-key.ts"
import { drawBytes } from "../../protocol/primitives/scalar.ts"
import type { RandomBytes } from "../../protocol/primitives/scalar.ts"
import { OrganizerError } from "./organizer-error.ts"

/** A ceremony in an organizer's words. */
export interface CeremonyDescription {
  readonly title: string
  /** The organizer's name as voters see it. */
  readonly organizer: string
  readonly circuit: CeremonyBody["circuit"]
  /** How many trustees open the sum. */
  readonly threshold: number
  /** In the order of their indices. */
  readonly trustees: readonly { readonly name: string; readonly key: string }[]
  /** C2SP policy without `log` lines: whose cosignatures heads of this election need. */
  readonly policy: string
  /** After so long without a trustee's message the organizer may give the ceremony up. */
  readonly stepTimeoutSeconds: number
}

/** A signed `ceremony` and what follows from it. */
export interface BegunCeremony {
  readonly entry: ReturnType<typeof signBody<"ceremony">>
  readonly facts: CeremonyFacts
  /** Half of the trustees or fewer can open the sum. */
  readonly isThresholdLow: boolean
}

/** Signs the ceremony. @throws OrganizerError `description-refused`, naming the member */
export function beginCeremony(
  { title, organizer, circuit, threshold, trustees, policy, stepTimeoutSeconds }: CeremonyDescription,
  key: SigningKey,
  randomBytes: RandomBytes,
): BegunCeremony {
  const n = trustees.length
  const body: CeremonyBody = {
    title,
    organizer: { name: organizer, key: encodeVerifierKey(key) },
    circuit,
    threshold: { t: threshold, n },
    trustees: trustees.map(({ name, key: trustee }, at) => ({ index: at + 1, name, key: trustee })),
    policy,
    stepTimeoutSeconds,
    nonce: bytesToHex(drawBytes(randomBytes, 32)),
  }
  const verdict = checkCeremony(body)
  if (!verdict.ok)
    throw new OrganizerError("description-refused", `ceremony: ${verdict.at ?? verdict.reason}`)
  return { entry: signBody("ceremony", body, key), facts: verdict.value, isThresholdLow: 2 * threshold <= n }
}
