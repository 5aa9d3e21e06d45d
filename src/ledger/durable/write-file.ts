import { randomBytes } from "node:crypto"
import { open, rename, unlink } from "node:fs/promises"
import { basename, dirname, join } from "node:path"

/**
 * Replaces a file so that a power cut at any moment leaves either the old bytes or the new ones, never a mixture.
 * Resolves only when the new bytes and the name are on stable storage; rejects with the error of the file system, and
 * then the old file still stands unless only the last step, the fsync of the directory, failed.
 *
 * @param path - in an existing folder; the temporary `.part` file is made beside it, since a rename is atomic only
 *   within one file system
 * @param mode - permission bits of the new file, 0o666 less the umask by default; secrets pass 0o600
 */
export async function writeFileDurably(
  path: string,
  bytes: Uint8Array | string,
  { mode = 0o666 }: { readonly mode?: number } = {},
): Promise<void> {
  // Opened before anything is written: a directory that cannot be opened cannot be synced either.
  const directory = await open(dirname(path), "r")
  try {
    // A name of its own, so that two writers of one path cannot write into each other's file.
    const part = join(dirname(path), `${basename(path)}.${randomBytes(6).toString("hex")}.part`)
    try {
      const file = await open(part, "wx", mode)
      try {
        await file.writeFile(bytes)
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(part, path)
    } catch (error) {
      await unlink(part).catch(() => undefined) // never made, or already renamed: the first error is the news
      throw error
    }
    await directory.sync()
  } finally {
    await directory.close()
  }
}
