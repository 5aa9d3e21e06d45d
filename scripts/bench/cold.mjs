// One proof or one verification in a fresh process, the way a command runs it. Started by the bench, once per sample:
// node cold.mjs <task> <compiled sources> <extension>, with a JSON job on standard input.
import console from "node:console"
import { readFileSync } from "node:fs"
import process from "node:process"

const [, , task, base, extension] = process.argv
const job = JSON.parse(readFileSync(0, "utf8"))
const load = (path) => import(`${base}/${path}${extension}`)
const bigints = (value) => (Array.isArray(value) ? value.map(bigints) : BigInt(value))

const TASKS = {
  "prove-ours": async () => {
    const { loadCircuit } = await load("cli/circuit-artifacts")
    const { openProver } = await load("proofs/prover/pool")
    const artifacts = await loadCircuit("presentation", { cache: job.cache })
    const prover = await openProver(new Map([["presentation", artifacts]]), { threads: 1 })
    const input = Object.fromEntries(Object.entries(job.input).map(([name, value]) => [name, bigints(value)]))
    const proof = await prover.prove("presentation", input, job.expected)
    await prover.close()
    return proof
  },
  "prove-snarkjs": async () => {
    const { groth16 } = await import("snarkjs")
    const { proof } = await groth16.fullProve(job.input, job.wasm, job.zkey)
    return { a: proof.pi_a.slice(0, 2), b: proof.pi_b.slice(0, 2), c: proof.pi_c.slice(0, 2) }
  },
  "verify-ours": async () => {
    const { loadVerificationKey } = await load("cli/circuit-artifacts")
    const { prepareVerificationKey } = await load("proofs/groth16/verification-key")
    const { decodeProof } = await load("proofs/groth16/canonical")
    const { verifyProof } = await load("proofs/groth16/verify")
    const { key } = await loadVerificationKey("presentation")
    const decoded = await decodeProof(job.proof)
    return decoded.ok && (await verifyProof(await prepareVerificationKey(key), job.expected, decoded.value))
  },
  "verify-snarkjs": async () => {
    const { groth16 } = await import("snarkjs")
    return groth16.verify(JSON.parse(readFileSync(job.vkey, "utf8")), job.expected, job.snarkjsProof)
  },
}

const answer = await TASKS[task]()
console.log(JSON.stringify({ answer, peakMb: Math.round(process.resourceUsage().maxRSS / 1024) }))
process.exit(0) // snarkjs's worker threads would keep the process alive for ever
