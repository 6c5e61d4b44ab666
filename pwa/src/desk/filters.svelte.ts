/** Filters of the list of orders; they stay while the person looks into an order and comes back. */
export const filters = $state({ state: '', kind: '', on: '', q: '', page: 1 })
