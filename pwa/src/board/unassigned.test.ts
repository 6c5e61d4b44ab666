import { render } from 'svelte/server'
import { afterEach, describe, expect, it } from 'vitest'
import type { UnplannedOut } from '../api/types'
import { language } from '../ui/i18n.svelte'
import Unassigned from './Unassigned.svelte'

const order: UnplannedOut = {
  order_id: 7,
  number: '7',
  kind: 'WATER_QUALITY',
  place: '12 Elm St',
  window: 'AM',
  code: 'NO_ROOM',
  reason_en: 'No room: closest is Truck 3, 12 min too much',
  reason_es: 'Sin espacio: la más cercana Truck 3, sobran 12 min',
  fits_if: [
    {
      code: 'OVERTIME',
      text_en: 'Would fit if Truck 3 worked until 5:10 PM',
      text_es: 'Cabría si Truck 3 trabajara hasta las 5:10 PM',
    },
    { code: 'WITHOUT', text_en: 'Would fit if 9 Oak Ave waited', text_es: 'Cabría si 9 Oak Ave esperara' },
  ],
  lon: null,
  lat: null,
}

/** The texts of the list, top to bottom. */
function texts(orders: readonly UnplannedOut[]): string[] {
  const { body } = render(Unassigned, { props: { orders, open: true } })
  return body
    .replace(/<!--.*?-->/g, '')
    .split(/<[^>]*>/)
    .map((text) => text.trim())
    .filter((text) => text !== '')
}

afterEach(() => language.choose('en'))

describe('an order without a stop', () => {
  it('says under its reason what would give it one, the easiest first', () => {
    const seen = texts([order])
    const at = seen.indexOf(order.reason_en)
    expect(seen.slice(at, at + 3)).toEqual([
      'No room: closest is Truck 3, 12 min too much',
      'Would fit if Truck 3 worked until 5:10 PM',
      'Would fit if 9 Oak Ave waited',
    ])
  })

  it('says so in Spanish too', () => {
    language.choose('es')
    expect(texts([order])).toContain('Cabría si Truck 3 trabajara hasta las 5:10 PM')
  })

  it('keeps its reason alone where nothing simple would help', () => {
    const seen = texts([{ ...order, fits_if: [] }])
    expect(seen).toContain(order.reason_en)
    expect(seen.filter((text) => text.startsWith('Would'))).toEqual([])
  })
})
