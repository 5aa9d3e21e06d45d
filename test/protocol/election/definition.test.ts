import { describe, expect, it } from "vitest"
import { ballotConstants } from "../../../src/protocol/election/ballot-constants.ts"
import { constantSignals } from "../../../src/protocol/election/ballot-signals.ts"
import {
  checkDefinition,
  checkOwnRules,
  computeElectionId,
  definitionSha256,
} from "../../../src/protocol/election/definition.ts"
import type { DefinitionFacts } from "../../../src/protocol/election/definition.ts"
import { bytesToHex } from "../../../src/protocol/primitives/bytes.ts"
import { encodeFr } from "../../../src/protocol/primitives/field.ts"
import { hashToField, sha256 } from "../../../src/protocol/primitives/hash.ts"
import { encodeVerifierKey, makeSigningKey } from "../../../src/protocol/primitives/note-key.ts"
import { canonicalBytes } from "../../../src/protocol/wire/canonical-json.ts"
import { parseDefinition } from "../../../src/protocol/wire/election-definition.ts"
import type { ElectionDefinition } from "../../../src/protocol/wire/election-definition.ts"
import { codeOf } from "../../support/code-of.ts"
import { CLOSES, gatedPlan, namedPlan } from "../../support/sample-census.ts"
import { CLOSES_AT, OPENS_AT, sampleElection, THREE } from "../../support/sample-definition.ts"
import type { SampleElection } from "../../support/sample-definition.ts"

const { definition, facts } = sampleElection()
const answer = (
  change: Partial<ElectionDefinition>,
  other: Partial<DefinitionFacts> = {},
  base: SampleElection = { definition, facts },
) => {
  const verdict = checkDefinition({ ...base.definition, ...change }, { ...base.facts, ...other })
  return verdict.ok ? "accepted" : `${verdict.reason} ${verdict.at}`
}
const [A, B, C] = definition.choices
const only = definition.rules[0]!
const census = definition.census
const digests = facts.circuits.ballot8!
const SURVEYED = gatedPlan({ minSize: 30 })

