// The scalars of section H: A·B - C at the odd places of the double domain.
import type { Kernel } from "./kernel.ts"
import { SINGLE_BYTES } from "./layout.ts"
import type { Roots } from "./roots.ts"

/** Addresses of A·w and B·w side by side (a pair per row), of room for C (half as many pairs), and of the result. */
interface QuotientPlaces {
  readonly polynomials: number
  readonly products: number
  /** 32-byte numbers below r, one per row. */
  readonly out: number
}

/** Uses the polynomials up. */
export function computeQuotient({ call }: Kernel, roots: Roots, places: QuotientPlaces): void {
  const { size, inverse, forward, coset } = roots
  const { polynomials, products, out } = places
  const half = size / 2
  call.fr_products(products, polynomials, half)
  call.fr_toCoefficients(polynomials, size, inverse, 1)
  call.fr_scale(polynomials, size, coset, coset)
  call.fr_toValues(polynomials, size, forward, 1)
  call.fr_splitLanes(products, half, inverse)
  call.fr_toCoefficients(products, half, inverse, 2)
  call.fr_scale(products, half, coset, coset + SINGLE_BYTES * half)
  call.fr_toValues(products, half, forward, 2)
  call.fr_joinLanes(products, half, forward)
  call.fr_quotient(out, polynomials, products, half)
}
