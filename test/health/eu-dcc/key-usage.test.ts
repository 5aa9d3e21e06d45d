import { describe, expect, it } from "vitest"
import { certificate, mintDcc, NOW, RECOVERY, refusal, TEST } from "../../support/dcc-mint.ts"
import { mintSigner, RECOVERY_USAGE, TEST_USAGE, VACCINATION_USAGE } from "../../support/dcc-signer.ts"

const SERVER_AUTH = "1.3.6.1.5.5.7.3.1"
const ANY = "2.5.29.37.0"
const older = (usage: string): string => usage.replace("4.1.1847", "4.1.0.1847")

const CERTIFICATES = {
  vaccination: certificate(),
  test: certificate({ t: [TEST] }),
  recovery: certificate({ r: [RECOVERY] }),
}

/** Which of the three kinds a signer with these usages may sign. */
function allowed(usages?: readonly string[]): readonly string[] {
  const signer = mintSigner(usages === undefined ? {} : { usages })
  return Object.entries(CERTIFICATES)
    .map(
      ([kind, made]) => [kind, refusal(mintDcc({ signer, certificate: made }), { trust: [signer] })] as const,
    )
    .filter(([kind, code]) => {
      expect(["no error", "key-usage"], kind).toContain(code)
      return code === "no error"
    })
    .map(([kind]) => kind)
}

describe("D8, extended key usage", () => {
  it.each([
    ["absent", undefined, ["vaccination", "test", "recovery"]],
    ["test", [TEST_USAGE], ["test"]],
    ["vaccination", [VACCINATION_USAGE], ["vaccination"]],
    ["recovery", [RECOVERY_USAGE], ["recovery"]],
    ["test of the older arc", [older(TEST_USAGE)], ["test"]],
    ["vaccination of the older arc", [older(VACCINATION_USAGE)], ["vaccination"]],
    ["recovery of the older arc", [older(RECOVERY_USAGE)], ["recovery"]],
    ["two of them, one of each arc", [TEST_USAGE, older(RECOVERY_USAGE)], ["test", "recovery"]],
    ["vaccination beside a foreign one", [SERVER_AUTH, VACCINATION_USAGE], ["vaccination"]],
    ["a foreign one alone", [SERVER_AUTH], []],
    ["a fourth number of the arc", ["1.3.6.1.4.1.1847.2021.1.4"], []],
    ["a longer identifier that begins alike", [`${TEST_USAGE}.1`], []],
    ["any purpose", [ANY], ["vaccination", "test", "recovery"]],
  ])("%s", (_, usages, kinds) => {
    expect(allowed(usages)).toEqual(kinds)
  })

  it("asks for every kind that a certificate lists, before it is refused for listing several", () => {
    const several = certificate({ t: [TEST], r: [RECOVERY] })
    const some = mintSigner({ usages: [TEST_USAGE] })
    const all = mintSigner({ usages: [TEST_USAGE, RECOVERY_USAGE] })
    expect(refusal(mintDcc({ signer: some, certificate: several }), { trust: [some] })).toBe("key-usage")
    expect(refusal(mintDcc({ signer: all, certificate: several }), { trust: [all] })).toBe("event-count")
  })
})

describe("D8, life of the signer", () => {
  const [from, until] = [NOW - 1000, NOW - 500]
  const asUtcTime = (seconds: number): string =>
    `${new Date(seconds * 1000).toISOString().replaceAll(/[-:T]/g, "").slice(2, 14)}Z`
  const signer = mintSigner({ notBefore: asUtcTime(from), notAfter: asUtcTime(until) })
  const issuedAt = (iat: number): string => refusal(mintDcc({ signer, iat }), { trust: [signer] })

  it("covers the time of issue, both ends included, and need not cover now", () => {
    expect([issuedAt(from), issuedAt(until)]).toEqual(["no error", "no error"])
    expect([issuedAt(from - 1), issuedAt(until + 1)]).toEqual(["key-usage", "key-usage"])
  })
})