describe("a definition", () => {
  it("is accepted when it agrees with everything", () => {
    expect(answer({})).toBe("accepted")
    expect(parseDefinition(canonicalBytes(definition))).toEqual(definition)
  })

  it.each<[string, Partial<ElectionDefinition>]>([
    ["ceremonyId", { ceremonyId: "0".repeat(64) }],
    ["circuit.id", { circuit: { ...definition.circuit, id: "ballot16" } }],
    ["keys", { keys: definition.keys.slice(1) }],
    ["log.origin", { log: { ...definition.log, origin: `votes.example/elections/${"0".repeat(32)}` } }],
    [
      "log.origin",
      { log: { ...definition.log, origin: definition.log.origin.replace("votes.example", "") } },
    ],
    [
      "log.vkey",
      { log: { ...definition.log, vkey: encodeVerifierKey(makeSigningKey("other", new Uint8Array(32))) } },
    ],
    ["log.vkey", { log: { ...definition.log, vkey: "no key" } }],
    ["opensAtUnixSeconds", { opensAtUnixSeconds: 0 }],
    ["closesAtUnixSeconds", { closesAtUnixSeconds: OPENS_AT }],
    ["choices", { choices: [] }],
    ["choices.1", { choices: [A!, { ...A!, label: "other" }, C!] }],
    ["choices.1", { choices: [A!, { ...B!, label: A!.label }, C!] }],
    ["rules.0", { rules: [{ ...only, plus: [0, 1, 3] }] }],
    ["rules.0", { rules: [{ ...only, plus: [0, 2, 1] }] }],
    ["rules.0", { rules: [{ ...only, plus: [0, 1, 1] }] }],
    ["rules.0", { rules: [{ ...only, minus: [2] }] }],
    ["rules.0", { rules: [{ ...only, min: 2, max: 1 }] }],
    ["rules.0", { rules: [{ ...only, max: 9 }] }],
    ["rules.1", { rules: [only, only] }],
    ["rules", { rules: [{ ...only, min: 3, max: 3 }] }],
    ["rules", { rules: [] }],
    ["rules", { rules: [only, { ...only, label: "again" }] }],
    ["rules.0", { rules: [{ ...only, plus: [0, 1] }] }],
    ["rules.0.max", { rules: [{ ...only, max: 2 }] }],
    // Against the keys of the ceremony.
    ["keys", { keys: [...definition.keys].reverse() }],
    ["keys", { keys: [[definition.keys[0]![0], encodeFr(1n)], ...definition.keys.slice(1)] }],
    ["keys", { keys: [[encodeFr(1n), definition.keys[0]![1]], ...definition.keys.slice(1)] }],
    ["keysHash", { keysHash: "2".repeat(64) }],
    // Against the census.
    ["census.id", { census: { ...census, id: "0".repeat(64) } }],
    ["census.root", { census: { ...census, root: encodeFr(1n) } }],
    ["census.size", { census: { ...census, size: 41 } }],
    ["census.totalWeight", { census: { ...census, totalWeight: 41 } }],
    ["census.sha256", { census: { ...census, sha256: "0".repeat(64) } }],
    ["opensAtUnixSeconds", { opensAtUnixSeconds: CLOSES - 1 }],
    // Against the circuits of whoever checks.
    ...(["r1csSha256", "zkeySha256", "vkeySha256"] as const).map(
      (member): [string, Partial<ElectionDefinition>] => [
        `circuit.${member}`,
        { circuit: { ...definition.circuit, [member]: "0".repeat(64) } },
      ],
    ),
    ["circuit.ceremony", { circuit: { ...definition.circuit, ceremony: "south-2026" } }],
  ])("is refused at %s", (member, change) => {
    expect(answer(change)).toBe(`definition-invalid ${member}`)
  })

  it.each<[string, Partial<DefinitionFacts>]>([
    ["log.origin", { log: { ...definition.log, origin: "votes.example/elections/other" } }],
    ["log.vkey", { log: { ...definition.log, vkey: "other" } }],
    ["census.id", { census: null }],
    ["circuit.id", { circuits: {} }],
  ])("is refused at %s where the checker has another", (member, other) => {
    expect(answer({}, other)).toBe(`definition-invalid ${member}`)
  })

  it.each([
    ["a label in two spellings of one letter", { choices: [A, B, { ...C, label: "Zoe\u0308" }] }],
    ["a label that runs backwards", { choices: [A, B, { ...C, label: "\u202enha" }] }],
    ["a line break in a label", { choices: [A, B, { ...C, label: "cem\n" }] }],
    ["a window below 5 s", { batchWindowSeconds: 4 }],
    ["a window above 60 s", { batchWindowSeconds: 61 }],
    ["a minimum below 10", { minAnonymity: 9 }],
    ["a position that no circuit has", { rules: [{ ...only, plus: [0, 1, 16] }] }],
    ["a member of its own", { mask: 7 }],
  ])("is malformed with %s", (_, change) => {
    const bytes = canonicalBytes({ ...definition, ...change } as ElectionDefinition)
    expect(codeOf(() => parseDefinition(bytes))).toBe("malformed-definition")
  })
})

describe("the rules that definition and ceremony show alone", () => {
  it.each<[string, Partial<ElectionDefinition>]>([
    [
      "log.vkey",
      { log: { ...definition.log, vkey: encodeVerifierKey(makeSigningKey("other", new Uint8Array(32))) } },
    ],
    ["log.origin", { log: { ...definition.log, origin: `votes.example/elections/${"0".repeat(32)}` } }],
    ["keys", { keys: definition.keys.slice(1) }],
    ["rules.0.max", { rules: [{ ...only, max: 2 }] }],
    ["minAnonymity", { kind: "survey", minAnonymity: 29 }],
  ])("are kept without keys, census or circuit at hand: %s", (at, change) => {
    expect(checkOwnRules({ ...definition, ...change }, facts.ceremony)).toEqual({
      ok: false,
      reason: "definition-invalid",
      at,
    })
  })

  it("say nothing of keys, census and circuit digests", () => {
    const change = { keysHash: "2".repeat(64), census: { ...census, root: encodeFr(1n) } }
    expect(checkOwnRules({ ...definition, ...change }, facts.ceremony)).toEqual({ ok: true, value: true })
  })
})

describe("C3: another root under the same title", () => {
  it("is another election", () => {
    const other = { ...definition, census: { ...census, root: encodeFr(4712n) } }
    expect(computeElectionId(other)).not.toBe(computeElectionId(definition))
  })
})

