import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { encodeSigningKey } from "../../src/protocol/primitives/note-key.ts"
import { readConfig, readKeyFile } from "../../src/service/config.ts"
import { KEYS } from "../support/running-service.ts"

const folder = mkdtempSync(join(tmpdir(), "sotto-config-"))
afterAll(() => rmSync(folder, { recursive: true }))

function refusal(body: () => unknown): { code: string; message: string } {
  try {
    body()
  } catch (error) {
    return error as { code: string; message: string }
  }
  throw new Error("nothing was refused")
}

describe("the configuration", () => {
  it("has a default for every key", () => {
    const config = readConfig({})
    expect(config).toMatchObject({
      isProduction: false,
      listen: { host: "127.0.0.1", port: 8080 },
      ledgerOrigin: "127.0.0.1:8080/ledger",
      registryEpochSeconds: 3600,
      requestLifetimeMaxSeconds: 900,
      rateLimits: { anonymousWrites: 300, anonymousReads: 1200, principalWrites: 600 },
    })
    expect(config.verify.maxQueued).toBe(32 * config.verify.threads)
  })

  it.each([
    ["an unknown key", "SOTTO_VERIFY_TREADS", "2"],
    ["a public URL with a path", "SOTTO_PUBLIC_URL", "https://x.example/app"],
    ["a public URL with credentials", "SOTTO_PUBLIC_URL", "https://a:b@x.example"],
    ["a port that does not exist", "SOTTO_LISTEN", "127.0.0.1:70000"],
    ["a number with a sign", "SOTTO_BATCH_MS", "+50"],
    ["a number out of range", "SOTTO_REQUEST_LIFETIME_MAX", "901"],
    ["a number in exponent form", "SOTTO_BATCH_MS", "1e3"],
    ["an unknown choice", "SOTTO_LOG_LEVEL", "trace"],
    ["an origin of another path", "SOTTO_LEDGER_ORIGIN", "x.example/log"],
    ["a certificate without its key", "SOTTO_TLS_CERT_FILE", "cert.pem"],
    ["an address for a network", "SOTTO_RATE_SHARED", "10.0.0.1"],
    ["a network that does not exist", "SOTTO_RATE_SHARED", "10.0.0.0/99"],
    ["a star for an origin", "SOTTO_CORS_ORIGINS", "*"],
    ["hops without end", "SOTTO_TRUST_PROXY", "true"],
    ["a database of another engine", "SOTTO_DATABASE", "mysql://db.example/sotto"],
    ["a password in an address", "SOTTO_DATABASE", "postgres://sotto:secret@db.example/sotto"],
    ["a password behind an address", "SOTTO_DATABASE", "postgres://db.example/sotto?password=secret"],
  ])("refuses %s with R1, naming the key and never the value", (_name, key, value) => {
    const { code, message } = refusal(() => readConfig({ [key]: value }))
    expect(code).toBe("R1")
    expect(message).toContain(key.slice(0, 14))
    if (value.length > 3) expect(message).not.toContain(value)
  })
})

describe("a key file", () => {
  const file = join(folder, "log.key")

  it("is read when its owner alone may read it", () => {
    writeFileSync(file, `${encodeSigningKey(KEYS.log)}\n`, { mode: 0o600 })
    expect(readKeyFile(file).name).toBe(KEYS.log.name)
  })

  it.each([0o640, 0o604, 0o660])("is refused with mode %o", (mode) => {
    chmodSync(file, mode)
    expect(refusal(() => readKeyFile(file))).toMatchObject({
      code: "R1",
      message: expect.stringContaining("chmod 600"),
    })
    chmodSync(file, 0o600)
  })

  it("is refused when it is missing or holds something else, which is not repeated", () => {
    expect(refusal(() => readKeyFile(join(folder, "none")))).toMatchObject({ code: "R1" })
    writeFileSync(file, "PRIVATE+KEY+secret-text", { mode: 0o600 })
    const { code, message } = refusal(() => readKeyFile(file))
    expect(code).toBe("R1")
    expect(message).not.toContain("secret-text")
  })
})
