// The cast of the insurance story: two insurers who share a pool, a registry of hospitals and one of payers, each with the
// five operators that a wallet wants behind a record, and a patient.
import { writeFile } from "node:fs/promises"
import { startService } from "./processes.ts"
import type { RunningService } from "./processes.ts"
import { keyed, walletOf } from "./cast.ts"
import type { World } from "./world.ts"

/** Registries, what is signed in each, and by whom. All names are invented. */
const REGISTRIES = [
  {
    registry: "immunizations",
    schemas: ["immunization/1", "treatment/1"],
    issuers: ["st-elsewhere", "corner-pharmacy", "lakeside-clinic", "north-practice", "county-health"],
  },
  {
    registry: "coverage",
    schemas: ["coverage/1"],
    issuers: ["union-fund", "river-mutual", "old-town-health", "hillside-plan", "harbour-cover"],
  },
] as const

/** Names of the registry key files, for `openWorld`. */
export const REGISTRY_KEYS = REGISTRIES.map(({ registry }) => registry)
/** The pool in which both insurers pay for a treatment. */
export const POOL = "treatments"

/** Begins a log with two registries, enters two insurers with their pool, makes keys, starts `sotto serve`. */
export async function raiseInsurers(world: World): Promise<RunningService> {
  const { run, path } = world
  await writeFile(
    path("trust.json"),
    JSON.stringify(await run("ledger", "init", "--registry", ...REGISTRY_KEYS)),
  )
  const add = (role: string, id: string, ...more: readonly string[]) =>
    run("clients", "add", "--role", role, "--id", id, "--out", path(`${id}.api-key`), ...more)
  await add("verifier", "acme-insurance", "--name", "Acme Insurance", "--pool", POOL)
  await add("verifier", "zenith-insurance", "--name", "Zenith Insurance", "--pool", POOL)
  await add("verifier", "corner-shop", "--name", "Corner Shop")
  await Promise.all([
    ...REGISTRIES.map(({ registry }) => add("registry", registry)),
    ...REGISTRIES.flatMap(({ issuers }) => issuers.map((id) => add("issuer", id))),
  ])
  return startService(world.environment())
}

/** Every issuer makes its keys, is entered, and publishes an empty list for each of its schemas; then epochs begin. */
export async function raiseOperators(world: World): Promise<void> {
  const raise = async ({ registry, schemas, issuers }: (typeof REGISTRIES)[number]): Promise<void> => {
    await Promise.all(issuers.map((id) => raiseOperator(world, registry, id, schemas)))
    await world.run("registry", "epoch", "--registry", registry, ...keyed(world, registry))
  }
  await Promise.all(REGISTRIES.map(raise))
}

async function raiseOperator(world: World, registry: string, id: string, schemas: readonly string[]) {
  const { run, path } = world
  const [dir, entry] = [path(`issuers/${id}`), path(`${id}.entry.json`)]
  const identity = ["--id", id, "--operator", id, "--name", id, "--registry", registry]
  await writeFile(entry, JSON.stringify(await run("issuer", "init", dir, ...identity)))
  const place = ["--registry", registry, ...keyed(world, registry)]
  await run("registry", "add-issuer", entry, ...place, "--schema", ...schemas)
  await run("issuer", "publish", dir, "--schema", ...schemas, ...keyed(world, id))
}

/** What an issuer signs for a patient. */
interface SignedRecord {
  readonly registry: string
  readonly issuer: string
  readonly schema: string
  readonly attributes: Readonly<Record<string, string | number>>
}

/** The patient hands a commitment to the issuer, gets a signed record of typed attributes, checks and keeps it. */
export async function receiveAttributes(world: World, patient: string, record: SignedRecord): Promise<void> {
  const { run, path, origin } = world
  const { registry, issuer, schema, attributes } = record
  const name = `${patient}-${schema.replace("/", "-")}`
  const [holder, file, out] = ["holder", "attributes", "credential"].map((kind) =>
    path(`${name}.${kind}.json`),
  )
  if (holder === undefined || file === undefined || out === undefined) throw new RangeError("three paths")
  const place = ["--service", origin, "--registry", registry, "--issuer", issuer]
  await run("wallet", "holder", ...walletOf(world, patient), ...place, "--out", holder)
  await writeFile(file, JSON.stringify(attributes))
  const order = [
    "--attributes",
    file,
    "--schema",
    schema,
    "--subject",
    "self",
    "--holder",
    holder,
    "--out",
    out,
  ]
  await run("issuer", "issue", path(`issuers/${issuer}`), ...order)
  await run("wallet", "receive", out, ...walletOf(world, patient), "--service", origin)
}
