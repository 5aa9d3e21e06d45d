import type { Schema } from "../../wire/statement.ts"

/**
 * One vaccination record: the last dose of a series, with the doses that the record holds. Countries, manufacturers and
 * lots are optional: a narrow question about them needs a list of at least three known codes.
 */
export const IMMUNIZATION_1: Schema = {
  type: "sotto/schema/1",
  name: "immunization",
  version: 1,
  subject: "self",
  attributes: [
    { name: "disease", type: "code", open: true },
    { name: "vaccine", type: "code", codes: "covid-19-vaccines/1" },
    { name: "prophylaxis", type: "code", optional: true },
    { name: "manufacturer", type: "code", optional: true },
    { name: "doseNumber", type: "int", min: 1, max: 50, open: true, optional: true },
    { name: "seriesDoses", type: "int", min: 1, max: 50, open: true, optional: true },
    { name: "dosesInRecord", type: "int", min: 1, max: 50, open: true },
    { name: "occurredOn", type: "date", minWidth: 30 },
    { name: "firstDoseOn", type: "date", minWidth: 30, optional: true },
    { name: "country", type: "code", optional: true },
    { name: "birthDate", type: "partialDate", minWidth: 365, optional: true },
    { name: "certificateId", type: "code", identifies: true, optional: true },
    { name: "lot", type: "string", optional: true },
    { name: "issuerName", type: "string", optional: true },
    { name: "boundOn", type: "date", minWidth: 30 },
  ],
}
