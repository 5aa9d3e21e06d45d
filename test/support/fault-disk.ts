// The worst disk that a trace of system calls allows: what was not synced is lost, or torn into 512-byte sectors.
import { basename } from "node:path"

type Write = { readonly at: number; readonly bytes: Buffer } | { readonly truncatedTo: number }

interface TracedFile {
  durable: Buffer
  pending: Write[]
}

/** What a line of the trace meant for the disk, or for the caller. */
type Traced =
  | { readonly call: "write"; readonly path: string; readonly write: Write }
  | { readonly call: "sync" | "unlink"; readonly path: string }
  | { readonly call: "output"; readonly text: string }

const SECTOR = 512 // bytes that a disk writes whole

/** A disk that follows a trace made with `strace -f -y -xx`. */
export class TracedDisk {
  readonly #files = new Map<string, TracedFile>()
  /** First halves of calls during which another thread was traced, by thread. */
  readonly #begun = new Map<string, string>()
  readonly #isOurs: (path: string) => boolean

  /** @param isOurs - tells the files that matter by their path */
  constructor(isOurs: (path: string) => boolean) {
    this.#isOurs = isOurs
  }

  /** Puts a file there whose bytes are durable already. */
  place(path: string, bytes: Buffer): void {
    this.#files.set(path, { durable: bytes, pending: [] })
  }

  /** Follows one line. @returns what the process printed with it, else null */
  follow(line: string): string | null {
    const whole = this.#joined(line)
    const traced = whole === null ? null : readLine(whole)
    if (traced?.call === "output") return traced.text
    if (traced === null || !this.#isOurs(traced.path)) return null
    const file = this.#files.get(traced.path) ?? { durable: Buffer.alloc(0), pending: [] }
    if (traced.call === "unlink") this.#files.delete(traced.path)
    else this.#files.set(traced.path, file)
    if (traced.call === "write") file.pending.push(traced.write)
    if (traced.call === "sync") {
      file.durable = file.pending.reduce(applied, file.durable)
      file.pending = []
    }
    return null
  }

  /** A call as one line: strace splits one that is under way when it has something to say of another thread. */
  #joined(line: string): string | null {
    const begun = /^(\d+) +(.*) <unfinished \.\.\.>$/.exec(line)
    if (begun !== null) {
      this.#begun.set(begun[1] ?? "", begun[2] ?? "")
      return null
    }
    const [, thread = "", rest = ""] = /^(\d+) +<\.\.\. \w+ resumed>(.*)$/.exec(line) ?? []
    return thread === "" ? line : `${thread} ${this.#begun.get(thread) ?? ""}${rest}`
  }

  /** The files after a power cut now. @param keeps - decides for each unsynced sector whether it reached the disk */
  afterPowerCut(keeps: () => boolean): ReadonlyMap<string, Buffer> {
    const left = [...this.#files].map(([path, file]) => {
      const sectors = file.pending.flatMap(intoSectors).filter(keeps)
      return [basename(path), sectors.reduce(applied, file.durable)] as const
    })
    return new Map(left)
  }
}

function applied(bytes: Buffer, write: Write): Buffer {
  const size =
    "truncatedTo" in write ? write.truncatedTo : Math.max(bytes.length, write.at + write.bytes.length)
  const next = Buffer.alloc(size)
  bytes.copy(next, 0, 0, Math.min(bytes.length, size))
  if ("bytes" in write) write.bytes.copy(next, write.at)
  return next
}

function intoSectors(write: Write): Write[] {
  if ("truncatedTo" in write) return [write]
  const sectors: Write[] = []
  for (let at = 0; at < write.bytes.length; at += SECTOR) {
    sectors.push({ at: write.at + at, bytes: write.bytes.subarray(at, at + SECTOR) })
  }
  return sectors
}

function readLine(line: string): Traced | null {
  const wrote = /pwrite64\(\d+<([^>]*)>, "((?:\\x[0-9a-f]{2})*)", \d+, (\d+)\) += \d+/.exec(line)
  if (wrote !== null) {
    const [, path = "", bytes = "", at = ""] = wrote
    return { call: "write", path: pathOf(path), write: { at: Number(at), bytes: unhex(bytes) } }
  }
  const cut = /ftruncate\(\d+<([^>]*)>, (\d+)\) += 0/.exec(line)
  if (cut !== null)
    return { call: "write", path: pathOf(cut[1] ?? ""), write: { truncatedTo: Number(cut[2]) } }
  const synced = /(?:fsync|fdatasync)\(\d+<([^>]*)>\) += 0/.exec(line)
  if (synced !== null) return { call: "sync", path: pathOf(synced[1] ?? "") }
  const unlinked = /unlink\("((?:\\x[0-9a-f]{2})*)"\) += 0/.exec(line)
  if (unlinked !== null) return { call: "unlink", path: pathOf(unlinked[1] ?? "") }
  const printed = /write\(1<[^>]*>, "((?:\\x[0-9a-f]{2})*)"/.exec(line)
  return printed === null ? null : { call: "output", text: unhex(printed[1] ?? "").toString() }
}

const unhex = (text: string): Buffer => Buffer.from(text.replaceAll("\\x", ""), "hex")
const pathOf = (text: string): string => (text.startsWith("\\x") ? unhex(text).toString() : text)
