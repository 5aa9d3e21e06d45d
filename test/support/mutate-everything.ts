// Mutants by everybody together (P7), with the trapdoor of the development key: all agree on a lie, and the reader's own
// computation is all that is left. Each is an election of its own.
import { makePromise } from "../../src/protocol/election/promise.ts"
import { computeCensusId } from "../../src/protocol/election/census.ts"
import { BASE8, encodePoint, IDENTITY } from "../../src/protocol/primitives/babyjubjub.ts"
import { bytesToHex, encodeBase64, hexToBytes } from "../../src/protocol/primitives/bytes.ts"
import { encodeFr } from "../../src/protocol/primitives/field.ts"
import type { Fr } from "../../src/protocol/primitives/field.ts"
import { sha256 } from "../../src/protocol/primitives/hash.ts"
import { signBody } from "../../src/protocol/log/signed-entry.ts"
import { canonicalBytes } from "../../src/protocol/wire/canonical-json.ts"
import type { Json } from "../../src/protocol/wire/canonical-json.ts"
import type { ElectionDefinition } from "../../src/protocol/wire/election-definition.ts"
import { copyParts, REGISTRY_KEY, sampleBundle, zipOf } from "./bundle-sample.ts"
import type { BundleOptions, SampleBundle } from "./bundle-sample.ts"
import { indexOf, resealed } from "./mutate-entries.ts"
import type { Change } from "./mutate-entries.ts"
import { g2OfWire, twistPoint, wireOfG2 } from "./proof-points.ts"
import type { Mutant } from "./mutate-bundle.ts"
import { readJson, withField } from "./mutate-json.ts"
import { CLOSES_AT, OPENS_AT } from "./small-election.ts"

/** Mutants that are elections of their own, and those that need only everybody's keys. */
export function conspiracyMutants(named: SampleBundle, gated: SampleBundle): Mutant[] {
  return [
    ...definitionMutants(named),
    ...keyMutants(named),
    ...circuitMutants(named),
    ...voteMutants(named),
    ...gateMutants(gated),
    ...shareMutants(named),
    ...promiseMutants(named),
  ]
}

/** An election made with other options, by the same people; `edit` changes what is sealed of it. */
function another(
  { options, policy }: SampleBundle,
  name: string,
  step: number,
  change: BundleOptions,
  edit: Change = () => undefined,
): Mutant {
  const election = { ...options.election, ...change.election }
  const build = async (): Promise<Uint8Array> => {
    const sample = await sampleBundle({ ...options, ...change, election })
    const parts = copyParts(sample.parts)
    edit(parts)
    return zipOf(sample, parts)
  }
  return { power: "P7", name, step, policy, build }
}

function definitionMutants(named: SampleBundle): Mutant[] {
  const { census, log } = named.election.definition
  const said = (name: string, step: number, definition: Partial<ElectionDefinition>): Mutant =>
    another(named, `a definition with ${name}`, step, {
      ...{ unproved: true, votes: "plain", extras: false },
      election: { definition, extensions: [] },
    })
  const digests = { r1csSha256: "1", zkeySha256: "2", vkeySha256: "3" }
  const own = named.election.definition.circuit
  return [
    said("an end before its beginning", 3, { closesAtUnixSeconds: OPENS_AT }),
    said("a survey's kind and an election's minimum", 3, { kind: "survey" }),
    said("a ballot type that does not exist", 3, { ballotType: "quadratic" }),
    said("a choice twice", 3, { choices: ["ann", "ann", "cem"].map((id) => ({ id, label: id })) }),
    said("no rule", 3, { rules: [] }),
    said("another ceremony", 3, { ceremonyId: "5".repeat(64) }),
    said("another log", 3, { log: { ...log, origin: `${log.origin}0` } }),
    said("another key of its log", 3, {
      log: { ...log, vkey: named.election.census.plan.body.verifier.key },
    }),
    said("another circuit than the ceremony's", 3, { circuit: { ...own, id: "ballot16" } }),
    said("another census", 4, { census: { ...census, id: "5".repeat(64) } }),
    said("another root of the census", 4, { census: { ...census, root: "5" as Fr } }),
    said("one voter more", 4, { census: { ...census, size: census.size + 1 } }),
    said("another total weight", 4, { census: { ...census, totalWeight: 13 } }),
    said("another freeze of the census", 4, { census: { ...census, sha256: "5".repeat(64) } }),
    said("a minimum above the census", 4, { minAnonymity: 13 }),
    said("a survey in a named census", 4, { kind: "survey", minAnonymity: 30 }),
    said("voting before enrolment ends", 4, { opensAtUnixSeconds: OPENS_AT - 10 }),
    said("a weighted ballot in a census without weights", 4, { ballotType: "weighted-single-choice" }),
    said("another keysHash", 6, { keysHash: "5".repeat(64) }),
    ...Object.entries({ ...digests, ceremony: "4" }).map(([member, digit]) =>
      said(`another ${member} of its circuit`, 7, {
        circuit: { ...own, [member]: member === "ceremony" ? "summer-2031" : digit.repeat(64) },
      }),
    ),
    ...[
      ["an extension into the past", [CLOSES_AT - 5]],
      ["an extension beyond three days", [CLOSES_AT + 4 * 86_400]],
      ["a second extension before the first", [CLOSES_AT + 100, CLOSES_AT + 50]],
    ].map(([name, extensions]) =>
      another(named, name as string, 3, { unproved: true, election: { extensions: extensions as number[] } }),
    ),
  ]
}

