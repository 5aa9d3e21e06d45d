// Are these points on their curve? Asked once about every point of a key.
import { Q } from "../../../protocol/primitives/field.ts"
import { i32, i64, v128 } from "./instructions.ts"
import { MONTGOMERY_BITS, pairBytes } from "./layout.ts"
import { CONSTANTS, SCRATCH } from "./memory-map.ts"
import { loadVector } from "./pair-code.ts"
import type { PointKernel } from "./points.ts"
import { block, giveBack, loopWhile } from "./wasm-code.ts"
import type { Expr } from "./wasm-code.ts"
import type { ModuleWriter } from "./wasm-writer.ts"

const B = 3n // G1: y² = x³ + 3, EIP-197

/** 3/(9 + u), the twist that G2 lies on, EIP-197. */
const TWISTED_B = [
  19485874751759354771024239261021720505790618469301721065564631296452457478373n,
  266929791119991161246907387137283842545076965332900288569378510910307636690n,
] as const

/** Writes b of both curves. */
export function writeCurveConstants(writer: ModuleWriter): void {
  const montgomery = (value: bigint): bigint => (value << MONTGOMERY_BITS) % Q
  writer.data(CONSTANTS.b1, pairBytes(montgomery(B), montgomery(B)))
  writer.data(CONSTANTS.b2, pairBytes(montgomery(TWISTED_B[0]), montgomery(TWISTED_B[1])))
}

/** `<group>_offCurve(points, count)`: 0 when y² = x³ + b holds for all of them, which are finite. */
export function writeCurveCheck(writer: ModuleWriter, group: PointKernel, b: number): void {
  writer.func(`${group.name}_offCurve`, ["i32", "i32"], "i32", ([points, count], newLocal) => {
    const [i, found] = [newLocal("i32"), newLocal("i32")]
    const [x, y, term, step] = [SCRATCH.x1, SCRATCH.y1, SCRATCH.term, SCRATCH.step].map((at) =>
      i32.const(at),
    ) as [Expr<"i32">, Expr<"i32">, Expr<"i32">, Expr<"i32">]
    const point = (index: Expr<"i32">): Expr<"i64"> =>
      i64.extend(i32.add(points, i32.mul(index, i32.const(group.pointBytes))))
    const previous = i32.sub(i, i32.const(group.additions))
    const any = [1, 2, 3, 4].reduce((all, k) => v128.or(all, loadVector(term, k)), loadVector(term, 0))
    return [
      i.set(count),
      loopWhile(
        i,
        block(
          // From the end: the last of a step, and the one before it or, at the beginning, the first once more.
          i64.store32(step, point(i32.sub(i, i32.const(1)))),
          i.set(previous),
          i.set(i32.and(i, i32.xor(i32.sub(i32.const(0), i32.shrU(i, i32.const(31))), i32.const(-1)))),
          i64.store32(step, point(i), 8),
          group.loadX(x, step, 0),
          group.loadY(y, step, 0),
          group.square(term, x),
          group.mul(term, term, x),
          group.add(term, term, i32.const(b)),
          group.square(y, y),
          group.sub(term, y, term),
          group.canonical(term, term),
          found.set(i32.or(found, v128.anyTrue(any))),
        ),
      ),
      giveBack(found),
    ]
  })
}
