import { Refused, answer, api } from '../api/client'
import type { KindOut } from '../api/types'
import { both } from './i18n.svelte'

/** The catalogue of order kinds, fetched once. */
class Kinds {
  #rows = $state<KindOut[]>([])

  async load(): Promise<void> {
    if (this.#rows.length > 0) return
    try {
      this.#rows = await answer<KindOut[]>(api.GET('/api/v1/kinds'))
    } catch (fault) {
      if (!(fault instanceof Refused)) throw fault
      // Without the catalogue the screens show codes; ask again until it comes.
      setTimeout(() => void this.load(), 4000)
    }
  }

  get rows(): readonly KindOut[] {
    return this.#rows
  }

  find(code: string): KindOut | undefined {
    return this.#rows.find((row) => row.code === code)
  }

  /** Name in the language of the screen; the code itself for a kind that the catalogue does not know. */
  name(code: string): string {
    const row = this.find(code)
    return row === undefined ? code : both(row, 'name')
  }

  letter(code: string): string {
    return this.find(code)?.letter ?? ''
  }
}

export const kinds = new Kinds()
