/**
 * The items in a uniformly random order (Fisher-Yates), so that nobody's place in a batch can be arranged.
 * @param randomBytes - a CSPRNG
 */
export function shuffled<T>(items: readonly T[], randomBytes: (length: number) => Uint8Array): readonly T[] {
  const result = [...items]
  for (let last = result.length - 1; last > 0; last--) {
    const other = readUint48(randomBytes(6)) % (last + 1) // bias below 2^-39 for batches of 256
    const [a, b] = [result[last], result[other]]
    if (a === undefined || b === undefined) break
    result[last] = b
    result[other] = a
  }
  return result
}

function readUint48(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0)
}
