// What people write in JSON is read by name, and every mistake is told by its place.
import { describe, expect, it } from "vitest"
import { readBallotDescription } from "../../src/cli/ballot-description.ts"
import { Description, readTime } from "../../src/cli/description-file.ts"
import { EVERY_BALLOT } from "../support/ballot-descriptions.ts"

const invalid = (at: string) =>
  expect.objectContaining({ code: "option-invalid", message: expect.stringContaining(at) })

describe("a description", () => {
  it("gives times of either kind, and refuses those without an offset", () => {
    expect(readTime("2022-10-15T12:00:00Z", "t")).toBe(1_665_835_200)
    expect(readTime("2022-10-15T14:00:00+02:00", "t")).toBe(1_665_835_200)
    expect(readTime("1665835200", "t")).toBe(1_665_835_200)
    for (const wrong of ["2022-10-15T12:00:00", "2022-10-15", "noon", "2022-10-15T12:00:00.5Z", "-1", "1e9"])
      expect(() => readTime(wrong, "opensAt")).toThrow(invalid("opensAt"))
  })

  it("names the member that is missing, of another type, or unknown", () => {
    const of = (value: object) => new Description("file.json", value as never)
    expect(() => of({}).text("title")).toThrow(invalid("file.json: title"))
    expect(() => of({ title: 7 }).text("title")).toThrow(invalid("title"))
    expect(() => of({ n: "7" }).number("n")).toThrow(invalid("n"))
    expect(() => of({ n: 1 }).flag("n")).toThrow(invalid("n"))
    expect(() =>
      of({ list: [{ id: 3 }] })
        .list("list")[0]!
        .text("id"),
    ).toThrow(invalid("list.0: id"))
    expect(() => of({ words: [1] }).texts("words")).toThrow(invalid("words.0"))
    expect(() => of({ kind: "poll" }).word("kind", ["election", "survey"])).toThrow(invalid("kind"))
    const one = of({ title: "x", tilte: "y" })
    expect(() => one.done(one.text("title"))).toThrow(invalid("tilte"))
    expect(of({}).text("locale", "en")).toBe("en")
  })

  it.each(EVERY_BALLOT.map((one) => [one.description.type, one.description] as const))(
    "reads a ballot of type %s as it was written",
    (_, ballot) => {
      expect(readBallotDescription(new Description("file.json", JSON.parse(JSON.stringify(ballot))))).toEqual(
        ballot,
      )
    },
  )
})
