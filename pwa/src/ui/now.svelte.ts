/** The time of the server, ticking each second: ages and countdowns on screen are counted on the office's clock. */
class Now {
  #skewMs = 0
  #ms = $state(Date.now())

  constructor() {
    setInterval(() => (this.#ms = Date.now() + this.#skewMs), 1000)
  }

  /** Milliseconds since 1970, on the server's clock, renewed each second. */
  get ms(): number {
    return this.#ms
  }

  /** Takes the server's time from an answer that just came. */
  follow(serverAt: string): void {
    this.#skewMs = new Date(serverAt).getTime() - Date.now()
    this.#ms = Date.now() + this.#skewMs
  }
}

export const now = new Now()
