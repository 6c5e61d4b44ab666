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
class Card {
  property = $state<PropertyOut | null>(null)
  spot = $state<Spot | null>(null)
  loading = $state(false)
  fault = $state<Refused | null>(null)
  /** True while it is only looked at from the results, not opened. */
  preview = $state(false)
  #turn = 0

  get ref(): string | null {
    return this.property?.ref ?? this.spot?.ref ?? null
  }

  async show(ref: string, preview: boolean): Promise<void> {
    if (this.property?.ref === ref && this.fault === null) {
      this.preview = preview
      return
    }
    await this.#fetch(ref, preview)
  }

  /** Fetches the shown property again without taking it off the screen. */
  async refresh(): Promise<void> {
    if (this.property !== null) await this.#fetch(this.property.ref, this.preview, true)
  }

  showSpot(hit: HitOut): void {
    this.#turn++
    this.property = null
    this.fault = null
    this.loading = false
    this.spot =
      hit.lon === null || hit.lat === null
        ? null
        : { ref: hit.ref, label: hit.label, detail: hit.detail, place: [hit.lon, hit.lat] }
  }

  clear(): void {
    this.#turn++
    this.property = null
    this.spot = null
    this.fault = null
    this.loading = false
  }

  async #fetch(ref: string, preview: boolean, quiet = false): Promise<void> {
    const turn = ++this.#turn
    this.loading = !quiet
    try {
      const out = await answer<PropertyOut>(api.GET('/api/v1/properties/{ref}', { params: { path: { ref } } }))
      if (turn !== this.#turn) return
      this.property = out
      this.spot = null
      this.preview = preview
      this.fault = null
      now.follow(out.as_of)
    } catch (fault) {
      if (!(fault instanceof Refused)) throw fault
      if (turn !== this.#turn) return
      this.fault = fault
      // A property that is gone must not stay on screen as if it were there; a lost network may.
      if (fault.status === 404) this.property = null
    } finally {
      if (turn === this.#turn) this.loading = false
    }
  }
}

export const card = new Card()
