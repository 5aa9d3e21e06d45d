// Mutants of the election's log by whoever writes it: with the log's key alone (P2), with the cosigners as well (P3).
import { isMainEntry, parseEntry } from "../../src/protocol/log/entry.ts"
import type { ElectionEntry } from "../../src/protocol/log/entry.ts"
import { computeClose } from "../../src/protocol/election/close.ts"
import { BallotOrder } from "../../src/protocol/election/ballot-order.ts"
import { utf8ToBytes } from "../../src/protocol/primitives/bytes.ts"
import { R } from "../../src/protocol/primitives/field.ts"
import { canonicalBytes } from "../../src/protocol/wire/canonical-json.ts"
import type { Json } from "../../src/protocol/wire/canonical-json.ts"
import { ballotOfEntry } from "../../src/protocol/wire/ballot.ts"
import { copyParts, indexOfKind, zipOf } from "./bundle-sample.ts"
import type { BundleParts, SampleBundle } from "./bundle-sample.ts"
import type { Draw, Mutant, Power } from "./mutate-bundle.ts"
import { g1OfWire, g2OfWire, twistPoint, wireOfG1, wireOfG2 } from "./proof-points.ts"
import { fieldsOf, nameOf, readJson, withField } from "./mutate-json.ts"
import type { FieldPath } from "./mutate-json.ts"

/** Changes parts in place. */
export type Change = (parts: BundleParts) => void

/** A mutant whose logs are signed anew by whoever has the power. */
export function resealed(
  sample: SampleBundle,
  power: Power,
  name: string,
  step: number,
  change: Change,
): Mutant {
  const build = (): Uint8Array => {
    const parts = copyParts(sample.parts)
    // Receipts are of the log as it was, and only voters have them.
    for (const path of parts.files.keys()) if (path.startsWith("receipts/")) parts.files.delete(path)
    change(parts)
    if (power === "P2") parts.checkpointTimes = [null, null, null]
    return zipOf(sample, parts)
  }
  return { power, name, step, policy: sample.policy, build }
}

const entryOf = (bytes: Uint8Array): ElectionEntry => {
  const entry = parseEntry(bytes)
  if (isMainEntry(entry)) throw new Error("an entry of a main log")
  return entry
}

/** Index of the nth entry of a kind, from 0; -1 is the last. */
export function indexOf({ parts }: SampleBundle, kind: ElectionEntry["kind"], nth = 0): number {
  const places = parts.entries.flatMap((bytes, index) => (entryOf(bytes).kind === kind ? [index] : []))
  return places.at(nth)!
}

/** Kinds that a finished election has, complaints, aborts and voids apart. */
const SIGNED_KINDS = [
  "ceremony",
  "trustee-key",
  "dkg-commit",
  "dkg-deal",
  "dkg-confirm",
  "definition",
  "definition-signature",
  "drill-share",
  "election-open",
  "extension",
  "decryption-share",
  "tally",
] as const
const KINDS = [...SIGNED_KINDS, "ballot", "challenged-ballot", "election-close"] as const
type Kind = (typeof KINDS)[number]

/** Mutants by the one who writes the log. @param sibling - an election of the same people under the same keys */
export function entryMutants(sample: SampleBundle, sibling: SampleBundle, draw: Draw): Mutant[] {
  const count = (kind: Kind): number =>
    sample.parts.entries.filter((bytes) => entryOf(bytes).kind === kind).length
  const any = (kind: Kind): number => indexOf(sample, kind, draw(count(kind)))
  const at = (power: Power) => (name: string, step: number, change: Change) =>
    resealed(sample, power, name, step, change)
  return [
    ...uncosigned(
      KINDS.map((kind) => [kind, any(kind)] as const),
      at("P2"),
    ),
    ...fieldMutants(sample, any, draw, at("P3")),
    ...placeMutants(sample, any, at("P3")),
    ...ballotMutants(sample, at("P3")),
    ...KINDS.map((kind) => movedMutant(sample, sibling, kind, at("P3"))),
    ...timeMutants(sample, at("P3")),
    ...anchorMutants(sample, at("P3")),
  ]
}

type Make = (name: string, step: number, change: Change) => Mutant

// Whatever the log's key alone signs, a policy with a quorum refuses; that is all that cosigners are for.
function uncosigned(places: readonly (readonly [Kind, number])[], make: Make): Mutant[] {
  return [
    make("nothing at all", 2, () => undefined),
    ...places.map(([kind, index]) =>
      make(`delete ${kind} ${index}`, 2, ({ entries }) => entries.splice(index, 1)),
    ),
  ]
}

