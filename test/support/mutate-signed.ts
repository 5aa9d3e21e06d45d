// Mutants by people who break their own word: the organizer (P4), the registrars (P5), t-1 trustees (P6). Each signs what
// it changed; the service's logs and the cosigners are with them.
import { computeDealCommitment } from "../../src/protocol/election/deal.ts"
import { encodeResult } from "../../src/protocol/election/tally.ts"
import { encodeEntry } from "../../src/protocol/log/entry.ts"
import { signBody } from "../../src/protocol/log/signed-entry.ts"
import { decodeBase64, encodeBase64 } from "../../src/protocol/primitives/bytes.ts"
import { canonicalBytes } from "../../src/protocol/wire/canonical-json.ts"
import type { Json } from "../../src/protocol/wire/canonical-json.ts"
import type { ElectionBodies, ElectionControlKind } from "../../src/protocol/wire/election-entries.ts"
import type { SampleBundle } from "./bundle-sample.ts"
import { indexOf, resealed, some } from "./mutate-entries.ts"
import type { Change } from "./mutate-entries.ts"
import type { Draw, Mutant, Power } from "./mutate-bundle.ts"
import { fieldsOf, nameOf, readJson, withField } from "./mutate-json.ts"
import type { FieldPath } from "./mutate-json.ts"

type Make = (name: string, step: number, change: Change) => Mutant
type Body<K extends ElectionControlKind> = ElectionBodies[K]

/** Mutants of one sample by its signers. */
export function signerMutants(sample: SampleBundle, draw: Draw): Mutant[] {
  const by =
    (power: Power): Make =>
    (name, step, change) =>
      resealed(sample, power, name, step, change)
  return [
    ...organizerMutants(sample, draw, by("P4")),
    ...signatureMutants(sample, by("P4")),
    ...registrarMutants(sample, by("P5")),
    ...trusteeMutants(sample, draw, by("P6")),
  ]
}

const bodyOf = <K extends ElectionControlKind>(sample: SampleBundle, kind: K, nth = 0): Body<K> =>
  (readJson(sample.parts.entries[indexOf(sample, kind, nth)]!) as any).body

/** The entry of a changed body, signed by whoever signs its kind. */
function signedEntry<K extends ElectionControlKind>(
  { election }: SampleBundle,
  kind: K,
  body: Body<K>,
): Uint8Array {
  return canonicalBytes(election.signed(kind, body))
}

function bodyMutants(
  sample: SampleBundle,
  kind: ElectionControlKind,
  paths: readonly FieldPath[],
  stepOf: (path: FieldPath) => number,
  make: Make,
): Mutant[] {
  const index = indexOf(sample, kind)
  return paths.map((path) =>
    make(`sign another ${nameOf(path)} in ${kind}`, stepOf(path), ({ entries }) => {
      const old = bodyOf(sample, kind)
      const body = readJson(withField(canonicalBytes(old), path)) as unknown as typeof old
      const { organizer, trustees } = sample.election
      const signer = "trustee" in old ? trustees[0]!.signing : organizer
      entries[index] = canonicalBytes(signBody<ElectionControlKind>(kind, body, signer) as unknown as Json)
    }),
  )
}

const allFields = (sample: SampleBundle, kind: ElectionControlKind): FieldPath[] =>
  fieldsOf(bodyOf(sample, kind))

