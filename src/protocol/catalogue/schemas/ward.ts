import type { Schema } from "../../wire/statement.ts"

/**
 * The same record about somebody for whom its holder acts, a parent for a child. The subject is part of the schema's id
 * and thus of what the issuer signs, so neither form ever answers a question about the other.
 */
export const ward = (schema: Schema): Schema => ({ ...schema, subject: "ward" })
