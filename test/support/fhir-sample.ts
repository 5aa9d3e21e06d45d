// Our own sample records, read as the bytes they are.
import { readFileSync } from "node:fs"
import { join, resolve } from "node:path"

export const SAMPLES = resolve(import.meta.dirname, "../samples")

/** The bytes of one sample. @param name - path under test/samples */
export const readSample = (name: string): Uint8Array => readFileSync(join(SAMPLES, name))
