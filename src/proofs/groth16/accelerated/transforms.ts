// Polynomials over the scalar field: transforms of two at once, one in each lane of an array of pairs.
//
// A and B share an array. C has one of half the length: its two halves lie side by side, so that all stages but the one
// between the halves work lane by lane too.
import type { FieldKernel } from "./field-kernel.ts"
import { i32, i32x4, v128 } from "./instructions.ts"
import { PAIR_BYTES, SINGLE_BYTES } from "./layout.ts"
import { SCRATCH } from "./memory-map.ts"
import { constantVector, loadVector, newPair, reduce, setPair, storePair } from "./pair-code.ts"
import { interleave } from "./points.ts"
import { block, countUp, loopWhile } from "./wasm-code.ts"
import type { Expr, Local, Statement } from "./wasm-code.ts"
import type { ModuleWriter } from "./wasm-writer.ts"

type Address = Expr<"i32">

const pairAt = (base: Address, i: Expr<"i32">): Address => i32.add(base, i32.mul(i, i32.const(PAIR_BYTES)))
const singleAt = (base: Address, i: Expr<"i32">): Address =>
  i32.add(base, i32.mul(i, i32.const(SINGLE_BYTES)))
const term = i32.const(SCRATCH.term)
const left = i32.const(SCRATCH.left)

/** Writes the functions of this file; each has its own comment. */
export function writeTransforms(writer: ModuleWriter, fr: FieldKernel): void {
  writeStages(writer, fr)
  writeLaneStages(writer, fr)
  writeScale(writer, fr)
  writePowers(writer, fr)
}

/**
 * `fr_toCoefficients(data, size, roots, stride)`: decimation in frequency, natural order in, bit-reversed out, not divided by
 * the size. `fr_toValues(data, size, roots, stride)`: decimation in time, bit-reversed in, natural out. `roots` holds
 * the powers of the root of unity that the direction takes; `stride` of them are one of this size.
 */
function writeStages(writer: ModuleWriter, fr: FieldKernel): void {
  const frequency = (a: Address, b: Address, root: Address): Statement =>
    block(fr.subLazy(term, a, b), fr.add(a, a, b), fr.mulSingle(b, root, term))
  const time = (a: Address, b: Address, root: Address): Statement =>
    block(fr.mulSingle(term, root, b), fr.sub(b, a, term), fr.add(a, a, term))
  const params = ["i32", "i32", "i32", "i32"] as const
  const stage = (
    butterfly: typeof time,
    [data, size, roots]: readonly Address[],
    distance: Local<"i32">,
    step: Local<"i32">,
    [start, j, a]: readonly [Local<"i32">, Local<"i32">, Local<"i32">],
  ): Statement => {
    const root = singleAt(roots ?? a, i32.mul(j, step))
    const inner = block(a.set(pairAt(data ?? a, i32.add(start, j))), butterfly(a, pairAt(a, distance), root))
    return block(
      start.set(i32.const(0)),
      loopWhile(
        i32.ltU(start, size ?? a),
        block(
          countUp(j, i32.const(0), distance, inner),
          start.set(i32.add(start, i32.add(distance, distance))),
        ),
      ),
    )
  }
  writer.func("fr_toCoefficients", params, "none", ([data, size, roots, stride], newLocal) => {
    const [distance, step] = [newLocal("i32"), newLocal("i32")]
    const work = [newLocal("i32"), newLocal("i32"), newLocal("i32")] as const
    return [
      distance.set(i32.shrU(size, i32.const(1))),
      step.set(stride),
      loopWhile(
        distance,
        block(
          stage(frequency, [data, size, roots], distance, step, work),
          distance.set(i32.shrU(distance, i32.const(1))),
          step.set(i32.add(step, step)),
        ),
      ),
    ]
  })
  writer.func("fr_toValues", params, "none", ([data, size, roots, stride], newLocal) => {
    const [distance, step] = [newLocal("i32"), newLocal("i32")]
    const work = [newLocal("i32"), newLocal("i32"), newLocal("i32")] as const
    return [
      distance.set(i32.const(1)),
      step.set(i32.mul(i32.shrU(size, i32.const(1)), stride)),
      loopWhile(
        i32.ltU(distance, size),
        block(
          stage(time, [data, size, roots], distance, step, work),
          distance.set(i32.add(distance, distance)),
          step.set(i32.shrU(step, i32.const(1))),
        ),
      ),
    ]
  })
}

