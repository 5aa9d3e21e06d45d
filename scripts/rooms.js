// The layer table: who may import whom. Read by ESLint, by the import-graph test and by the README check.
const P = ["protocol/primitives", "protocol/wire", "protocol/credential", "protocol/election", "protocol/log"]
const C = [...P, "protocol/catalogue"]
const H = ["health/fhir", "health/eu-dcc", "health/smart-health-card", "health/rules"]
const HEALTH = [...H, ...C]
const SERVICE = ["service/http", "ledger/log", "parties/verifier", "proofs/pool", ...C]
const WEB = ["web", "parties/wallet", "parties/organizer", "parties/verifier", "proofs/groth16", ...HEALTH]

/** Room -> rooms it may import beside itself; "x/store" is that one file; cli may import all. */
export const ROOMS = {
  "protocol/primitives": [],
  "protocol/wire": P.slice(0, 1),
  "protocol/credential": P.slice(0, 2),
  "protocol/log": P.slice(0, 2),
  "protocol/election": P,
  "protocol/catalogue": P,
  "health/fhir": C,
  "health/eu-dcc": [H[0], ...C],
  "health/smart-health-card": [H[0], ...C],
  "health/rules": [H[0], H[1], ...C],
  "proofs/groth16": P,
  "proofs/hasher": P,
  "proofs/pool": P,
  "proofs/prover": ["proofs/groth16", "proofs/pool", ...P],
  "proofs/ceremony": ["proofs/groth16", "ledger/durable", ...P],
  "parties/issuer": HEALTH,
  "parties/wallet": HEALTH,
  "parties/verifier": ["proofs/groth16", ...C],
  "parties/organizer": C,
  "parties/trustee": P,
  "parties/cosigner": ["service/http", ...P],
  "ledger/log": P,
  "ledger/durable": [],
  "ledger/mirror": P,
  "ledger/storage": [
    "ledger/log/store",
    "service/store",
    "service/election-store",
    "parties/cosigner/store",
    "ledger/durable",
    ...P,
  ],
  "service/http": P,
  "service/routes": ["service/store", "service/election-store", "service/verification", ...SERVICE],
  "service/verification": SERVICE,
  service: ["service/routes", "service/verification", ...SERVICE],
  agent: ["service/http", "proofs/prover", "parties/wallet", "ledger/durable", ...C],
  web: WEB,
  "web/patient": WEB,
  "web/insurer": WEB,
  "web/organizer": WEB,
  "web/booth": WEB,
  "web/explorer": WEB,
}

/** No node:*, no process, no Buffer; "web" covers its pages. */
export const NODE_FREE = [
  ...C,
  ...H,
  "proofs/groth16",
  "parties/issuer",
  "parties/wallet",
  "parties/organizer",
  "parties/trustee",
  "parties/verifier",
  "web",
]

/** Pure rooms: besides NODE_FREE, no Date and no Math.random; time and randomness are parameters. */
export const PURE = [
  ...C,
  ...H,
  "parties/issuer",
  "parties/wallet",
  "parties/organizer",
  "parties/trustee",
  "parties/verifier",
]

/** One home per heavy dependency; nobody else imports it. */
export const HOMES = {
  snarkjs: ["proofs/groth16", "proofs/ceremony"],
  ffjavascript: ["proofs/groth16", "proofs/ceremony"],
  circomlibjs: ["proofs/hasher"],
  piscina: ["proofs/pool"],
  "poseidon-lite": P,
  zod: [...P, "service/http", "service/routes"], // the shapes of answers stand beside the routes that give them
  kysely: ["ledger/storage"],
  "better-sqlite3": ["ledger/storage"],
  pg: ["ledger/storage"],
  express: ["service/http"],
  helmet: ["service/http"],
  "express-rate-limit": ["service/http"],
  jose: ["service/http"],
  pino: ["service/http"],
  "prom-client": ["service/http"],
  "@noble/ciphers": ["parties/wallet", "agent"],
  react: ["web"],
  "react-dom": ["web"],
  cborg: ["health/eu-dcc"],
  commander: ["cli"],
  viem: ["ledger/mirror"],
}

/** Who may turn a private input into a proof. */
export const DOORS = { "proofs/groth16/prove.ts": ["proofs/prover", "web"] }

/** The only files outside cli/ and web/ that may use import(): they load a thread's body after preparing the thread. */
export const THREAD_FILES = ["src/proofs/prover/worker.ts", "src/service/verification/worker.ts"]
