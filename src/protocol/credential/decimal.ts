// Decimals without floats: what a laboratory printed is what is signed, to the last digit.
import { CredentialError } from "./credential-error.ts"

// JSON's number grammar (RFC 8259 section 6); an exponent of two digits cannot make the expansion long.
const DECIMAL = /^(-?)(0|[1-9][0-9]{0,39})(?:\.([0-9]{1,40}))?(?:[eE]([+-]?[0-9]{1,2}))?$/

/**
 * value * 10^scale, exact. An exponent is expanded; trailing zeros are free.
 * @param text - untrusted
 * @param name - for the message
 * @throws CredentialError `value-malformed` (also negative zero), `precision-exceeded` for more decimals than `scale`
 */
export function readDecimal(text: string, scale: number, name: string): bigint {
  const match = DECIMAL.exec(text)
  if (match === null) throw new CredentialError("value-malformed", `attribute ${name}: expected a decimal`)
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = match
  const digits = BigInt(whole + fraction)
  if (digits === 0n && sign === "-") {
    throw new CredentialError("value-malformed", `attribute ${name}: negative zero`)
  }
  const shift = scale + Number(exponent) - fraction.length
  const magnitude = shift >= 0 ? digits * 10n ** BigInt(shift) : shrink(digits, -shift, scale, name)
  return sign === "-" ? -magnitude : magnitude
}

/** The shortest decimal text of value / 10^scale; `readDecimal` inverts it. */
export function formatDecimal(value: bigint, scale: number): string {
  const sign = value < 0n ? "-" : ""
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, "0")
  const whole = digits.slice(0, digits.length - scale)
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, "")
  return fraction === "" ? sign + whole : `${sign}${whole}.${fraction}`
}

function shrink(digits: bigint, places: number, scale: number, name: string): bigint {
  const divisor = 10n ** BigInt(places)
  if (digits % divisor !== 0n) {
    throw new CredentialError("precision-exceeded", `attribute ${name}: more than ${scale} decimals`)
  }
  return digits / divisor
}
