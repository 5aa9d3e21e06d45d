import { describe, expect, it } from "vitest"
import { checkGate } from "../../../src/protocol/election/gate.ts"
import { encodeFr } from "../../../src/protocol/primitives/field.ts"
import { CATALOGUE } from "../../../src/protocol/catalogue/released.ts"
import { makeCatalogue } from "../../../src/protocol/catalogue/catalogue.ts"
import type { CensusGate, CensusPlan } from "../../../src/protocol/wire/census.ts"
import type { Statement, Where } from "../../../src/protocol/wire/statement.ts"
import { BOUND_VACCINATION, GATE_CATALOGUE, gateStatement } from "../../support/gate-catalogue.ts"
import { alternativeOf, AS_OF, gatedPlan, OPENS, sampleGate } from "../../support/sample-census.ts"

const DISEASE: Where = { field: "disease", eq: "http://snomed.info/sct|840539006" }
const refusal = (gate: CensusGate, change: Partial<CensusPlan> = {}): string => {
  const verdict = checkGate(gatedPlan(change, gate), gate, GATE_CATALOGUE)
  return verdict.ok ? "accepted" : `${verdict.reason} ${verdict.at}`
}
const asking = (where: Where): string => refusal(sampleGate({}, gateStatement("asked/1", where)))
const LACKS_BOUND = "definition-invalid gate.alternatives.0"

describe("a gate", () => {
  it("may ask for a record that was bound on the day of asOf or before", () => {
    expect(refusal(sampleGate())).toBe("accepted")
  })

  it.each<[string, Partial<CensusGate>]>([
    ["gate.asOf", { asOf: OPENS + 1 }],
    ["gate.registryEpochs", { registryEpochs: {} }],
    ["gate.registryEpochs", { registryEpochs: { other: { epoch: 4, root: encodeFr(77n) } } }],
    [
      "gate.registryEpochs",
      {
        registryEpochs: { demo: { epoch: 4, root: encodeFr(77n) }, other: { epoch: 1, root: encodeFr(1n) } },
      },
    ],
    [
      "gate.alternatives.0",
      { alternatives: [{ ...alternativeOf(BOUND_VACCINATION), schemaId: encodeFr(5n) }] },
    ],
    [
      "gate.alternatives.0",
      { alternatives: [{ ...alternativeOf(BOUND_VACCINATION), parameters: { extra: 1 } }] },
    ],
  ])("is refused at %s", (member, change) => {
    expect(refusal(sampleGate(change))).toBe(`definition-invalid ${member}`)
  })

  it("names value sets as the catalogue has them", () => {
    const set = GATE_CATALOGUE.findValueSet("covid-19-vaccines/1")!
    const own = { digest: set.digest, root: encodeFr(set.root), size: set.members.length }
    const statement = gateStatement("in-set/1", {
      all: [
        { field: "vaccine", in: { valueSet: set.id } },
        { field: "boundOn", atMost: "today-P1D" },
      ],
    })
    expect(refusal(sampleGate({ valueSets: { [set.id]: own } }, statement))).toBe("accepted")
    expect(refusal(sampleGate({}, statement))).toBe(LACKS_BOUND)
    const wrong = { ...own, root: encodeFr(5n) }
    expect(refusal(sampleGate({ valueSets: { [set.id]: wrong } }, statement))).toBe(
      `definition-invalid gate.valueSets.${set.id}`,
    )
  })

  it("asks for one part: several proofs would be one person in several lines of evidence", () => {
    const wide: Where = {
      all: [
        ...["disease", "vaccine", "dosesInRecord", "occurredOn", "country", "issuerName", "lot"].map(
          (field): Where => ({ field, present: true }),
        ),
        { field: "boundOn", atMost: "today-P1D" },
      ],
    }
    expect(asking(wide)).toBe(LACKS_BOUND)
  })
})