/** `fr_splitLanes(data, pairs, roots)` and `fr_joinLanes`: the first inverse and the last forward stage of C. */
function writeLaneStages(writer: ModuleWriter, fr: FieldKernel): void {
  const { constants } = fr
  const onlySecond = v128.const(0, -1, 0, -1)
  const params = ["i32", "i32", "i32"] as const
  /** (x0 + x1, x0 - x1), below 1.1p. */
  const crossed = (
    newLocal: Parameters<Parameters<ModuleWriter["func"]>[3]>[1],
    address: Address,
  ): Statement => {
    const pair = newPair(newLocal)
    const mask = newLocal("v128")
    const both = (i: number, lane: 0 | 1): Expr<"v128"> =>
      v128.shuffle(loadVector(address, i), loadVector(address, i), [lane, lane, lane + 2, lane + 2])
    const signedSecond = (i: number): Expr<"v128"> => i32x4.sub(v128.xor(both(i, 1), mask), mask)
    const raised = (i: number): Expr<"v128"> => v128.and(constantVector(constants.triple, i), mask)
    return block(
      mask.set(onlySecond),
      setPair(pair, (i) => i32x4.add(i32x4.add(both(i, 0), raised(i)), signedSecond(i))),
      reduce(pair, constants, mask),
      storePair(address, pair),
    )
  }
  /** The second lane times the root, the first one times one. */
  const turned = (newLocal: Parameters<typeof crossed>[0], address: Address, root: Address): Statement => {
    const pair = newPair(newLocal)
    const one = i32.const(SCRATCH.right)
    return block(interleave(pair, one, root), storePair(left, pair), fr.mul(address, left, address))
  }
  const oneSingle = (newLocal: Parameters<typeof crossed>[0]): Statement => {
    const i = newLocal("i32")
    const limb = i32.load(i32.shl(i, i32.const(3)), constants.one)
    return countUp(i, i32.const(0), i32.const(9), i32.store(i32.shl(i, i32.const(2)), limb, SCRATCH.right))
  }
  writer.func("fr_splitLanes", params, "none", ([data, pairs, roots], newLocal) => {
    const [i, at] = [newLocal("i32"), newLocal("i32")]
    const body = block(
      at.set(pairAt(data, i)),
      crossed(newLocal, at),
      turned(newLocal, at, singleAt(roots, i)),
    )
    return [oneSingle(newLocal), countUp(i, i32.const(0), pairs, body)]
  })
  writer.func("fr_joinLanes", params, "none", ([data, pairs, roots], newLocal) => {
    const [i, at] = [newLocal("i32"), newLocal("i32")]
    const body = block(
      at.set(pairAt(data, i)),
      turned(newLocal, at, singleAt(roots, i)),
      crossed(newLocal, at),
    )
    return [oneSingle(newLocal), countUp(i, i32.const(0), pairs, body)]
  })
}

/** `fr_scale(data, pairs, firstFactors, secondFactors)`: pair i times factor i of either list of singles. */
function writeScale(writer: ModuleWriter, fr: FieldKernel): void {
  writer.func("fr_scale", ["i32", "i32", "i32", "i32"], "none", ([data, pairs, first, second], newLocal) => {
    const i = newLocal("i32")
    const pair = newPair(newLocal)
    const body = block(
      interleave(pair, singleAt(first, i), singleAt(second, i)),
      storePair(left, pair),
      fr.mul(pairAt(data, i), left, pairAt(data, i)),
    )
    return [countUp(i, i32.const(0), pairs, body)]
  })
}

/** `fr_powers(out, count, first, ratio)`: singles first·ratio^i; both are pairs with equal lanes. */
function writePowers(writer: ModuleWriter, fr: FieldKernel): void {
  writer.func("fr_powers", ["i32", "i32", "i32", "i32"], "none", ([out, count, first, ratio], newLocal) => {
    const [i, limb] = [newLocal("i32"), newLocal("i32")]
    const from = i32.load(i32.shl(limb, i32.const(3)), SCRATCH.left)
    const to = i32.add(singleAt(out, i), i32.shl(limb, i32.const(2)))
    return [
      storePair(
        left,
        [0, 1, 2, 3, 4].map((k) => loadVector(first, k)),
      ),
      countUp(
        i,
        i32.const(0),
        count,
        block(countUp(limb, i32.const(0), i32.const(9), i32.store(to, from)), fr.mul(left, ratio, left)),
      ),
    ]
  })
}
