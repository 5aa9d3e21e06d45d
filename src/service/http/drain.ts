/** What the service is doing with new and open calls. */
export class Drain {
  #draining = false
  #open = 0
  #whenIdle: (() => void)[] = []

  get isDraining(): boolean {
    return this.#draining
  }

  /** From now on new calls are refused with `draining`; those that run finish. */
  begin(): void {
    this.#draining = true
  }

  /** Counts a call in; the returned function counts it out, once. */
  enter(): () => void {
    this.#open++
    let isOpen = true
    return () => {
      if (!isOpen) return
      isOpen = false
      if (--this.#open === 0) for (const resolve of this.#whenIdle.splice(0)) resolve()
    }
  }

  /** Resolves when no call is open. */
  idle(): Promise<void> {
    if (this.#open === 0) return Promise.resolve()
    return new Promise((resolve) => this.#whenIdle.push(resolve))
  }
}
