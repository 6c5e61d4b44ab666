/**
 * Two clocks of a device: the one on its wall, which may be wrong or be set, and the monotonic one, which only counts.
 * After each answer of the server the device knows the server's time; from there on it counts.
 */
export interface Clocks {
  /** Milliseconds since 1970 by the device's own clock. */
  wallMs(): number
  /** Milliseconds by a clock that nobody can set. */
  monotonicMs(): number
}

/** Difference of the two clocks, in ms, from which on the device must have slept or its clock was set. */
const JUMP_MS = 20_000

export class DeviceClock {
  #contact: { serverMs: number; wallMs: number; monotonicMs: number } | null = null

  constructor(private readonly clocks: Clocks = { wallMs: () => Date.now(), monotonicMs: () => performance.now() }) {}

  /** The server said what time it is. */
  contact(serverAt: string): void {
    const serverMs = Date.parse(serverAt)
    if (Number.isNaN(serverMs)) return
    this.#contact = { serverMs, wallMs: this.clocks.wallMs(), monotonicMs: this.clocks.monotonicMs() }
  }

  /** Instant for `occurred_at`: what the device's own clock shows, in UTC. */
  occurredAt(): string {
    return new Date(this.clocks.wallMs()).toISOString()
  }

  /** Milliseconds since the server was last heard; null when it was not heard since the app started. */
  elapsedMs(): number | null {
    return this.#contact === null
      ? null
      : Math.max(0, Math.round(this.clocks.monotonicMs() - this.#contact.monotonicMs))
  }

  /**
   * The server's time by counting on from the last contact; null when that cannot be trusted: no contact since the app
   * started, or the two clocks of the device went apart (sleep, or somebody set the clock).
   */
  serverNowMs(): number | null {
    if (this.#contact === null) return null
    const counted = this.clocks.monotonicMs() - this.#contact.monotonicMs
    const shown = this.clocks.wallMs() - this.#contact.wallMs
    if (Math.abs(shown - counted) > JUMP_MS) return null
    return this.#contact.serverMs + counted
  }
}
