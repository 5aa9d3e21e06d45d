// Holds answers of a test service against the description of its interface: what does not fit it turns a test red.
import { readFileSync } from "node:fs"
import { Ajv2020 } from "ajv/dist/2020.js"
import type { ValidateFunction } from "ajv/dist/2020.js"

interface Media {
  readonly schema?: object
}
interface Operation {
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly schema: object }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> }
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, Media>> }>>
}
type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>

/** The committed description. */
export const DESCRIPTION = JSON.parse(
  readFileSync(new URL("../../src/service/http/openapi.json", import.meta.url), "utf8"),
) as { readonly paths: Paths; readonly components: object }

const ajv = new Ajv2020({ strict: false, allErrors: true, logger: false })
ajv.addSchema(DESCRIPTION, "openapi.json")
const compiled = new Map<string, ValidateFunction>()

// A literal path stands before one with parameters: `/v1/elections/{election}` is no name of `/v1/elections`.
const TEMPLATES = Object.keys(DESCRIPTION.paths)
  .map((template) => ({
    template,
    pattern: new RegExp(
      `^${template
        .split(/\{[A-Za-z0-9]+\}/)
        .map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
        .join(template.includes("{path}") ? ".+" : "[^/]+")}/?$`,
    ),
  }))
  .sort((a, b) => a.template.split("{").length - b.template.split("{").length)

/** What an answer has to fit. */
interface Answered {
  readonly status: number
  readonly mediaType: string
  readonly json: unknown
}

/**
 * Why an answer does not fit the description; null when it does, or when no operation of it was called.
 * @param path - with its query
 */
export function contractFault(method: string, path: string, answer: Answered): string | null {
  const [plain = ""] = path.split("?")
  const found = TEMPLATES.find(
    ({ template, pattern }) =>
      pattern.test(plain) && method.toLowerCase() in (DESCRIPTION.paths[template] ?? {}),
  )
  if (found === undefined || answer.status === 304 || answer.status === 206) return null
  const { template } = found
  const key = method.toLowerCase()
  const name = `${method} ${template} ${answer.status}`
  const response = DESCRIPTION.paths[template]?.[key]?.responses[String(answer.status)]
  if (response === undefined) return `${name}: the status is not described (${JSON.stringify(answer.json)})`
  if (response.content === undefined) return answer.mediaType === "" ? null : `${name}: has a body`
  const media = response.content[answer.mediaType]
  if (media === undefined) return `${name}: the media type ${answer.mediaType} is not described`
  if (media.schema === undefined) return null
  const escape = (text: string): string =>
    encodeURIComponent(text.replaceAll("~", "~0").replaceAll("/", "~1"))
  const at = [
    "paths",
    template,
    key,
    "responses",
    String(answer.status),
    "content",
    answer.mediaType,
    "schema",
  ]
  const ref = `openapi.json#/${at.map(escape).join("/")}`
  const validate = compiled.get(ref) ?? ajv.compile({ $ref: ref })
  compiled.set(ref, validate)
  if (validate(answer.json)) return null
  const errors = (validate.errors ?? [])
    .slice(0, 4)
    .map(({ instancePath, message }) => `${instancePath} ${message ?? ""}`)
  return `${name}: ${errors.join("; ")}: ${JSON.stringify(answer.json).slice(0, 400)}`
}