const SMALL_ORDER = "0100000000000000000000000000000000000000000000000000000000000000" // the identity of Ed25519
const NOT_CANONICAL = "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f" // y = p + 1

function keyMutants(named: SampleBundle): Mutant[] {
  const own = named.election.definition.keys
  const [first, second] = named.election.log.keys
  const torsion = encodePoint(IDENTITY)[0] // (0, r - 1) has order 2
  const other: Record<string, readonly [Fr, Fr]> = {
    "A1: the identity": encodePoint(IDENTITY),
    "A2: a point off the curve": [own[0]![0], encodeFr(BigInt(own[0]![1]) ^ 1n)],
    "A3: a point of order 2": [
      torsion,
      encodeFr(21888242871839275222246405745257275088548364400416034343698204186575808495616n),
    ],
    "A7: the second key": encodePoint(second!),
    "A7: twice the second key": encodePoint(second!.double()),
    "A7: minus the second key": encodePoint(second!.negate()),
    "another key": encodePoint(first!.add(BASE8)),
  }
  const { organizer, trustees } = named.election
  const signer = (key: string): string => noteKey("organizer.example", key)
  return [
    ...Object.entries(other).map(([name, point]) =>
      another(named, `${name} as the first key`, 6, {
        unproved: true,
        election: { definition: { keys: [[...point], ...own.slice(1)] } },
      }),
    ),
    another(named, "keys in another order", 6, {
      unproved: true,
      election: { definition: { keys: [...own].reverse() } },
    }),
    ...[SMALL_ORDER, NOT_CANONICAL].map((key) =>
      another(named, `A19: an organizer with the key ${key.slice(0, 4)}..`, 2, {
        unproved: true,
        election: { ceremony: { organizer: { name: "Society", key: signer(key) } } },
      }),
    ),
    another(named, "A19: one person with two keys' seats", 2, {
      unproved: true,
      election: {
        ceremony: {
          trustees: trustees.map(({ index, name, signing }) => ({
            index,
            name,
            key: noteKey(
              index === 3 ? "other.example" : signing.name,
              bytesToHex(trustees[index === 3 ? 0 : index - 1]!.signing.publicKey),
            ),
          })),
        },
      },
    }),
    another(named, "a threshold above the trustees", 2, {
      ...{ unproved: true, votes: "plain", extras: false },
      election: { ceremony: { threshold: { t: 4, n: 3 } }, extensions: [] },
    }),
    another(named, "a policy that nobody can satisfy", 2, { unproved: true, election: { ceremony: { policy: `witness a ${noteKey(organizer.name, SMALL_ORDER)}\nquorum a\n` } } }), // prettier-ignore
  ]
}

/** B10: keys that everybody names, and that prove nothing. */
function circuitMutants(named: SampleBundle): Mutant[] {
  const bytes = named.parts.files.get("circuit/vkey.json")!
  const named8 = named.parts.main.get("circuit-key")!
  const forged = (name: string, change: (key: any) => void): Mutant => {
    const key = readJson(bytes) as any
    change(key)
    const vkey = canonicalBytes(key)
    const vkeySha256 = bytesToHex(sha256(vkey))
    const { r1csSha256, zkeySha256, ceremony } = named.election.definition.circuit
    const election = { digests: { r1csSha256, zkeySha256, vkeySha256, ceremony } }
    return another(named, `B10: ${name}`, 7, { unproved: true, election }, ({ files, main }) => {
      files.set("circuit/vkey.json", vkey)
      main.set(
        "circuit-key",
        withField(named8, ["vkeySha256"], () => vkeySha256),
      )
      const provenance = files.get("circuit/provenance.json")!
      files.set(
        "circuit/provenance.json",
        withField(provenance, ["vkeySha256"], () => vkeySha256),
      )
    })
  }
  return [
    forged("delta = gamma, a setup without contribution", (key) => (key.vk_delta_2 = key.vk_gamma_2)),
    forged("one signal less", (key) => key.IC.pop()),
    forged("a point off the curve", (key) => (key.IC[3][0] = "1")),
    forged("a coordinate in a second spelling", (key) => (key.IC[3][0] = `0${key.IC[3][0] as string}`)),
    forged("beta outside of its subgroup", (key) => {
      const [x, y] = wireOfG2(g2OfWire(key.vk_beta_2.slice(0, 2)).add(twistPoint(5n, 3n)))
      key.vk_beta_2 = [x, y, key.vk_beta_2[2]]
    }),
    forged("a key of another curve's name", (key) => (key.curve = "bls12381")),
  ]
}

