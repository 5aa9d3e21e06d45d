// The Groth16 proving key file, iden3/snarkjs:src/zkey_utils.js. Little-endian; points affine, Montgomery 2^256.

/** Section numbers of a Groth16 zkey. */
export const ZKEY_SECTION = {
  protocol: 1,
  header: 2,
  publicPoints: 3,
  coefficients: 4,
  a: 5,
  b1: 6,
  b2: 7,
  c: 8,
  h: 9,
  contributions: 10,
} as const

/** "zkey" as the little-endian number it is written as. */
export const ZKEY_MAGIC = 0x79656b7a

/** Bytes of an affine G1 point; a G2 point takes twice as many. */
export const G1_BYTES = 64

/** The header: byte length and order of both fields, wires, public signals, N; then three G1 and three G2 points. */
export const HEADER = {
  baseField: 4,
  scalarField: 40,
  wires: 72,
  publicSignals: 76,
  domainSize: 80,
  alpha1: 84,
  beta1: 148,
  beta2: 212,
  gamma2: 340,
  delta1: 468,
  delta2: 532,
  bytes: 660,
} as const
