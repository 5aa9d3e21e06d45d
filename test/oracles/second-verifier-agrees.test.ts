// Part by part, the second verifier answers as the first: what both must read alike, they are asked alike.
import { readFileSync } from "node:fs"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { CATALOGUE } from "../../src/protocol/catalogue/released.ts"
import { CredentialError, StatementError } from "../../src/protocol/credential/credential-error.ts"
import type { Slot } from "../../src/protocol/credential/slot.ts"
import { compileClauses } from "../../src/protocol/credential/slots.ts"
import type { StatementInput } from "../../src/protocol/credential/statement-conditions.ts"
import { parseCheckpoint } from "../../src/protocol/log/checkpoint.ts"
import { parsePolicy } from "../../src/protocol/log/policy.ts"
import { bytesToHex, hexToBytes, utf8ToBytes } from "../../src/protocol/primitives/bytes.ts"
import { verifyEd25519 } from "../../src/protocol/primitives/ed25519.ts"
import { ProtocolError } from "../../src/protocol/primitives/errors.ts"
import { R } from "../../src/protocol/primitives/field.ts"
import {
  encodeVerifierKey,
  makeSigningKey,
  parseVerifierKey,
} from "../../src/protocol/primitives/note-key.ts"
import { signBytes } from "../../src/protocol/primitives/note-key.ts"
import { poseidon } from "../../src/protocol/primitives/poseidon.ts"
import { parseShape } from "../../src/protocol/wire/parse.ts"
import { parameters as parametersShape, parseStatement } from "../../src/protocol/wire/statement.ts"
import { canonicalBytes, parseStrictJson } from "../../src/protocol/wire/canonical-json.ts"
import { cosign } from "../../src/protocol/log/cosignature.ts"
import { checkpointText, signCheckpoint } from "../../src/protocol/log/checkpoint.ts"
import { encodeNote } from "../../src/protocol/log/note.ts"
import { filledStatement } from "../support/filled-statements.ts"
import { GOLDEN_COSIGNER_KEY, GOLDEN_LOG_KEY } from "../support/ledger-golden.ts"
import { inputOf, LONG_SET, madeWhere } from "../support/made-statements.ts"
import { askPython, isPythonFound } from "../support/python-verifier.ts"

const RUNS = process.env["SOTTO_FULL"] === "1" ? 3000 : 300
const SEED = 7

/** What the first verifier says, null where it refuses. */
function orRefused<T>(read: () => T): T | null {
  try {
    return read()
  } catch (error) {
    if (error instanceof ProtocolError || error instanceof CredentialError || error instanceof StatementError)
      return null
    throw error
  }
}

/** Asks both about each input and compares; at least so many must be accepted, or too little was compared. */
function expectAgreement<T>(
  inputs: readonly T[],
  question: (input: T) => object,
  first: (input: T) => unknown,
  least = 1,
): void {
  const expected = inputs.map(first)
  const answers = askPython(inputs.map(question))
  for (const [i, input] of inputs.entries())
    expect({ input, answer: answers[i] }).toEqual({ input, answer: expected[i] })
  const accepted = expected.filter((answer) => answer !== null && answer !== false).length
  expect(accepted).toBeGreaterThanOrEqual(least)
}

/** A text with one character gone, doubled or exchanged. */
const edited = (text: string): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.nat(text.length - 1),
      fc.constantFrom(
        "",
        "\n",
        " ",
        "0",
        "a",
        "A",
        "+",
        "/",
        "=",
        "\u2014",
        '"',
        "\\",
        ",",
        "{",
        "\ud800",
        "é",
      ),
      fc.boolean(),
    )
    .map(([at, put, keeps]) => text.slice(0, at) + put + text.slice(keeps ? at : at + 1))

const some = <T>(arbitrary: fc.Arbitrary<T>): T[] => fc.sample(arbitrary, { numRuns: RUNS, seed: SEED })

