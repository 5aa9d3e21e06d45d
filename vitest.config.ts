import { defineConfig } from "vitest/config"
import { findPostgres } from "./test/support/postgres-server.ts"

const project = (name: string, include: string[], testTimeout = 30_000, more: object = {}) => ({
  test: {
    name,
    include,
    pool: "forks" as const,
    testTimeout,
    hookTimeout: 180_000,
    setupFiles: ["test/support/register-threads.ts"],
    ...more,
  },
})

/** The same files on a PostgreSQL server that is started for the run; without one, a test that says what is missing. */
const onPostgres = (name: string, include: string[], testTimeout: number, exclude: string[]) =>
  findPostgres() === null
    ? project(name, ["test/support/missing-postgres.test.ts"])
    : project(name, include, testTimeout, {
        exclude,
        globalSetup: ["test/support/postgres-run.ts"],
        setupFiles: ["test/support/register-threads.ts", "test/support/on-postgres.ts"],
      })

const isFull = process.env["SOTTO_FULL"] === "1"
/** Run once per engine; a name that ends in an engine's is of that engine alone. */
const STORE = ["test/{ledger,service,attacks}/**/*.test.ts"]
/** The long form runs all of them on PostgreSQL; the short one what the engine decides. */
const STORE_IN_SHORT = [
  "test/ledger/{admit,election-store,elections,instances,service-store,storage,storage.postgres}.test.ts",
  "test/attacks/{claims-once,election-races}.test.ts",
]
/**
 * Minutes of proofs and key derivation whose story a shorter test tells as well: elections and votes by verbs, the second
 * demonstration, a million credentials, rules of many countries proved one by one. The long form runs them.
 */
const LONG = [
  "**/{election-verbs,vote-verbs,insurance,status-at-scale,health-rules}.test.ts",
  "**/f08-served-instances.postgres.test.ts",
]
const LEFT_OUT = isFull ? [] : LONG
/** The canary reads the files of the database under it; a server's are its own. */
const FILES_OF_SQLITE = ["**/*.sqlite.test.ts", "**/canary-service.test.ts"]

/** Faults of a file, or of the whole service, that are the same story on either engine. */
const FILES_ALONE = [
  "**/f01-service-killed.test.ts",
  "**/f04-*.test.ts",
  "**/f06-*.test.ts",
  "**/f07-cosigned-history.test.ts",
  "**/f15-*.test.ts",
]

export default defineConfig({
  test: {
    maxWorkers: 2, // two files at a time: these suites compile circuits and fsync
    // Files of `unit` and `store:sqlite` share the modules of their worker: loading them anew took as long as the tests.
    projects: [
      project("unit", ["test/{protocol,health,parties,agent,cli,architecture}/**/*.test.ts"], 30_000, {
        isolate: false,
      }),
      project("circuits", ["test/circuits/**/*.test.ts"], 120_000),
      project("store:sqlite", STORE, 60_000, {
        exclude: ["**/*.postgres.test.ts", ...LEFT_OUT],
        isolate: false,
      }),
      onPostgres("store:postgres", isFull ? STORE : STORE_IN_SHORT, 60_000, FILES_OF_SQLITE),
      project("proofs", ["test/proofs/**/*.test.ts", "test/oracles/**/*.test.ts"], 120_000, {
        exclude: LEFT_OUT,
      }),
      project("faults", ["test/faults/**/*.test.ts"], 300_000, { exclude: ["**/*.postgres.test.ts"] }),
      onPostgres("faults:postgres", ["test/faults/**/*.test.ts"], 300_000, [...FILES_ALONE, ...LEFT_OUT]),
      project("e2e", ["test/e2e/**/*.test.ts"], 300_000, { exclude: LEFT_OUT }),
    ],
  },
})
