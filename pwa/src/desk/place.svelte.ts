import { filters, read, write as writeFilters } from './filters.svelte'

/** Where in the desk the person is: kept in the address after `#`, so that a reload or a shared link comes back here. */
export type Place =
  { page: 'desk'; ref: string | null } | { page: 'orders' } | { page: 'order'; id: number } | { page: 'review' }

function parse(hash: string): Place {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2)
  const [page, rest] = path.split('/')
  if (page === 'orders') {
    const id = Number(rest)
    if (rest && Number.isInteger(id)) return { page: 'order', id }
    Object.assign(filters, read(query))
    return { page: 'orders' }
  }
  if (page === 'review') return { page: 'review' }
  return { page: 'desk', ref: page === 'at' && rest ? decodeURIComponent(rest) : null }
}

function write(place: Place): string {
  if (place.page === 'desk') return place.ref ? `#/at/${encodeURIComponent(place.ref)}` : '#/'
  if (place.page === 'order') return `#/orders/${place.id}`
  if (place.page === 'orders') {
    const query = writeFilters(filters)
    return query ? `#/orders?${query}` : '#/orders'
  }
  return `#/${place.page}`
}

class Where {
  #place = $state<Place>(parse(location.hash))

  constructor() {
    addEventListener('hashchange', () => (this.#place = parse(location.hash)))
  }

  get place(): Place {
    return this.#place
  }

  /** Writes the filters into the address of the list without a step in the history. */
  keepFilters(): void {
    if (this.#place.page === 'orders') history.replaceState(null, '', write(this.#place))
  }

  go(place: Place): void {
    location.hash = write(place)
    this.#place = place
  }
}

export const where = new Where()
export const link = write
