// The .sym file of circom: which wire a named signal became, or that the optimiser dropped it.

/** Signal names and wires, both ways; the leading `main.` is left out. */
export interface Symbols {
  /** Wire of a signal; `undefined` where there is no such signal or the optimiser substituted it. */
  readonly wireOf: ReadonlyMap<string, number>
  /** Names of a wire; several where the optimiser joined equal signals. */
  readonly namesOf: ReadonlyMap<number, readonly string[]>
}

// circom names an anonymous component <Template>_<counter>_<source offset>; both numbers move when a comment does.
const ANONYMOUS = /^([A-Za-z][A-Za-z0-9]*)_(\d+)_(\d+)((?:\[\d+\])*)$/

/**
 * Reads lines of `label,wire,component,name`. Anonymous components are renamed `<Template>#<n>`, n counting those of one
 * template in one parent in the order of the source, so that a name in a test outlives an edited comment.
 */
export function readSymbols(text: string): Symbols {
  const wireOf = new Map<string, number>()
  const namesOf = new Map<number, string[]>()
  const ordinals = new Map<string, Map<string, number>>()
  for (const line of text.trimEnd().split("\n")) {
    const [, wireText = "", , name = ""] = line.split(",")
    const wire = Number(wireText)
    const plain = plainName(name, ordinals)
    if (wire < 0) continue
    wireOf.set(plain, wire)
    const names = namesOf.get(wire)
    if (names === undefined) namesOf.set(wire, [plain])
    else names.push(plain)
  }
  return { wireOf, namesOf }
}

function plainName(name: string, ordinals: Map<string, Map<string, number>>): string {
  let parent = ""
  return name
    .split(".")
    .slice(1) // main
    .map((part) => {
      const match = ANONYMOUS.exec(part)
      const plain =
        match === null
          ? part
          : `${match[1] ?? ""}#${String(ordinalOf(parent, match, ordinals))}${match[4] ?? ""}`
      parent += `${part}.`
      return plain
    })
    .join(".")
}

function ordinalOf(
  parent: string,
  match: RegExpExecArray,
  ordinals: Map<string, Map<string, number>>,
): number {
  const [, template = "", counter = "", offset = ""] = match
  const family = `${parent}${template}`
  const known = ordinals.get(family) ?? new Map<string, number>()
  ordinals.set(family, known)
  const key = `${counter}_${offset}`
  const ordinal = known.get(key) ?? known.size
  known.set(key, ordinal)
  return ordinal
}
