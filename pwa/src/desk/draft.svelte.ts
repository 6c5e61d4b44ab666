import { Refused, answer, api } from '../api/client'
import type {
  OrderIn,
  OrderOut,
  PropertyOut,
  VerdictOut,
  WindowHoldIn,
  WindowHoldOut,
  WindowOut,
  WindowsOut,
} from '../api/types'
import { now } from '../ui/now.svelte'

/** What the rep has typed for one property; kept in the window's own store until the order is opened. */
export interface Typed {
  kind: string
  on: string
  window: OrderIn['window'] | ''
  /** Last day of an order that may be done on any day up to it; '' when it is for its own day. */
  until: string
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
    until: '',
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
  /** The place that the office keeps for this property; it may have lapsed. */
  held = $state<WindowHoldOut | null>(null)
  /** True when the window that was chosen went to somebody else. */
  lost = $state(false)
  /** Settles when the office has answered to the last choice of a window. */
  #holding: Promise<void> = Promise.resolve()
  #choice = 0
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
    this.held = null
    this.lost = false
    this.#choice++
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
      void this.release()
      this.lost = false
      this.typed.kind = kind
      this.typed.window = ''
      this.typed.on = ''
      this.typed.until = ''
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
      this.held = out.held ?? null
      if (this.typed && !this.typed.window && out.held) {
        this.typed.on = out.held.on
        this.typed.window = out.held.window as OrderIn['window']
      }
      const chosen = this.chosen
      if (this.typed?.window && (chosen === null || chosen.state !== 'open')) {
        this.lost = true
        this.#unchoose()
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
    this.typed.until = ''
    this.lost = false
    this.fault = null
    this.keep()
    this.holdAgain()
  }

  /** Any day up to this one instead of a window; the place that was kept is free again. */
  chooseUntil(last: string): void {
    if (this.typed === null) return
    if (last && this.typed.window) {
      void this.release()
      this.#unchoose()
    }
    this.typed.until = last
    this.fault = null
    this.keep()
  }

  /** Asks the office to keep the chosen window for a few minutes. */
  holdAgain(): void {
    const { typed } = this
    if (!typed?.window) return
    const body = { ref: this.#ref, kind: typed.kind, on: typed.on, window: typed.window as WindowHoldIn['window'] }
    const choice = ++this.#choice
    // One after the other: the office keeps the last choice.
    this.#holding = this.#holding.then(() => this.#hold(body, choice))
  }

  async #hold(body: WindowHoldIn, choice: number): Promise<void> {
    if (choice !== this.#choice) return
    try {
      const out = await answer<WindowHoldOut>(api.POST('/api/v1/window-holds', { body }))
      if (choice !== this.#choice) return
      now.follow(out.as_of)
      this.held = out
    } catch (fault) {
      if (!(fault instanceof Refused)) throw fault
      if (choice !== this.#choice) return
      this.fault = fault
      if (fault.offline) return
      this.#unchoose()
      void this.loadWindows()
    }
  }

  /** Gives back what is held here. When the office does not hear it, the place is free again by itself in minutes. */
  async release(): Promise<void> {
    const ref = this.held?.ref
    this.held = null
    this.#choice++
    if (ref === undefined) return
    try {
      await answer(api.DELETE('/api/v1/window-holds/{ref}', { params: { path: { ref } } }))
    } catch (fault) {
      if (!(fault instanceof Refused)) throw fault
    }
  }

  #unchoose(): void {
    if (this.typed === null) return
    this.typed.window = ''
    this.typed.on = ''
    this.held = null
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
    const needsWindow = typed.window !== ''
    this.booking = true
    this.fault = null
    await this.#holding
    if (needsWindow && !typed.window) {
      // The office said no to the window in the meantime; its reason is on screen.
      this.booking = false
      return false
    }
    const body: OrderIn = {
      kind: typed.kind,
      premise_id: property.premise_id,
      parcel_id: property.premise_id === null ? property.parcel_id : null,
      lot_id: property.premise_id === null && property.parcel_id === null ? property.lot_id : null,
      service_point_id: null,
      reason: '',
      note: typed.note,
      due_on: typed.on || null,
      latest_on: typed.until || null,
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
      this.held = null
      this.lost = false
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