/** A verifier key's text, whatever its bytes are. @param key - 64 hexadecimal digits */
function noteKey(name: string, key: string): string {
  const typed = Uint8Array.of(1, ...hexToBytes(key))
  const id = sha256(Uint8Array.of(...new TextEncoder().encode(`${name}\n`), ...typed)).slice(0, 4)
  return `${name}+${bytesToHex(id)}+${encodeBase64(typed)}`
}

function voteMutants(named: SampleBundle): Mutant[] {
  const cast = (votes: NonNullable<BundleOptions["votes"]>, step: number): Mutant =>
    another(named, `votes: ${votes}`, step, { votes, extras: false, election: { extensions: [] } })
  return [
    cast("too few", 13),
    cast("two marks", 13),
    cast("nine challenges", 9),
    cast("cast what was challenged", 9),
    cast("challenge by a relay", 9),
    cast("begin with two", 9),
    cast("begin with zero", 9),
    another(named, "ballots without proofs", 8, { unproved: true }),
    another(named, "two ballots where one is allowed", 9, { election: { definition: { revote: false } } }),
  ]
}

function gateMutants(gated: SampleBundle): Mutant[] {
  const members = [
    "id",
    "challenge",
    "alternative",
    "nullifier",
    "linkTag",
    "credentialTag",
    "commitment",
  ] as const
  const epoch = gated.parts.main.get("registry-epoch-demo")!
  const { body } = readJson(epoch) as any
  const signed = (change: object): Uint8Array =>
    canonicalBytes(signBody("registry-epoch", { ...body, ...change }, REGISTRY_KEY) as unknown as Json)
  const anchored = (name: string, step: number, entry: string, bytes: () => Uint8Array): Mutant =>
    resealed(gated, "P7", name, step, ({ main }) => void main.set(entry, bytes()))
  const presentation = gated.parts.main.get("circuit-key-presentation")!
  return [
    ...members.map((falseEvidence) =>
      another(gated, `an enrolment with another ${falseEvidence}`, 4, { falseEvidence, unproved: true }),
    ),
    anchored("an epoch that its registry did not sign", 2, "registry-epoch-demo", () =>
      withField(epoch, ["body", "root"]),
    ),
    anchored("an epoch of another root", 4, "registry-epoch-demo", () => signed({ root: "78" })),
    anchored("an epoch of another number", 4, "registry-epoch-demo", () => signed({ number: 5 })),
    anchored("an epoch that began after the gate", 4, "registry-epoch-demo", () =>
      signed({ notBefore: Number(body.notBefore) + 86_400 }),
    ),
    anchored("an epoch that was over at the gate", 4, "registry-epoch-demo", () =>
      signed({ notBefore: body.notBefore - 86_400 }),
    ),
    anchored("an epoch of another registry", 2, "registry-epoch-demo", () => signed({ registry: "other" })),
    ...["circuitId", "vkeySha256"].map((member) =>
      anchored(`enrolments under another ${member}`, 4, "circuit-key-presentation", () =>
        withField(presentation, [member]),
      ),
    ),
  ]
}

function shareMutants(named: SampleBundle): Mutant[] {
  const { election } = named
  const falsify = (
    name: string,
    step: number,
    trustees: readonly number[],
    change: (share: any) => void,
  ): Mutant =>
    resealed(named, "P7", name, step, ({ entries }) => {
      for (const trustee of trustees) {
        const index = indexOf(named, "decryption-share", trustee - 1)
        const { body } = readJson(entries[index]!) as any
        change(body.shares[0])
        entries[index] = canonicalBytes(election.signed("decryption-share", body))
      }
    })
  return [
    falsify(
      "A2: two shares off the curve",
      11,
      [1, 2],
      (share) => (share.delta[1] = encodeFr(BigInt(share.delta[1]) ^ 1n)),
    ),
    falsify("two shares that are O", 11, [2, 3], (share) => (share.delta = ["0", "1"])),
    falsify("A12: two shares with each other's proofs", 11, [1, 3], (share) => (share.A1 = share.A2)),
    falsify("A13: z + l in two shares", 2, [1, 2], (share) => (share.z = String(BigInt(share.z) + ORDER))),
  ]
}

const ORDER = 2736030358979909402780800718157159386076813972158567259200215660948447373041n

function promiseMutants(named: SampleBundle): Mutant[] {
  const { census } = named.election
  const place = { censusId: computeCensusId(census.plan.body), slot: "7".repeat(64), leaf: encodeFr(4711n) }
  const promised = (change: object, key = census.verifier) =>
    canonicalBytes(makePromise({ ...place, ...change }, key))
  const brought = (name: string, bytes: Uint8Array): Mutant =>
    resealed(named, "P7", name, 4, ({ files }) => void files.set("promises/lost.json", bytes))
  return [
    brought("C2: a promised leaf that was dropped", promised({})),
    brought("C2: a promise for another census", promised({ censusId: "7".repeat(64) })),
    brought("C2: a promise by somebody else", promised({}, named.election.organizer)),
  ]
}
