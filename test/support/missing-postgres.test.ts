// Stands in for the suites on PostgreSQL where no server is installed: skipped aloud, or failed where it is required.
import { expect, test } from "vitest"

const MISSING = "no PostgreSQL server under /usr/lib/postgresql/*/bin: apt-get install postgresql"
const isRequired = (process.env["SOTTO_REQUIRE"] ?? "").split(",").includes("postgres")

test.skipIf(!isRequired)(MISSING, () => {
  expect.fail(`${MISSING}; SOTTO_REQUIRE wants it`)
})
