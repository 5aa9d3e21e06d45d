// A writer of CBOR (RFC 8949) that can also write what no encoder should: duplicate keys, lengths left open, any tag.

/** Members of a map in the order written, duplicates included. */
export class Pairs {
  readonly pairs: readonly (readonly [unknown, unknown])[]
  readonly isOpen: boolean

  constructor(pairs: readonly (readonly [unknown, unknown])[], isOpen = false) {
    this.pairs = pairs
    this.isOpen = isOpen
  }
}

export class Tag {
  readonly tag: number
  readonly value: unknown

  constructor(tag: number, value: unknown) {
    this.tag = tag
    this.value = value
  }
}

/** Bytes that already are an item. */
export class Raw {
  readonly bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }
}

/** The item of a value; objects and Maps become maps, numbers with a fraction doubles. */
export function writeCbor(value: unknown): Buffer {
  if (value instanceof Raw) return Buffer.from(value.bytes)
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value])
  if (value instanceof Tag) return Buffer.concat([head(6, value.tag), writeCbor(value.value)])
  if (value instanceof Pairs) {
    const items = value.pairs.flat().map(writeCbor)
    return value.isOpen
      ? Buffer.concat([Buffer.of(0xbf), ...items, Buffer.of(0xff)])
      : Buffer.concat([head(5, value.pairs.length), ...items])
  }
  if (value instanceof Map) return writeCbor(new Pairs([...value]))
  if (Array.isArray(value)) return Buffer.concat([head(4, value.length), ...value.map(writeCbor)])
  if (typeof value === "string") {
    const text = Buffer.from(value, "utf8")
    return Buffer.concat([head(3, text.length), text])
  }
  if (typeof value === "number") return writeNumber(value)
  if (value === null) return Buffer.of(0xf6)
  if (typeof value === "boolean") return Buffer.of(value ? 0xf5 : 0xf4)
  return writeCbor(new Pairs(Object.entries(value as object)))
}

function writeNumber(value: number): Buffer {
  if (Number.isSafeInteger(value)) return value < 0 ? head(1, -1 - value) : head(0, value)
  const double = Buffer.alloc(9, 0xfb)
  double.writeDoubleBE(value, 1)
  return double
}

/** The shortest form, as the structure that COSE signs demands (RFC 9052 section 9). */
function head(major: number, argument: number): Buffer {
  const first = major << 5
  if (argument < 24) return Buffer.of(first | argument)
  const power = argument < 2 ** 8 ? 0 : argument < 2 ** 16 ? 1 : argument < 2 ** 32 ? 2 : 3
  const long = Buffer.alloc(8)
  long.writeBigUInt64BE(BigInt(argument))
  return Buffer.concat([Buffer.of(first | (24 + power)), long.subarray(8 - 2 ** power)])
}
