// Attack row 21: a verifier, a registry or both make the crowd small in which an answer hides. Each way of doing so meets
// a refusal before anything is proved, and the holder reads which.
import { describe, expect, test } from "vitest"
import { makeCatalogue } from "../../src/protocol/catalogue/catalogue.ts"
import { prepareValueSet } from "../../src/protocol/credential/value-set.ts"
import { buildRegistry } from "../../src/protocol/credential/issuer-registry.ts"
import { computeSchemaId, schemaName } from "../../src/protocol/credential/schema.ts"
import { encodeFr } from "../../src/protocol/primitives/field.ts"
import { parsePresentationRequest } from "../../src/protocol/wire/presentation-request.ts"
import type { PresentationRequest } from "../../src/protocol/wire/presentation-request.ts"
import type { RegistryBundle } from "../../src/protocol/wire/credential.ts"
import type { Schema, Where } from "../../src/protocol/wire/statement.ts"
import type { AcceptedEpoch } from "../../src/parties/wallet/accept-epoch.ts"
import { checkGuards } from "../../src/parties/wallet/guard.ts"
import { respond } from "../../src/parties/wallet/respond.ts"
import type { Respond } from "../../src/parties/wallet/respond.ts"
import { giveRecord, makeContext, openHolderStore } from "../support/wallet-holder.ts"
import type { TestContext } from "../support/wallet-holder.ts"
import type { MemoryStore } from "../support/wallet-memory.ts"
import {
  makeValueSet,
  makeWorld,
  REGISTRY,
  SCHEMA,
  STATEMENT,
  VACCINATED,
  VERIFIER,
} from "../support/wallet-world.ts"
import type { RequestChange, World } from "../support/wallet-world.ts"

/** Codes of vaccines are known by a set of 72: what is not in it counts as nobody's. */
const CODED: Schema = {
  ...SCHEMA,
  name: "coded-immunization",
  attributes: SCHEMA.attributes.map((attribute) =>
    attribute.name === "vaccine" ? { ...attribute, codes: "vaccines/1" } : attribute,
  ),
}
const KNOWN = makeValueSet("vaccines/1", 72)

interface Scene {
  readonly world: World
  readonly store: MemoryStore
  readonly context: TestContext
}

async function stage(schema: Schema = SCHEMA, issuers = 5): Promise<Scene> {
  const world = makeWorld(issuers, schema === SCHEMA ? [SCHEMA] : [SCHEMA, schema])
  world.anchor("value-set", KNOWN.id, KNOWN)
  const store = openHolderStore(world)
  await giveRecord(world, store, {
    schema,
    attributes: schema === SCHEMA ? VACCINATED : { ...VACCINATED, vaccine: "urn:set|0044" },
  })
  return { world, store, context: makeContext(world, store) }
}

let asked = 0
/** Anchors a statement over a schema and asks it, once or as several items. */
function asking({ world }: Scene, wheres: readonly Where[], schema: Schema = SCHEMA): RequestChange {
  const statements = wheres.map((where) => {
    const statement = { ...STATEMENT, id: `asked-${++asked}/1`, schema: schemaName(schema), where }
    world.anchor("statement", statement.id, statement)
    return statement
  })
  return (request) => {
    const [item] = request.items
    const [alternative] = item!.alternatives
    const schemaId = computeSchemaId(schema)
    const items = statements.map((statement) => ({
      ...item!,
      alternatives: [{ ...alternative!, statement, schemaId }],
    }))
    return { ...request, items }
  }
}

async function outcomeOf(scene: Scene, change?: RequestChange, more: Partial<Respond> = {}): Promise<string> {
  const { calls } = scene.context.prover
  const before = calls.length
  const result = await respond(scene.world.request(change), { ...scene.context, ...more })
  if (!result.ok) expect(calls).toHaveLength(before) // nothing was proved
  return result.ok ? "answered" : `${result.reason} (${result.details.join("; ")})`
}

const between = (from: string, to: string): Where => ({ field: "occurredOn", between: [from, to] })

describe("too few issuers", () => {
  test("a registry of one issuer", async () => {
    expect(await outcomeOf(await stage(SCHEMA, 1))).toBe(
      "anonymity-issuer (item 1: 1 operators, at least 5 are needed)",
    )
  })

  test("one operator with five keys", async () => {
    const scene = await stage()
    scene.world.publish({}, (bundle) => ({
      ...bundle,
      issuers: bundle.issuers.map((issuer) => ({ ...issuer, operator: "one" })),
    }))
    expect(await outcomeOf(scene)).toBe("anonymity-issuer (item 1: 1 operators, at least 5 are needed)")
  })

  test("five issuers of which one signs records of the schema", async () => {
    const scene = await stage()
    scene.world.publish({}, (bundle) => ({ ...bundle, leaves: bundle.leaves.slice(0, 1) }))
    expect(await outcomeOf(scene)).toContain("anonymity-issuer (item 1: 1 operators")
  })

  test("two registries, each with a crowd, that have one operator in common: over two requests or in one", () => {
    const here = registryOf("here", [0, 1, 2, 3, 4])
    const there = registryOf("there", [4, 5, 6, 7, 8])
    const asks = (...registries: readonly string[]) => guardsOf(registries, new Map([here, there]))
    expect(asks("here")).toEqual([])
    expect(asks("there")).toEqual([])
    const found = {
      guard: "bisecting",
      details: [
        "item 1: 1 operators in common with other answers",
        "item 2: 1 operators in common with other answers",
      ],
    }
    expect(asks("here", "there")).toEqual([found])
    expect(guardsOf(["there"], new Map([here, there]), [here[0]])).toEqual([
      { guard: "bisecting", details: ["item 1: 1 operators in common with other answers"] },
    ])
    expect(asks("here", "here")).toEqual([])
  })
})