function fieldMutants(sample: SampleBundle, any: (kind: Kind) => number, draw: Draw, make: Make): Mutant[] {
  const { entries } = sample.parts
  const mutate = (kind: Kind, index: number, path: FieldPath, step: number): Mutant =>
    make(`change ${nameOf(path)} of ${kind} ${index}`, step, (parts) => {
      parts.entries[index] = withField(parts.entries[index]!, path)
    })
  const fieldsAt = (index: number): FieldPath[] =>
    fieldsOf(readJson(entries[index]!)).filter(([member]) => member !== "kind" && member !== "v")
  const signed = SIGNED_KINDS.flatMap((kind) => {
    const index = any(kind)
    return some(fieldsAt(index), 5, draw).map((path) => mutate(kind, index, path, 2))
  })
  const unsigned = (["ballot", "challenged-ballot", "election-close"] as const).flatMap((kind) => {
    const index = any(kind)
    return fieldsAt(index).map((path) => mutate(kind, index, path, unsignedStep(kind, path)))
  })
  const form = KINDS.flatMap((kind) => {
    const index = any(kind)
    const replace = (name: string, from: RegExp, to: string): Mutant =>
      make(`${name} of ${kind} ${index}`, 2, (parts) => {
        const text = new TextDecoder().decode(parts.entries[index])
        parts.entries[index] = utf8ToBytes(text.replace(from, to))
      })
    return [
      replace("write a space in the JSON", /^\{/, "{ "),
      replace("raise the version", /"v":1(?=[,}])/, '"v":2'),
    ]
  })
  return [...signed, ...unsigned, ...form]
}

function unsignedStep(kind: "ballot" | "challenged-ballot" | "election-close", [member]: FieldPath): number {
  if (kind === "election-close") return member === "electionId" ? 3 : 10
  return member === "T" || member === "z" ? 9 : 8
}

/** Steps at which a missing entry shows. */
const WITHOUT: Partial<Record<Kind, number>> = { ceremony: 2, extension: 10, "decryption-share": 14 }

function placeMutants(sample: SampleBundle, any: (kind: Kind) => number, make: Make): Mutant[] {
  const control = KINDS.filter((kind) => kind !== "ballot" && kind !== "challenged-ballot")
  return control.flatMap((kind) => {
    const index = kind === "decryption-share" ? indexOf(sample, kind) : any(kind)
    const first = indexOf(sample, kind)
    const before = entryOf(sample.parts.entries[first - 1] ?? sample.parts.entries[0]!).kind
    const isFree = before === "ballot" || before === "challenged-ballot" // ballots stand between control entries
    return [
      make(`delete ${kind} ${index}`, WITHOUT[kind] ?? 3, ({ entries }) => entries.splice(index, 1)),
      make(`duplicate ${kind} ${index}`, 3, ({ entries }) => entries.splice(index, 0, entries[index]!)),
      make(`repeat ${kind} ${index} at the end`, 3, ({ entries }) => entries.push(entries[index]!)),
      ...(first === 0 || isFree
        ? []
        : [
            make(`move ${kind} ${first} up by one`, first === 1 ? 2 : 3, ({ entries }) =>
              swap(entries, first - 1, first),
            ),
          ]),
    ]
  })
}

