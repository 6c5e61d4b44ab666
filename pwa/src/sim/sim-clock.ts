/** The clock of a simulated day: jumps from deed to deed, as fast as it is told. */
import { DeviceClock } from '../offline/clock'

export type Times = 'planned' | 'real'

export class SimClock {
  #atMs: number

  constructor(
    startMs: number,
    /** Simulated seconds for each real one; 0 does not wait at all. */
    private readonly speed: number,
    readonly times: Times,
  ) {
    this.#atMs = startMs
  }

  get atMs(): number {
    return this.times === 'real' ? Date.now() : this.#atMs
  }

  /** Moment for the next deed. */
  get at(): string {
    return new Date(this.atMs).toISOString()
  }

  async pass(seconds: number): Promise<void> {
    this.#atMs += seconds * 1000
    if (this.speed > 0) await new Promise((resolve) => setTimeout(resolve, (seconds * 1000) / this.speed))
  }

  async until(atMs: number): Promise<void> {
    await this.pass(Math.max(0, (atMs - this.#atMs) / 1000))
  }

  /**
   * The clock of the device. With planned times its wall shows the simulated day, and it says nothing of the time since
   * the last contact: the server then takes the wall's word.
   */
  device(): DeviceClock {
    if (this.times === 'real') return new DeviceClock()
    return new PlannedClock(() => this.#atMs)
  }
}

class PlannedClock extends DeviceClock {
  constructor(private readonly atMs: () => number) {
    super()
  }

  override occurredAt(): string {
    return new Date(this.atMs()).toISOString()
  }

  override elapsedMs(): number | null {
    return null
  }
}