describe.runIf(isPythonFound)("the second verifier agrees with the first", () => {
  test("about strict JSON and its canonical bytes", () => {
    const texts = [
      ...some(fc.json({ maxDepth: 10 })),
      ...some(fc.jsonValue({ maxDepth: 5 }).map((value) => JSON.stringify(value))),
      ...some(
        edited('{"a":[1,-2,true,"x\\u00e9\\ud83d\\ude00\\n"],"b":{"c":{},"d":[]},"é":9007199254740991}'),
      ),
      ...[
        "-0",
        "1e3",
        "[[[[[[[[1]]]]]]]]",
        "[[[[[[[[[1]]]]]]]]]",
        "[[[[[[[[[]]]]]]]]]",
        "[[[[[[[[[[]]]]]]]]]]",
      ],
      ...['{"__proto__":1}', '{"a":1,"\\u0061":2}', '"\\ud800"', "\ufeff1", "\u00a01", '"\u007f\u2028"', ""],
    ]
    const inputs = texts.map((text) => bytesToHex(utf8ToBytes(text))).concat("ff", "22c380ff22", "22eda08022")
    expectAgreement(
      inputs,
      (bytes) => ({ ask: "json", bytes, depth: 8, string: 40 }),
      (bytes) =>
        orRefused(() => {
          const limits = { maxBytes: 1 << 20, maxDepth: 8, maxString: 40 }
          return bytesToHex(canonicalBytes(parseStrictJson(hexToBytes(bytes), limits)))
        }),
    )
  })

  test("about Poseidon of every arity in use", () => {
    const element = fc.oneof(fc.bigInt(0n, R - 1n), fc.constantFrom(0n, 1n, R - 1n))
    const inputs = [1, 2, 3, 4, 5, 8, 16].flatMap((arity) =>
      fc.sample(fc.array(element, { minLength: arity, maxLength: arity }), { numRuns: 5, seed: SEED }),
    )
    expectAgreement(
      inputs,
      (list) => ({ ask: "poseidon", inputs: list.map(String) }),
      (list) => String(poseidon(...list)),
    )
  })

  test("about Ed25519 signatures, honest, edited and at the edges", () => {
    const key = makeSigningKey("key.example", new Uint8Array(32).fill(9))
    const message = utf8ToBytes("message")
    const honest = bytesToHex(key.publicKey) + bytesToHex(signBytes(key, message))
    const flipped = fc.nat(96 * 8 - 1).map((bit) => {
      const bytes = hexToBytes(honest)
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      return bytesToHex(bytes)
    })
    const zeros = "00".repeat(31)
    const points = [
      `01${zeros}`,
      `ec${"ff".repeat(30)}7f`,
      `00${zeros}`,
      `ee${"ff".repeat(30)}7f`,
      `01${zeros.slice(2)}80`,
    ]
    const edges = points.flatMap((a) => points.map((r) => `${a}${r}${"00".repeat(32)}`))
    expectAgreement(
      [honest, ...some(flipped).slice(0, 100), ...edges],
      (text) => ({
        ask: "ed25519",
        key: text.slice(0, 64),
        message: bytesToHex(message),
        signature: text.slice(64),
      }),
      (text) => verifyEd25519(hexToBytes(text.slice(0, 64)), message, hexToBytes(text.slice(64))),
    )
  })

  test("about checkpoints, keys and policies", () => {
    const text = checkpointText({ origin: GOLDEN_LOG_KEY.name, size: 300, root: new Uint8Array(32).fill(1) })
    const { name, keyId } = GOLDEN_LOG_KEY
    const signed = { name, keyId, signature: signCheckpoint(GOLDEN_LOG_KEY, text) }
    const note = encodeNote({ text, lines: [signed, cosign(GOLDEN_COSIGNER_KEY, text, 1_700_000_000)] })
    expectAgreement(
      [new TextDecoder().decode(note), ...some(edited(new TextDecoder().decode(note)))].map((one) =>
        bytesToHex(utf8ToBytes(one)),
      ),
      (bytes) => ({ ask: "checkpoint", bytes }),
      (bytes) =>
        orRefused(() => {
          const { checkpoint, note: read } = parseCheckpoint(hexToBytes(bytes))
          return [checkpoint.origin, checkpoint.size, bytesToHex(checkpoint.root), read.lines.length]
        }),
    )
    const [log, cosigner] = [GOLDEN_LOG_KEY, GOLDEN_COSIGNER_KEY].map(encodeVerifierKey)
    expectAgreement(
      [log ?? "", ...some(edited(log ?? ""))],
      (vkey) => ({ ask: "vkey", text: vkey }),
      (vkey) => orRefused(() => encodeVerifierKey(parseVerifierKey(vkey))),
    )
    const policy = `log ${log}\nwitness one ${cosigner} https://one.example\ngroup some any one\nquorum some\n`
    expectAgreement(
      [policy, ...some(edited(policy))],
      (one) => ({ ask: "policy", text: one }),
      (one) =>
        orRefused(() => {
          const { logs, cosigners, groups, quorum } = parsePolicy(one)
          return [logs.length, cosigners.length, groups.length, quorum]
        }),
    )
  })

  test("about the clauses of statements, released and random", () => {
    const inputs = [
      ...CATALOGUE.statements.map((one) => filledStatement(one)),
      ...some(madeWhere).map((one) => inputOf(one)),
    ]
    const members = membersFor(inputs)
    expectAgreement(
      inputs,
      ({ statement, parameters, schema, asOfUnixSeconds }: StatementInput) => ({
        ask: "clauses",
        alternative: { registry: "registry", schemaId: "1", statement, parameters },
        schema,
        asOf: asOfUnixSeconds,
        members,
      }),
      (input) => orRefused(() => compileClauses(input).map((clause) => clause.map(wireSlot))),
      inputs.length / 2,
    )
  })

  test("about statements with an edit somewhere", () => {
    const released = CATALOGUE.statements.map((one) => filledStatement(one))
    const members = membersFor(released)
    const inputs = released.flatMap((input, i) => {
      const { statement, parameters } = input
      const text = JSON.stringify({ statement, parameters })
      return fc.sample(edited(text), { numRuns: Math.ceil(RUNS / 20), seed: SEED + i }).flatMap((edit) => {
        if (!edit.isWellFormed()) return [] // a lone surrogate ends at the strict reader: another question
        try {
          return [{ input, edit: JSON.parse(edit) as Pick<StatementInput, "statement" | "parameters"> }]
        } catch {
          return [] // no JSON: another question
        }
      })
    })
    expectAgreement(
      inputs,
      ({ input, edit }) => ({
        ask: "clauses",
        alternative: { registry: "registry", schemaId: "1", ...edit },
        schema: input.schema,
        asOf: input.asOfUnixSeconds,
        members,
      }),
      ({ input, edit }) =>
        orRefused(() => {
          const statement = parseStatement(edit.statement)
          const parameters = parseShape(parametersShape, edit.parameters, "malformed-request")
          return compileClauses({ ...input, statement, parameters }).map((clause) => clause.map(wireSlot))
        }),
      inputs.length / 10,
    )
  })

  test("about a proof of the shipped circuit and edits of it", () => {
    const keys = new URL("../../circuits/keys/", import.meta.url)
    const key = bytesToHex(readFileSync(new URL("presentation.vkey.json", keys)))
    const { proof, signals } = JSON.parse(
      readFileSync(new URL("presentation.sample.json", keys), "utf8"),
    ) as { readonly proof: Readonly<Record<string, unknown>>; readonly signals: readonly string[] }
    const other = [...signals.slice(0, -1), "1"]
    const swapped = { ...proof, a: proof["c"], c: proof["a"] }
    const ask = { ask: "groth16", key }
    const answers = askPython([
      { ...ask, proof, signals },
      { ...ask, proof, signals: other },
      { ...ask, proof: swapped, signals },
      { ...ask, proof: { ...proof, a: ["1", "3"] }, signals },
    ])
    expect(answers).toEqual([true, false, false, null])
  })
})

/** Members of the value sets that statements may name, by id. */
function membersFor(inputs: readonly StatementInput[]): Readonly<Record<string, readonly string[]>> {
  const found = [...CATALOGUE.valueSets, LONG_SET].flatMap(({ id }) => {
    const set = inputs.map(({ valueSets }) => valueSets(id)).find((one) => one !== null)
    return set == null ? [] : [[id, set.members.map(String)] as const]
  })
  return Object.fromEntries(found)
}

function wireSlot({ field, op, field2, not, lo, hi, list, valueSetId }: Slot): unknown[] {
  return [field, op, field2, not, String(lo), String(hi), list.map(String), valueSetId ?? ""]
}
