/** The clearance of the order at hand: kept, verified, counted down, asked for again. */
import { FieldFault } from '../api/field'
import type { ClearanceOut } from '../api/types'
import { standing, verified, type ClearancePayload, type ClearanceState } from '../domain/clearance'
import { META, type KeptOrder } from '../offline/shapes'
import { crew } from './crew.svelte'

export type Asked = 'fresh' | 'blocked' | 'offline' | 'login'

export class Clearance {
  out = $state.raw<ClearanceOut | null>(null)
  token = $state<string | null>(null)
  asking = $state(false)
  #payload = $state.raw<ClearancePayload | null>(null)

  constructor(private readonly order: () => KeptOrder) {}

  get state(): ClearanceState {
    void crew.now
    const about = { order_id: this.order().order_id, device_id: crew.enrolment?.device_id ?? '' }
    return standing(this.#payload, about, crew.clock.serverNowMs())
  }

  get blocked(): boolean {
    return this.out?.result === 'block'
  }

  get restarted(): boolean {
    return this.state.state === 'unsure'
  }

  /** Takes the newest of what the day package brought and what was asked for here. */
  async load(): Promise<void> {
    const own = await crew.store.read(['meta'], (tx) => tx.get<Record<string, ClearanceOut>>('meta', META.clearances))
    const mine = own?.[this.order().order_id] ?? null
    const sent = this.order().clearance
    const newer = (mine?.issued_at ?? '') >= (sent?.issued_at ?? '') ? (mine ?? sent) : sent
    await this.#take(newer)
  }

  /** Asks the office now. Offline, whatever is kept still stands. */
  async ask(moment: 'start' | 'cut'): Promise<Asked> {
    this.asking = true
    try {
      const order_id = this.order().order_id
      const out = await crew.api.clearance({ order_id, moment })
      // The answer is as old as the way it took: its own issue time is the safest idea of the server's clock.
      if (out.issued_at !== null) crew.clock.contact(out.issued_at)
      await crew.store.write(['meta'], async (tx) => {
        const kept = (await tx.get<Record<string, ClearanceOut>>('meta', META.clearances)) ?? {}
        await tx.put('meta', META.clearances, { ...kept, [order_id]: out })
      })
      await this.#take(out)
      return out.token === null ? 'blocked' : 'fresh'
    } catch (fault) {
      if (!(fault instanceof FieldFault)) throw fault
      if (fault.status === 401) return 'login'
      // A refusal of the rules is an answer, not a missing network.
      if (fault.status === 409 || fault.status === 422 || fault.status === 403) {
        this.out = {
          token: null,
          issued_at: null,
          expires_at: null,
          result: 'block',
          facts_en: [fault.message],
          facts_es: [fault.message],
        }
        this.#payload = null
        this.token = null
        return 'blocked'
      }
      return 'offline'
    } finally {
      this.asking = false
    }
  }

  async #take(out: ClearanceOut | null): Promise<void> {
    this.out = out
    this.token = out?.token ?? null
    this.#payload = this.token && crew.enrolment ? await verified(this.token, crew.enrolment.clearance_key) : null
  }
}
