// Every rule (1) to (22) from both sides on the whole circuit: (a) the honest calculator stops on the line of the rule,
// (b) the constraints refuse a witness in which somebody edited its signals.
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { beforeAll, describe, expect, test } from "vitest"
import { PROJECT_ROOT } from "../../support/circuit-compile.ts"
import { names, openCircuit, type Circuit, type Witness } from "../../support/circuit-harness.ts"
import {
  ATTRIBUTES,
  code,
  DIFFERENCE_OFFSET,
  LARGEST_BOUND,
  ordered,
  PresentationBuilder,
  slot,
} from "../../support/circuit-input.ts"
import type { Credential, CredentialOptions, PresentationOptions } from "../../support/circuit-input.ts"
import { named, shipped } from "../../support/circuit-instances.ts"
import { openOracle } from "../../support/circuit-oracle.ts"

const HONEST: PresentationOptions = {
  mode: 1n,
  slots: [
    slot("eq", 0, { lo: code(1) }),
    slot("in", 1, { list: [code(2), code(3)] }),
    slot("diff", 2, { second: 3, lo: DIFFERENCE_OFFSET, hi: LARGEST_BOUND }),
    slot("between", 7, { lo: ordered(400), hi: ordered(600) }),
    slot("same", 1, { second: 8 }),
    slot("inSet", 1),
  ],
}

interface Rule {
  readonly file: string
  /** What breaks the rule: a credential that was signed so, signals in place of the computed ones, or a request. */
  readonly refused?: { readonly issued?: CredentialOptions; readonly asked?: PresentationOptions }
  /** Where the calculator stops, if the rule defines a value that a later rule refuses. */
  readonly stopsAt?: number
  /** Edited signals of an honest witness; some broken constraint must speak of every one that is listed second. */
  readonly edits: readonly (readonly [Record<string, bigint>, readonly string[]])[]
}

const signals = (given: Record<string, bigint>) => ({ asked: { signals: given } })
const SLOT = (k: number, signal: string): string => `StatementSlot#0[${k}].${signal}`
const later = 1_900_000_000n

