import { describe, expect, it } from "vitest"
import { EVENT_MEMBERS, eventToken } from "../../../src/health/eu-dcc/codes.ts"
import { DccError } from "../../../src/health/eu-dcc/dcc-error.ts"
import { CATALOGUE } from "../../../src/protocol/catalogue/released.ts"
import { encodeAttributes } from "../../../src/protocol/credential/attribute.ts"
import { Tag } from "../../support/dcc-cbor.ts"
import { certificate, mintDcc, read, RECOVERY, TEST, VACCINATION } from "../../support/dcc-mint.ts"

/** The one record of a certificate, checked against its schema as an issuer would complete it. */
function recordOf(made: unknown) {
  const { records, notices } = read(mintDcc({ certificate: made }))
  expect([records.length, notices]).toEqual([1, []])
  const [record] = records
  const attributes = { ...record!.attributes, boundOn: "2021-11-20" }
  expect(encodeAttributes(CATALOGUE.findSchema(record!.schema)!, attributes)).toHaveLength(16)
  return record!
}

/** `code path` of the refusal, or "no error". */
function fault(made: unknown): string {
  try {
    recordOf(made)
    return "no error"
  } catch (error) {
    if (!(error instanceof DccError)) throw error
    return `${error.code} ${error.path}`
  }
}

const vaccination = (change: object, outer: object = {}) =>
  certificate({ v: [{ ...VACCINATION, ...change }], ...outer })
const test = (change: object, outer: object = {}) => certificate({ t: [{ ...TEST, ...change }], ...outer })
const recovery = (change: object) => certificate({ r: [{ ...RECOVERY, ...change }] })
const attributesOf = (made: unknown) => recordOf(made).attributes

describe("what a certificate becomes", () => {
  it("a vaccination is one dose of its number, with the code systems that the certificate leaves out", () => {
    expect(recordOf(certificate())).toEqual({
      schema: "immunization/1",
      subject: "self",
      path: "$.v[0]",
      attributes: {
        disease: "http://snomed.info/sct|840539006",
        vaccine: "urn:eu:dcc:vaccines-covid-19-names|EU/1/20/1528",
        prophylaxis: "http://snomed.info/sct|1119349007",
        manufacturer: "urn:eu:dcc:vaccines-covid-19-auth-holders|ORG-100030215",
        doseNumber: 2,
        seriesDoses: 2,
        dosesInRecord: 1,
        occurredOn: "2021-06-01",
        country: "urn:iso:std:iso:3166|AT",
        birthDate: "1998-02-26",
        certificateId: "urn:eu:dcc:uvci|URN:UVCI:01:AT:A#B",
        issuerName: "Ministry",
      },
    })
  })

  it("a test is its result, a positive one too", () => {
    expect(recordOf(test({ tr: "260373001", ma: "1304" }))).toEqual({
      schema: "infection-test/1",
      subject: "self",
      path: "$.t[0]",
      attributes: {
        disease: "http://snomed.info/sct|840539006",
        testType: "http://loinc.org|LP6464-4",
        device: "urn:eu:dcc:covid-19-lab-test-manufacturer-and-name|1304",
        testName: "a test",
        collectedAt: "2021-11-19T08:30:00+01:00",
        result: "http://snomed.info/sct|260373001",
        facility: "a centre",
        country: "urn:iso:std:iso:3166|AT",
        birthDate: "1998-02-26",
        certificateId: "urn:eu:dcc:uvci|URN:UVCI:01:AT:C#D",
        issuerName: "Ministry",
      },
    })
  })

  it("a recovery is its three days", () => {
    expect(recordOf(recovery({}))).toEqual({
      schema: "recovery/1",
      subject: "self",
      path: "$.r[0]",
      attributes: {
        disease: "http://snomed.info/sct|840539006",
        firstPositiveOn: "2021-06-01",
        usableFrom: "2021-06-12",
        usableUntil: "2021-12-01",
        country: "urn:iso:std:iso:3166|AT",
        birthDate: "1998-02-26",
        certificateId: "urn:eu:dcc:uvci|URN:UVCI:01:AT:E#F",
        issuerName: "Ministry",
      },
    })
  })

  it("names stay out of the record", () => {
    expect(JSON.stringify(recordOf(certificate()))).not.toMatch(/muster|gabriele/i)
  })

  it("an attribute of the table is one of its schema", () => {
    for (const [kind, schema] of [
      ["v", "immunization/1"],
      ["t", "infection-test/1"],
      ["r", "recovery/1"],
    ] as const) {
      // prettier-ignore
      const names = CATALOGUE.findSchema(schema)!.attributes.map(({ name }) => name)
      for (const { attribute } of Object.values(EVENT_MEMBERS[kind])) expect(names).toContain(attribute)
    }
  })
})

