/** Where in the desk the person is: kept in the address after `#`, so that a reload or a shared link comes back here. */
export type Place =
  { page: 'desk'; ref: string | null } | { page: 'orders' } | { page: 'order'; id: number } | { page: 'review' }

function parse(hash: string): Place {
  const [page, rest] = hash.replace(/^#\/?/, '').split('/')
  if (page === 'orders') {
    const id = Number(rest)
    return rest && Number.isInteger(id) ? { page: 'order', id } : { page: 'orders' }
  }
  if (page === 'review') return { page: 'review' }
  return { page: 'desk', ref: page === 'at' && rest ? decodeURIComponent(rest) : null }
}

function write(place: Place): string {
  if (place.page === 'desk') return place.ref ? `#/at/${encodeURIComponent(place.ref)}` : '#/'
  if (place.page === 'order') return `#/orders/${place.id}`
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

  go(place: Place): void {
    location.hash = write(place)
    this.#place = place
  }
}

export const where = new Where()
export const link = write
