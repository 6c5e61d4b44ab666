import { now } from '../ui/now.svelte'
import { session } from '../ui/session.svelte'

/** A property that this person opened today, and the last thing done there. */
export interface Recent {
  ref: string
  title: string
  /** Name of the customer or what was done: "Leak check booked". */
  did: string
  number: string
  at: number
}

const MOST = 12

class OpenedToday {
  #list = $state<Recent[]>([])
  #key = ''

  get list(): readonly Recent[] {
    return this.#list
  }

  /** Reads what was kept for this person and this day; other days are dropped. */
  load(): void {
    const current = session.current
    if (current === null) return
    const key = `curbstop.opened.${current.person.id}.${current.utility.today}`
    if (key === this.#key) return
    this.#key = key
    for (const other of Object.keys(localStorage))
      if (other.startsWith('curbstop.opened.') && other !== key) localStorage.removeItem(other)
    try {
      this.#list = JSON.parse(localStorage.getItem(key) ?? '[]') as Recent[]
    } catch {
      // A list that cannot be read is only a convenience: start again.
      this.#list = []
    }
  }

  note(entry: Omit<Recent, 'number' | 'at'> & { number?: string }): void {
    const before = this.#list.find((one) => one.ref === entry.ref)
    const number = entry.number ?? before?.number ?? ''
    const did = entry.number === undefined && before?.number ? before.did : entry.did
    const next: Recent = { ref: entry.ref, title: entry.title, did, number, at: now.ms }
    this.#list = [next, ...this.#list.filter((one) => one.ref !== entry.ref)].slice(0, MOST)
    localStorage.setItem(this.#key, JSON.stringify(this.#list))
  }
}

export const opened = new OpenedToday()
