/** Who is told how a build goes on. */
export interface Progress {
  /** A stage begins that has work to do. */
  begin(stage: string): void
  /** `done` of `total` in the stage that runs. */
  advance(done: number, total: number): void
  /** The stage that runs is done. */
  end(): void
  /** A stage has nothing to do. */
  skip(stage: string): void
}

/** Runs one stage that is announced. */
export async function inStage<T>(progress: Progress, stage: string, work: () => Promise<T>): Promise<T> {
  progress.begin(stage)
  const result = await work()
  progress.end()
  return result
}
