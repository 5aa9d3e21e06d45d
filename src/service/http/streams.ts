// Progress as server-sent events (WHATWG HTML, 9.2): one timer per instance reads what is watched, once a second and once
// for all who watch it, so that a stream costs a socket and no query of its own.
import type { Request, Response } from "express"
import type { Json } from "../../protocol/wire/canonical-json.ts"
import { canonicalText } from "../../protocol/wire/canonical-json.ts"
import { Problem } from "./problem.ts"

/** How often what is watched is read, milliseconds. */
const TICK_MS = 1000
/** A comment every so many ticks, so that proxies keep a quiet stream. */
const PING_TICKS = 15
/** Streams of one principal or address. */
const MAX_PER_CLIENT = 4
/** A reader that leaves more than this unread is cut off, bytes: its buffer is our memory. */
const MAX_UNREAD_BYTES = 64 * 1024
/** Milliseconds after which a browser comes back: from a broken stream, and from an instance that ends. */
const RETRY_MS = { broken: 3000, ending: 1000 } as const

/** One event. */
interface StreamEvent {
  readonly event: string
  readonly data: Json
}

/** What a topic says now. */
export interface Reading {
  /** Rises with everything that happens; 0 while nothing has. It is the event's id, so `Last-Event-ID` resumes. */
  readonly id: number
  /** A word that seldom changes; a change of it is told as `onPhase`, another step as `onStep`. */
  readonly phase: string
  readonly onPhase: StreamEvent
  /** Null where steps are not told. */
  readonly onStep: StreamEvent | null
  /** Nothing follows: the stream ends once it was told. */
  readonly isLast: boolean
}

/** What may be watched. */
export interface Topic {
  /** One name, one reading a second. */
  readonly name: string
  /** Null when there is nothing to watch any more. */
  readonly read: () => Promise<Reading | null>
}

interface Watcher {
  readonly response: Response
  readonly clientKey: string
  lastId: number
  phase: string | null
}

/** The open streams of this instance. */
export class Streams {
  readonly #max: number
  readonly #onFault: () => void
  readonly #topics = new Map<string, { readonly topic: Topic; readonly watchers: Set<Watcher> }>()
  readonly #perClient = new Map<string, number>()
  #open = 0
  #ticks = 0
  #timer: NodeJS.Timeout | null = null
  #isReading = false

  /** @param max - streams of this instance @param onFault - told when a topic could not be read; it is read again */
  constructor(max: number, onFault: () => void) {
    this.#max = max
    this.#onFault = onFault
  }

  /** Open streams. */
  get count(): number {
    return this.#open
  }

  /** Begins a stream on this response. @throws Problem `rate-limited` */
  open(request: Request, response: Response, clientKey: string, topic: Topic): void {
    const own = this.#perClient.get(clientKey) ?? 0
    if (own >= MAX_PER_CLIENT || this.#open >= this.#max)
      throw new Problem("rate-limited", { retryAfterSeconds: RETRY_MS.broken / 1000 })
    const given = request.headers["last-event-id"]
    const lastId = typeof given === "string" && /^\d{1,15}$/.test(given) ? Number(given) : 0
    const watcher: Watcher = { response, clientKey, lastId, phase: null }
    this.#perClient.set(clientKey, own + 1)
    this.#open++
    const watched = this.#topics.get(topic.name) ?? { topic, watchers: new Set() }
    watched.watchers.add(watcher)
    this.#topics.set(topic.name, watched)
    response.once("close", () => this.#leave(topic.name, watcher))
    response.writeHead(200, {
      "Content-Type": "text/event-stream",
      "Cache-Control": "no-store",
      "X-Accel-Buffering": "no",
    })
    response.write(`retry: ${RETRY_MS.broken}\n\n`)
    this.#timer ??= setInterval(() => void this.#tick(), TICK_MS)
    void this.#readTopic(topic.name)
  }

  /** Ends every stream; those who read come back soon, to another instance. */
  close(): void {
    for (const { watchers } of this.#topics.values())
      for (const { response } of watchers) response.end(`retry: ${RETRY_MS.ending}\n\n`)
  }

  async #tick(): Promise<void> {
    if (++this.#ticks % PING_TICKS === 0)
      for (const { watchers } of this.#topics.values())
        for (const { response } of watchers) response.write(": ping\n\n")
    if (this.#isReading) return // a slow storage is not asked twice
    this.#isReading = true
    for (const name of [...this.#topics.keys()]) await this.#readTopic(name)
    this.#isReading = false
  }

  async #readTopic(name: string): Promise<void> {
    try {
      const reading = await this.#topics.get(name)?.topic.read()
      const watchers = this.#topics.get(name)?.watchers ?? []
      if (reading !== undefined) for (const watcher of watchers) tell(watcher, reading)
    } catch {
      this.#onFault() // the text may quote a row; the next tick reads again
    }
  }

  #leave(name: string, watcher: Watcher): void {
    const watched = this.#topics.get(name)
    if (watched?.watchers.delete(watcher) !== true) return
    if (watched.watchers.size === 0) this.#topics.delete(name)
    const own = (this.#perClient.get(watcher.clientKey) ?? 1) - 1
    if (own === 0) this.#perClient.delete(watcher.clientKey)
    else this.#perClient.set(watcher.clientKey, own)
    if (--this.#open > 0 || this.#timer === null) return
    clearInterval(this.#timer)
    this.#timer = null
  }
}

function tell(watcher: Watcher, reading: Reading | null): void {
  const { response } = watcher
  if (response.writableEnded) return
  if (reading === null) {
    response.end()
    return
  }
  const { id, phase, onPhase, onStep, isLast } = reading
  const event = phase === watcher.phase ? onStep : onPhase
  if (id > watcher.lastId && event !== null) {
    response.write(`id: ${id}\nevent: ${event.event}\ndata: ${canonicalText(event.data)}\n\n`)
    watcher.lastId = id
    watcher.phase = phase
  }
  if (response.writableLength > MAX_UNREAD_BYTES) response.destroy()
  else if (isLast) response.end()
}
