import type { LonLat } from '../map/geometry'
import { filters, read, write as writeFilters } from './filters.svelte'

/** Where in the desk the person is: kept in the address after `#`, so that a reload or a shared link comes back here. */
export type Place =
  | { page: 'desk'; ref: string | null }
  | { page: 'orders' }
  | { page: 'order'; id: number }
  | { page: 'review' }
  | { page: 'sheets'; at?: LonLat | null }
  | { page: 'sheet'; ref: string; at: LonLat | null; placing: boolean }

/** "-121.97,37.53" as a place; null for anything else. */
function spot(text: string | null): LonLat | null {
  const [lon, lat] = (text ?? '').split(',').map(Number)
  return text && lon !== undefined && lat !== undefined && Math.abs(lon) <= 180 && Math.abs(lat) <= 90
    ? [lon, lat]
    : null
}

function parse(hash: string): Place {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2)
  const [page, rest] = path.split('/')
  if (page === 'orders') {
    const id = Number(rest)
    if (rest && Number.isInteger(id)) return { page: 'order', id }
    Object.assign(filters, read(query))
    return { page: 'orders' }
  }
  if (page === 'sheets') {
    const more = new URLSearchParams(query)
    if (rest && /^(page|sheet)-\d+$/.test(rest))
      return { page: 'sheet', ref: rest, at: spot(more.get('at')), placing: more.has('place') }
    return { page: 'sheets', at: spot(more.get('at')) }
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
  if (place.page === 'sheets' || place.page === 'sheet') {
    const at = place.at ? `at=${place.at.map((one) => one.toFixed(7)).join(',')}` : ''
    const query = [at, place.page === 'sheet' && place.placing ? 'place' : ''].filter(Boolean).join('&')
    return `#/sheets${place.page === 'sheet' ? `/${place.ref}` : ''}${query ? `?${query}` : ''}`
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
