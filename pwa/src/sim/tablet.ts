/** One simulated tablet: the crew app's own store, outbox, uploader and day package, without its screens. */
import { rmSync } from 'node:fs'
import { FieldApi, FieldFault } from '../api/field'
import type { ClearanceOut } from '../api/types'
import { standing, verified } from '../domain/clearance'
import { shownStops, unansweredRecalls, type ShownStop } from '../domain/route'
import type { DeviceClock } from '../offline/clock'
import { takeChanges, takeDay, today } from '../offline/day'
import { keepEnrolment } from '../offline/enrol'
import type { Pen } from '../offline/outbox'
import {
  META,
  type Attachment,
  type Day,
  type Enrolment,
  type Kept,
  type RecallAnswer,
  type Visit,
} from '../offline/shapes'
import { flush, type Flushed } from '../offline/uploader'
import { FileStore } from './file-store'
import type { CrewInput, Input } from './input'
import { FaultyLine, enrol, logIn } from './network'

export class Tablet {
  store: FileStore
  clock: DeviceClock
  /** Trusted for clearances: counts on from the server's word, whatever the simulated day shows. */
  realClock: DeviceClock
  api: FieldApi
  enrolment: Enrolment | null = null
  deaths = 0

  constructor(
    private readonly input: Input,
    readonly who: CrewInput,
    readonly line: FaultyLine,
    private readonly newClock: () => DeviceClock,
    private readonly newRealClock: () => DeviceClock,
    readonly path: string,
  ) {
    rmSync(path, { force: true })
    this.store = new FileStore(path)
    this.clock = newClock()
    this.realClock = newRealClock()
    this.api = this.#newApi()
  }

  get pen(): Pen {
    return { store: this.store, clock: this.clock }
  }

  async enrol(): Promise<void> {
    const { base_url } = this.input
    const session = await logIn(base_url, this.who.login, this.who.password)
    const device = await enrol(base_url, session, this.who.device_id, `${session.session.person.name} tablet`)
    this.enrolment = await keepEnrolment(this.store, session.session, device)
    this.realClock.contact(session.session.server_at)
  }

  /** The battery dies and the tablet is started again: only what was on the disk is left. */
  async die(): Promise<void> {
    this.deaths += 1
    this.store.close()
    this.store = new FileStore(this.path)
    this.clock = this.newClock()
    this.realClock = this.newRealClock()
    this.enrolment = (await this.store.read(['meta'], (tx) => tx.get<Enrolment>('meta', META.enrolment))) ?? null
    this.api = this.#newApi()
  }

  #newApi(): FieldApi {
    return new FieldApi({
      baseUrl: this.input.base_url,
      token: () => this.enrolment?.token ?? null,
      fetch: this.line.fetch,
    })
  }

  async takeDay(date: string): Promise<Day | undefined> {
    await takeDay({ store: this.store, api: this.api, clock: this.realClock }, date)
    return (await today(this.store)).day
  }

  /** Sends and fetches; false when there is no signal. */
  async talk(): Promise<Flushed> {
    const run = await flush({ store: this.store, api: this.api, clock: this.realClock })
    if (run.outcome === 'done') {
      try {
        await takeChanges({ store: this.store, api: this.api, clock: this.realClock })
      } catch (fault) {
        if (!(fault instanceof FieldFault)) throw fault
        return { ...run, outcome: 'later', fault: fault.message }
      }
    }
    return run
  }

  async stops(): Promise<ShownStop[]> {
    const { day, orders } = await today(this.store)
    const { visits, kept } = await this.store.read(['visits', 'operations'], async (tx) => ({
      visits: await tx.all<Visit>('visits'),
      kept: await tx.all<Kept>('operations'),
    }))
    return shownStops(day, orders, visits, kept)
  }

  async alarms(): Promise<ShownStop[]> {
    const answers = (await this.store.read(['meta'], (tx) => tx.get<RecallAnswer[]>('meta', META.recalls))) ?? []
    return unansweredRecalls(await this.stops(), answers)
  }

  async visit(id: string): Promise<Visit> {
    const visit = await this.store.read(['visits'], (tx) => tx.get<Visit>('visits', id))
    if (visit === undefined) throw new Error(`visit ${id} is not in the store`)
    return visit
  }

  async kept(): Promise<Kept[]> {
    return await this.store.read(['operations'], (tx) => tx.all<Kept>('operations'))
  }

  async photos(): Promise<Attachment[]> {
    return await this.store.read(['attachments'], (tx) => tx.all<Attachment>('attachments'))
  }

  /** Asks for a clearance and keeps it, as the app does at start and at the cut. Null without signal or when refused. */
  async askClearance(order_id: number, moment: 'start' | 'cut'): Promise<'fresh' | 'blocked' | 'offline'> {
    try {
      const out = await this.api.clearance({ order_id, moment })
      if (out.issued_at !== null) this.realClock.contact(out.issued_at)
      await this.store.write(['meta'], async (tx) => {
        const kept = (await tx.get<Record<string, ClearanceOut>>('meta', META.clearances)) ?? {}
        await tx.put('meta', META.clearances, { ...kept, [order_id]: out })
      })
      return out.token === null ? 'blocked' : 'fresh'
    } catch (fault) {
      if (!(fault instanceof FieldFault)) throw fault
      if ([403, 409, 422].includes(fault.status)) return 'blocked'
      return 'offline'
    }
  }

  /** The token that allows a cut now, or null. */
  async validToken(order_id: number): Promise<string | null> {
    const kept = await this.store.read(['meta'], (tx) => tx.get<Record<string, ClearanceOut>>('meta', META.clearances))
    const token = kept?.[order_id]?.token ?? null
    if (token === null || this.enrolment === null) return null
    const payload = await verified(token, this.enrolment.clearance_key)
    const { device_id } = this.enrolment
    return standing(payload, { order_id, device_id }, this.realClock.serverNowMs()).state === 'valid' ? token : null
  }
}
