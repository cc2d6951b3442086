// A timer for "no progress for so long", armed and disarmed as a transfer goes.

/** Calls back once when it stays armed for the given time without being armed again. */
export class Watchdog {
  readonly #ms: number
  readonly #bark: () => void
  #timer: NodeJS.Timeout | undefined

  /** @param ms milliseconds without progress */
  constructor(ms: number, bark: () => void) {
    this.#ms = ms
    this.#bark = bark
  }

  /** Starts the time anew. */
  arm(): void {
    if (this.#timer === undefined) this.#timer = setTimeout(this.#bark, this.#ms)
    else this.#timer.refresh()
  }

  disarm(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
