import { describe, expect, it } from "vitest"
import { LedgerError } from "../../src/ledger/log/errors.ts"
import { parsePolicy } from "../../src/protocol/log/policy.ts"
import { encodeVerifierKey, makeSigningKey } from "../../src/protocol/primitives/note-key.ts"
import { readConfig } from "../../src/service/config.ts"
import { checkClock, checkStartRules, startRefusalOf } from "../../src/service/start-rules.ts"
import { KEYS, START, startTestService } from "../support/running-service.ts"

const PRODUCTION = { NODE_ENV: "production", SOTTO_PUBLIC_URL: "https://x.example", SOTTO_TRUST_PROXY: "1" }
const NONE = { insecureDevKeys: false, singleOperator: false }
const ALL = { insecureDevKeys: true, singleOperator: true }
const PURPOSES = { ledger: KEYS.log, request: KEYS.request, registries: [KEYS.registry] }

function check(environment: Record<string, string>, ceremony: string, flags = NONE, keys = PURPOSES): string {
  try {
    checkStartRules(readConfig(environment), keys, ceremony, flags)
    return "passed"
  } catch (error) {
    return (error as { code: string }).code
  }
}

describe("a service", () => {
  it.each([
    ["development keys on loopback", {}, "dev", NONE, "passed"],
    [
      "development keys off loopback",
      { SOTTO_LISTEN: "0.0.0.0:80", SOTTO_TRUST_PROXY: "1" },
      "dev",
      NONE,
      "R5",
    ],
    ["development keys in production", PRODUCTION, "dev", { ...ALL, insecureDevKeys: false }, "R5"],
    ["development keys in production, said aloud", PRODUCTION, "dev", ALL, "passed"],
    [
      "keys of a ceremony in production, one operator said aloud",
      PRODUCTION,
      "spring",
      { ...NONE, singleOperator: true },
      "passed",
    ],
    ["no cosigners in production", PRODUCTION, "spring", NONE, "R17"],
    [
      "plain http in production",
      { ...PRODUCTION, SOTTO_PUBLIC_URL: "http://x.example" },
      "spring",
      ALL,
      "R16",
    ],
    ["an open address without TLS or proxy", { SOTTO_LISTEN: "0.0.0.0:80" }, "spring", NONE, "R16"],
    [
      "an address that only begins like loopback",
      { SOTTO_LISTEN: "127.evil.example:80" },
      "spring",
      NONE,
      "R16",
    ],
  ])("with %s", (_name, environment, ceremony, flags, expected) => {
    expect(check(environment, ceremony, flags)).toBe(expected)
  })

  it("with one key for two purposes is refused with R15, whatever the names", () => {
    const same = makeSigningKey("another", KEYS.log.seed)
    expect(check({}, "dev", NONE, { ...PURPOSES, request: same })).toBe("R15")
    expect(check({}, "dev", NONE, { ...PURPOSES, registries: [same] })).toBe("R15")
    const asker = makeSigningKey("demo", KEYS.request.seed)
    expect(check({}, "dev", NONE, { ...PURPOSES, registries: [asker] })).toBe("R15")
    const twin = makeSigningKey("twin", KEYS.registry.seed)
    expect(check({}, "dev", NONE, { ...PURPOSES, registries: [KEYS.registry, twin] })).toBe("R15")
  })

  describe("with a policy", () => {
    const cosigner = makeSigningKey("c.example", new Uint8Array(32).fill(0x61), 0x04)
    const line = (key = cosigner): string => `witness c ${encodeVerifierKey(key)} https://c.example`
    const own = `log ${encodeVerifierKey(KEYS.log)}`
    const under = (...lines: string[]) => {
      const policy = parsePolicy([...lines, ""].join("\n"))
      return check(PRODUCTION, "spring", NONE, { ...PURPOSES, policy } as typeof PURPOSES)
    }

    it.each([
      ["a quorum needs no flag in production", [own, line(), "quorum c"], "passed"],
      ["quorum none needs one", [own, line(), "quorum none"], "R17"],
      [
        "another log alone",
        [`log ${encodeVerifierKey(makeSigningKey("x/ledger", KEYS.log.seed))}`, "quorum none"],
        "R14",
      ],
      [
        "our name and another key",
        [`log ${encodeVerifierKey(makeSigningKey(KEYS.log.name, KEYS.request.seed))}`, "quorum none"],
        "R14",
      ],
      ["a quorum without an address", [own, line().replace(" https://c.example", ""), "quorum c"], "R14"],
      [
        "the log's own key as a cosigner",
        [own, line(makeSigningKey("c.example", KEYS.log.seed, 0x04)), "quorum c"],
        "R15",
      ],
    ])("that has %s", (_name, lines, expected) => {
      expect(under(...lines)).toBe(expected)
    })

    it("refuses production without a guard, R17, whatever else is said", () => {
      expect(check({ ...PRODUCTION, SOTTO_ROLLBACK_GUARD: "none" }, "spring", ALL)).toBe("R17")
      expect(check({ ...PRODUCTION, SOTTO_ROLLBACK_GUARD: "cosigners" }, "spring", ALL)).toBe("passed")
    })
  })

  it("whose registry key has no registry's name is refused with R1", () => {
    expect(
      check({}, "dev", NONE, {
        ...PURPOSES,
        registries: [makeSigningKey("No/Registry", KEYS.registry.seed)],
      }),
    ).toBe("R1")
    const namesake = makeSigningKey(KEYS.registry.name, new Uint8Array(32).fill(0x45))
    expect(check({}, "dev", NONE, { ...PURPOSES, registries: [KEYS.registry, namesake] })).toBe("R1")
    expect(check({}, "dev", NONE, { ...PURPOSES, registries: [] })).toBe("R1")
  })

  it("publishes several registries, each under its own key", () => {
    const coverage = makeSigningKey("coverage", new Uint8Array(32).fill(0x45))
    expect(check({}, "dev", NONE, { ...PURPOSES, registries: [KEYS.registry, coverage] })).toBe("passed")
  })

  it("whose clock is more than 300 s behind the newest epoch is refused with R19", async () => {
    expect(() => checkClock(1000, 1300)).not.toThrow()
    expect(() => checkClock(1000, null)).not.toThrow()
    expect(() => checkClock(1000, 1301)).toThrow(expect.objectContaining({ code: "R19" }))
    const service = await startTestService({ parts: { now: () => START } })
    await service.remove()
  })

  it.each([
    ["log-unknown", "R9"],
    ["key-mismatch", "R10"],
    ["guard-missing", "R11"],
    ["rolled-back", "R11"],
    ["head-inconsistent", "R12"],
    ["cosigner-ahead", "R13"],
    ["instance-running", "R18"],
  ] as const)("whose ledger answers %s is refused with %s", (code, rule) => {
    expect(startRefusalOf(new LedgerError(code, "x"))).toMatchObject({ code: rule })
  })

  it("does not take a fault of storage for a reason to stay out", () => {
    expect(startRefusalOf(new LedgerError("storage-failed", "x"))).toBeNull()
    expect(startRefusalOf(new Error("x"))).toBeNull()
  })
})
