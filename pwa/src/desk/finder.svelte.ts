import { Refused, answer, api } from '../api/client'
import type { HitOut, SearchOut } from '../api/types'

const PAUSE_MS = 110

/** The search box and its results. Nothing is opened by itself: the person goes through the rows and presses Enter. */
class Finder {
  text = $state('')
  out = $state<SearchOut | null>(null)
  /** Row under the cursor; -1 when none is. */
  at = $state(-1)
  busy = $state(false)
  fault = $state<Refused | null>(null)
  #timer: ReturnType<typeof setTimeout> | undefined
  #turn = 0

  get hits(): readonly HitOut[] {
    return this.out?.results ?? []
  }

  get current(): HitOut | null {
    return this.hits[this.at] ?? null
  }

  typed(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.search(), PAUSE_MS)
  }

  async search(): Promise<void> {
    clearTimeout(this.#timer)
    const q = this.text.trim()
    const turn = ++this.#turn
    if (q.length < 2) {
      this.out = null
      this.at = -1
      this.fault = null
      this.busy = false
      return
    }
    this.busy = true
    try {
      const out = await answer<SearchOut>(api.GET('/api/v1/places/search', { params: { query: { q, limit: 10 } } }))
      // A slower answer to an older text must not cover a newer one.
      if (turn !== this.#turn) return
      this.out = out
      this.at = out.results.length === 1 ? 0 : -1
      this.fault = null
    } catch (fault) {
      if (!(fault instanceof Refused)) throw fault
      if (turn === this.#turn) this.fault = fault
    } finally {
      if (turn === this.#turn) this.busy = false
    }
  }

  step(by: 1 | -1): void {
    const n = this.hits.length
    if (n === 0) return
    this.at = this.at < 0 ? (by === 1 ? 0 : n - 1) : Math.min(n - 1, Math.max(0, this.at + by))
  }

  clear(): void {
    this.text = ''
    void this.search()
  }
}

export const finder = new Finder()
