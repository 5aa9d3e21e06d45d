import fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  addMonths,
  dateOf,
  dayAt,
  daysInMonth,
  daysOf,
  formatDay,
  formatInstant,
  parseDay,
  parseInstant,
  parsePartialDay,
} from "../../../src/protocol/credential/calendar.ts"

const day = fc.integer({ min: -719_162, max: 2_932_896 }) // 0001-01-01 to 9999-12-31
const added = (text: string, months: number) => formatDay(addMonths(parseDay(text) ?? Number.NaN, months))

describe("days", () => {
  it("agree with the platform's calendar in both directions", () => {
    fc.assert(
      fc.property(day, (days) => {
        const text = new Date(days * 86_400_000).toISOString().slice(0, 10)
        expect(formatDay(days)).toBe(text)
        expect(parseDay(text)).toBe(days)
        expect(daysOf(dateOf(days))).toBe(days)
      }),
    )
  })

  it.each([
    ["1970-01-01", 0],
    ["1969-12-31", -1],
    ["2000-02-29", 11_016],
    ["0001-01-01", -719_162],
    ["9999-12-31", 2_932_896],
  ])("count %s as %i", (text, days) => {
    expect(parseDay(text)).toBe(days)
  })

  it.each([
    "2023-02-29",
    "1900-02-29",
    "2022-04-31",
    "2022-13-01",
    "2022-00-10",
    "2022-01-00",
    "0000-01-01",
    "2022-1-1",
    "22-01-01",
    "2022-01-01T00:00:00Z",
    " 2022-01-01",
    "2022-01-01\n",
    "+2022-01-01",
    "٢٠٢٢-01-01",
    "",
  ])("do not include %j", (text) => {
    expect(parseDay(text)).toBeNull()
  })

  it("know the leap years of four centuries", () => {
    expect([1900, 2000, 2023, 2024, 2100].map((year) => daysInMonth(year, 2))).toEqual([28, 29, 28, 29, 28])
  })
})

describe("months", () => {
  it.each([
    ["2024-02-29", -12, "2023-02-28"],
    ["2024-02-29", -48, "2020-02-29"],
    ["2024-02-29", 12 * 18, "2042-02-28"],
    ["2023-03-31", -1, "2023-02-28"],
    ["2024-03-31", -1, "2024-02-29"],
    ["2023-01-31", -2, "2022-11-30"],
    ["2022-12-31", 2, "2023-02-28"],
    ["2022-05-31", 1, "2022-06-30"],
    ["2022-01-15", -25, "2019-12-15"],
  ])("%s plus %i is %s: month ends are clipped", (text, months, expected) => {
    expect(added(text, months)).toBe(expected)
  })
})

describe("partial dates", () => {
  it.each([
    ["1980", "1980-01-01", "1980-12-31"],
    ["1980-02", "1980-02-01", "1980-02-29"],
    ["1981-02", "1981-02-01", "1981-02-28"],
    ["1980-12", "1980-12-01", "1980-12-31"],
    ["1980-02-29", "1980-02-29", "1980-02-29"],
  ])("%s runs from %s to %s", (text, first, last) => {
    expect(parsePartialDay(text)?.map(formatDay)).toEqual([first, last])
  })

  it.each(["1981-02-29", "1980-13", "198", "19800", "1980-", "1980-1", ""])("do not include %j", (text) => {
    expect(parsePartialDay(text)).toBeNull()
  })
})

describe("instants", () => {
  it("agree with the platform at any offset and drop the fraction", () => {
    const offset = fc.integer({ min: -14 * 60, max: 14 * 60 })
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 33), max: 2 ** 35 }), offset, (seconds, minutes) => {
        const local = new Date((seconds + minutes * 60) * 1000).toISOString().slice(0, 19)
        const two = (n: number) => String(Math.floor(Math.abs(n))).padStart(2, "0")
        const zone = `${minutes < 0 ? "-" : "+"}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`
        expect(parseInstant(`${local}${zone}`)).toBe(seconds)
        expect(parseInstant(`${local}.999999999${zone}`)).toBe(seconds)
        expect(parseInstant(formatInstant(seconds))).toBe(seconds)
      }),
    )
  })

  it.each([
    "2022-01-01T00:00:00",
    "2022-01-01",
    "2022-01-01 00:00:00Z",
    "2022-01-01t00:00:00z",
    "2022-01-01T24:00:00Z",
    "2022-01-01T00:60:00Z",
    "2022-01-01T00:00:61Z",
    "2022-02-30T00:00:00Z",
    "2022-01-01T00:00Z",
    "2022-01-01T00:00:00.Z",
    "2022-01-01T00:00:00+1:00",
    "2022-01-01T00:00:00+0100",
  ])("do not include %j", (text) => {
    expect(parseInstant(text)).toBeNull()
  })

  it("reads a leap second as the next second, as Unix time does", () => {
    expect(parseInstant("2016-12-31T23:59:60Z")).toBe(parseInstant("2017-01-01T00:00:00Z"))
  })
})

describe("zones", () => {
  it("give the day of the verifier, from UTC+14 to UTC-12", () => {
    const noon = 1_665_835_200 // 2022-10-15T12:00:00Z
    const days = ["+14:00", "+12:00", "+11:59", "Z", "-11:59", "-12:00", "-14:00"].map((zone) =>
      formatDay(dayAt(noon, zone)),
    )
    expect(days).toEqual([
      "2022-10-16",
      "2022-10-16",
      "2022-10-15",
      "2022-10-15",
      "2022-10-15",
      "2022-10-15",
      "2022-10-14",
    ])
    expect(formatDay(dayAt(noon - 1, "+12:00"))).toBe("2022-10-15")
    expect(formatDay(dayAt(-1, "Z"))).toBe("1969-12-31")
  })
})
