/** What the crew's screens show, always read from the device's own store, and the pen that writes to it. */
import { FieldApi } from '../api/field'
import type { FieldOrder, KindOut, RegisterOut } from '../api/types'
import { newestVisits, nextStop, shownStops, unansweredRecalls, type ShownStop } from '../domain/route'
import { DeviceClock } from '../offline/clock'
import { IdbStore } from '../offline/idb-store'
import { standingOf, type Pen } from '../offline/outbox'
import {
  META,
  type Attachment,
  type Day,
  type Enrolment,
  type Kept,
  type KeptOrder,
  type RecallAnswer,
  type Visit,
} from '../offline/shapes'
import { isoDay, useZone } from '../ui/format'
import { language } from '../ui/i18n.svelte'
import type { Shift } from '../offline/work'

export interface CrewSettings {
  theme: 'sun' | 'dark' | 'light'
  leftHand: boolean
}

/** How far the office's clock is ahead of this device's, in ms; kept so that a restart without signal knows the day. */
const SKEW = 'curbstop.skew'

const DEFAULTS: CrewSettings = { theme: 'sun', leftHand: false }

class Crew {
  readonly store = new IdbStore()
  readonly clock = new DeviceClock()
  readonly api = new FieldApi({ baseUrl: location.origin, token: () => this.enrolment?.token ?? null })

  loaded = $state(false)
  enrolment = $state.raw<Enrolment | null>(null)
  day = $state.raw<Day | undefined>(undefined)
  orders = $state.raw<KeptOrder[]>([])
  visits = $state.raw<Visit[]>([])
  kept = $state.raw<Kept[]>([])
  photos = $state.raw<Attachment[]>([])
  recalls = $state.raw<RecallAnswer[]>([])
  shift = $state.raw<Shift | null>(null)
  settings = $state.raw<CrewSettings>(DEFAULTS)
  heardAt = $state<string | null>(null)

  /** True when the office asks for a login before it takes more. */
  loginNeeded = $state(false)
  /** First moment without an answer since the last one; null while the office is heard. */
  silentSince = $state<string | null>(null)
  sending = $state(false)
  place = $state.raw<{ lon: number; lat: number; accuracy_m: number; at: string } | null>(null)
  #skewMs = Number(localStorage.getItem(SKEW) ?? 0) || 0
  /** The office's time, as well as the device knows it. */
  now = $state(Date.now() + this.#skewMs)

  readonly stops = $derived(shownStops(this.day, this.orders, this.visits, this.kept))
  readonly next = $derived(nextStop(this.stops))
  readonly alarms = $derived(unansweredRecalls(this.stops, this.recalls))
  readonly standing = $derived(standingOf(this.kept, this.photos.filter((photo) => !photo.stored).length))
  readonly today = $derived(isoDay(this.now))
  readonly onShift = $derived(this.shift !== null && this.shift.on === this.today && this.shift.ended_at === null)

  get pen(): Pen {
    return { store: this.store, clock: this.clock }
  }

  /** Reads the store now and after every change of it, by whomever. */
  async begin(): Promise<void> {
    this.store.onChange(() => void this.#readSoon())
    setInterval(() => (this.now = this.officeMs()), 1000)
    await this.#read()
    this.loaded = true
  }

  /** The office's time in ms: counted on from the last answer, else the device's clock as far off as it was then. */
  officeMs(): number {
    const counted = this.clock.serverNowMs()
    if (counted !== null) {
      this.#skewMs = counted - Date.now()
      localStorage.setItem(SKEW, String(Math.round(this.#skewMs)))
    }
    return Date.now() + this.#skewMs
  }

  stopOf(orderId: number): ShownStop | null {
    return this.stops.find((item) => item.order.order_id === orderId) ?? null
  }

  visitOf(orderId: number): Visit | null {
    return newestVisits(this.visits).get(orderId) ?? null
  }

  kind(order: Pick<FieldOrder, 'kind'>): KindOut | null {
    return this.day?.kinds.find((kind) => kind.code === order.kind) ?? null
  }

  async choose(change: Partial<CrewSettings>): Promise<void> {
    await this.store.write(['meta'], (tx) => tx.put('meta', META.settings, { ...this.settings, ...change }))
  }

  #reading = false
  #again = false

  async #readSoon(): Promise<void> {
    if (this.#reading) {
      this.#again = true
      return
    }
    this.#reading = true
    try {
      do {
        this.#again = false
        await this.#read()
      } while (this.#again)
    } finally {
      this.#reading = false
    }
  }

  async #read(): Promise<void> {
    const seen = await this.store.read(['meta', 'operations', 'orders', 'visits', 'attachments'], async (tx) => ({
      enrolment: (await tx.get<Enrolment>('meta', META.enrolment)) ?? null,
      day: await tx.get<Day>('meta', META.day),
      recalls: (await tx.get<RecallAnswer[]>('meta', META.recalls)) ?? [],
      shift: (await tx.get<Shift>('meta', META.shift)) ?? null,
      settings: { ...DEFAULTS, ...(await tx.get<Partial<CrewSettings>>('meta', META.settings)) },
      heardAt: (await tx.get<string>('meta', META.heard)) ?? null,
      orders: await tx.all<KeptOrder>('orders'),
      visits: await tx.all<Visit>('visits'),
      kept: await tx.all<Kept>('operations'),
      photos: await tx.all<Attachment>('attachments'),
    }))
    if (seen.enrolment !== null && seen.enrolment.device_id !== this.enrolment?.device_id) {
      useZone(seen.enrolment.time_zone)
      if (localStorage.getItem('curbstop.language') === null)
        language.choose(seen.enrolment.person.language === 'es' ? 'es' : 'en')
    }
    Object.assign(this, seen)
    document.documentElement.dataset.theme = seen.settings.theme
  }
}

export const crew = new Crew()

/** The meter that an order is about: its first; others of the parcel stand in the list after it. */
export function meterOf(order: FieldOrder): (FieldOrder['meters'][number] & { meter_register: RegisterOut }) | null {
  const meter = order.meters[0]
  return meter?.meter_register === undefined
    ? null
    : (meter as FieldOrder['meters'][number] & { meter_register: RegisterOut })
}
