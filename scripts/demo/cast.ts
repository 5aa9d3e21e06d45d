// Who takes part: the service with its insurer, five issuers of one registry, and patients with their wallets.
import { writeFile } from "node:fs/promises"
import { startService } from "./processes.ts"
import type { RunningService } from "./processes.ts"
import type { World } from "./world.ts"

/** The registry of the demo. */
export const REGISTRY = "immunizations"
/** Wallets want at least five operators behind a kind of record. All names are invented. */
const ISSUERS = [
  { id: "st-elsewhere", name: "St. Elsewhere Hospital" },
  { id: "corner-pharmacy", name: "Corner Pharmacy" },
  { id: "lakeside-clinic", name: "Lakeside Clinic" },
  { id: "north-practice", name: "North Street Practice" },
  { id: "county-health", name: "County Health Office" },
] as const
/** An issuer's id. */
export type IssuerId = (typeof ISSUERS)[number]["id"]

/** Begins a log, makes the API keys, starts `sotto serve`. */
export async function raiseService(world: World): Promise<RunningService> {
  const { run, path } = world
  await run("ledger", "init", "--registry", REGISTRY)
  const trust = await run("ledger", "trust")
  await writeFile(path("trust.json"), JSON.stringify(trust))
  const add = (role: string, id: string, ...more: readonly string[]) =>
    run("clients", "add", "--role", role, "--id", id, "--out", path(`${id}.api-key`), ...more)
  await add("verifier", "acme-insurance", "--name", "Acme Insurance")
  await add("registry", REGISTRY)
  await Promise.all(ISSUERS.map(({ id }) => add("issuer", id)))
  return startService(world.environment())
}

/** Each issuer makes its keys, is entered in the registry, and publishes its empty status list; then an epoch begins. */
export async function raiseIssuers(world: World): Promise<void> {
  await Promise.all(ISSUERS.map((issuer) => raiseIssuer(world, issuer)))
  await world.run("registry", "epoch", "--registry", REGISTRY, ...keyed(world, REGISTRY))
}

async function raiseIssuer(world: World, { id, name }: (typeof ISSUERS)[number]): Promise<void> {
  const { run, path } = world
  const dir = path(`issuers/${id}`)
  await run("issuer", "init", dir, "--id", id, "--operator", id, "--name", name, "--registry", REGISTRY)
  await run("issuer", "entry", dir, "--out", path(`${id}.entry.json`))
  const entry = path(`${id}.entry.json`)
  await run("registry", "add-issuer", entry, "--registry", REGISTRY, ...keyed(world, REGISTRY))
  await run("issuer", "publish", dir, ...keyed(world, id))
}

/** A new patient with an empty encrypted wallet. */
export async function raisePatient(world: World, name: string): Promise<void> {
  await world.run("wallet", "init", ...walletOf(world, name), "--trust", world.path("trust.json"))
}

/** The patient hands a commitment to an issuer, gets a signed record for it, checks and keeps it. */
export async function receiveRecord(
  world: World,
  patient: string,
  issuer: IssuerId,
  record: string,
): Promise<Readonly<Record<string, unknown>>> {
  const { run, path, origin } = world
  const [holder, credential] = [
    path(`${patient}-${issuer}.holder.json`),
    path(`${patient}-${issuer}.credential.json`),
  ]
  const place = ["--service", origin, "--registry", REGISTRY, "--issuer", issuer]
  await run("wallet", "holder", ...walletOf(world, patient), ...place, "--out", holder)
  const dir = path(`issuers/${issuer}`)
  const issued = await run(
    "issuer",
    "issue",
    dir,
    "--record",
    record,
    "--subject-checked",
    "--holder",
    holder,
    "--out",
    credential,
  )
  await run("wallet", "receive", credential, ...walletOf(world, patient), "--service", origin)
  return issued
}

/** Options of a patient's wallet verbs. */
export const walletOf = (world: World, patient: string): readonly string[] => [
  ...["--wallet", world.path(`${patient}.wallet`)],
  ...["--passphrase-file", world.path("passphrase")],
]

/** Options of a keyed call. */
export const keyed = (world: World, id: string): readonly string[] => [
  ...["--service", world.origin],
  ...["--api-key-file", world.path(`${id}.api-key`)],
]