const RULES: Record<number, Rule> = {
  1: { file: "credential/presentation", refused: signals({ secret: 5n }), stopsAt: 5, edits: [[{ holder: 1n }, ["holder"]], [{ secret: 5n }, ["secret"]], [{ blind: 5n }, ["blind"]]] },
  2: { file: "credential/presentation", refused: { asked: { signals: { attrs: ATTRIBUTES.map(() => 5n) } } }, stopsAt: 5, edits: [[{ attrsRoot: 1n }, ["attrsRoot"]], [{ "attrs[4]": 5n }, ["attrs[4]"]], [{ "attrs[15]": 5n }, ["attrs[15]"]]] },
  3: { file: "credential/presentation", refused: signals({ credId: 5n }), stopsAt: 5, edits: [[{ credentialHash: 1n }, ["credentialHash"]], [{ schemaId: 43n }, ["schemaId"]], [{ credId: 5n, boundId: 5n }, ["credId"]], [{ validUntil: later }, ["validUntil"]]] },
  4: { file: "lib/issuer-signature", refused: signals({ R8x: 3n }), edits: [[{ R8x: 3n }, ["R8x", "IssuerSignature#0.BabyCheck#0.x2"]], [{ Ay: 3n }, ["Ay", "IssuerSignature#0.BabyCheck#1.y2"]]] },
  5: { file: "lib/issuer-signature", refused: signals({ S: 5n }), edits: [[{ S: 5n }, ["S"]]] },
  6: { file: "credential/not-revoked", refused: { issued: { statusIndex: 1n << 20n } }, edits: [[{ statusIndex: 1n }, ["statusIndex", "NotRevoked#0.indexBits[19]"]], [{ "NotRevoked#0.indexBits[0]": 3n, "NotRevoked#0.indexBits[1]": -1n }, ["NotRevoked#0.indexBits[0]"]]] },
  7: { file: "credential/not-revoked", refused: { asked: { words: new Map([[5, 1n << 17n]]) } }, edits: [[{ statusWord: (1n << 3n) + (1n << 17n), "NotRevoked#0.wordBits[17]": 1n }, ["NotRevoked#0.wordBits[17]"]], [{ "NotRevoked#0.wordBits[3]": 0n }, ["statusWord", "NotRevoked#0.wordBits[3]"]]] },
  8: { file: "credential/not-revoked", refused: signals({ statusWord: 0n }), edits: [[{ "NotRevoked#0.leaf": 1n }, ["NotRevoked#0.leaf"]], [{ statusRoot: 1n }, ["statusRoot"]], [{ "statusChildren[3][2]": 1n }, ["statusChildren[3][2]"]]] },
  9: { file: "credential/issuer-registry", refused: signals({ issuerIndex: 10n }), edits: [[{ registryRoot: 1n }, ["registryRoot"]], [{ "IssuerRegistry#0.leaf": 1n }, ["IssuerRegistry#0.leaf"]], [{ issuerIndex: 10n }, ["issuerIndex", "IssuerRegistry#0.indexBits[0]"]]] },
  10: { file: "credential/validity-window", refused: { asked: { now: 1n << 40n } }, edits: [[{ now: 1n << 40n }, ["now", "ValidityWindow#0.FitsBits#2.bits[39]"]], [{ validFrom: 0n }, ["validFrom", "ValidityWindow#0.FitsBits#0.bits[0]"]], [{ validUntil: later }, ["validUntil", "ValidityWindow#0.FitsBits#1.bits[0]"]]] },
  11: { file: "credential/validity-window", refused: { asked: { now: 5n } }, edits: [[{ now: 5n }, ["now", "ValidityWindow#0.AtMost#0.LessEqThan#0.lt.in[1]"]], [{ "ValidityWindow#0.AtMost#0.LessEqThan#0.lt.n2b.out[39]": 0n }, ["ValidityWindow#0.AtMost#0.LessEqThan#0.lt.n2b.out[39]", "ValidityWindow#0.AtMost#0.LessEqThan#0.lt.n2b.in"]]] },
  12: { file: "credential/validity-window", refused: { asked: { now: later } }, edits: [[{ validUntil: 5n }, ["validUntil", "ValidityWindow#0.AtMost#1.LessEqThan#0.lt.in[1]"]], [{ "ValidityWindow#0.AtMost#1.LessEqThan#0.lt.n2b.out[39]": 0n }, ["ValidityWindow#0.AtMost#1.LessEqThan#0.lt.n2b.out[39]", "ValidityWindow#0.AtMost#1.LessEqThan#0.lt.n2b.in"]]] },
  13: { file: "credential/value-set", refused: signals({ member: code(9) }), edits: [[{ setRoot: 1n }, ["setRoot"]], [{ member: code(9) }, ["member"]], [{ memberIndex: 1n }, ["memberIndex", "ValueSet#0.indexBits[0]"]], [{ "ValueSet#0.leaf": 1n }, ["ValueSet#0.leaf"]]] },
  14: { file: "credential/statement-slot", refused: { asked: { slots: [{ ...slot("present", 7), code: 4096n }] } }, edits: [[{ "slotCode[0]": 0n }, ["slotCode[0]", SLOT(0, "code[8]")]], [{ [SLOT(3, "v")]: 5n }, [SLOT(3, "v")]], [{ [SLOT(5, "isInSet")]: 0n }, [SLOT(5, "isInSet"), SLOT(5, "bits01")]]] },
  15: { file: "credential/statement-slot", refused: { asked: { slots: [slot("eq", 9, { lo: 5n, negated: true })] } }, stopsAt: 19, edits: [[{ [SLOT(0, "isAbsentV")]: 1n }, [SLOT(0, "isAbsentV")]], [{ [SLOT(4, "hasOperands")]: 0n }, [SLOT(4, "hasOperands")]], [{ [SLOT(4, "isAbsentW")]: 1n }, [SLOT(4, "isAbsentW")]]] },
  16: { file: "credential/statement-slot", refused: { asked: { slots: [slot("between", 7, { lo: 1n << 64n })] } }, edits: [[{ [SLOT(3, "x")]: ordered(401) }, [SLOT(3, "x")]], [{ [SLOT(3, "loInUse")]: 0n }, [SLOT(3, "loInUse"), "lo[3]"]], [{ "hi[3]": 1n << 64n }, [SLOT(3, "hiInUse"), "hi[3]"]]] },
  17: { file: "credential/statement-slot", refused: { asked: { slots: [slot("eq", 0, { lo: code(2) })] } }, stopsAt: 19, edits: [[{ [SLOT(0, "equalsLo")]: 0n }, [SLOT(0, "equalsLo")]], [{ [SLOT(3, "isWithin")]: 0n }, [SLOT(3, "isWithin")]], [{ "isTrue[2]": 0n }, ["isTrue[2]"]]] },
  18: { file: "credential/statement-slot", refused: { asked: { slots: [slot("inSet", 0, { negated: true })] } }, edits: [[{ [SLOT(5, "code[11]")]: 1n }, [SLOT(5, "isInSet"), SLOT(5, "code[11]")]]] },
  19: { file: "credential/clauses", refused: { asked: { clauses: 0n } }, edits: [[{ clauses: 1n }, ["clauses", "Clauses#0.mask[0]"]], [{ "Clauses#0.hits[2][3]": 1n }, ["Clauses#0.hits[2][3]"]], [{ "Clauses#0.misses[5][4]": 0n }, ["Clauses#0.misses[5][4]"]]] },
  20: { file: "credential/presentation", refused: { asked: { mode: 2n } }, edits: [[{ nullifierMode: 2n, boundId: 2n * 987654321n }, ["nullifierMode"]]] },
  21: { file: "credential/presentation", edits: [[{ nullifier: 1n }, ["nullifier"]], [{ boundId: 5n }, ["boundId", "credId"]], [{ scope: 5n }, ["scope"]]] },
  22: { file: "credential/presentation", edits: [[{ linkTag: 1n }, ["linkTag"]], [{ credentialTag: 1n }, ["credentialTag"]], [{ requestHash: 5n }, ["requestHash"]]] },
} // prettier-ignore

