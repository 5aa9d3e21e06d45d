import { IDEMPOTENCY_SECONDS } from "../http/idempotency.ts"
import type { IdempotencyKey } from "../http/route.ts"
import type { IdempotencyRow } from "../store.ts"
import type { RouteDeps } from "./route-deps.ts"

/**
 * The remembered form of a keyed write's answer.
 * @param ref - what rebuilds the answer
 */
export function idempotencyRow(
  { now }: Pick<RouteDeps, "now">,
  key: IdempotencyKey | null,
  status: number,
  ref: string,
): IdempotencyRow {
  if (key === null) throw new TypeError("the route takes an Idempotency-Key")
  return { ...key, status, ref, expiresAtUnixSeconds: now() + IDEMPOTENCY_SECONDS }
}
