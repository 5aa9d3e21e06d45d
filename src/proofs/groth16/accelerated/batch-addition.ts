// Many affine additions with one inversion (Montgomery's trick): five multiplications and a square each.
import { i32 } from "./instructions.ts"
import { PAIR_BYTES } from "./layout.ts"
import { SCRATCH } from "./memory-map.ts"
import { loadVector, storePair } from "./pair-code.ts"
import type { PointKernel } from "./points.ts"
import { block, countUp, loopWhile } from "./wasm-code.ts"
import type { Expr, Statement } from "./wasm-code.ts"
import type { ModuleWriter } from "./wasm-writer.ts"

/**
 * Writes both halves of a batch; the caller inverts in between, where a zero shows that some addition was none
 * (equal or opposite points) and would have zeroed all others silently.
 *
 * `<group>_deltas(references, steps, deltas, products)`: deltas[i] = x_Q - x_P, products[i] = the product of the deltas
 * before, with one more at the end.
 * `<group>_sums(references, steps, deltas, products, inverse, out)`: P + Q of all, one after another; `inverse` is 1 over
 * the last product, and is used up.
 */
export function writeBatchAddition(writer: ModuleWriter, group: PointKernel, one: number): void {
  writeDeltas(writer, group, one)
  writeSums(writer, group)
}

const pairAt = (base: Expr<"i32">, i: Expr<"i32">): Expr<"i32"> =>
  i32.add(base, i32.mul(i, i32.const(PAIR_BYTES)))
const scratch = (name: keyof typeof SCRATCH): Expr<"i32"> => i32.const(SCRATCH[name])

function stepAt({ additions }: PointKernel, references: Expr<"i32">, i: Expr<"i32">): Expr<"i32"> {
  return i32.add(references, i32.mul(i, i32.const(8 * additions)))
}

function writeDeltas(writer: ModuleWriter, group: PointKernel, one: number): void {
  const params = ["i32", "i32", "i32", "i32"] as const
  const [x1, x2] = [scratch("x1"), scratch("x2")]
  writer.func(`${group.name}_deltas`, params, "none", ([references, steps, deltas, products], newLocal) => {
    const [i, step, delta, product] = [newLocal("i32"), newLocal("i32"), newLocal("i32"), newLocal("i32")]
    return [
      storePair(
        products,
        [0, 1, 2, 3, 4].map((k) => loadVector(i32.const(one), k)),
      ),
      countUp(
        i,
        i32.const(0),
        steps,
        block(
          step.set(stepAt(group, references, i)),
          delta.set(pairAt(deltas, i)),
          product.set(pairAt(products, i)),
          group.loadX(x1, step, 0),
          group.loadX(x2, step, 1),
          group.subFactor(delta, x2, x1),
          group.mul(i32.add(product, i32.const(PAIR_BYTES)), product, delta),
        ),
      ),
    ]
  })
}

function writeSums(writer: ModuleWriter, group: PointKernel): void {
  const params = ["i32", "i32", "i32", "i32", "i32", "i32"] as const
  writer.func(
    `${group.name}_sums`,
    params,
    "none",
    ([references, steps, deltas, products, inverse, out], newLocal) => {
      const [i, step] = [newLocal("i32"), newLocal("i32")]
      const target = i32.add(out, i32.mul(i, i32.const(group.pointBytes * group.additions)))
      return [
        i.set(steps),
        loopWhile(
          i,
          block(
            i.set(i32.sub(i, i32.const(1))),
            step.set(stepAt(group, references, i)),
            group.mul(scratch("slope"), inverse, pairAt(products, i)),
            group.mul(inverse, inverse, pairAt(deltas, i)),
            addPoints(group, step, target),
          ),
        ),
      ]
    },
  )
}

/** λ = (y2 - y1)/(x2 - x1), x3 = λ² - x1 - x2, y3 = λ(x1 - x3) - y1; `slope` holds 1/(x2 - x1). */
function addPoints(group: PointKernel, step: Expr<"i32">, target: Expr<"i32">): Statement {
  const [x1, x2, y1, y2] = [scratch("x1"), scratch("x2"), scratch("y1"), scratch("y2")]
  const [slope, term] = [scratch("slope"), scratch("term")]
  return block(
    group.loadX(x1, step, 0),
    group.loadX(x2, step, 1),
    group.loadY(y1, step, 0),
    group.loadY(y2, step, 1),
    group.subFactor(term, y2, y1),
    group.mul(slope, slope, term),
    group.square(term, slope),
    group.subTwice(x2, term, x1, x2),
    group.subFactor(term, x1, x2),
    group.mul(term, slope, term),
    group.sub(y2, term, y1),
    group.store(target, x2, y2),
  )
}
