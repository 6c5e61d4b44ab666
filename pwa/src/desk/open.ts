import type { HitOut } from '../api/types'
import { card } from './card.svelte'
import { where } from './place.svelte'

/** Opens what a search result or a link names: a property, an order, or a place on the map. */
export function openRef(ref: string): void {
  const [kind, id] = ref.split('-', 2)
  if (kind === 'order' && Number(id) > 0) where.go({ page: 'order', id: Number(id) })
  else if (isSheet(ref)) where.go({ page: 'sheet', ref, at: null, placing: false })
  else where.go({ page: 'desk', ref })
}

export function openHit(hit: HitOut): void {
  if (isProperty(hit.ref) || isSheet(hit.ref) || hit.ref.startsWith('order-')) openRef(hit.ref)
  else {
    where.go({ page: 'desk', ref: null })
    card.showSpot(hit)
  }
}

const isSheet = (ref: string): boolean => /^(page|sheet)-\d+$/.test(ref)
export const isProperty = (ref: string): boolean => /^(premise|parcel|lot)-\d+$/.test(ref)
