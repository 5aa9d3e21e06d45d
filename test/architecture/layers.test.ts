import { ESLint } from "eslint"
import { resolve } from "node:path"
import { beforeAll, describe, expect, it } from "vitest"
import { borderFault } from "../../scripts/room-borders.js"
import { sourcesBelow, specifiersOf } from "../support/import-graph.ts"

const ROOT = resolve(import.meta.dirname, "../..")

describe("the layer table", () => {
  it("is kept by every import of every source file", () => {
    const faults = sourcesBelow("src").flatMap((path) =>
      specifiersOf(path)
        .map((specifier) => borderFault(path, specifier))
        .filter((fault) => fault !== null)
        .map((fault) => `${path}: ${fault}`),
    )
    expect(faults).toEqual([])
  })

  it.each([
    ["src/protocol/wire/x.ts", "../credential/slots.ts", "may not import protocol/credential"],
    ["src/protocol/log/x.ts", "node:fs", "runs in browsers"],
    ["src/parties/wallet/x.ts", "../issuer/issue.ts", "may not import parties/issuer"],
    ["src/parties/wallet/x.ts", "../../proofs/groth16/prove.ts", "closed to parties/wallet"],
    ["src/service/app.ts", "../parties/wallet/respond.ts", "may not import parties/wallet"],
    ["src/service/app.ts", "../proofs/prover/pool.ts", "may not import proofs/prover"],
    ["src/service/routes/x.ts", "../../ledger/storage/database.ts", "may not import ledger/storage"],
    ["src/service/routes/x.ts", "express", "lives in service/http"],
    ["src/service/http/x.ts", "../../ledger/log/ledger.ts", "may not import ledger/log"],
    ["src/ledger/storage/x.ts", "../log/sequencer.ts", "may not import ledger/log"],
    ["src/ledger/log/x.ts", "kysely", "lives in ledger/storage"],
    ["src/parties/verifier/x.ts", "snarkjs", "lives in proofs/groth16"],
    ["src/service/verification/x.ts", "piscina", "lives in proofs/pool"],
    ["src/service/verification/x.ts", "../../../../proofs/prover/pool.ts", "may not leave src/"],
  ])("refuses %s importing %s", (path, specifier, fault) => {
    expect(borderFault(path, specifier)).toContain(fault)
  })

  it.each([
    ["src/ledger/storage/x.ts", "../log/store.ts"],
    ["src/service/routes/x.ts", "../store.ts"],
    ["src/service/routes/x.ts", "../http/route.ts"],
    ["src/cli/serve.ts", "../ledger/storage/database.ts"],
    ["src/service/http/x.ts", "node:crypto"],
    ["src/parties/verifier/x.ts", "../../proofs/groth16/verify.ts"],
  ])("allows %s importing %s", (path, specifier) => {
    expect(borderFault(path, specifier)).toBeNull()
  })
})

describe("the linter", () => {
  let eslint: ESLint
  beforeAll(() => {
    eslint = new ESLint({ cwd: ROOT })
  })

  // Texts are linted under the names of files that exist, since the type-aware parser knows only those.
  it.each([
    ["src/protocol/primitives/errors.ts", "export const at = Date.now()\n", "no-restricted-globals"],
    ["src/protocol/primitives/errors.ts", "export const at = Math.random()\n", "no-restricted-properties"],
    ["src/protocol/primitives/errors.ts", 'export const at = Buffer.from("")\n', "no-restricted-globals"],
    ["src/protocol/primitives/errors.ts", 'export * from "../wire/scalars.ts"\n', "house/borders"],
    [
      "src/protocol/primitives/errors.ts",
      'export type X = import("../wire/scalars.ts").RequestId\n',
      "house/borders",
    ],
    ["src/service/store.ts", 'export const lazy = () => import("node:fs")\n', "no-restricted-syntax"],
    ["src/service/store.ts", 'export const a = process.env["SOTTO_X"]\n', "no-restricted-properties"],
    ["src/service/store.ts", 'console.log("a")\n', "no-console"],
    [
      "src/service/store.ts",
      "export const a = async () => {}\na()\n",
      "@typescript-eslint/no-floating-promises",
    ],
    [
      "src/service/store.ts",
      "export const f = (x: 'a' | 'b') => { switch (x) { case 'a': return 1 } return 2 }\n",
      "@typescript-eslint/switch-exhaustiveness-check",
    ],
    ["src/service/store.ts", `export const a = 1\n${"\n".repeat(301)}`, "max-lines"],
  ])("reports a violation planted in %s (%#)", async (path, text, rule) => {
    const results = await eslint.lintText(text, { filePath: resolve(ROOT, path) })
    expect(results.flatMap(({ messages }) => messages.map(({ ruleId }) => ruleId))).toContain(rule)
  })
})
