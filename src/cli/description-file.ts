// What a person writes for an organizer's verb: a JSON file, read member by member, so that a mistake is named by its place
// and no member is ignored because it was misspelt.
import { parseStrictJson } from "../protocol/wire/canonical-json.ts"
import type { Json } from "../protocol/wire/canonical-json.ts"
import { ProtocolError } from "../protocol/primitives/errors.ts"
import { CliError } from "./exit.ts"
import { readInput } from "./files.ts"

const LIMITS = { maxBytes: 256 * 1024, maxDepth: 12, maxString: 16_384 }

/** One object of a description. Every reader throws CliError `option-invalid` naming file and member. */
export class Description {
  readonly #path: string
  readonly #members: Readonly<Record<string, Json | undefined>>
  readonly #read = new Set<string>()

  constructor(path: string, value: Json | undefined) {
    if (typeof value !== "object" || Array.isArray(value)) throw refused(path, "expected an object")
    this.#path = path
    this.#members = value as Readonly<Record<string, Json | undefined>>
  }

  has(name: string): boolean {
    return this.#members[name] !== undefined
  }
  /** Any value. */
  json(name: string): Json {
    this.#read.add(name)
    const value = this.#members[name]
    if (value === undefined) throw this.refused(name, "is missing")
    return value
  }
  text(name: string, otherwise?: string): string {
    const value = this.#valueOf(name, otherwise)
    if (typeof value !== "string") throw this.refused(name, "expected a text")
    return value
  }
  /** One of some words. */
  word<W extends string>(name: string, words: readonly W[], otherwise?: W): W {
    const value = this.text(name, otherwise)
    const found = words.find((word) => word === value)
    if (found === undefined) throw this.refused(name, `expected ${words.join(" or ")}`)
    return found
  }
  number(name: string, otherwise?: number): number {
    const value = this.#valueOf(name, otherwise)
    if (typeof value !== "number") throw this.refused(name, "expected a whole number")
    return value
  }
  flag(name: string, otherwise?: boolean): boolean {
    const value = this.#valueOf(name, otherwise)
    if (typeof value !== "boolean") throw this.refused(name, "expected true or false")
    return value
  }
  /** Unix seconds: as a number, or from an RFC 3339 instant with its offset. */
  time(name: string): number {
    const value = this.json(name)
    return typeof value === "number" ? value : readTime(this.text(name), `${this.#path}: ${name}`)
  }
  list(name: string): readonly Description[] {
    return this.#listOf(name).map((item, i) => new Description(`${this.#path}: ${name}.${i}`, item))
  }
  texts(name: string): readonly string[] {
    return this.#listOf(name).map((item, i) => {
      if (typeof item !== "string") throw this.refused(`${name}.${i}`, "expected a text")
      return item
    })
  }
  object(name: string): Description {
    return new Description(`${this.#path}: ${name}`, this.json(name))
  }
  /** The value that was read, once nothing in the object is left unread. */
  done<T>(value: T): T {
    const stray = Object.keys(this.#members).find((name) => !this.#read.has(name))
    if (stray !== undefined) throw this.refused(stray, "is no member that belongs here")
    return value
  }
  refused(name: string, what: string): CliError {
    return refused(this.#path, `${name}: ${what}`)
  }

  #valueOf(name: string, otherwise: Json | undefined): Json {
    return !this.has(name) && otherwise !== undefined ? otherwise : this.json(name)
  }
  #listOf(name: string): readonly Json[] {
    const value = this.json(name)
    if (!Array.isArray(value)) throw this.refused(name, "expected a list")
    return value as readonly Json[]
  }
}

/** Reads a description. @throws CliError `file-missing`, `option-invalid` */
export async function readDescription(path: string): Promise<Description> {
  const bytes = await readInput(path)
  try {
    return new Description(path, parseStrictJson(bytes, LIMITS))
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause
    throw new CliError("option-invalid", `${path}: ${cause.message}`, { cause })
  }
}

/** Unix seconds of an RFC 3339 instant or of their own digits. @throws CliError `option-invalid` */
export function readTime(text: string, what: string): number {
  if (/^[0-9]{1,12}$/.test(text)) return Number(text)
  const milliseconds = /(?:Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN
  if (!Number.isInteger(milliseconds / 1000))
    throw new CliError("option-invalid", `${what}: expected an instant like 2026-05-04T18:00:00Z`)
  return milliseconds / 1000
}

const refused = (path: string, what: string): CliError => new CliError("option-invalid", `${path}: ${what}`)
