// The generator of each group and its double, EIP-197: two points whose x differ, for places where nothing is to be added.
import { Q } from "../../../protocol/primitives/field.ts"
import { limbsOf, MONTGOMERY_BITS, PAIR_BYTES, pairBytes, SINGLE_BYTES } from "./layout.ts"
import { CONSTANTS } from "./memory-map.ts"
import type { ModuleWriter } from "./wasm-writer.ts"

const G1 = [
  1n,
  2n,
  1368015179489954701390400359078579693043519447331113978918064868415326638035n,
  9918110051302171585080402603319702774565515993150576347155970296011118125764n,
] as const

const G2 = [
  [
    10857046999023057135944570762232829481370756359578518086990519993285655852781n,
    11559732032986387107991004021392285783925812861821192530917403151452391805634n,
  ],
  [
    8495653923123431417604973247489272438418190587263600148770280649306958101930n,
    4082367875863433681332203403145435568316851327593401208105741076214120093531n,
  ],
  [
    18029695676650738226693292988307914797657423701064905010927197838374790804409n,
    14583779054894525174450323658765874724019480979794335525732096752006891875705n,
  ],
  [
    2140229616977736810657479771656733941598412651537078903776637920509952744750n,
    11474861747383700316476719153975578001603231366361248090558603872215261634898n,
  ],
] as const

/** Writes both points of both groups as constants. */
export function writeSparePoints(writer: ModuleWriter): void {
  const montgomery = (value: bigint): bigint => (value << MONTGOMERY_BITS) % Q
  G1.forEach((coordinate, i) => {
    const limbs = Uint32Array.from(limbsOf(montgomery(coordinate)))
    writer.data(CONSTANTS.spareG1 + SINGLE_BYTES * i, new Uint8Array(limbs.buffer))
  })
  G2.forEach(([c0, c1], i) => {
    const pair = pairBytes(montgomery(c0), montgomery(c1)).subarray(0, PAIR_BYTES)
    writer.data(CONSTANTS.spareG2 + PAIR_BYTES * i, pair)
  })
}
