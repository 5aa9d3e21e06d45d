// An issuer's journal: a file that only grows, one event a line. Several processes may write; none undoes another's line.
import { open } from "node:fs/promises"
import type { FileHandle } from "node:fs/promises"
import { ProtocolError } from "../protocol/primitives/errors.ts"
import { encodeIssuerEvents, MAX_EVENT_BYTES, parseIssuerEvent } from "../protocol/wire/issuer-state.ts"
import type { IssuerEvent } from "../protocol/wire/issuer-state.ts"
import { CliError } from "./exit.ts"

/** How far a journal was read: where its last whole line ends, and the bytes of a line that a crash tore off. */
export interface JournalPlace {
  readonly bytes: number
  readonly torn: Buffer
}

/** The place behind `bytes` whole lines. */
export const placeAfter = (bytes: number): JournalPlace => ({ bytes, torn: Buffer.alloc(0) })

/** What ends a torn line that was closed: the bytes before it are no event, and were never an answer to anybody. */
const RECOVERED = '{"kind":"recovered"}'
/** A crash leaves a line's beginning, then tries to close it: behind an event's end comes nothing else. */
const ROTTEN = /\}[^{]/
const CHUNK_BYTES = 4 * 1024 * 1024

/**
 * Passes every event behind `place` to `apply`, in order, and answers where the journal ends.
 * @throws CliError `issuer-state-damaged` for a whole line that is neither an event nor torn, or a last piece that no
 * crash leaves
 */
export async function readJournal(
  path: string,
  place: Pick<JournalPlace, "bytes">,
  apply: (event: IssuerEvent) => void,
): Promise<JournalPlace> {
  let [{ bytes }, rest] = [place, Buffer.alloc(0)]
  for await (const chunk of chunksOf(path, place.bytes)) {
    const text = Buffer.concat([rest, chunk])
    let from = 0
    for (let end = text.indexOf(10); end >= 0; end = text.indexOf(10, from)) {
      readLine(text.toString("utf8", from, end), apply)
      from = end + 1
    }
    bytes += from
    rest = text.subarray(from)
    if (rest.length > MAX_EVENT_BYTES) throw damaged()
  }
  if (ROTTEN.test(rest.toString())) throw damaged()
  return { bytes, torn: Buffer.from(rest) }
}

function readLine(line: string, apply: (event: IssuerEvent) => void): void {
  const event = eventOf(line)
  if (event !== null) apply(event)
  else if (ROTTEN.test(line) || !(line.endsWith(RECOVERED) || isOvertaken(line))) throw damaged()
}

/**
 * True for an event right behind a torn line: its writer had read the journal before the other one died, found so, and
 * handed nothing out. Two whole events in one line are no such thing: the newline between them was lost.
 */
function isOvertaken(line: string): boolean {
  const start = line.lastIndexOf("{")
  return start > 0 && line.indexOf("}") === line.length - 1 && eventOf(line.slice(start)) !== null
}

function eventOf(line: string): IssuerEvent | null {
  try {
    return parseIssuerEvent(line)
  } catch (error) {
    if (error instanceof ProtocolError) return null
    throw error
  }
}

const damaged = (): CliError =>
  new CliError("issuer-state-damaged", "a line of the journal is no event: restore it, or begin a new entry")

/**
 * Appends events in one write and resolves when they are on stable storage and no other process has written since `place`
 * was read. Then the events count; otherwise they may count or not, and nothing that they promise may leave.
 * @returns the journal's length after them
 * @throws CliError `issuer-busy`; a file system's error
 */
export async function appendJournal(
  path: string,
  place: JournalPlace,
  events: readonly IssuerEvent[],
): Promise<number> {
  const close = place.torn.length > 0 ? `${RECOVERED}\n` : ""
  const written = Buffer.from(close + encodeIssuerEvents(events))
  const file = await open(path, "a+", 0o600)
  try {
    const { bytesWritten } = await file.write(written)
    await file.datasync()
    const expected = Buffer.concat([place.torn, written])
    const found = await readAt(file, place.bytes, expected.length)
    if (bytesWritten !== written.length || !found.equals(expected)) {
      throw new CliError("issuer-busy", "another process writes to this folder; try again")
    }
    return place.bytes + expected.length
  } finally {
    await file.close()
  }
}

/**
 * Every event whose line holds `needle`, in order: a scan of the whole file at the speed of memory.
 * @param needle - a piece of a canonical line
 */
export async function findInJournal(path: string, needle: string): Promise<readonly IssuerEvent[]> {
  const found: IssuerEvent[] = []
  let rest = Buffer.alloc(0)
  for await (const chunk of chunksOf(path, 0)) {
    const text = Buffer.concat([rest, chunk])
    const whole = text.lastIndexOf(10) + 1
    for (let hit = text.indexOf(needle); hit >= 0 && hit < whole;) {
      const end = text.indexOf(10, hit)
      const event = eventOf(text.toString("utf8", text.lastIndexOf(10, hit) + 1, end))
      if (event !== null) found.push(event)
      hit = text.indexOf(needle, end)
    }
    rest = Buffer.from(text.subarray(whole))
  }
  return found
}

/** The bytes of a journal from `start` on, up to `length` of them. */
export async function readJournalBytes(path: string, start: number, length: number): Promise<Buffer> {
  const file = await open(path, "r")
  try {
    return await readAt(file, start, length)
  } finally {
    await file.close()
  }
}

async function* chunksOf(path: string, start: number): AsyncGenerator<Buffer> {
  const file = await open(path, "r")
  try {
    for (let at = start; ;) {
      const chunk = await readAt(file, at, CHUNK_BYTES)
      if (chunk.length === 0) return
      yield chunk
      at += chunk.length
    }
  } finally {
    await file.close()
  }
}

async function readAt(file: FileHandle, start: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, start)
  return buffer.subarray(0, bytesRead)
}
