// One judgement on one import, asked by ESLint for every file and by the architecture tests.
import { builtinModules } from "node:module"
import { posix } from "node:path"
import { DOORS, HOMES, NODE_FREE, ROOMS } from "./rooms.js"

const ROOM_NAMES = Object.keys(ROOMS).sort((a, b) => b.length - a.length)

/**
 * The room a source file belongs to, or null outside of src/.
 * @param {string} path - from the root of the project, forward slashes
 * @returns {string | null}
 */
export function roomOf(path) {
  if (!path.startsWith("src/")) return null
  const inner = path.slice("src/".length)
  return ROOM_NAMES.find((room) => inner.startsWith(`${room}/`)) ?? inner.split("/")[0] ?? null
}

/**
 * Why a file may not import a specifier, or null when it may.
 * @param {string} path - of the importing file, from the root of the project
 * @param {string} specifier - as written
 * @returns {string | null}
 */
export function borderFault(path, specifier) {
  const room = roomOf(path)
  if (room === null) return null
  return specifier.startsWith(".") ? roomFault(path, room, specifier) : packageFault(room, specifier)
}

function roomFault(path, room, specifier) {
  const target = posix.join(posix.dirname(path), specifier)
  const other = roomOf(target)
  if (other === null) return room === "cli" ? null : `${room} may not leave src/`
  const inner = target.slice("src/".length)
  const doors = DOORS[inner]
  if (doors !== undefined && other !== room && !doors.includes(room)) return `${inner} is closed to ${room}`
  if (other === room || room === "cli") return null
  const allowed = ROOMS[room]
  if (allowed === undefined) return `${room} is not in the table of rooms`
  return allowed.includes(other) || allowed.includes(inner.replace(/\.[jt]s$/, ""))
    ? null
    : `${room} may not import ${other}`
}

function packageFault(room, specifier) {
  const isNode = specifier.startsWith("node:") || builtinModules.includes(specifier.split("/")[0] ?? "")
  if (isNode) return isIn(room, NODE_FREE) ? `${room} runs in browsers: no ${specifier}` : null
  const name = specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/")
  const homes = HOMES[name]
  return homes === undefined || isIn(room, homes)
    ? null
    : `${name} lives in ${homes.join(", ")}, not in ${room}`
}

function isIn(room, rooms) {
  return rooms.some((entry) => room === entry || room.startsWith(`${entry}/`))
}

/** The lint rule: every way an ECMAScript or TypeScript file can name another module. */
export const roomBorders = {
  meta: { type: "problem", schema: [], messages: { fault: "{{fault}}" } },
  create(context) {
    const path = posix.relative(context.cwd.replaceAll("\\", "/"), context.filename.replaceAll("\\", "/"))
    const check = (source) => {
      if (typeof source?.value !== "string") return
      const fault = borderFault(path, source.value)
      if (fault !== null) context.report({ node: source, messageId: "fault", data: { fault } })
    }
    return {
      ImportDeclaration: (node) => check(node.source),
      ExportNamedDeclaration: (node) => check(node.source),
      ExportAllDeclaration: (node) => check(node.source),
      ImportExpression: (node) => check(node.source),
      TSImportType: (node) => check(node.source ?? node.argument?.literal),
      TSExternalModuleReference: (node) => check(node.expression),
    }
  },
}
