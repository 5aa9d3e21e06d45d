import { defineConfig } from "vitest/config"

const project = (name: string, include: string[], testTimeout = 30_000) => ({
  test: {
    name,
    include,
    pool: "forks" as const,
    testTimeout,
    hookTimeout: 180_000,
    setupFiles: ["test/support/register-threads.ts"],
  },
})

export default defineConfig({
  test: {
    maxWorkers: 2, // two files at a time: these suites compile circuits and fsync
    projects: [
      project("unit", ["test/{protocol,health,parties,agent,cli,architecture}/**/*.test.ts"]),
      project("circuits", ["test/circuits/**/*.test.ts"], 120_000),
      project("store:sqlite", ["test/{ledger,service,attacks}/**/*.test.ts"], 60_000),
      project("proofs", ["test/proofs/**/*.test.ts", "test/oracles/**/*.test.ts"], 120_000),
      project("faults", ["test/faults/**/*.test.ts"], 300_000),
      project("e2e", ["test/e2e/**/*.test.ts"], 300_000),
    ],
  },
})