describe("codes", () => {
  it("a prophylaxis that begins with a letter is ATC", () => {
    expect(attributesOf(vaccination({ vp: "J07BX03" }))["prophylaxis"]).toBe(
      "http://www.whocc.no/atc|J07BX03",
    )
  })

  it.each([
    ["tg", ""],
    ["tg", "a|b"],
    ["mp", ""],
    ["mp", "EU|1"],
    ["vp", "|"],
    ["co", ""],
    ["co", "at"],
    ["co", "A1"],
    ["co", "ABCDEFGHIJK"],
  ])("refuses %s %j", (member, code) => {
    expect(fault(vaccination({ [member]: code }))).toBe(`schema-invalid $.v[0].${member}`)
  })

  it("leaves an optional code that is empty absent", () => {
    expect(attributesOf(vaccination({ vp: "", ma: "" }))).not.toHaveProperty("prophylaxis")
    expect(attributesOf(vaccination({ vp: "", ma: "" }))).not.toHaveProperty("manufacturer")
    expect(attributesOf(test({ ma: "", nm: "", tc: "" }))).not.toHaveProperty("device")
  })

  it("keeps a code byte for byte, since rules compare it so", () => {
    expect(eventToken("v", "mp", "EU/1/20/1528 ")).toBe("urn:eu:dcc:vaccines-covid-19-names|EU/1/20/1528 ")
    expect(eventToken("v", "dn", "1")).toBeNull()
    expect(eventToken("r", "mp", "1")).toBeNull()
    expect(eventToken("v", "mp", "\ud800")).toBeNull()
  })
})

describe("dates", () => {
  it.each(["T00:00:00", "T00:00:00Z", "T00:00:00.000Z", "T00:00:00+02:00", "T00:00:00+0200", "T00:00:00+02"])(
    "takes the date of a midnight date-time with %s",
    (time) => {
      expect(attributesOf(vaccination({ dt: `2021-06-01${time}` }))["occurredOn"]).toBe("2021-06-01")
      expect(attributesOf(recovery({ du: `2021-12-01${time}` }))["usableUntil"]).toBe("2021-12-01")
      expect(attributesOf(vaccination({}, { dob: `1998-02-26${time}` }))["birthDate"]).toBe("1998-02-26")
    },
  )

  it.each([
    "",
    "2021",
    "2021-06",
    "2021-02-29",
    "2021-06-01T00:00:01",
    "2021-06-01T12:00:00Z",
    "2021-6-1",
    "01.06.2021",
    " 2021-06-01",
    "2021-06-01T00:00:00T00:00:00",
  ])(
    // prettier-ignore
    "refuses the date %j",
    (dt) => {
      expect(fault(vaccination({ dt }))).toBe("schema-invalid $.v[0].dt")
    },
  )

  it("takes a date that is tagged as date text", () => {
    expect(attributesOf(vaccination({ dt: new Tag(0, "2021-06-01") }))["occurredOn"]).toBe("2021-06-01")
    expect(fault(vaccination({ dt: new Tag(1, 1622505600) }))).toBe("schema-invalid $.v[0].dt")
  })

  it.each([
    ["1998", "1998"],
    ["1998-02", "1998-02"],
    ["1998-02-26", "1998-02-26"],
    ["", undefined],
  ])(
    // prettier-ignore
    "takes the birth date %j",
    (dob, birthDate) => {
      expect(attributesOf(vaccination({}, { dob }))["birthDate"]).toBe(birthDate)
    },
  )

  it.each(["1898-02-26", "2100", "1998-13", "1998-02-30", "98", "1998-02-26-01", "XXXX"])(
    "refuses the birth date %j",
    (dob) => {
      expect(fault(vaccination({}, { dob }))).toBe("schema-invalid $.dob")
    },
  )

  it.each([
    ["2021-11-19T08:30:00Z", "2021-11-19T08:30:00Z"],
    ["2021-11-19T08:30:00.123Z", "2021-11-19T08:30:00.123Z"],
    ["2021-11-19T08:30:00+02:00", "2021-11-19T08:30:00+02:00"],
    ["2021-11-19T08:30:00+0200", "2021-11-19T08:30:00+02:00"],
    ["2021-11-19T08:30:00-02", "2021-11-19T08:30:00-02:00"],
  ])("takes the time %s", (sc, collectedAt) => {
    expect(attributesOf(test({ sc }))["collectedAt"]).toBe(collectedAt)
  })

  it.each([
    "2021-11-19",
    "2021-11-19T08:30:00",
    "2021-11-19T08:30Z",
    "2021-11-19 08:30:00Z",
    "2021-11-19T24:30:00Z",
    "2021-11-19T08:30:00+25:00",
    "1637310600",
    "",
  ])(
    // prettier-ignore
    "refuses the time %j, one without an offset included",
    (sc) => {
      expect(fault(test({ sc }))).toBe("schema-invalid $.t[0].sc")
    },
  )
})

