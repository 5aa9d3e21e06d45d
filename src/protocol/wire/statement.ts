// sotto/statement/1: what is to be proved, in words a person can read. Meaning and compilation: protocol/credential.
import { z } from "zod"
import { parseShape } from "./parse.ts"
import { name, versionedName } from "./scalars.ts"

const field = z.string().regex(/^[a-z][A-Za-z0-9]{0,40}(?:\.(?:first|last))?$/)
const parameterName = z.string().regex(/^[a-z][A-Za-z0-9]{0,40}$/)
const literal = z.union([z.string().min(1).max(512), z.int()])
const parameter = z.strictObject({ param: parameterName })
const value = z.union([literal, parameter])
const list = z.union([z.array(value).max(64), z.strictObject({ valueSet: versionedName }), parameter])
const unit = z.string().min(1).max(128).optional()
const bound = z.union([value, z.strictObject({ field, plus: z.int().optional() })])

const condition = z.union([
  z.strictObject({ field, eq: value, unit }),
  z.strictObject({ field, in: list, unit }),
  z.strictObject({ field, between: z.tuple([value, value]), unit }),
  z.strictObject({ field, atLeast: bound, unit }),
  z.strictObject({ field, atMost: bound, unit }),
  z.strictObject({ field, sameAs: field }),
  z.strictObject({ field, present: z.boolean() }),
])

/** One condition on one field; exactly one operator. */
export type Condition = z.infer<typeof condition>
/** A literal or a parameter's name. */
export type StatementValue = z.infer<typeof value>
/** The right side of atLeast, atMost: a value, or another field with an offset in its own unit. */
export type StatementBound = z.infer<typeof bound>
/** `where`: AND, OR, NOT over conditions. */
export type Where =
  | { readonly all: readonly Where[] }
  | { readonly any: readonly Where[] }
  | { readonly not: Where }
  | Condition

const where: z.ZodType<Where> = z
  .lazy(() =>
    z.union([
      z.strictObject({ all: z.array(where).max(64) }),
      z.strictObject({ any: z.array(where).max(64) }),
      z.strictObject({ not: where }),
      condition,
    ]),
  )
  .meta({ id: "Where" })

/**
 * A statement template; `subject` says whose record answers. `omits` names the rules of the set it was made from that it
 * does not ask for, so that nobody takes it for the whole set: hashed like the rest, and shown to the holder.
 */
export const statement = z.strictObject({
  type: z.literal("sotto/statement/1"),
  id: versionedName,
  title: z.strictObject({ en: z.string().min(1).max(200) }),
  schema: versionedName,
  subject: z.enum(["self", "ward"]),
  where,
  omits: z.array(z.string().min(1).max(100)).min(1).max(64).optional(),
})
/** A statement template as it is hashed, anchored and shown. */
export type Statement = z.infer<typeof statement>

/** Values for a template's parameters: a literal, or a list for `in`. */
export const parameters = z.record(parameterName, z.union([literal, z.array(literal).max(64)]))
/** Values for a template's parameters. */
export type Parameters = z.infer<typeof parameters>

/** sotto/value-set/1: a long list of codes, ascending, no duplicate. */
export const valueSetShape = z.strictObject({
  type: z.literal("sotto/value-set/1"),
  id: versionedName,
  codes: z.array(z.string().min(3).max(512)).min(1).max(4096),
})
/** A named set of codes. */
export type ValueSet = z.infer<typeof valueSetShape>

const attribute = z.strictObject({
  name: z.string().regex(/^[a-z][A-Za-z0-9]{0,40}$/),
  type: z.enum(["int", "decimal", "date", "partialDate", "instant", "code", "string"]),
  scale: z.int().min(0).max(9).optional(),
  unit: z.string().min(1).max(128).optional(),
  min: z.union([z.int(), z.string().max(32)]).optional(),
  max: z.union([z.int(), z.string().max(32)]).optional(),
  minWidth: z.union([z.int().min(1), z.string().max(32)]).optional(),
  open: z.literal(true).optional(),
  optional: z.literal(true).optional(),
  openStart: z.literal(true).optional(),
  openEnd: z.literal(true).optional(),
  codes: versionedName.optional(),
  identifies: z.literal(true).optional(), // one value for each record: a list of them is a list of people
})
/** One attribute of a schema; its position follows from the order (partialDate takes two). */
export type AttributeDefinition = z.infer<typeof attribute>

/** sotto/schema/1: the sixteen typed attributes of one kind of record. */
export const schemaShape = z.strictObject({
  type: z.literal("sotto/schema/1"),
  name,
  version: z.int().min(1).max(1000),
  subject: z.enum(["self", "ward"]),
  observes: z.string().max(200).optional(),
  bearer: z.literal(true).optional(), // records may belong to whoever has them
  attributes: z.array(attribute).min(1).max(16),
})
/** A credential schema document. */
export type Schema = z.infer<typeof schemaShape>

/** Reads a statement template. @throws ProtocolError `malformed-request` */
export const parseStatement = (input: unknown): Statement => parseShape(statement, input, "malformed-request")
/** Reads a schema document. @throws ProtocolError `malformed-request` */
export const parseSchema = (input: unknown): Schema => parseShape(schemaShape, input, "malformed-request")
/** Reads a value set. @throws ProtocolError `malformed-request` */
export const parseValueSet = (input: unknown): ValueSet =>
  parseShape(valueSetShape, input, "malformed-request")
