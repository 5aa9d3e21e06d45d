// One PostgreSQL server for a run of a suite, stopped and removed when the run ends.
import type { TestProject } from "vitest/node"
import { makeTemplate } from "./databases.ts"
import { findPostgres, startPostgres } from "./postgres-server.ts"

declare module "vitest" {
  interface ProvidedContext {
    readonly postgres: string
  }
}

export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const bin = findPostgres()
  if (bin === null) return undefined // `missing-postgres.test.ts` says so
  const server = await startPostgres(bin)
  await makeTemplate(server.address("postgres"))
  project.provide("postgres", server.address("postgres"))
  return () => server.remove()
}
