// The named census of a test election: voters, signed leaves, the freeze.
import { bytesToHex } from "../../src/protocol/primitives/bytes.ts"
import type { Fr } from "../../src/protocol/primitives/field.ts"
import { encodeVerifierKey, makeSigningKey } from "../../src/protocol/primitives/note-key.ts"
import type { SigningKey } from "../../src/protocol/primitives/note-key.ts"
import type { RandomBytes } from "../../src/protocol/primitives/scalar.ts"
import { deriveVoterCommitment } from "../../src/protocol/primitives/voter.ts"
import type { CensusDocument, CensusPlan } from "../../src/protocol/wire/census.ts"
import { signBody } from "../../src/protocol/log/signed-entry.ts"
import { computeCensusId } from "../../src/protocol/election/census.ts"
import { freezeCensus } from "../../src/protocol/election/census-freeze.ts"
import type { CensusFreeze } from "../../src/protocol/election/census-freeze.ts"

interface TestVoter {
  readonly secret: bigint
  readonly commitment: Fr
  readonly weight: number
  /** In the frozen census. */
  readonly leafIndex: number
}

export interface TestCensus {
  readonly plan: CensusDocument<"census-plan">
  readonly leaves: readonly CensusDocument<"census-leaf">[]
  readonly freeze: CensusFreeze
  readonly document: CensusDocument<"census">
  readonly registrars: readonly SigningKey[]
  /** The service's: signs promises. */
  readonly verifier: SigningKey
  readonly voters: readonly TestVoter[]
}

const SERVICE = { id: "service", name: "Election service", origin: "https://service.example" }

/** A service as its directory record names it. */
export interface CensusService {
  readonly id: string
  readonly name: string
  readonly origin: string
  readonly key: SigningKey
}

/**
 * @param weights - of voter v, or undefined where the census is not weighted
 * @param secretOf - of a voter who brings a secret of their own, else null
 */
export function makeCensus(
  size: number,
  organizer: SigningKey,
  closesAt: number,
  randomBytes: RandomBytes,
  weights?: (v: number) => number,
  service?: CensusService,
  secretOf?: (v: number, censusId: string) => bigint | null,
): TestCensus {
  const key = (name: string): SigningKey => makeSigningKey(`${name}.example`, randomBytes(32))
  const registrars = [key("desk"), key("portal")]
  const { key: verifier, ...named } = service ?? { ...SERVICE, key: key("service") }
  const plan = signBody(
    "census-plan",
    planBody(
      organizer,
      registrars,
      { ...named, key: encodeVerifierKey(verifier) },
      closesAt,
      weights !== undefined,
    ),
    organizer,
  )
  const censusId = computeCensusId(plan.body)
  const people = Array.from({ length: size }, (_, v) => {
    const drawn = BigInt(`0x01${bytesToHex(randomBytes(30))}`) // 31 bytes, never short
    const secret = secretOf?.(v, censusId) ?? drawn
    return { secret, commitment: deriveVoterCommitment(secret), weight: weights?.(v) ?? 1 }
  })
  const leaves = people.map(({ commitment, weight }) =>
    signBody(
      "census-leaf",
      { censusId, rollCommitment: bytesToHex(randomBytes(32)), commitment, weight },
      registrars[0]!,
    ),
  )
  const frozen = freezeCensus(plan.body, leaves)
  if (!frozen.ok) throw new Error(frozen.reason)
  const order = frozen.value.built.records.map(({ commitment }) => commitment)
  return {
    plan,
    leaves,
    freeze: frozen.value,
    document: signBody("census", frozen.value.body, ...registrars),
    registrars,
    verifier,
    voters: people.map((person) => ({ ...person, leafIndex: order.indexOf(person.commitment) })),
  }
}

function planBody(
  organizer: SigningKey,
  registrars: readonly SigningKey[],
  verifier: CensusPlan["verifier"],
  closesAt: number,
  weighted: boolean,
): CensusPlan {
  return {
    title: "Members of the society",
    organizer: { name: "Society", key: encodeVerifierKey(organizer) },
    mode: "named",
    weighted,
    registrars: registrars.map((registrar) => ({
      name: registrar.name,
      key: encodeVerifierKey(registrar),
    })),
    verifier,
    enrolmentOpensAt: closesAt - 86_400,
    enrolmentClosesAt: closesAt,
    objectionSeconds: 0,
    minSize: 10,
  }
}
