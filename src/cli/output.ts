/** Prints one JSON value, or JSON bytes as they came, and a line end: what scripts read. */
export function print(value: unknown): void {
  const text =
    value instanceof Uint8Array ? new TextDecoder().decode(value).trimEnd() : JSON.stringify(value, null, 2)
  process.stdout.write(`${text}\n`)
}

/** Tells the person at the terminal something; scripts that read stdout do not see it. */
export function tell(line: string): void {
  process.stderr.write(`${line}\n`)
}