describe("doses", () => {
  it.each([0, -1, 1.5, "1", null, true, 51, 2 ** 53])("refuses %j as a dose number or total", (dose) => {
    expect(fault(vaccination({ dn: dose }))).toBe("schema-invalid $.v[0].dn")
    expect(fault(vaccination({ sd: dose }))).toBe("schema-invalid $.v[0].sd")
  })

  it("takes a booster above its series", () => {
    expect(attributesOf(vaccination({ dn: 3, sd: 2 }))).toMatchObject({ doseNumber: 3, seriesDoses: 2 })
  })
})

describe("exactly one event", () => {
  it.each<[string, Record<string, unknown>]>([
    ["none", { v: [] }],
    ["two of one kind", { v: [VACCINATION, VACCINATION] }],
    ["one of each of two kinds", { v: [VACCINATION], t: [TEST] }],
    ["one of each kind", { v: [VACCINATION], t: [TEST], r: [RECOVERY] }],
    ["none at all", { v: null, t: null }],
  ])("refuses %s", (_, events) => {
    expect(fault(certificate(events))).toBe("event-count $")
  })

  it("takes one beside empty and null lists, as issuers write them", () => {
    expect(fault(certificate({ v: [VACCINATION], t: [], r: null }))).toBe("no error")
  })

  it("refuses a list that is none", () => {
    expect(fault(certificate({ v: VACCINATION }))).toBe("schema-invalid $.v")
    expect(fault(certificate({ v: [VACCINATION], t: "x" }))).toBe("schema-invalid $.t")
    expect(fault(certificate({ v: ["x"] }))).toBe("schema-invalid $.v[0]")
  })
})

