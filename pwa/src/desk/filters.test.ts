import { describe, expect, it } from 'vitest'
import { read, write } from './filters.svelte'

describe('filters in the address', () => {
  it('come back as they were written', () => {
    const asked = { state: 'READY', kind: 'LEAK_CHECK', on: '2026-08-26', q: 'Cañada & 4th', page: 3 }
    expect(read(write(asked))).toEqual(asked)
  })

  it('leave out what is not asked for', () => {
    expect(write({ state: '', kind: '', on: '', q: '  ', page: 1 })).toBe('')
    expect(read('')).toEqual({ state: '', kind: '', on: '', q: '', page: 1 })
  })

  it('take nothing from an address that makes no sense', () => {
    expect(read('on=tomorrow&page=-2')).toEqual({ state: '', kind: '', on: '', q: '', page: 1 })
  })
})
