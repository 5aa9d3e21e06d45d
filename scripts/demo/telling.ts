// Tells the story to a person, or keeps quiet on standard output until the one JSON object at the end.

/** How the demo speaks. */
export interface Telling {
  readonly say: (text: string) => void
  /** Announces a step, runs it, and says how long it took. */
  readonly step: <T>(title: string, body: () => Promise<T>) => Promise<T>
  /** Says what came of the step before. */
  readonly result: (facts: { readonly provingMs?: number }, text: string) => void
  /** Prints timings, and in JSON mode everything as one object. */
  readonly end: (facts: Readonly<Record<string, unknown>>) => void
}

/** Opens the telling. @param isJson - prose goes to standard error, one compact JSON object to standard output */
export function openTelling(isJson: boolean): Telling {
  const timings: { readonly step: string; readonly ms: number }[] = []
  const say = (text: string): void => {
    ;(isJson ? process.stderr : process.stdout).write(`${text}\n`)
  }
  return {
    say,
    step: async (title, body) => {
      const started = performance.now()
      const value = await body()
      const ms = Math.round(performance.now() - started)
      timings.push({ step: title, ms })
      say(`[${(ms / 1000).toFixed(1).padStart(5)} s] ${title}`)
      return value
    },
    result: ({ provingMs }, text) => {
      say(
        `          -> ${text}${provingMs === undefined ? "" : ` (proof: ${(provingMs / 1000).toFixed(1)} s)`}`,
      )
    },
    end: (facts) => {
      if (isJson) process.stdout.write(`${JSON.stringify({ ...facts, timings })}\n`)
      else say("\nWhere to look next: README.md, then `npx sotto --help` and `npm start`.")
    },
  }
}

/** The table at the end. */
export const WHO_LEARNED_WHAT = `
Who learned what
  issuers         the records they signed; not that, where or when they were used
  Acme Insurance  the statement is true; no date, product, dose number, issuer, or name
  the service     requests, answers and when they came; no value of any record
  ledger readers  a salted commitment and a one-time number; not even who was asked
  Bob and Carol's
  refusals        nobody but themselves: a wallet that does not answer sends nothing
`