describe("C4: double enrolment", () => {
  it.each<[string, Where]>([
    ["says nothing of boundOn", DISEASE],
    ["only asks that it is there", { field: "boundOn", present: true }],
    ["allows a later day", { field: "boundOn", atMost: "today+P1D" }],
    ["allows the next day", { field: "boundOn", atMost: "2022-10-16" }],
    ["allows the day itself, in which a record may be issued again", { field: "boundOn", atMost: "today" }],
    ["allows the day itself by its date", { field: "boundOn", atMost: "2022-10-15" }],
    ["bounds it from below", { field: "boundOn", atLeast: "today" }],
    ["bounds it or lets another condition do", { any: [{ field: "boundOn", atMost: "today-P1D" }, DISEASE] }],
    ["excludes early days", { not: { field: "boundOn", atMost: "today" } }],
    ["excludes one early day", { not: { field: "boundOn", eq: "2022-01-01" } }],
    [
      "excludes an interval of early days",
      { not: { field: "boundOn", between: ["2022-01-01", "2022-10-15"] } },
    ],
    ["excludes a list of early days", { not: { field: "boundOn", in: ["2022-01-01", "2022-10-15"] } }],
    ["lists the day itself", { field: "boundOn", in: ["2022-10-01", "2022-10-15"] }],
    ["compares it with another field", { field: "boundOn", atMost: { field: "occurredOn" } }],
    ["bounds another field", { field: "occurredOn", atMost: "today" }],
  ])("a gate that %s is refused", (_, where) => {
    expect(asking({ all: [{ field: "dosesInRecord", atLeast: 1 }, where] })).toBe(LACKS_BOUND)
  })

  it.each<[string, Where]>([
    ["the day before", { field: "boundOn", atMost: "today-P1D" }],
    ["a literal day", { field: "boundOn", atMost: "2022-10-14" }],
    ["an interval", { field: "boundOn", between: ["2022-01-01", "2022-10-14"] }],
    ["days in a list", { field: "boundOn", in: ["2022-10-01", "2022-10-14"] }],
    [
      "one of two early bounds",
      {
        any: [
          { field: "boundOn", atMost: "today-P1D" },
          { field: "boundOn", eq: "2022-01-01" },
        ],
      },
    ],
    ["the negation of the day itself and later ones", { not: { field: "boundOn", atLeast: "2022-10-15" } }],
  ])("a gate that bounds it by %s is accepted", (_, where) => {
    expect(asking({ all: [DISEASE, where] })).toBe("accepted")
  })

  it("takes the day before the UTC day of asOf, to that day's last second", () => {
    const literal = gateStatement("day/1", { all: [DISEASE, { field: "boundOn", atMost: "2022-10-14" }] })
    const at = (asOf: number) => refusal(sampleGate({ asOf }, literal), { enrolmentOpensAt: asOf })
    const midnight = AS_OF - 43_200
    expect(at(midnight)).toBe("accepted")
    expect(at(midnight - 1)).toBe(LACKS_BOUND)
    expect(at(midnight + 86_399)).toBe("accepted")
  })

  it("a gate that counts credentials has one alternative", () => {
    const second = alternativeOf(BOUND_VACCINATION, "other")
    const epoch = { epoch: 1, root: encodeFr(1n) }
    const two = {
      alternatives: [alternativeOf(BOUND_VACCINATION), second],
      registryEpochs: { demo: epoch, other: epoch },
    }
    expect(refusal(sampleGate({ ...two, nullifierMode: "person" }))).toBe("accepted")
    expect(refusal(sampleGate({ ...two, nullifierMode: "credential" }))).toBe(
      "definition-invalid gate.alternatives",
    )
    expect(refusal(sampleGate({ nullifierMode: "credential" }))).toBe("accepted")
  })

  it("a schema without boundOn has no gate", () => {
    const pack = CATALOGUE.findStatement("medicine-batch/1")!
    const statement: Statement = { ...pack, where: { field: "expiresOn", atLeast: "today" } }
    expect(refusal(sampleGate({}, statement))).toBe(LACKS_BOUND)
  })

  it("one alternative that bounds nothing is refused beside one that does", () => {
    const loose = gateStatement("loose/1", DISEASE)
    const catalogue = makeCatalogue({ ...GATE_CATALOGUE, statements: [...GATE_CATALOGUE.statements, loose] })
    const gate = sampleGate({ alternatives: [alternativeOf(BOUND_VACCINATION), alternativeOf(loose)] })
    const verdict = checkGate(gatedPlan({}, gate), gate, catalogue)
    expect(verdict).toEqual({ ok: false, reason: "definition-invalid", at: "gate.alternatives.1" })
  })
})