let full: Circuit
let small: Circuit
let builder: PresentationBuilder
let credential: Credential
let honest: Witness
let honestShipped: Witness
beforeAll(async () => {
  builder = new PresentationBuilder(await openOracle())
  credential = builder.issue(builder.issuerKey(7))
  full = await openCircuit(named("presentation"))
  small = await openCircuit(shipped("presentation"))
  honest = full.witness(builder.input(credential, HONEST))
  honestShipped = small.witness(builder.input(credential, HONEST))
})

test("the honest witness that is edited below breaks nothing", () => {
  expect(honest.broken()).toEqual([])
})

test("the table speaks of rules 1 to 22, each written on lines of its own file and of no other", () => {
  const found = new Map<number, Set<string>>()
  for (const folder of ["lib", "credential"]) {
    for (const name of readdirSync(join(PROJECT_ROOT, "circuits", folder))) {
      const text = readFileSync(join(PROJECT_ROOT, "circuits", folder, name), "utf8")
      for (const [, rule = ""] of text.matchAll(/;\s*\/\/ \((\d+)\)/g)) {
        found.set(
          Number(rule),
          (found.get(Number(rule)) ?? new Set()).add(`${folder}/${name.replace(".circom", "")}`),
        )
      }
    }
  }
  const table = Object.entries(RULES).map(([rule, { file }]) => [Number(rule), [file]])
  expect([...found].sort(([a], [b]) => a - b).map(([rule, files]) => [rule, [...files]])).toEqual(table)
  expect(table.map(([rule]) => rule)).toEqual(Array.from({ length: 22 }, (_, i) => i + 1))
})

describe.each(Object.entries(RULES))(
  "rule (%s)",
  (rule, { file, refused, stopsAt = Number(rule), edits }) => {
    if (refused !== undefined) {
      test(`stops the honest calculator at rule (${String(stopsAt)})`, () => {
        const { issued, asked } = refused
        const shown = issued === undefined ? credential : builder.issue(builder.issuerKey(7), issued)
        const refusal = small.refusal(builder.input(shown, { ...HONEST, ...asked }))
        expect(refusal?.rule).toBe(stopsAt)
        expect(refusal?.line).toContain(`${RULES[stopsAt]?.file ?? file}.circom:`)
      })
    }

    test.each(edits)("refuses a witness with %o, in a constraint of %o", (changes, speaking) => {
      const broken = honest.edit(changes).broken()
      expect(broken.flatMap((constraint) => constraint.signals)).not.toHaveLength(0)
      expect(names(broken, speaking)).toBe(true)
    })

    test.each(edits.filter(([changes]) => Object.keys(changes).every((name) => !name.includes("#"))))(
      "refuses %o on the shipped instance too",
      (changes) => {
        const kept = Object.entries(changes).filter(([name]) => small.symbols.wireOf.has(name))
        expect(kept).not.toHaveLength(0)
        expect(names(honestShipped.edit(Object.fromEntries(kept)).broken(), [kept[0]?.[0] ?? ""])).toBe(true)
      },
    )
  },
)
