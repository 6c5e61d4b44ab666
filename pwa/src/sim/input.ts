/** What the program reads from standard input, and what it says when that cannot be used. */
import type { DeadZone } from './network'
import { houseTime, type HouseTime, type Times } from './sim-clock'

/** Shares of the stops (or of the calls) at which something goes wrong. */
export interface Mistakes {
  wrong_meter: number
  swapped: number
  no_access: number
  /** Deaths of the battery in the middle of a form, per stop. */
  battery: number
  lost_answers: number
  tamper: number
}

export const MISTAKES: Mistakes = {
  wrong_meter: 0.04,
  swapped: 0.05,
  no_access: 0.06,
  battery: 0.03,
  lost_answers: 0.05,
  tamper: 0.02,
}

export interface CrewInput {
  login: string
  password: string
  device_id: string
  seed: number
}

export interface Input {
  base_url: string
  crews: CrewInput[]
  /** Day of the route; the utility's today when left out. */
  date?: string
  dead_zones: DeadZone[]
  mistakes: Mistakes
  /** Login of the office that reads out codes over the phone; without it a crew without a clearance leaves the water on. */
  office: { login: string; password: string } | null
  times: Times
  speed: number
  /** With times "house": the clock that the server runs on, as its setting writes it. */
  house_clock: HouseTime | null
  /** Folder of the devices' stores. */
  folder: string
}

function need(good: boolean, what: string): asserts good {
  if (!good) throw new Error(`input: ${what}`)
}

function record(value: unknown, what: string): Record<string, unknown> {
  need(typeof value === 'object' && value !== null && !Array.isArray(value), `${what} must be an object`)
  return value as Record<string, unknown>
}

function text(value: unknown, what: string): string {
  need(typeof value === 'string' && value !== '', `${what} must be a text`)
  return value
}

export function readInput(json: string): Input {
  const raw = record(JSON.parse(json), 'the whole')
  need(Array.isArray(raw.crews) && raw.crews.length > 0, 'crews must list at least one crew')
  const mistakes =
    raw.mistakes === false
      ? null
      : raw.mistakes === undefined || raw.mistakes === true
        ? {}
        : record(raw.mistakes, 'mistakes')
  const none = Object.fromEntries(Object.keys(MISTAKES).map((name) => [name, 0])) as unknown as Mistakes
  for (const [name, share] of Object.entries(mistakes ?? {})) {
    need(name in MISTAKES, `mistakes.${name} is not known; there are ${Object.keys(MISTAKES).join(', ')}`)
    need(typeof share === 'number' && share >= 0 && share <= 1, `mistakes.${name} must be a share from 0 to 1`)
  }
  const office = raw.office == null ? null : record(raw.office, 'office')
  return {
    base_url: text(raw.base_url, 'base_url').replace(/\/$/, ''),
    crews: raw.crews.map((item: unknown, index) => {
      const crew = record(item, `crews[${index}]`)
      return {
        login: text(crew.login, `crews[${index}].login`),
        password: text(crew.password, `crews[${index}].password`),
        device_id: text(crew.device_id, `crews[${index}].device_id`),
        seed: typeof crew.seed === 'number' ? crew.seed : index + 1,
      }
    }),
    ...(typeof raw.date === 'string' ? { date: raw.date } : {}),
    dead_zones: Array.isArray(raw.dead_zones) ? (raw.dead_zones as DeadZone[]) : [],
    mistakes: mistakes === null ? none : { ...MISTAKES, ...(mistakes as Partial<Mistakes>) },
    office:
      office === null
        ? null
        : { login: text(office.login, 'office.login'), password: text(office.password, 'office.password') },
    times: raw.times === 'real' || raw.times === 'house' ? raw.times : 'planned',
    house_clock: raw.times === 'house' ? houseTime(text(raw.house_clock, 'house_clock')) : null,
    speed: typeof raw.speed === 'number' ? raw.speed : 0,
    folder: typeof raw.folder === 'string' ? raw.folder : '',
  }
}
