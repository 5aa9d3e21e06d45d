// Options that hold several members: `name=value,name=value`, read strictly so that a misspelt member is no default.
import { CliError } from "./exit.ts"

/** How such an option is read. */
interface MemberNames {
  /** What the option is called in messages. */
  readonly option: string
  readonly names: readonly string[]
  /** A member whose value goes to the end of the option, commas included. */
  readonly last?: string
}

/**
 * The members of an option's value.
 * @param text - as typed
 * @throws CliError `option-invalid` for an unknown, repeated or empty member
 */
export function readMemberList(
  text: string,
  { option, names, last }: MemberNames,
): Readonly<Record<string, string>> {
  const members: Record<string, string> = {}
  let rest = text
  while (rest !== "") {
    const isLast = last !== undefined && rest.startsWith(`${last}=`)
    const comma = isLast ? -1 : rest.indexOf(",")
    const member = comma < 0 ? rest : rest.slice(0, comma)
    rest = comma < 0 ? "" : rest.slice(comma + 1)
    const at = member.indexOf("=")
    const name = member.slice(0, Math.max(0, at))
    const known = [...names, ...(last === undefined ? [] : [last])]
    if (at < 1 || at === member.length - 1 || !known.includes(name) || Object.hasOwn(members, name)) {
      throw new CliError("option-invalid", `${option} wants ${known.map((known) => `${known}=…`).join(",")}`)
    }
    members[name] = member.slice(at + 1)
  }
  return members
}
