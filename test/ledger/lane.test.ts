import { describe, expect, test } from "vitest"
import { createClock } from "../../src/ledger/log/clock.ts"
import { Lane, soon, windowEnd } from "../../src/ledger/log/lane.ts"
import type { Waiting } from "../../src/ledger/log/lane.ts"
import { HandClock } from "../support/hand-clock.ts"

describe("a lane", () => {
  const waiting = {} as Waiting

  test("is not due because its alarm rang early", () => {
    let due = 0
    const played = new HandClock(0)
    const early = {
      now: played.now,
      schedule: (delay: number, run: () => void) => played.schedule(delay / 2, run),
    }
    const lane = new Lane(early, soon(1000), Infinity, () => due++)
    lane.add(waiting)
    played.moveTo(990)
    expect([due, lane.isDue]).toEqual([0, false])
    played.moveTo(1000)
    expect([due, lane.isDue]).toEqual([1, true])
    expect(lane.take()).toEqual([waiting])
    expect([lane.isDue, played.alarms]).toEqual([false, []])
  })

  test("does not wait longer because the wall clock was set back", () => {
    let now = 3_600_000
    let alarm = { delay: 0, run: (): void => undefined }
    const set = {
      now: () => now,
      schedule: (delay: number, run: () => void) => {
        alarm = { delay, run }
        return () => undefined
      },
    }
    const ten = windowEnd({ batchWindowSeconds: 10, closesAtUnixSeconds: 1e9 }, 50)
    const lane = new Lane(set, ten, Infinity, () => undefined)
    lane.add(waiting)
    expect(alarm.delay).toBe(10_000)
    now = 10_000 - 1 // an hour back, as the alarm rings
    alarm.run()
    expect([lane.isDue, alarm.delay]).toEqual([false, 1])
    now += 1
    alarm.run()
    expect(lane.isDue).toBe(true)
  })

  test("is due at once when it has a batch, and again for what is left over", () => {
    let due = 0
    const played = new HandClock(0)
    const lane = new Lane(played, soon(1000), 2, () => due++)
    for (let n = 0; n < 3; n++) lane.add(waiting)
    expect([due, lane.isDue, lane.length]).toEqual([2, true, 3])
    expect([lane.take().length, lane.isDue]).toEqual([2, false])
    played.moveTo(1000)
    expect(lane.isDue).toBe(true)
  })

  test("of windows is due at the same moments in every process, whenever its first ballot came", () => {
    const due = windowEnd({ batchWindowSeconds: 7, closesAtUnixSeconds: 100 }, 50)
    expect([0, 1, 6999].map(due)).toEqual([7000, 7000, 7000])
    expect([7000, 98_000, 99_999].map(due)).toEqual([14_000, 100_000, 100_000])
    expect([100_000, 200_000].map(due)).toEqual([100_050, 200_050])
  })

  test("has the clock of the process where no other is given", async () => {
    const real = createClock()
    const rung = await new Promise((resolve) => {
      real.schedule(5, () => {
        resolve(real.now())
      })
    })
    const cancel = real.schedule(5, () => {
      throw new Error("was called off")
    })
    cancel()
    expect(rung).toBeGreaterThan(1_700_000_000_000)
  })
})