describe("required members", () => {
  const without = (event: object, member: string) =>
    Object.fromEntries(Object.entries(event).filter(([name]) => name !== member))

  it.each(Object.keys(VACCINATION))("refuses a vaccination without %s", (member) => {
    expect(fault(certificate({ v: [without(VACCINATION, member)] }))).toBe(`schema-invalid $.v[0].${member}`)
    expect(fault(vaccination({ [member]: 7.5 }))).toBe(`schema-invalid $.v[0].${member}`)
  })

  it.each(Object.keys(RECOVERY))("refuses a recovery without %s", (member) => {
    expect(fault(certificate({ r: [without(RECOVERY, member)] }))).toBe(`schema-invalid $.r[0].${member}`)
  })

  it.each(Object.keys(TEST).filter((member) => !["nm", "tc"].includes(member)))(
    "refuses a test without %s",
    (member) => {
      expect(fault(certificate({ t: [without(TEST, member)] }))).toBe(`schema-invalid $.t[0].${member}`)
    },
  )

  it.each(["ver", "nam", "dob"])("refuses a certificate without %s", (member) => {
    const path = { ver: "$.ver", nam: "$.nam", dob: "$.dob" }[member]
    expect(fault(without(certificate(), member))).toBe(`schema-invalid ${path}`)
  })

  it("needs no test name and no device, and ignores what it does not know", () => {
    expect(fault(test({ nm: null, more: { any: [1] } }))).toBe("no error")
  })
})

describe("versions", () => {
  const at = (ver: string, made: (outer: object) => unknown) => fault(made({ ver }))

  it.each(["1.0.0", "1.0.1", "1.1.0", "1.2.0", "1.2.1", "1.3.0", "1.3.1", "1.3.2", "1.3.3"])(
    "takes %s",
    (ver) => {
      expect(at(ver, (outer) => vaccination({}, outer))).toBe("no error")
    },
  )

  it.each(["0.1.0", "1.4.0", "2.0.0", "1.3", "1.3.0-rc", "1.30.0", "", "1a3b0"])("refuses %j", (ver) => {
    expect(at(ver, (outer) => vaccination({}, outer))).toBe("schema-invalid $.ver")
  })

  it("raised the longest text from 50 to 80 characters with 1.3.0", () => {
    const issuedBy = (length: number) => (outer: object) => vaccination({ is: "ü".repeat(length) }, outer)
    expect([at("1.2.1", issuedBy(50)), at("1.2.1", issuedBy(51))]).toEqual([
      "no error",
      "schema-invalid $.v[0].is",
    ])
    expect([at("1.3.0", issuedBy(80)), at("1.3.0", issuedBy(81))]).toEqual([
      "no error",
      "schema-invalid $.v[0].is",
    ])
    expect(at("1.2.1", issuedBy(50))).toBe("no error")
  })

  it("counts characters, not UTF-16 units", () => {
    expect(at("1.3.0", (outer) => vaccination({ is: "\u{1F489}".repeat(80) }, outer))).toBe("no error")
  })

  it("dropped the ninth dose as the last with 1.3.0", () => {
    const dose = (dn: number) => (outer: object) => vaccination({ dn, sd: dn }, outer)
    expect([at("1.2.1", dose(9)), at("1.2.1", dose(10))]).toEqual(["no error", "schema-invalid $.v[0].dn"])
    expect([at("1.3.0", dose(10)), at("1.3.0", dose(50))]).toEqual(["no error", "no error"])
  })

  it("asks for a test's centre before 1.3.0", () => {
    const nowhere = (outer: object) => test({ tc: null }, outer)
    expect([at("1.2.1", nowhere), at("1.3.0", nowhere)]).toEqual(["schema-invalid $.t[0].tc", "no error"])
  })

  it("lets the transliterated forename stand alone from 1.3.2", () => {
    const forename = (outer: object) => vaccination({}, { nam: { gnt: "GABRIELE" }, ...outer })
    expect([at("1.3.1", forename), at("1.3.2", forename)]).toEqual(["schema-invalid $.nam.fnt", "no error"])
    expect(at("1.3.2", (outer) => vaccination({}, { nam: {}, ...outer }))).toBe("schema-invalid $.nam.fnt")
  })

  it("keeps transliterated names to capitals and fillers", () => {
    for (const name of ["Muster", "MÜLLER", "A B", 7]) {
      expect(fault(vaccination({}, { nam: { fnt: name } }))).toBe("schema-invalid $.nam.fnt")
    }
    expect(fault(vaccination({}, { nam: { fnt: "A<B", fn: 7 } }))).toBe("schema-invalid $.nam.fn")
    expect(fault(vaccination({}, { nam: "A" }))).toBe("schema-invalid $.nam")
  })
})