// Voters 0 and 1 vote twice, voter 0 challenges a ballot first: entries are challenge, 0.1, 1.1, .. 11.1, 0.2, 1.2.
function ballotMutants(sample: SampleBundle, make: Make): Mutant[] {
  const challenge = indexOf(sample, "challenged-ballot")
  const ballot = (nth: number): number => indexOf(sample, "ballot", nth)
  const open = indexOf(sample, "election-open")
  const close = indexOf(sample, "election-close")
  const without =
    (index: number, recount: boolean): Change =>
    (parts) => {
      parts.entries.splice(index, 1)
      if (recount) recloseIn(sample, parts)
    }
  return [
    make("leave out a ballot", 10, without(ballot(5), false)),
    make("leave out a ballot and close without it", 11, without(ballot(5), true)),
    make("leave out a challenged ballot", 10, without(challenge, false)),
    make("leave out a challenged ballot and close without it", 11, without(challenge, true)),
    make("leave out the first of two ballots", 9, without(ballot(0), false)),
    make("leave out the second of two ballots", 10, without(ballot(-1), false)),
    make("leave out the second of two ballots and close without it", 11, without(ballot(-1), true)),
    make("swap two ballots of one voter", 9, ({ entries }) => swap(entries, ballot(0), ballot(-2))),
    make("swap ballots of two voters", 11, ({ entries }) => swap(entries, ballot(3), ballot(4))),
    make("swap messages of two trustees", 11, ({ entries }) => swap(entries, 1, 2)),
    make("duplicate a ballot", 9, ({ entries }) => entries.splice(ballot(2), 0, entries[ballot(2)]!)),
    make("duplicate a challenged ballot", 9, ({ entries }) =>
      entries.splice(challenge, 0, entries[challenge]!),
    ),
    make("move a ballot before the opening", 9, ({ entries }) =>
      entries.splice(open, 0, ...entries.splice(ballot(3), 1)),
    ),
    make("move a challenged ballot before the opening", 9, ({ entries }) =>
      entries.splice(open, 0, ...entries.splice(challenge, 1)),
    ),
    make("move a ballot behind the close", 9, ({ entries }) =>
      entries.splice(close, 0, ...entries.splice(ballot(3), 1)),
    ),
    make("move a ballot behind the tally", 3, ({ entries }) => entries.push(...entries.splice(ballot(3), 1))),
    make("copy a ballot under another nullifier", 8, ({ entries }) => {
      entries[ballot(4)] = withField(entries[ballot(3)]!, ["nullifier"])
    }),
    make("give two voters' proofs to each other", 8, ({ entries }) => {
      const [one, two] = [ballot(3), ballot(4)]
      const proofs = [entries[one]!, entries[two]!].map((bytes) => (readJson(bytes) as any).proof)
      entries[one] = withField(entries[one]!, ["proof"], () => proofs[1])
      entries[two] = withField(entries[two]!, ["proof"], () => proofs[0])
    }),
    make("ballots under nullifiers of one relation: n + r", 2, ({ entries }) => {
      entries[ballot(3)] = withField(entries[ballot(3)]!, ["nullifier"], (old) =>
        (BigInt(`0x${old as string}`) + R).toString(16).padStart(64, "0"),
      )
    }),
    ...(["R", "C", "proof"] as const).map((member) =>
      make(`a ballot with ${member} of another`, 8, ({ entries }) => {
        const other = (readJson(entries[ballot(6)]!) as any)[member]
        entries[ballot(7)] = withField(entries[ballot(7)]!, [member], () => other)
      }),
    ),
    make("R = O", 8, ({ entries }) => {
      const [zero, one] = ["0".repeat(64), "1".padStart(64, "0")]
      entries[ballot(7)] = withField(entries[ballot(7)]!, ["R"], () => [zero, one])
    }),
    make("A2: R off the curve", 8, ({ entries }) => {
      entries[ballot(8)] = withField(entries[ballot(8)]!, ["R", 1])
    }),
    make("A2: a ciphertext off the curve", 8, ({ entries }) => {
      entries[ballot(8)] = withField(entries[ballot(8)]!, ["C", 2, 0])
    }),
    make("B14: B outside of its subgroup", 8, ({ entries }) => {
      entries[ballot(8)] = withField(entries[ballot(8)]!, ["proof", "b"], (old) =>
        hexPoints(wireOfG2(g2OfWire(decimalPoints(old)).add(twistPoint(5n, 3n)))),
      )
    }),
    make("B8: minus A and minus B", 11, ({ entries }) => {
      entries[ballot(8)] = withField(entries[ballot(8)]!, ["proof"], (old) => {
        const { a, b, c } = old as any
        const [A, B] = [g1OfWire(decimalPoints(a)), g2OfWire(decimalPoints(b))]
        return { a: hexPoints(wireOfG1(A.negate())), b: hexPoints(wireOfG2(B.negate())), c }
      })
    }),
    make("D1: leave out a ballot whose voter has the receipt", 2, (parts) => {
      for (const [path, bytes] of sample.parts.files)
        if (path.startsWith("receipts/")) parts.files.set(path, bytes)
      without(ballot(0), true)(parts)
    }),
    make("five ciphertexts", 8, ({ entries }) => {
      entries[ballot(7)] = withField(entries[ballot(7)]!, ["C"], (old) => [
        ...(old as Json[]),
        (old as Json[])[0]!,
      ])
    }),
  ]
}

