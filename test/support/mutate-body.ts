// Every way to change one member of a body: the smallest changes an attacker with a signing key could try.

/** A body with one member changed. */
export interface Mutation {
  /** Where, as `proofs.2.z`. */
  readonly at: string
  readonly value: unknown
}

/** Each leaf changed once (a number by one, a text in its last character), each list once without its last item. */
export function mutationsOf(body: unknown, path = ""): Mutation[] {
  if (typeof body === "number") return [{ at: path, value: body + 1 }]
  if (typeof body === "string") return [{ at: path, value: changedText(body) }]
  if (typeof body !== "object" || body === null) return []
  const list = Array.isArray(body)
  const shorter = list && body.length > 0 ? [{ at: `${path}.length`, value: body.slice(0, -1) }] : []
  const inner = Object.entries(body).flatMap(([member, value]) =>
    mutationsOf(value, path === "" ? member : `${path}.${member}`).map((mutation) => ({
      at: mutation.at,
      value: list
        ? body.map((item: unknown, i) => (String(i) === member ? mutation.value : item))
        : { ...body, [member]: mutation.value },
    })),
  )
  return [...shorter, ...inner]
}

/** Another text of the same alphabet and length: 7 becomes 8, any other digit or letter 7. */
const changedText = (text: string): string => `${text.slice(0, -1)}${text.endsWith("7") ? "8" : "7"}`
