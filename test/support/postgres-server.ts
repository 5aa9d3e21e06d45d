// A real PostgreSQL server of our own: made from the installed binaries in a temporary folder, reached by a socket in it.
import { spawn, spawnSync } from "node:child_process"
import type { ChildProcess } from "node:child_process"
import { chownSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statfsSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import pg from "pg"

const DEBIAN = "/usr/lib/postgresql"
const SUPERUSER = "postgres"
/** Where a folder costs no disk: a crash of the server is the same there, and copies of databases take no second. */
export const MEMORY = "/dev/shm"
const MEMORY_BYTES = 2 ** 30 // so much must be free
/** Everything that durability rests on stays as it ships; only memory is kept small. */
const SETTINGS = {
  shared_buffers: "64MB",
  max_wal_size: "512MB",
  max_connections: "100",
  listen_addresses: "",
}

/** The folder of the newest installed server's binaries; null when there is none. */
export function findPostgres(): string | null {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : []
  const folder = versions
    .map((version) => join(DEBIAN, version, "bin"))
    .find((bin) => existsSync(join(bin, "initdb")))
  return folder ?? null
}

/** A server that can be crashed and started again over the same files. */
export interface PostgresServer {
  /** The socket's folder, where a proxy may listen as well. */
  readonly folder: string
  readonly address: (database: string) => string
  /** Starts it and waits until it answers. */
  readonly start: () => Promise<void>
  /** Ends it as a crash would (`immediate`) or after its sessions were ended (`fast`). */
  readonly stop: (mode: "immediate" | "fast") => Promise<void>
  /** Ends it and removes its files. */
  readonly remove: () => Promise<void>
}

/** Makes a server and starts it. @param bin - from `findPostgres` @param parent - folder of its files */
export async function startPostgres(
  bin: string,
  settings: Readonly<Record<string, string>> = {},
  parent = hasMemory() ? MEMORY : tmpdir(),
): Promise<PostgresServer> {
  const folder = mkdtempSync(join(parent, "sotto-pg-"))
  const owner = ownerOf(folder)
  const data = join(folder, "data")
  const options = ["-D", data, "-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
  const made = spawnSync(join(bin, "initdb"), options, { ...owner, encoding: "utf8" })
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`)
  const flags = Object.entries({ ...SETTINGS, unix_socket_directories: folder, ...settings })
  const args = ["-D", data, ...flags.flatMap(([name, value]) => ["-c", `${name}=${value}`])]
  let server: ChildProcess | null = null
  const address = (database: string): string => `postgres://${SUPERUSER}@/${database}?host=${folder}`
  const start = async (): Promise<void> => {
    server = spawn(join(bin, "postgres"), args, { ...owner, stdio: "ignore" })
    process.once("exit", () => server?.kill("SIGQUIT"))
    await untilAnswering(address("postgres"))
  }
  const stop = async (mode: "immediate" | "fast"): Promise<void> => {
    const running = server
    if (running === null) return
    server = null
    const ended = new Promise((resolve) => running.once("exit", resolve))
    running.kill(mode === "immediate" ? "SIGQUIT" : "SIGINT") // what pg_ctl sends
    await ended
  }
  const remove = async (): Promise<void> => {
    await stop("immediate")
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await start()
  } catch (error) {
    await remove()
    throw error
  }
  return { folder, address, start, stop, remove }
}

function hasMemory(): boolean {
  if (!existsSync(MEMORY)) return false
  const { bavail, bsize } = statfsSync(MEMORY)
  return bavail * bsize > MEMORY_BYTES
}

/** The server refuses to run as root: then it runs as the user of its package. */
function ownerOf(folder: string): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {}
  const [, uid, gid] = /^postgres:[^:]*:(\d+):(\d+):/m.exec(readFileSync("/etc/passwd", "utf8")) ?? []
  if (uid === undefined || gid === undefined)
    throw new Error("root needs a user postgres to run the server as")
  chownSync(folder, Number(uid), Number(gid))
  return { uid: Number(uid), gid: Number(gid) }
}

async function untilAnswering(address: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const client = new pg.Client({ connectionString: address })
    client.on("error", () => undefined)
    try {
      await client.connect()
      await client.end()
      return
    } catch (error) {
      if (attempt === 600) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}
