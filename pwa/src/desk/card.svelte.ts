import { Refused, answer, api } from '../api/client'
import type { HitOut, PropertyOut } from '../api/types'
import { now } from '../ui/now.svelte'
import type { LonLat } from '../map/geometry'

/** A place that is no property: a crossing, a hydrant, a point. */
export interface Spot {
  ref: string
  label: string
  detail: string
  place: LonLat
}

/** The property that the desk shows: one answer of the server, fetched again when news says that it changed. */
export class Card {
  property = $state<PropertyOut | null>(null)
  spot = $state<Spot | null>(null)
  loading = $state(false)
  fault = $state<Refused | null>(null)
  /** True while it is only looked at from the results, not opened. */
  preview = $state(false)
  #turn = 0
  /** What is on its way to the screen in place of what stands there. */
  #opening: { ref: string; preview: boolean; landed: Promise<void> } | null = null
  /** News came while something else was being opened. */
  #stale = false

  get ref(): string | null {
    return this.property?.ref ?? this.spot?.ref ?? null
  }

  async show(ref: string, preview: boolean): Promise<void> {
    if (this.#opening?.ref === ref) {
      this.#opening.preview = preview
      await this.#opening.landed
    } else if (this.property?.ref === ref && this.fault === null) {
      if (this.#opening !== null) this.#drop()
      this.preview = preview
    } else {
      await this.#open(ref, preview)
    }
  }

  /** Fetches the shown property again without taking it off the screen. */
  async refresh(): Promise<void> {
    // The old property must not come back over the one that the person has just opened.
    if (this.#opening !== null) this.#stale = true
    else if (this.property !== null) await this.#fetch(this.property.ref, () => this.preview)
  }

  showSpot(hit: HitOut): void {
    this.clear()
    this.spot =
      hit.lon === null || hit.lat === null
        ? null
        : { ref: hit.ref, label: hit.label, detail: hit.detail, place: [hit.lon, hit.lat] }
  }

  clear(): void {
    this.#drop()
    this.property = null
    this.spot = null
    this.fault = null
  }

  #drop(): void {
    this.#turn++
    this.#opening = null
    this.#stale = false
    this.loading = false
  }

  async #open(ref: string, preview: boolean): Promise<void> {
    this.#stale = false
    this.loading = true
    const opening = { ref, preview, landed: Promise.resolve() }
    this.#opening = opening
    opening.landed = this.#fetch(ref, () => opening.preview)
    try {
      await opening.landed
    } finally {
      if (this.#opening === opening) {
        const stale = this.#stale
        this.#drop()
        if (stale) void this.refresh()
      }
    }
  }

  async #fetch(ref: string, preview: () => boolean): Promise<void> {
    const turn = ++this.#turn
    try {
      const out = await answer<PropertyOut>(api.GET('/api/v1/properties/{ref}', { params: { path: { ref } } }))
      if (turn !== this.#turn) return
      this.property = out
      this.spot = null
      this.preview = preview()
      this.fault = null
      now.follow(out.as_of)
    } catch (fault) {
      if (!(fault instanceof Refused)) throw fault
      if (turn !== this.#turn) return
      this.fault = fault
      // A property that is gone must not stay on screen as if it were there; a lost network may.
      if (fault.status === 404) this.property = null
    }
  }
}

export const card = new Card()
