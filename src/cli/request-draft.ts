// What an insurer types, as the draft that a service completes. Several items are one question about one person, unless
// the links say otherwise.
import { CliError } from "./exit.ts"
import { readMemberList } from "./member-list.ts"

/** What stands in front of every item that does not say it itself. */
interface ItemDefaults {
  readonly registry?: string
  readonly mode: string
  readonly use: string
  readonly epoch?: string
  readonly pool?: string
}

/** Options of `sotto request create` that make a draft. */
export interface DraftOptions extends ItemDefaults {
  readonly statement?: string
  readonly parameters: string
  /** Of `--item` and `--alternative`, in the order typed. */
  readonly item?: readonly TypedItem[]
  readonly link?: readonly string[]
  readonly purpose: string
  readonly purposeText: string
  readonly retainDays: string
  readonly zone: string
  readonly lifetime: string
}

/** One `--item` or `--alternative`. */
export interface TypedItem {
  readonly option: "--item" | "--alternative"
  readonly text: string
}

const ALTERNATIVE = ["statement", "registry"]
const NULLIFIER = ["mode", "use", "epoch", "pool"]

/**
 * The draft as JSON text; what is no draft is refused by the service that reads it.
 * @throws CliError `option-invalid`
 */
export function draftOf(options: DraftOptions): string {
  const items = itemsOf(options)
  const links = options.link?.map((text) => readLink(text)) ?? defaultLinks(items)
  return JSON.stringify({
    purpose: {
      code: options.purpose,
      text: { en: options.purposeText },
      retainDays: Number(options.retainDays),
    },
    zone: options.zone,
    links,
    items,
    lifetimeSeconds: Number(options.lifetime),
  })
}

interface DraftItem {
  readonly alternatives: readonly unknown[]
  readonly nullifier: unknown
}

function itemsOf(options: DraftOptions): readonly DraftItem[] {
  const { statement, parameters, item: typed = [] } = options
  if (statement !== undefined && typed.length > 0)
    throw new CliError("option-invalid", "give --statement or --item, not both")
  if (statement !== undefined) {
    return [
      { alternatives: [alternativeOf({ statement, parameters }, options)], nullifier: useOf({}, options) },
    ]
  }
  const items: { alternatives: unknown[]; nullifier: unknown }[] = []
  for (const { option, text } of typed) {
    const names = option === "--item" ? [...ALTERNATIVE, ...NULLIFIER] : ALTERNATIVE
    const members = readMemberList(text, { option, names, last: "parameters" })
    const alternative = alternativeOf(members, options)
    const before = items.at(-1)
    if (option === "--item") items.push({ alternatives: [alternative], nullifier: useOf(members, options) })
    else if (before === undefined)
      throw new CliError("option-invalid", "--alternative belongs to the --item before it")
    else before.alternatives.push(alternative)
  }
  if (items.length === 0) throw new CliError("option-invalid", "give --statement, --item or --draft FILE")
  return items
}

type Members = Readonly<Record<string, string>>

function alternativeOf(members: Members, defaults: ItemDefaults) {
  const { statement, registry = defaults.registry, parameters = "{}" } = members
  if (statement === undefined || registry === undefined)
    throw new CliError("option-invalid", "an item names a statement and a registry")
  return { registry, statement, parameters: parseParameters(parameters) }
}

function useOf(members: Members, defaults: ItemDefaults) {
  const { mode = defaults.mode, use = defaults.use } = members
  const { epoch = defaults.epoch ?? "always", pool = defaults.pool } = members
  if (pool !== undefined && use !== "once")
    throw new CliError("option-invalid", "a pool counts with use once only")
  if (use === "request") return { mode, use }
  return pool === undefined ? { mode, use, epoch } : { mode, use, epoch, pool }
}

/** `samePerson:0,1`. */
function readLink(text: string): { readonly kind: string; readonly items: readonly number[] } {
  const [kind, list, more] = text.split(":")
  if (kind === undefined || list === undefined || more !== undefined || !/^\d(?:,\d)+$/.test(list)) {
    throw new CliError("option-invalid", "--link wants a kind and items counted from 0: samePerson:0,1")
  }
  return { kind, items: list.split(",").map(Number) }
}

// One person answers everything; what is counted in one pool is answered by an entitlement each.
function defaultLinks(items: readonly DraftItem[]) {
  const link = (kind: string, linked: readonly number[]) =>
    linked.length < 2 ? [] : [{ kind, items: linked }]
  const inPool = new Map<string, number[]>()
  for (const [item, { nullifier }] of items.entries()) {
    const { pool, epoch } = nullifier as { readonly pool?: string; readonly epoch?: string }
    if (pool !== undefined)
      inPool.set(`${pool} ${epoch ?? ""}`, [...(inPool.get(`${pool} ${epoch ?? ""}`) ?? []), item])
  }
  return [
    ...link("samePerson", [...items.keys()]),
    ...[...inPool.values()].flatMap((linked) => link("differentCredentials", linked)),
  ]
}

function parseParameters(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new CliError("option-invalid", "parameters are no JSON", { cause })
  }
}
