// Two questions about every numeric result: between two values, or within the laboratory's own reference range.
import { schemaName } from "../../credential/schema.ts"
import type { Schema, Statement } from "../../wire/statement.ts"

/** `low` and `high` are decimals as text in the schema's unit; `since` is a day such as `today-P90D`. */
export function valueInRange(schema: Schema): Statement {
  const between = [{ param: "low" }, { param: "high" }] as [{ param: string }, { param: string }]
  return {
    ...{
      type: "sotto/statement/1",
      id: `${schema.name}-in-range/1`,
      schema: schemaName(schema),
      subject: "self",
    },
    title: { en: "Laboratory value between two values" },
    where: { all: [{ field: "value", between, unit: unitOf(schema) }, SINCE] },
  }
}

/** Neither below nor above the reference range that the record states; without both bounds it proves nothing. */
export function valueNormal(schema: Schema): Statement {
  return {
    ...{
      type: "sotto/statement/1",
      id: `${schema.name}-normal/1`,
      schema: schemaName(schema),
      subject: "self",
    },
    title: { en: "Laboratory value within its reference range" },
    where: {
      all: [
        { field: "value", atLeast: { field: "referenceLow" } },
        { field: "value", atMost: { field: "referenceHigh" } },
        SINCE,
      ],
    },
  }
}

/** One of some coded results, such as negative. */
export function codedValue(schema: Schema): Statement {
  return {
    ...{ type: "sotto/statement/1", id: `${schema.name}-is/1`, schema: schemaName(schema), subject: "self" },
    title: { en: "Laboratory result is one of some" },
    where: { all: [{ field: "value", in: { param: "results" } }, SINCE] },
  }
}

const SINCE = { field: "collectedOn", atLeast: { param: "since" } }

function unitOf({ name, attributes }: Schema): string {
  const unit = attributes.find((attribute) => attribute.name === "value")?.unit
  if (unit === undefined) throw new RangeError(`${name} has no unit`)
  return unit
}
