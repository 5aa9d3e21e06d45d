// A schema with an attribute of every type: for tests of the type table and of the statement language.
import type { Schema, Statement, Where } from "../../src/protocol/wire/statement.ts"

export const MMOL = "http://unitsofmeasure.org|mmol/L"

export const EVERY_TYPE: Schema = {
  type: "sotto/schema/1",
  name: "every-type",
  version: 1,
  subject: "self",
  attributes: [
    { name: "kind", type: "code" },
    { name: "other", type: "code", optional: true },
    { name: "count", type: "int", min: -1000, max: 1000, minWidth: 2 },
    { name: "total", type: "int", min: -1000, max: 1000, minWidth: 2, optional: true },
    { name: "value", type: "decimal", scale: 3, unit: MMOL, min: "-200", max: "200", minWidth: "0.5" },
    {
      name: "high",
      type: "decimal",
      scale: 3,
      unit: MMOL,
      min: "-200",
      max: "200",
      minWidth: "0.5",
      optional: true,
    },
    { name: "plain", type: "decimal", scale: 1, min: "0", max: "1e3", minWidth: "1", optional: true },
    { name: "takenOn", type: "date", minWidth: 7 },
    { name: "from", type: "date", minWidth: 7, openStart: true },
    { name: "until", type: "date", minWidth: 7, openEnd: true },
    { name: "born", type: "partialDate", minWidth: 365, optional: true },
    { name: "takenAt", type: "instant", minWidth: 3600, optional: true },
    { name: "note", type: "string", optional: true },
    { name: "parentBorn", type: "partialDate", minWidth: 365, optional: true },
  ],
}

/** A statement over EVERY_TYPE. */
export const where = (condition: Where): Statement => ({
  type: "sotto/statement/1",
  id: "made/1",
  title: { en: "Made for a test" },
  schema: "every-type/1",
  subject: "self",
  where: condition,
})