describe("a question that few can answer", () => {
  test.each<readonly [string, Where, Schema]>([
    ["a list of one code", { field: "vaccine", in: ["urn:cvx|208"] }, SCHEMA],
    [
      "one known code and fifteen that nobody has",
      { field: "vaccine", in: ["urn:set|0044", ...Array.from({ length: 15 }, (_, i) => `urn:no|${i}`)] },
      CODED,
    ],
    ["an interval of one day", between("2026-08-17", "2026-08-17"), SCHEMA],
    ["an equality", { field: "occurredOn", eq: "2026-08-17" }, SCHEMA],
    [
      "two one-sided bounds that meet",
      {
        all: [
          { field: "occurredOn", atLeast: "2026-08-17" },
          { field: "occurredOn", atMost: "2026-08-18" },
        ],
      },
      SCHEMA,
    ],
    [
      "two one-sided bounds, each beside a way out that is no way out",
      {
        all: [
          {
            any: [
              { field: "occurredOn", atLeast: "2026-08-17" },
              { field: "doseNumber", atLeast: 20 },
            ],
          },
          {
            any: [
              { field: "occurredOn", atMost: "2026-08-18" },
              { field: "doseNumber", atLeast: 20 },
            ],
          },
        ],
      },
      SCHEMA,
    ],
    [
      "the same bounds under two negations",
      {
        not: {
          any: [
            { not: { field: "occurredOn", atLeast: "2026-08-17" } },
            { not: { field: "occurredOn", atMost: "2026-08-18" } },
          ],
        },
      },
      SCHEMA,
    ],
  ])("%s", async (_name, where, schema) => {
    const scene = await stage(schema)
    expect(await outcomeOf(scene, asking(scene, [where], schema))).toMatch(/^narrow-question \(item 1: /)
  })

  test("becomes an answer when the crowd is there: three known codes, a week", async () => {
    const coded = await stage(CODED)
    const three: Where = { field: "vaccine", in: ["urn:set|0044", "urn:set|0045", "urn:set|0046"] }
    expect(await outcomeOf(coded, asking(coded, [three], CODED))).toBe("answered")
    const scene = await stage()
    expect(await outcomeOf(scene, asking(scene, [between("2026-08-14", "2026-08-20")]))).toBe("answered")
  })
})

describe("several questions that few can answer together", () => {
  test("a second question that halves the first", async () => {
    const scene = await stage()
    expect(await outcomeOf(scene, asking(scene, [between("2026-08-10", "2026-08-20")]))).toBe("answered")
    expect(await outcomeOf(scene, asking(scene, [between("2026-08-16", "2026-08-31")]))).toBe(
      "bisecting (item 1: occurredOn)",
    )
  })

  test("the two halves in one request, as two items", async () => {
    const scene = await stage()
    const halves = [between("2026-08-10", "2026-08-20"), between("2026-08-16", "2026-08-31")]
    expect(await outcomeOf(scene, asking(scene, halves))).toBe(
      "bisecting (item 1: occurredOn; item 2: occurredOn)",
    )
  })

  test("a first answer about another record does not cover the second question up", async () => {
    const scene = await stage()
    await giveRecord(scene.world, scene.store, {
      statusIndex: 6,
      attributes: { ...VACCINATED, occurredOn: "2026-10-10" },
    })
    // August and October have no day in common; what both leave together is nothing, and must not count as wide.
    for (const where of [between("2026-08-01", "2026-08-20"), between("2026-10-01", "2026-10-31")]) {
      expect(await outcomeOf(scene, asking(scene, [where]))).toBe("answered")
    }
    expect(await outcomeOf(scene, asking(scene, [between("2026-08-16", "2026-09-20")]))).toBe(
      "bisecting (item 1: occurredOn)",
    )
  })

  test("an answer that was certainly about another record narrows nothing", async () => {
    const scene = await stage()
    await giveRecord(scene.world, scene.store, {
      statusIndex: 6,
      attributes: { ...VACCINATED, disease: "http://snomed.info/sct|6142004" },
    })
    const about = (disease: string, from: string, to: string): Where => ({
      all: [{ field: "disease", eq: `http://snomed.info/sct|${disease}` }, between(from, to)],
    })
    const covid = about("840539006", "2026-08-10", "2026-08-20")
    expect(await outcomeOf(scene, asking(scene, [covid]))).toBe("answered")
    const influenza = about("6142004", "2026-08-16", "2026-08-31")
    expect(await outcomeOf(scene, asking(scene, [influenza]))).toBe("answered")
    const way = { any: [about("6142004", "2026-08-16", "2026-08-31"), { field: "lot", present: true }] }
    expect(await outcomeOf(scene, asking(scene, [way]))).toBe("bisecting (item 1: occurredOn)")
  })

  test("across origins it is told and not refused, and only where it narrows", async () => {
    const scene = await stage()
    expect(await outcomeOf(scene, asking(scene, [between("2026-08-10", "2026-08-20")]))).toBe("answered")
    const [receipt] = scene.store.current().receipts
    const verifier = { ...VERIFIER, origin: "https://other.example" }
    const elsewhere = { ...receipt!, request: { ...receipt!.request, verifier } }
    await scene.store.replace({ ...scene.store.current(), receipts: [elsewhere] })
    expect(await outcomeOf(scene, asking(scene, [between("2026-08-01", "2026-08-31")]))).toBe("answered")
    expect(scene.context.screens.at(-1)!.warnings).toEqual([])
    await scene.store.replace({ ...scene.store.current(), receipts: [elsewhere] })
    expect(await outcomeOf(scene, asking(scene, [between("2026-08-16", "2026-08-31")]))).toBe("answered")
    expect(scene.context.screens.at(-1)!.warnings.join()).toContain("compare notes")
  })
})

describe("a question that is not what it says", () => {
  test("an inline list of seventeen codes", async () => {
    const scene = await stage()
    const list = Array.from({ length: 17 }, (_, i) => `urn:cvx|${200 + i}`)
    expect(await outcomeOf(scene, asking(scene, [{ field: "vaccine", in: list }]))).toContain(
      "request-inconsistent (list-too-long",
    )
  })

  test("a value set that is in no catalogue, and one that is there but not named with its root", async () => {
    const scene = await stage()
    const unknown: Where = { field: "vaccine", in: { valueSet: "made-up/1" } }
    expect(await outcomeOf(scene, asking(scene, [unknown]))).toContain("request-inconsistent")
    const set = prepareValueSet(makeValueSet("made-up/1", 20))
    const named = { "made-up/1": { digest: set.digest, root: encodeFr(set.root), size: 20 } }
    const change = asking(scene, [unknown])
    expect(await outcomeOf(scene, (request) => ({ ...change(request), valueSets: named }))).toContain(
      "request-inconsistent (value-set made-up/1)",
    )
  })

  test("bound data that this wallet never asked for: a mark that only one holder carries", async () => {
    const scene = await stage()
    expect(await outcomeOf(scene, (request) => ({ ...request, boundData: encodeFr(77n) }))).toBe(
      "request-inconsistent (bound data)",
    )
  })
})

/** A registry of some operators out of nine, accepted. */
function registryOf(id: string, operators: readonly number[]): readonly [string, AcceptedEpoch] {
  const world = makeWorld(9)
  const [epoch] = world.epochs
  const bundle: RegistryBundle = {
    ...epoch!.bundle,
    registry: id,
    issuers: operators.map((i) => epoch!.bundle.issuers[i]!),
    leaves: operators.map((i) => {
      const leaf = epoch!.bundle.leaves[i]!
      return { ...leaf, list: { ...leaf.list, registry: id } }
    }),
  }
  return [id, { body: epoch!.body, bundle, registry: buildRegistry(bundle) }]
}

/** W6 to W8 of a request with one item per registry, after answers to requests about other registries. */
function guardsOf(
  registries: readonly string[],
  epochs: ReadonlyMap<string, AcceptedEpoch>,
  answered: readonly string[] = [],
) {
  const world = makeWorld()
  const requestFor = (names: readonly string[]): PresentationRequest => {
    const id = world.request((request) => ({
      ...request,
      items: names.map((registry) => ({
        ...request.items[0]!,
        alternatives: [{ ...request.items[0]!.alternatives[0]!, registry }],
      })),
      registries: Object.fromEntries(names.map((name) => [name, request.registries[REGISTRY]!])),
    }))
    return parsePresentationRequest(world.requests.get(id)!)
  }
  const operatorsIn = (registry: string) =>
    epochs.get(registry)!.bundle.issuers.map(({ operator }) => operator)
  const receipts = answered.map((registry) => ({
    request: requestFor([registry]),
    presentation: { type: "sotto/presentation/1" as const, request: requestFor([registry]).id, items: [] },
    answers: [{ schemaId: computeSchemaId(SCHEMA), operators: operatorsIn(registry), left: [], proved: [] }],
    records: [],
    answeredAtUnixSeconds: 1,
  }))
  const catalogue = makeCatalogue({ schemas: [SCHEMA], statements: [], valueSets: [] })
  return checkGuards({ request: requestFor(registries), catalogue, epochs, k: 5, receipts })
}