function organizerMutants(sample: SampleBundle, draw: Draw, make: Make): Mutant[] {
  const { election } = sample
  const { electionId, facts } = election
  const fields = (kind: ElectionControlKind): FieldPath[] => allFields(sample, kind)
  const insert =
    (kind: "void" | "ceremony-aborted", index: number): Change =>
    ({ entries }) => {
      const body = kind === "void" ? { electionId, reason: "we changed our minds" } : { ceremonyId: facts.ceremonyId, reason: "silent", trustee: 1 } // prettier-ignore
      entries.splice(index, 0, signedEntry(sample, kind, body as never))
    }
  const extension = indexOf(sample, "extension")
  const alone: Change = ({ entries }) => {
    const body = { ...bodyOf(sample, "extension"), closesAt: sample.closesAt + 60 }
    entries[extension] = encodeEntry(signBody("extension", body, election.organizer))
  }
  const tallyStep = ([member]: FieldPath): number =>
    member === "electionId" ? 3 : member === "counts" ? 12 : 14
  return [
    ...bodyMutants(sample, "ceremony", some(fields("ceremony"), 8, draw), () => 2, make),
    ...bodyMutants(sample, "definition", fields("definition"), () => 3, make),
    ...bodyMutants(sample, "election-open", fields("election-open"), () => 3, make),
    ...bodyMutants(sample, "tally", fields("tally"), tallyStep, make),
    ...[1, 3, 5, 7].map((nth) =>
      make(`abort the ceremony at entry ${nth}`, 3, insert("ceremony-aborted", nth)),
    ),
    make("void before the close", 3, insert("void", indexOf(sample, "election-close"))),
    make("void after the close", 3, insert("void", indexOf(sample, "decryption-share"))),
    make("void after the tally", 3, insert("void", sample.parts.entries.length)),
    make("extend alone", 3, alone),
    make("publish other counts with everything that follows", 12, retally(sample, [1, 2], [5, 4, 3])),
    make("publish other trustees with everything that follows", 14, retally(sample, [1, 3], [4, 4, 4])),
    make("open a second time", 3, ({ entries }) =>
      entries.splice(extension, 0, signedEntry(sample, "election-open", { electionId })),
    ),
    ...planMutants(sample, make),
  ]
}

/** Result, tally and anchor say the same other thing. */
function retally(sample: SampleBundle, trustees: readonly number[], counts: readonly number[]): Change {
  const { log } = sample.election
  return ({ entries, files, anchors }) => {
    const { result, bytes, resultSha256 } = encodeResult(log, trustees, counts)
    const { electionId, closeHash } = result
    const body = { electionId, closeHash, trustees: [...trustees], counts: [...counts], resultSha256 }
    entries[entries.length - 1] = signedEntry(sample, "tally", body)
    files.set("result.json", bytes)
    anchors.set("tally", { digest: resultSha256 })
  }
}

function planMutants({ election }: SampleBundle, make: Make): Mutant[] {
  const { plan } = election.census
  return fieldsOf(plan.body as unknown as Json).map((path) =>
    make(`sign another ${nameOf(path)} in the census plan`, 4, ({ files }) => {
      const body = readJson(withField(canonicalBytes(plan.body), path))
      files.set(
        "census/plan.json",
        canonicalBytes(signBody("census-plan", body as never, election.organizer) as unknown as Json),
      )
    }),
  )
}

const ED25519_ORDER = 2n ** 252n + 27742317777372353535851937790883648493n

