/**
 * Filters of the list of orders. They stand in the address (`#/orders?state=READY&q=alder`), so that a reload, a shared
 * link and the way back from an order show the same list.
 */
export interface Filters {
  state: string
  kind: string
  on: string
  q: string
  page: number
}

const NONE: Filters = { state: '', kind: '', on: '', q: '', page: 1 }

/** Filters as the part of the address after `?`; what is not asked for is left out. */
export function write(filters: Filters): string {
  const out = new URLSearchParams()
  for (const name of ['state', 'kind', 'on', 'q'] as const)
    if (filters[name].trim()) out.set(name, filters[name].trim())
  if (filters.page > 1) out.set('page', String(filters.page))
  return out.toString()
}

/** Reads what `write` wrote; what cannot be read counts as not asked for. */
export function read(query: string): Filters {
  const from = new URLSearchParams(query)
  const page = Number(from.get('page'))
  const on = from.get('on') ?? ''
  return {
    state: from.get('state') ?? '',
    kind: from.get('kind') ?? '',
    on: /^\d{4}-\d\d-\d\d$/.test(on) ? on : '',
    q: from.get('q') ?? '',
    page: Number.isInteger(page) && page > 1 ? page : 1,
  }
}

export const filters = $state({ ...NONE })
