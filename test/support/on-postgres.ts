// Makes PostgreSQL the engine of the test file that follows.
import { inject } from "vitest"

process.env["TEST_POSTGRES"] = inject("postgres")
