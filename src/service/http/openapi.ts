// OpenAPI 3.1 from the route table: the shapes that parse are the shapes that are published.
import { z } from "zod"
import { codesOf } from "./contract.ts"
import type { AnswerContract } from "./contract.ts"
import { problemShape, STATUS } from "./problem.ts"
import type { ProblemCode } from "./problem.ts"
import type { Route } from "./route.ts"

type Part = Readonly<Record<string, unknown>>

/** Spelling of path parameters, by name; the same everywhere. Others are text of at most 512 characters. */
const PARAMETERS: Readonly<Record<string, Part>> = {
  log: { type: "string", pattern: "^(?:main|[0-9a-f]{32})$" },
  ceremony: { type: "string", pattern: "^[0-9a-f]{32}$" },
  index: { type: "string", pattern: "^(?:0|[1-9][0-9]{0,14})$" },
  number: { type: "string", pattern: "^(?:latest|[1-9][0-9]{0,14})$" },
  sha256: { type: "string", pattern: "^[0-9a-f]{64}$" },
  census: { type: "string", pattern: "^[0-9a-f]{64}$" },
  roll: { type: "string", pattern: "^[0-9a-f]{64}$" },
  ballotHash: { type: "string", pattern: "^[0-9a-f]{64}$" },
}
const TEXT = { type: "string", maxLength: 512 } as const
/** 22 to 64 URL-safe characters, at least 128 random bits. */
const IDEMPOTENCY_KEY = {
  name: "Idempotency-Key",
  in: "header",
  required: true,
  schema: { type: "string", pattern: "^[A-Za-z0-9_-]{22,64}$" },
} as const

/**
 * The description of these routes. The same table gives the same document, byte for byte.
 * @param version - of this interface
 */
export function openApiDocument(routes: readonly Route[], version: string): Part {
  const schemas = new Map<string, unknown>()
  const schemaOf = (shape: z.ZodType, io: "input" | "output"): Part => jsonSchema(shape, io, schemas)
  const paths: Record<string, Record<string, Part>> = {}
  const problem = schemaOf(problemShape, "output")
  for (const route of routes) {
    const item = (paths[templateOf(route.path)] ??= {})
    item[route.method] = operationOf(route, schemaOf, problem)
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Sotto verifier service",
      version,
      description:
        "Anybody may ask, answer, vote and read without an account; verifiers, issuers, registries, organizers and auditors use API keys.",
      license: { name: "GPL-3.0-or-later", identifier: "GPL-3.0-or-later" },
    },
    servers: [{ url: "/" }],
    paths: sorted(paths),
    components: {
      schemas: sorted(Object.fromEntries(schemas)),
      securitySchemes: { key: { type: "http", scheme: "bearer", description: "sotto_<keyId>_<secret>" } },
    },
  }
}

type SchemaOf = (shape: z.ZodType, io: "input" | "output") => Part

function operationOf(route: Route, schemaOf: SchemaOf, problem: Part): Part {
  const { contract } = route
  return {
    operationId: operationIdOf(route),
    summary: contract.summary,
    parameters: parametersOf(route),
    ...(route.who === "anyone"
      ? { security: [] }
      : { security: [{ key: [] }], "x-role": route.who.role, "x-scope": route.who.scope }),
    ...(contract.body === undefined
      ? {}
      : { requestBody: { required: true, content: jsonContent(schemaOf(contract.body, "input")) } }),
    responses: merged(successes(route, schemaOf), refusals(codesOf(route), problem)),
  }
}

function successes({ contract }: Route, schemaOf: SchemaOf): Record<string, Part> {
  const contentOf = (answer: AnswerContract): Part => {
    if (answer === null) return {}
    const content =
      "mediaType" in answer ? { [answer.mediaType]: {} } : jsonContent(schemaOf(answer, "output"))
    for (const { mediaType } of contract.alternatives ?? []) content[mediaType] = {}
    return { content }
  }
  return Object.fromEntries(
    Object.entries(contract.answers).map(([status, answer]): [string, Part] => [
      status,
      { description: contract.summary, ...contentOf(answer) },
    ]),
  )
}

/** `/readyz` answers 503 by itself: one status, both media types. */
function merged(a: Readonly<Record<string, Part>>, b: Readonly<Record<string, Part>>): Part {
  const both = Object.keys(a).filter((status) => status in b)
  const contentOf = (part: Part | undefined): Part => (part?.["content"] ?? {}) as Part
  const joined = both.map((status): [string, Part] => [
    status,
    { ...b[status], content: { ...contentOf(a[status]), ...contentOf(b[status]) } },
  ])
  return { ...a, ...b, ...Object.fromEntries(joined) }
}

/** Every code of a status in one response; the enumeration is what a client has to be ready for. */
function refusals(codes: readonly ProblemCode[], problem: Part): Record<string, Part> {
  const byStatus = new Map<number, ProblemCode[]>()
  for (const code of codes) byStatus.set(STATUS[code], [...(byStatus.get(STATUS[code]) ?? []), code])
  return Object.fromEntries(
    [...byStatus].map(([status, members]): [string, Part] => [
      String(status),
      {
        description: members.sort().join(", "),
        content: {
          "application/problem+json": { schema: { ...problem, properties: { code: { enum: members } } } },
        },
      },
    ]),
  )
}

function parametersOf(route: Route): readonly Part[] {
  const names = [...route.path.matchAll(/[:*]([A-Za-z0-9]+)/g)].map(([, name = ""]) => name)
  return [
    ...names.map((name) => ({ name, in: "path", required: true, schema: PARAMETERS[name] ?? TEXT })),
    ...(route.query ?? []).map((name) => ({ name, in: "query", required: false, schema: TEXT })),
    ...(route.idempotency === "key" ? [IDEMPOTENCY_KEY] : []),
  ]
}

/** `/v1/logs/:log/entries` as OpenAPI writes it; a wildcard is one parameter whose slashes stay. */
export const templateOf = (path: string): string => path.replace(/[:*]([A-Za-z0-9]+)/g, "{$1}")

function operationIdOf({ method, path }: Route): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter((word) => word !== "" && word !== "v1")
  return [method, ...words]
    .map((word, i) => (i === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1)))
    .join("")
}

/** The JSON Schema of a shape; what has a name goes to the components once and is referred to. */
function jsonSchema(shape: z.ZodType, io: "input" | "output", schemas: Map<string, unknown>): Part {
  const made = z.toJSONSchema(shape, { io, unrepresentable: "any" })
  const text = JSON.stringify(made).replaceAll('"#/$defs/', '"#/components/schemas/')
  const { $schema: _dialect, $defs = {}, ...schema } = JSON.parse(text) as Record<string, Part>
  for (const [name, part] of Object.entries($defs)) schemas.set(name, withoutId(part as Part))
  return withoutId(schema)
}

const withoutId = ({ id: _id, ...part }: Part): Part => part
const jsonContent = (schema: Part): Record<string, Part> => ({ "application/json": { schema } })
const sorted = <T>(record: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)))
