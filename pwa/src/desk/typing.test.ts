import { describe, expect, it } from 'vitest'
import { cents } from './cents'
import { pieces } from './pieces'

describe('money as a rep types it', () => {
  it('is whole cents, whatever the spelling', () => {
    expect(cents('243.10')).toBe(24310)
    expect(cents('243.1')).toBe(24310)
    expect(cents('$243')).toBe(24300)
    expect(cents('1,243.10')).toBe(124310)
    expect(cents(' 0.29 ')).toBe(29)
  })

  it('is refused when it is no amount of money', () => {
    for (const text of ['', '0', '0.00', '-5', '12.345', '2 43', 'abc', '1.2.3', '12,34'])
      expect(cents(text), text).toBeNull()
  })
})

describe('the matched parts of a result', () => {
  it('cut the label without losing a letter', () => {
    const cut = pieces('4127 Alder Glen Dr', [
      [5, 8],
      [0, 4],
    ])
    expect(cut).toEqual([
      ['4127', true],
      [' ', false],
      ['Ald', true],
      ['er Glen Dr', false],
    ])
    expect(cut.map(([text]) => text).join('')).toBe('4127 Alder Glen Dr')
  })

  it('ignore ranges that overlap or lie outside', () => {
    expect(
      pieces('Lot 27', [
        [0, 3],
        [2, 5],
        [40, 44],
        [3, 3],
      ])
        .map(([text]) => text)
        .join(''),
    ).toBe('Lot 27')
  })
})
