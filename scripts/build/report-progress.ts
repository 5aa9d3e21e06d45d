import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Progress } from "./progress.ts"

const BAR_WIDTH = 24
const REDRAW_MS = 200
const CLEAR_LINE = "\r\u001b[2K"

/** Shows a build on a stream: a bar that is redrawn on a terminal, else one line per finished stage. */
export interface ReportOptions {
  readonly stream: NodeJS.WriteStream
  /** Keeps the seconds of the last run in `last-run.json`; never decides anything. */
  readonly cache: string
}

/** Opens a report of one build. */
export function reportProgress({ stream, cache }: ReportOptions): Progress {
  const history = join(cache, "last-run.json")
  const lastRun = readSeconds(history)
  let stage = ""
  let started = 0
  let share: number | null = null
  let timer: NodeJS.Timeout | undefined

  const secondsElapsed = (): number => (performance.now() - started) / 1000
  const draw = (): void => {
    const last = lastRun[stage]
    // A compiler says nothing while it works: then the share is of the time the last run took.
    const shown = share ?? (last === undefined ? null : Math.min(0.99, secondsElapsed() / last))
    const bar = "#".repeat(Math.round((shown ?? 0) * BAR_WIDTH)).padEnd(BAR_WIDTH, ".")
    const percent = shown === null ? "    " : `${String(Math.floor(shown * 100)).padStart(3)}%`
    const before = last === undefined ? "" : `, last run ${last.toFixed(1)} s`
    stream.write(
      `${CLEAR_LINE}${stage.padEnd(24)} [${bar}] ${percent} ${secondsElapsed().toFixed(1)} s${before}`,
    )
  }
  const stop = (): void => {
    clearInterval(timer)
    if (stream.isTTY) stream.write(CLEAR_LINE)
  }
  process.once("exit", stop) // a stage that fails leaves no half line behind

  return {
    begin(name) {
      ;[stage, started, share] = [name, performance.now(), null]
      if (stream.isTTY) timer = setInterval(draw, REDRAW_MS)
    },
    advance(done, total) {
      share = done / total
    },
    end() {
      stop()
      const last = lastRun[stage]
      const before = last === undefined ? "" : ` (last run ${last.toFixed(1)} s)`
      stream.write(`${stage.padEnd(24)} ${secondsElapsed().toFixed(1)} s${before}\n`)
      lastRun[stage] = Math.round(secondsElapsed() * 10) / 10
      writeFileSync(history, JSON.stringify(lastRun))
    },
    skip(name) {
      stream.write(`${name.padEnd(24)} unchanged\n`)
    },
  }
}

function readSeconds(path: string): Record<string, number> {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"))
    const entries = Object.entries(value ?? {}).filter(
      (entry): entry is [string, number] => Number(entry[1]) > 0,
    )
    return Object.fromEntries(entries)
  } catch {
    return {} // no earlier run, or one that was cut off: the seconds are a courtesy
  }
}
