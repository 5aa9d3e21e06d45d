// What sharing, combining and equality of logarithms need of a group; other published elections bring other groups.

/** A group of prime order in which logarithms are hard. `P` is a member already checked to be one. */
export interface Group<P> {
  /** The prime order: scalars and Lagrange coefficients live modulo it. */
  readonly order: bigint
  readonly generator: P
  readonly identity: P
  readonly add: (left: P, right: P) => P
  readonly negate: (element: P) => P
  /** `scalar` times `element`; the scalar is public: the time depends on it. @param scalar - 0 <= scalar < order */
  readonly multiply: (element: P, scalar: bigint) => P
  readonly equals: (left: P, right: P) => boolean
}
