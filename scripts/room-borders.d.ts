/** The room a source file belongs to, or null outside of src/. Paths are from the root of the project. */
export function roomOf(path: string): string | null
/** Why a file may not import a specifier, or null when it may. */
export function borderFault(path: string, specifier: string): string | null
