// The mutation corpus of audit bundles: every file, entry kind and field, changed by attackers of growing power, each
// with the step that must stop it. What a power can make valid is no mutant but a line of the threat table.
import { fileMutants } from "./mutate-files.ts"
import { entryMutants } from "./mutate-entries.ts"
import { conspiracyMutants } from "./mutate-everything.ts"
import { signerMutants } from "./mutate-signed.ts"
import { sampleBundle } from "./bundle-sample.ts"
import { seededBytes } from "./seeded-bytes.ts"

/** P0 no key; P1 the manifest; P2 the service's log key; P3 and the cosigners; P4 and the organizer; P5 and the registrars;
 * P6 and t-1 trustees; P7 everybody, and the trapdoor of the development key. */
export type Power = "P0" | "P1" | "P2" | "P3" | "P4" | "P5" | "P6" | "P7"

export interface Mutant {
  readonly power: Power
  /** What is done, and to which sample. */
  readonly name: string
  /** The step that must stop the audit. */
  readonly step: number
  /** The auditor's policy file. */
  readonly policy: string
  readonly build: () => Uint8Array | Promise<Uint8Array>
}

/** A mutant's power and name: unique in the corpus. */
export const nameOf = ({ power, name }: Mutant): string => `${power} ${name}`

/** An integer below `bound`, in order from the seed. */
export type Draw = (bound: number) => number

/** A generator of small integers; the same seed gives the same corpus. */
function drawFrom(seed: string): Draw {
  const bytes = seededBytes(`corpus ${seed}`)
  return (bound) => new DataView(bytes(4).buffer).getUint32(0) % bound
}

/** The whole corpus. */
export async function mutants(seed: string): Promise<Mutant[]> {
  const draw = drawFrom(seed)
  const named = await sampleBundle({ census: "named", quorum: "cosigned" })
  const gated = await sampleBundle({ census: "gated", quorum: "none" })
  const sibling = await sampleBundle({
    census: "named",
    quorum: "cosigned",
    election: { ceremony: { nonce: "5".repeat(64) } },
  })
  const foreign = await sampleBundle({ census: "named", quorum: "cosigned", election: { seed: "foreign" } })
  const all = [
    ...prefixed("named", fileMutants(named, foreign, draw)),
    ...prefixed("gated", fileMutants(gated, foreign, draw)),
    ...prefixed("named", entryMutants(named, sibling, draw)),
    ...prefixed("named", signerMutants(named, draw)),
    ...conspiracyMutants(named, gated),
  ]
  const names = all.map(nameOf)
  const repeated = names.find((name, i) => names.indexOf(name) !== i)
  if (repeated !== undefined) throw new Error(`two mutants of one name: ${repeated}`)
  return all
}

function prefixed(label: string, list: readonly Mutant[]): Mutant[] {
  return list.map((mutant) => ({ ...mutant, name: `${label}: ${mutant.name}` }))
}
