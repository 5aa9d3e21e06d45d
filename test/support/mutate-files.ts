// Mutants of a bundle's bytes and files: by somebody who has no key (P0), or who can write a manifest as well (P1).
import { recordPlatform } from "../../src/cli/record-platform.ts"
import { encodeZip, readZip, unpackEntry } from "../../src/protocol/election/bundle-zip.ts"
import {
  AT_CLOSE_PATH,
  MANIFEST_PATH,
  PRESENTATION_VKEY_PATH,
  REQUIRED_PATHS,
} from "../../src/protocol/election/audit-bundle.ts"
import { concatBytes, utf8ToBytes } from "../../src/protocol/primitives/bytes.ts"
import { sealFiles, zipFiles } from "./bundle-sample.ts"
import type { SampleBundle } from "./bundle-sample.ts"
import type { Draw, Mutant } from "./mutate-bundle.ts"

type Files = Map<string, Uint8Array>
/** A change of some files in place. */
type Edit = (files: Files) => void

/** Which step reads a file first with an eye for what it says. */
const FILE_STEPS: readonly (readonly [RegExp, number])[] = [
  [/^log\//, 2],
  [/^main\//, 2],
  [/^receipts\//, 2],
  [/^definition\.json$/, 3],
  [/^census\//, 4],
  [/^promises\//, 4],
  [/^circuit\/presentation-vkey\.json$/, 4],
  [/^circuit\//, 7],
  [/^result\.json$/, 14],
]
const stepOf = (path: string): number => FILE_STEPS.find(([pattern]) => pattern.test(path))?.[1] ?? 1

/** Members of a provenance that nothing else in a bundle repeats: notes for builders. */
const FREE_MEMBERS = /"(?:circom2|circomlib|constraints)":"?[^,"]*"?,/g

/** Every file of the sealed bundle with its true manifest. */
function filesOf(sample: SampleBundle): Files {
  const zip = zipFiles(sample.parts.electionId, sealFiles(sample, sample.parts), false)
  const entries = readZip(zip) ?? []
  return new Map(entries.map((entry) => [entry.path, unpackEntry(entry, recordPlatform.inflateRaw)!]))
}

/** Mutants of one sample. @param foreign - another service's election */
export function fileMutants(sample: SampleBundle, foreign: SampleBundle, draw: Draw): Mutant[] {
  const files = filesOf(sample)
  const others = filesOf(foreign)
  const bare = (name: string, edit: Edit): Mutant =>
    mutant("P0", name, 1, () => {
      const copy = new Map(files)
      edit(copy)
      return encodeZip([...copy].map(([path, bytes]) => ({ path, bytes })))
    })
  const sealed = (name: string, step: number, edit: Edit): Mutant =>
    mutant("P1", name, step, () => {
      const copy = new Map(files)
      copy.delete(MANIFEST_PATH)
      edit(copy)
      return zipFiles(sample.parts.electionId, copy)
    })
  const mutant = (power: "P0" | "P1", name: string, step: number, build: () => Uint8Array): Mutant => ({
    ...{ power, name, step, build },
    policy: sample.policy,
  })
  return [
    ...zipMutants(files, draw).map(([name, build]) => mutant("P0", name, 1, build)),
    ...[...files.keys()].flatMap((path) =>
      editsOf(path, draw).map(([name, edit]) => bare(`${name} ${path}`, edit)),
    ),
    ...[...files.keys()]
      .filter((path) => path !== MANIFEST_PATH)
      .flatMap((path) => [
        ...editsOf(path, draw).map(([name, edit]) =>
          sealed(`${name} ${path}`, name === "delete" ? deletedStep(path, files) : stepOf(path), edit),
        ),
        ...swapOf(path, files, others).map(([name, edit, step]) => sealed(name, step, edit)),
      ])
      .filter(({ step }) => step > 0),
    ...hostileJson(files).map(([name, step, edit]) => sealed(name, step, edit)),
    ...additions(sample, files, others).map(([name, step, edit]) => sealed(name, step, edit)),
    ...manifestMutants(files).map(([name, step, build]) => mutant("P1", name, step, build)),
  ]
}

function zipMutants(files: Files, draw: Draw): [string, () => Uint8Array][] {
  const zip = encodeZip([...files].map(([path, bytes]) => ({ path, bytes })))
  const flips = Array.from({ length: 24 }, (): [string, () => Uint8Array] => {
    const [at, bit] = [draw(zip.length), draw(8)]
    return [`flip byte ${at} of the zip`, () => flipped(zip, at, bit)]
  })
  return [
    ...flips,
    ["cut the last byte of the zip", () => zip.slice(0, -1)],
    ["append to the zip", () => concatBytes(zip, Uint8Array.of(0))],
    ["prepend to the zip", () => concatBytes(Uint8Array.of(0), zip)],
    ["duplicate the zip", () => concatBytes(zip, zip)],
    ["empty the zip", () => zip.slice(-22)],
    ["no bytes at all", () => new Uint8Array(0)],
    ["D12: a path that leaves the folder", () => renamed(zip, "census/plan.json", "../sus/plan.json")],
    ["D12: a path from the root", () => renamed(zip, "census/plan.json", "/ensus/plan.json")],
    ["D12: two files of one name", () => renamed(zip, "receipts/voter-2", "receipts/voter-1")],
    ["D12: a link", () => withAttributes(zip, 0xa1ff0000)],
    ["D12: a folder", () => withAttributes(zip, 0x10)],
  ]
}

/** The zip with another name of equal length in every record. */
function renamed(zip: Uint8Array, from: string, to: string): Uint8Array {
  return Uint8Array.from(Buffer.from(Buffer.from(zip).toString("latin1").replaceAll(from, to), "latin1"))
}

/** The zip with external attributes in the first record of its directory. */
function withAttributes(zip: Uint8Array, attributes: number): Uint8Array {
  const copy = zip.slice()
  const view = new DataView(copy.buffer)
  view.setUint32(view.getUint32(copy.length - 6, true) + 38, attributes, true)
  return copy
}

/** Changes of one file, each drawn once when the corpus is made. */
function editsOf(path: string, draw: Draw): [string, Edit][] {
  const [seedAt, bit] = [draw(1 << 30), draw(8)]
  const flip: Edit = (files) => {
    const bytes = files.get(path)!
    files.set(path, flipped(bytes, placeToFlip(path, bytes, seedAt), bit))
  }
  return [
    ["flip", flip],
    ["cut", (files) => files.set(path, files.get(path)!.slice(0, -1))],
    ["append to", (files) => files.set(path, concatBytes(files.get(path)!, utf8ToBytes("\n")))],
    ["delete", (files) => files.delete(path)],
  ]
}

// Receipts may lose an unneeded cosigner's line, and a provenance holds notes that nothing repeats: what a reader is to
// ignore is no mutation.
function placeToFlip(path: string, bytes: Uint8Array, seed: number): number {
  if (path.startsWith("receipts/")) return seed % 32
  if (path !== "circuit/provenance.json") return seed % bytes.length
  const text = new TextDecoder().decode(bytes)
  const free = [...text.matchAll(FREE_MEMBERS)].map(
    (match) => [match.index, match.index + match[0].length] as const,
  )
  let at = seed % bytes.length
  while (free.some(([start, end]) => start <= at && at < end)) at = (at + 1) % bytes.length
  return at
}

function flipped(bytes: Uint8Array, at: number, bit: number): Uint8Array {
  const copy = bytes.slice()
  copy[at]! ^= 1 << bit
  return copy
}

/** 0 where leaving the file out is allowed. */
function deletedStep(path: string, files: Files): number {
  if ((REQUIRED_PATHS as readonly string[]).includes(path) || path === AT_CLOSE_PATH) return 1
  if (path.startsWith("main/")) return 1 // an entry without its proof, or the other way round
  if (path.startsWith("log/")) return 2
  return path === PRESENTATION_VKEY_PATH && files.has(path) ? 4 : 0
}

/** The same file of another election, unless it is the same. */
function swapOf(path: string, files: Files, others: Files): [string, Edit, number][] {
  const other = others.get(path)
  if (other === undefined || Buffer.from(other).equals(files.get(path)!)) return []
  return [[`swap ${path} with another election's`, (copy) => copy.set(path, other), stepOf(path)]]
}

function additions(sample: SampleBundle, files: Files, others: Files): [string, number, Edit][] {
  const put =
    (path: string, bytes: Uint8Array): Edit =>
    (copy) =>
      copy.set(path, bytes)
  const pair =
    (name: string): Edit =>
    (copy) => {
      for (const end of ["entry", "tlog-proof"]) copy.delete(`main/${name}.${end}`)
    }
  const list: [string, number, Edit][] = [
    ["add a file of no bundle", 1, put("readme.txt", utf8ToBytes("hello"))],
    [
      "add a receipt with a foreign name",
      1,
      put("receipts/Voter.tlog-proof", files.get("main/circuit-key.tlog-proof")!),
    ],
    ["add half of a main entry", 1, put("main/registry-epoch-x.entry", files.get("main/circuit-key.entry")!)],
    ["add a tile that the log does not have", 2, put("log/tile/1/000", new Uint8Array(8192))],
    [
      "add an entry bundle of another width",
      2,
      put("log/tile/entries/000", files.get("log/tile/entries/000.p/45") ?? new Uint8Array(2)),
    ],
    [
      "swap the anchor with another election's",
      2,
      (copy) => {
        for (const end of ["entry", "tlog-proof"])
          copy.set(`main/election-anchor-open.${end}`, others.get(`main/election-anchor-open.${end}`)!)
      },
    ],
  ]
  if (sample.options.census !== "gated")
    return [
      ...list,
      ["add a key for enrolments", 4, put(PRESENTATION_VKEY_PATH, files.get("circuit/vkey.json")!)],
    ]
  return [
    ...list,
    ["leave out the registry's epoch", 4, pair("registry-epoch-demo")],
    ["leave out the key of enrolments", 4, pair("circuit-key-presentation")],
  ]
}

/** Texts that a lax reader takes for the same document: D11. */
const HOSTILE: readonly (readonly [string, (text: string) => string])[] = [
  [
    "a member twice",
    (text) =>
      text
        .replace(/^\{("[^"]*":)/, "{$1$1")
        .replace(/^(\{"[^"]*":)("[^"]*":)/, (_, a: string, b: string) => `${a}1,${b}`),
  ],
  ["__proto__", (text) => text.replace(/^\{/, '{"__proto__":{},')],
  ["a number beyond 2^53", (text) => text.replace(/^\{/, '{"a":9007199254740993,')],
  ["an exponent", (text) => text.replace(/:([1-9][0-9]*)([,}])/, ":$1e0$2")],
  ["a lone surrogate", (text) => text.replace(/^\{/, '{"a":"\\ud800",')],
  ["null", (text) => text.replace(/^\{/, '{"a":null,')],
  ["deep nesting", (text) => text.replace(/^\{/, `{"a":${"[".repeat(5000)}${"]".repeat(5000)},`)],
  ["a byte order mark", (text) => `\ufeff${text}`],
]

function hostileJson(files: Files): [string, number, Edit][] {
  const documents = [
    "definition.json",
    "census/plan.json",
    "census/census.json",
    "circuit/provenance.json",
    "result.json",
  ]
  return documents.flatMap((path) =>
    HOSTILE.map(([name, change]): [string, number, Edit] => {
      const text = change(new TextDecoder().decode(files.get(path)))
      return [
        `D11: ${name} in ${path}`,
        stepOf(path),
        (copy) => copy.set(path, new TextEncoder().encode(text)),
      ]
    }),
  )
}

function manifestMutants(files: Files): [string, number, () => Uint8Array][] {
  const text = new TextDecoder().decode(files.get(MANIFEST_PATH))
  const withManifest = (changed: string) => () =>
    encodeZip(
      [...files].map(([path, bytes]) => ({
        path,
        bytes: path === MANIFEST_PATH ? utf8ToBytes(changed) : bytes,
      })),
    )
  const rest = new Map(files)
  rest.delete(MANIFEST_PATH)
  return [
    [
      "name another election in the manifest",
      3,
      () => zipFiles("1" as SampleBundle["parts"]["electionId"], rest),
    ],
    [
      "write the election id in the manifest with a leading zero",
      1,
      withManifest(text.replace('"electionId":"', '"electionId":"0')),
    ],
    ["space in the manifest", 1, withManifest(text.replace(",", ", "))],
    ["a member too many in the manifest", 1, withManifest(text.replace(/^\{/, '{"a":1,'))],
    [
      "a member twice in the manifest",
      1,
      withManifest(text.replace(/\}$/, ',"format":"sotto-audit-bundle/1"}')),
    ],
    ["__proto__ in the manifest", 1, withManifest(text.replace(/^\{/, '{"__proto__":{},'))],
    [
      "a number beyond 2^53 in the manifest",
      1,
      withManifest(text.replace(/"bytes":[0-9]+/, '"bytes":9007199254740993')),
    ],
    ["another format", 1, withManifest(text.replace("sotto-audit-bundle/1", "sotto-audit-bundle/2"))],
    [
      "a manifest of another order",
      1,
      withManifest(text.replace(/\{("bytes":[0-9]+),("path":"[^"]*")/, "{$2,$1")),
    ],
    ["deep nesting in the manifest", 1, withManifest("[".repeat(10_000))],
  ]
}