/** Coordinates of an entry as decimals, and back. */
const decimalPoints = (value: any): any =>
  Array.isArray(value) ? value.map(decimalPoints) : BigInt(`0x${value as string}`).toString()
const hexPoints = (value: any): any =>
  Array.isArray(value)
    ? value.map(hexPoints)
    : BigInt(value as string)
        .toString(16)
        .padStart(64, "0")

/** Closes the log again over what stands in it. */
function recloseIn({ election }: SampleBundle, parts: BundleParts): void {
  const index = indexOfKind(parts.entries, "election-close")
  const order = new BallotOrder(election.definition.keys.length)
  for (const [i, bytes] of parts.entries.entries()) {
    const entry = entryOf(bytes)
    if (entry.kind === "ballot" || entry.kind === "challenged-ballot")
      order.add(entry.kind, ballotOfEntry(entry, election.electionId), i)
  }
  const { counts, aggregate } = order
  parts.entries[index] = canonicalBytes(
    computeClose({ electionId: election.electionId, size: index, counts, aggregate }),
  )
  if (parts.atClose !== null) parts.atClose = { ...parts.atClose, size: index + 1 }
}

// A20: what somebody signed for one election, put into another under the same keys.
function movedMutant(sample: SampleBundle, sibling: SampleBundle, kind: Kind, make: Make): Mutant {
  const index = indexOf(sample, kind)
  const other = sibling.parts.entries[indexOf(sibling, kind)]!
  const step = kind === "ceremony" ? 2 : kind === "ballot" || kind === "challenged-ballot" ? 8 : 3
  return make(`put the ${kind} of another election`, step, ({ entries }) => (entries[index] = other))
}

function timeMutants({ parts, closesAt }: SampleBundle, make: Make): Mutant[] {
  const { size } = parts.atClose!
  const seen =
    (change: Partial<BundleParts>): Change =>
    (copy) =>
      void Object.assign(copy, change)
  return [
    make(
      "cosign the close before voting ended",
      10,
      seen({ checkpointTimes: [closesAt - 6, closesAt + 2000, null] }),
    ),
    make(
      "cosign log/at-close too early",
      10,
      seen({ atClose: { size, times: [closesAt + 59, closesAt + 75, null] } }),
    ),
    make(
      "admit a ballot after log/at-close",
      10,
      seen({ atClose: { size: size - 2, times: parts.atClose!.times } }),
    ),
    make("one cosigner less at the end", 2, seen({ checkpointTimes: [closesAt + 2000, null, null] })),
    make(
      "one cosigner less at the close",
      2,
      seen({ atClose: { size, times: [closesAt + 70, null, null] } }),
    ),
  ]
}

function anchorMutants(sample: SampleBundle, make: Make): Mutant[] {
  const open = indexOf(sample, "election-open")
  const { size } = { size: sample.parts.entries.length }
  const changes = {
    digest: "0".repeat(64),
    root: "1".repeat(64),
    origin: "service.example/elections/x",
    electionId: "5" as never,
  }
  const anchored =
    (phase: "open" | "tally", change: object): Change =>
    ({ anchors }) =>
      void anchors.set(phase, { ...anchors.get(phase)!, ...change })
  return [
    ...Object.entries(changes).flatMap(([member, value]) => [
      make(`anchor the opening with another ${member}`, 3, anchored("open", { [member]: value })),
      make(`anchor the tally with another ${member}`, 14, anchored("tally", { [member]: value })),
    ]),
    make("anchor the opening before it", 3, anchored("open", { size: open })),
    make("anchor the opening beyond the log", 3, anchored("open", { size: size + 1 })),
    make("anchor the tally before it", 14, anchored("tally", { size: size - 1 })),
    make("anchor the opening as a tally", 2, anchored("open", { phase: "tally" })),
    ...["circuitId", "vkeySha256", "r1csSha256", "ceremony"].map((member) =>
      make(
        `anchor a circuit of another ${member}`,
        7,
        ({ main }) => void main.set("circuit-key", withField(main.get("circuit-key")!, [member])),
      ),
    ),
  ]
}

function swap(entries: Uint8Array[], a: number, b: number): void {
  ;[entries[a], entries[b]] = [entries[b]!, entries[a]!]
}

/** So many of a list, drawn without repetition. */
export function some<T>(list: readonly T[], most: number, draw: Draw): T[] {
  const rest = [...list]
  return Array.from({ length: Math.min(most, rest.length) }, () => rest.splice(draw(rest.length), 1)[0]!)
}