describe("B10: hostile constants", () => {
  it("an id is the whole definition's, and its digest that of the same bytes", () => {
    const bytes = canonicalBytes(definition)
    expect(computeElectionId(definition)).toBe(encodeFr(hashToField("sotto/election/1", bytes)))
    expect(definitionSha256(definition)).toBe(bytesToHex(sha256(bytes)))
    for (const member of Object.keys(definition) as (keyof ElectionDefinition)[]) {
      const { [member]: _, ...rest } = definition
      expect(computeElectionId(rest as ElectionDefinition)).not.toBe(computeElectionId(definition))
    }
  })

  it.each<[string, Partial<ElectionDefinition>]>([
    ["title", { title: "Board of the chambers" }],
    ["root", { census: { ...census, root: encodeFr(4712n) } }],
    ["keys", { keys: [...definition.keys].reverse() }],
    ["rule", { rules: [{ ...only, min: 1 }] }],
    ["choices", { choices: [A!, B!], rules: [{ ...only, plus: [0, 1] }] }],
    ["log", { log: { ...definition.log, origin: "elsewhere" } }],
    ["closing time", { closesAtUnixSeconds: CLOSES_AT + 1 }],
  ])("a definition with another %s has other constant signals", (_, change) => {
    const signals = (of: ElectionDefinition) =>
      constantSignals("ballot8", ballotConstants(of)).map(({ value }) => value)
    expect(signals({ ...definition, ...change })).not.toEqual(signals(definition))
  })

  it("development keys are refused unless they are allowed", () => {
    const dev = { ...digests, ceremony: "dev" }
    const change = { circuit: { id: "ballot8" as const, ...dev } }
    expect(answer(change, { circuits: { ballot8: dev } })).toBe("definition-invalid circuit.ceremony")
    expect(answer(change, { circuits: { ballot8: dev }, allowDevelopmentKeys: true })).toBe("accepted")
  })
})

describe("A15: weights where counters share a ciphertext", () => {
  const weighted = sampleElection({ ...THREE, type: "weighted-single-choice" })

  it("are refused for every type whose choices stand on odd bits", () => {
    expect(answer({}, {}, weighted)).toBe("accepted")
    expect(answer({ ballotType: "single-choice" }, {}, weighted)).toBe("definition-invalid ballotType")
    const heavy = { ...facts.census!, plan: { ...facts.census!.plan, weighted: true } }
    expect(answer({}, { census: heavy })).toBe("definition-invalid ballotType")
  })

  it("are refused for an unweighted census", () => {
    expect(answer({ ballotType: "weighted-single-choice" })).toBe("definition-invalid ballotType")
  })

  it("leave room for half the choices: a fifth would stand on an odd bit", () => {
    const choices = ["a", "b", "c", "d", "e"].map((id) => ({ id, label: id }))
    const rules = [{ ...only, plus: [0, 1, 2, 3, 4] }]
    expect(answer({ choices, rules })).toBe("accepted")
    expect(answer({ choices, rules }, {}, weighted)).toBe("definition-invalid choices")
  })
})

describe("C5: tiny electorates", () => {
  it("are refused below the definition's minimum and below the plan's", () => {
    expect(answer({ minAnonymity: 40 })).toBe("accepted")
    expect(answer({ minAnonymity: 41 })).toBe("definition-invalid census.size")
    const minSize = 20
    const plan = namedPlan({ minSize })
    const base = sampleElection(THREE, plan)
    const small = (size: number) => {
      const own = { ...base.facts.census!, body: { ...base.facts.census!.body, size } }
      return answer({ census: { ...base.definition.census, size } }, { census: own }, base)
    }
    expect(small(minSize)).toBe("accepted")
    expect(small(minSize - 1)).toBe("definition-invalid census.size")
  })
})

describe("D22: surveys that say who answered what", () => {
  const survey = sampleElection(THREE, SURVEYED)

  it("ask 30 people at least, whom a proof let in", () => {
    expect(answer({ kind: "survey", minAnonymity: 30 }, {}, survey)).toBe("accepted")
    expect(answer({ kind: "survey", minAnonymity: 29 }, {}, survey)).toBe("definition-invalid minAnonymity")
  })

  it("are refused over a named census, and over a plan that would freeze fewer", () => {
    expect(answer({ kind: "survey", minAnonymity: 30 })).toBe("definition-invalid kind")
    const fewer = sampleElection(THREE, gatedPlan({ minSize: 29 }))
    expect(answer({ kind: "survey", minAnonymity: 30 }, {}, fewer)).toBe("definition-invalid kind")
  })
})

describe("types that sums cannot give", () => {
  it.each(["quadratic", "cumulative", "stv", "irv", "write-in"])(
    "%s is refused by name, with the reason",
    (type) => {
      expect(answer({ ballotType: type })).toMatch(
        new RegExp(`^ballot-type-unknown ballotType: ${type} is not supported: `),
      )
    },
  )

  it.each(["", "plurality", "toString", "weighted-grades"])("%j is unknown", (type) => {
    expect(answer({ ballotType: type })).toBe("ballot-type-unknown ballotType: unknown ballot type")
  })
})