// A19: signatures that laxer readers of Ed25519 accept.
function signatureMutants(sample: SampleBundle, make: Make): Mutant[] {
  const open = indexOf(sample, "election-open")
  const edit =
    (change: (signature: Uint8Array) => Uint8Array): Change =>
    ({ entries }) => {
      entries[open] = withField(entries[open]!, ["signatures", 0, "signature"], (old) =>
        encodeBase64(change(decodeBase64(old as string)!)),
      )
    }
  const number = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`)
  const bytes = (value: bigint): Uint8Array =>
    Uint8Array.from(Buffer.from(value.toString(16).padStart(64, "0"), "hex").reverse())
  const identity = bytes(1n)
  return [
    make(
      "A19: S plus the group order",
      2,
      edit((old) => Uint8Array.of(...old.slice(0, 32), ...bytes(number(old.slice(32)) + ED25519_ORDER))),
    ),
    make(
      "A19: another R",
      2,
      edit((old) => Uint8Array.of(...bytes(number(old.slice(0, 32)) ^ (1n << 255n)), ...old.slice(32))),
    ),
    make(
      "A19: R = O and S = 0",
      2,
      edit(() => Uint8Array.of(...identity, ...new Uint8Array(32))),
    ),
    make("A19: sign twice with one key", 2, ({ entries }) => {
      entries[open] = withField(entries[open]!, ["signatures"], (old) => [
        ...(old as Json[]),
        ...(old as Json[]),
      ])
    }),
    make("A19: a signature of somebody else beside it", 2, ({ entries }) => {
      const { organizer, trustees, electionId } = sample.election
      const both = signBody("election-open", { electionId }, organizer, trustees[0]!.signing)
      entries[open] = encodeEntry(both)
    }),
  ]
}

function registrarMutants({ election }: SampleBundle, make: Make): Mutant[] {
  const { document, registrars, leaves, plan } = election.census
  const signedAnew = (body: object, keys = registrars): Uint8Array =>
    canonicalBytes(signBody("census", body as never, ...keys) as unknown as Json)
  const lines =
    (change: (old: string[]) => string[]): Change =>
    ({ files }) => {
      const text = new TextDecoder().decode(files.get("census/evidence.jsonl"))
      files.set(
        "census/evidence.jsonl",
        new TextEncoder().encode(
          change(text.slice(0, -1).split("\n"))
            .map((line) => `${line}\n`)
            .join(""),
        ),
      )
    }
  const leaf = (change: object, keys = [registrars[0]!]): string => {
    const body = { ...leaves[3]!.body, ...change }
    return new TextDecoder().decode(
      canonicalBytes(signBody("census-leaf", body as never, ...keys) as unknown as Json),
    )
  }
  const replaced = (change: object, keys?: typeof registrars): Change =>
    lines((old) =>
      old.map((line) => (line.includes(leaves[3]!.body.rollCommitment) ? leaf(change, keys as never) : line)),
    )
  return [
    ...fieldsOf(document.body as unknown as Json).map((path) =>
      make(
        `sign another ${nameOf(path)} in the census`,
        4,
        ({ files }) =>
          void files.set(
            "census/census.json",
            signedAnew(readJson(withField(canonicalBytes(document.body), path)) as object),
          ),
      ),
    ),
    make(
      "freeze the census with one signature",
      4,
      ({ files }) => void files.set("census/census.json", signedAnew(document.body, [registrars[0]!])),
    ),
    make(
      "freeze the census with a stranger's signature",
      4,
      ({ files }) =>
        void files.set("census/census.json", signedAnew(document.body, [registrars[0]!, election.organizer])),
    ),
    make(
      "C1: leave out a line of evidence",
      4,
      lines((old) => old.slice(1)),
    ),
    make(
      "C1: one line of evidence more",
      4,
      lines((old) => [...old, leaf({ commitment: "4711", rollCommitment: "e".repeat(64) })]),
    ),
    make(
      "C1: a line of evidence twice",
      4,
      lines((old) => [...old, old[0]!]),
    ),
    make(
      "C1: evidence in another order",
      4,
      lines((old) => [old[1]!, old[0]!, ...old.slice(2)]),
    ),
    make(
      "B15: one commitment in two leaves",
      4,
      lines((old) => [...old, leaf({ rollCommitment: "e".repeat(64) })]),
    ),
    make("C1: a weight in a census without weights", 4, replaced({ weight: 2 })),
    make("C1: another commitment", 4, replaced({ commitment: "4711" })),
    make("C1: another roll entry", 4, replaced({ rollCommitment: "e".repeat(64) })),
    make("C1: a replacement by one registrar", 4, replaced({ replaces: "4711" })),
    make("C1: a leaf of another census", 4, replaced({ censusId: "e".repeat(64) })),
    make("C1: a leaf by a stranger", 4, replaced({}, [election.organizer])),
    make("C2: a promise by a stranger", 4, ({ files }) => {
      const promise = files.get("promises/kept.json")!
      files.set("promises/kept.json", withField(promise, ["slot"]))
    }),
    make(
      "a plan of a gated census without a gate",
      4,
      ({ files }) =>
        void files.set(
          "census/plan.json",
          canonicalBytes(
            signBody("census-plan", { ...plan.body, mode: "gated" }, election.organizer) as unknown as Json,
          ),
        ),
    ),
  ]
}

function trusteeMutants(sample: SampleBundle, draw: Draw, make: Make): Mutant[] {
  const fields = (kind: ElectionControlKind): FieldPath[] => allFields(sample, kind)
  const idStep =
    (else_: number) =>
    ([member]: FieldPath): number =>
      member === "trustee"
        ? 2
        : member === "ceremonyId" || member === "electionId" || member === "round"
          ? 3
          : else_
  const isId = ([member]: FieldPath): boolean =>
    ["ceremonyId", "electionId", "trustee", "round"].includes(String(member))
  const sampled = (kind: ElectionControlKind, most: number): FieldPath[] => [
    ...fields(kind).filter(isId),
    ...some(
      fields(kind).filter((path) => !isId(path)),
      most,
      draw,
    ),
  ]
  const deal = indexOf(sample, "dkg-deal")
  const commit = indexOf(sample, "dkg-commit")
  const otherSalt: Change = ({ entries }) => {
    const body = { ...bodyOf(sample, "dkg-deal"), salt: "9".repeat(64) }
    const { ceremonyId, trustee } = body
    entries[deal] = signedEntry(sample, "dkg-deal", body)
    entries[commit] = signedEntry(sample, "dkg-commit", {
      ceremonyId,
      trustee,
      commitment: computeDealCommitment(body),
    })
  }
  const { election } = sample
  return [
    ...bodyMutants(sample, "trustee-key", fields("trustee-key"), idStep(5), make),
    ...bodyMutants(sample, "dkg-commit", fields("dkg-commit"), idStep(5), make),
    ...bodyMutants(sample, "dkg-deal", sampled("dkg-deal", 16), idStep(5), make),
    ...bodyMutants(sample, "dkg-confirm", fields("dkg-confirm"), idStep(5), make),
    ...bodyMutants(sample, "definition-signature", fields("definition-signature"), idStep(5), make),
    ...bodyMutants(sample, "drill-share", sampled("drill-share", 12), idStep(5), make),
    ...bodyMutants(sample, "decryption-share", sampled("decryption-share", 12), idStep(14), make),
    make("deal the same keys under another salt, after all had confirmed", 6, otherSalt),
    make("deal other keys, after all had confirmed", 5, ({ entries }) => {
      const { ceremonyId } = election.facts
      const liar = { ...election.trustees[0]!, polynomials: election.trustees[1]!.polynomials }
      const body = election.deal(liar)
      entries[deal] = signedEntry(sample, "dkg-deal", body)
      entries[commit] = signedEntry(sample, "dkg-commit", {
        ceremonyId,
        trustee: 1,
        commitment: computeDealCommitment(body),
      })
    }),
    make("complain", 5, ({ entries }) => {
      const { ceremonyId } = election.facts
      const { shares } = bodyOf(sample, "drill-share")
      const { delta, A1, A2, z } = shares[0]!
      const body = { ceremonyId, trustee: 1, dealer: 2, Z: delta, proof: { A1, A2, z } }
      entries.splice(indexOf(sample, "dkg-confirm"), 0, signedEntry(sample, "dkg-complaint", body))
    }),
    make("extend with one trustee of two", 3, ({ entries }) => {
      const body = bodyOf(sample, "extension")
      const signed = signBody("extension", body, election.organizer, election.trustees[0]!.signing)
      entries[indexOf(sample, "extension")] = encodeEntry(signed)
    }),
    make("show the drill's share of the other round", 5, ({ entries }) => {
      const first = indexOf(sample, "drill-share")
      const { shares } = bodyOf(sample, "drill-share", 3)
      entries[first] = signedEntry(sample, "drill-share", { ...bodyOf(sample, "drill-share"), shares })
    }),
    make("show too few shares: one withheld, one false", 11, ({ entries }) => {
      const [one, two] = [indexOf(sample, "decryption-share", 0), indexOf(sample, "decryption-share", 1)]
      entries[one] = signedEntry(sample, "decryption-share", {
        ...bodyOf(sample, "decryption-share"),
        closeHash: "0".repeat(64),
      })
      entries.splice(two, 1)
    }),
  ]
}
