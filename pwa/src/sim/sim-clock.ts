/** The clock of a simulated day: jumps from deed to deed, goes with the real time, or with the house's own clock. */
import { DeviceClock, type Clocks } from '../offline/clock'

export type Times = 'planned' | 'real' | 'house'

/** The clock that the whole house runs on: at the UNIX second `fromS` it was `startMs`, and it goes `rate` as fast. */
export interface HouseTime {
  startMs: number
  fromS: number
  rate: number
}

/** Reads "INSTANT from UNIX_SECONDS times RATE", the setting of the server's clock. */
export function houseTime(text: string): HouseTime {
  const found = /^(\S+) from ([0-9.]+) times ([0-9.]+)$/.exec(text.trim())
  const time = { startMs: Date.parse(found?.[1] ?? ''), fromS: Number(found?.[2]), rate: Number(found?.[3]) }
  if (Number.isNaN(time.startMs) || !(time.rate > 0))
    throw new Error('input: house_clock reads "INSTANT from UNIX_SECONDS times RATE"')
  return time
}

/** What the clock on a tablet's wall and its counter show in a house whose time runs by `time`. */
export function clocksOf(time: HouseTime | null): Clocks | undefined {
  if (time === null) return undefined
  return {
    wallMs: () => time.startMs + (Date.now() - time.fromS * 1000) * time.rate,
    monotonicMs: () => performance.now() * time.rate,
  }
}

export class SimClock {
  #atMs: number

  constructor(
    startMs: number,
    /** Simulated seconds for each real one; 0 does not wait at all. Not asked with the house's clock. */
    private readonly speed: number,
    readonly times: Times,
    private readonly house: HouseTime | null = null,
  ) {
    this.#atMs = startMs
  }

  get atMs(): number {
    if (this.times === 'house') return clocksOf(this.house)?.wallMs() ?? Date.now()
    return this.times === 'real' ? Date.now() : this.#atMs
  }

  /** Moment for the next deed. */
  get at(): string {
    return new Date(this.atMs).toISOString()
  }

  async pass(seconds: number): Promise<void> {
    this.#atMs += seconds * 1000
    const rate = this.times === 'house' ? (this.house?.rate ?? 1) : this.speed
    if (rate > 0) await new Promise((resolve) => setTimeout(resolve, (seconds * 1000) / rate))
  }

  async until(atMs: number): Promise<void> {
    const nowMs = this.times === 'house' ? this.atMs : this.#atMs
    await this.pass(Math.max(0, (atMs - nowMs) / 1000))
  }

  /**
   * The clock of the device. With planned times its wall shows the simulated day, and it says nothing of the time since
   * the last contact: the server then takes the wall's word.
   */
  device(): DeviceClock {
    if (this.times !== 'planned') return this.real()
    return new PlannedClock(() => this.#atMs)
  }

  /** A clock that goes with the server's, whatever the simulated day shows. */
  real(): DeviceClock {
    return new DeviceClock(this.times === 'house' ? clocksOf(this.house) : undefined)
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
