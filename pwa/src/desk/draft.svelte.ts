import { Refused, answer, api } from '../api/client'
import type { OrderIn, OrderOut, PropertyOut, VerdictOut, WindowOut, WindowsOut } from '../api/types'
import { now } from '../ui/now.svelte'

/** What the rep has typed for one property; kept in the window's own store until the order is opened. */
export interface Typed {
  kind: string
  on: string
  window: OrderIn['window'] | ''
  note: string
  contactName: string
  contactPhone: string
  textAhead: boolean
  someoneHome: boolean
  overrides: Record<string, string>
}

const KEPT = 'curbstop.draft.'

function blank(property: PropertyOut): Typed {
  const account = property.account
  return {
    kind: '',
    on: '',
    window: '',
    note: '',
    contactName: account?.customer ?? '',
    contactPhone: account?.phones[0] ?? '',
    textAhead: false,
    someoneHome: false,
    overrides: {},
  }
}

/** The order being written for the property on screen. */
class Draft {
  typed = $state<Typed | null>(null)
  windows = $state<WindowsOut | null>(null)
  windowsFault = $state<Refused | null>(null)
  windowsBusy = $state(false)
  booking = $state(false)
  fault = $state<Refused | null>(null)
  booked = $state<OrderOut | null>(null)
  #ref = ''
  #property: PropertyOut | null = null
  #turn = 0

  /** Takes up the draft of a property: what was typed before, or a fresh one. */
  take(property: PropertyOut): void {
    this.#property = property
    if (property.ref === this.#ref) return
    this.#ref = property.ref
    this.#turn++
    this.windows = null
    this.windowsFault = null
    this.fault = null
    this.booked = null
    const kept = sessionStorage.getItem(KEPT + property.ref)
    this.typed = kept === null ? blank(property) : { ...blank(property), ...(JSON.parse(kept) as Partial<Typed>) }
    if (this.typed.kind) void this.loadWindows()
  }

  keep(): void {
    if (this.#ref && this.typed) sessionStorage.setItem(KEPT + this.#ref, JSON.stringify(this.typed))
  }

  choose(kind: string): void {
    if (this.typed === null) return
    if (this.typed.kind !== kind) {
      this.typed.kind = kind
      this.typed.window = ''
      this.typed.on = ''
      this.windows = null
    }
    this.fault = null
    this.booked = null
    this.keep()
    void this.loadWindows()
  }

  async loadWindows(): Promise<void> {
    const kind = this.typed?.kind
    const property = this.#property
    if (!kind || property === null) return
    const turn = ++this.#turn
    this.windowsBusy = true
    try {
      const out = await answer<WindowsOut>(
        api.GET('/api/v1/properties/{ref}/windows', { params: { path: { ref: property.ref }, query: { kind } } }),
      )
      if (turn !== this.#turn) return
      this.windows = out
      this.windowsFault = null
      now.follow(out.as_of)
      const chosen = this.chosen
      if (this.typed?.window && (chosen === null || chosen.state !== 'open')) {
        // The window was taken by somebody else since.
        this.typed.window = ''
        this.typed.on = ''
      }
    } catch (fault) {
      if (!(fault instanceof Refused)) throw fault
      if (turn === this.#turn) this.windowsFault = fault
    } finally {
      if (turn === this.#turn) this.windowsBusy = false
    }
  }

  get chosen(): WindowOut | null {
    const typed = this.typed
    return this.windows?.windows.find((one) => one.on === typed?.on && one.window === typed.window) ?? null
  }

  chooseWindow(window: WindowOut): void {
    if (this.typed === null || window.state !== 'open') return
    this.typed.on = window.on
    this.typed.window = window.window as OrderIn['window']
    this.keep()
  }

  /** True when nothing but unanswered blocks stand in the way of this verdict. */
  passes(verdict: VerdictOut | undefined): boolean {
    if (verdict === undefined || verdict.result !== 'block') return true
    const blocks = verdict.rules.filter((rule) => rule.result === 'block')
    return blocks.length > 0 && blocks.every((rule) => (this.typed?.overrides[rule.rule_id] ?? '').trim() !== '')
  }

  /** Opens the order. Answers whether it was opened; reasons of a refusal are in `fault`. */
  async book(linkDuplicate = false): Promise<boolean> {
    const { typed } = this
    const property = this.#property
    if (typed === null || property === null || this.booking) return false
    this.booking = true
    this.fault = null
    const body: OrderIn = {
      kind: typed.kind,
      premise_id: property.premise_id,
      parcel_id: property.premise_id === null ? property.parcel_id : null,
      lot_id: property.premise_id === null && property.parcel_id === null ? property.lot_id : null,
      service_point_id: null,
      reason: '',
      note: typed.note,
      due_on: typed.on || null,
      window: typed.window || 'ALL_DAY',
      contact_name: typed.contactName,
      contact_phone: typed.contactPhone,
      text_ahead: typed.textAhead,
      someone_home: typed.someoneHome,
      overrides: Object.entries(typed.overrides)
        .filter(([, reason]) => reason.trim() !== '')
        .map(([rule_id, reason]) => ({ rule_id, reason })),
      link_duplicate: linkDuplicate,
    }
    try {
      this.booked = await answer<OrderOut>(api.POST('/api/v1/orders', { body }))
      sessionStorage.removeItem(KEPT + property.ref)
      this.typed = blank(property)
      this.windows = null
      return true
    } catch (fault) {
      if (!(fault instanceof Refused)) throw fault
      this.fault = fault
      if (!fault.offline) void this.loadWindows()
      return false
    } finally {
      this.booking = false
    }
  }
}

export const draft = new Draft()
