import { describe, expect, it } from 'vitest'
import { matching } from './call.svelte'

describe('the number that was typed', () => {
  const phones = ['(510) 555-0148', '(510) 555-0192']

  it('stands for the phone of the account that ends in it', () => {
    expect(matching(phones, '510-555-0192')).toBe('(510) 555-0192')
    expect(matching(phones, '+1 510 555 0148')).toBe('(510) 555-0148')
    expect(matching(phones, '555 0148')).toBe('(510) 555-0148')
  })

  it('stands for none when it is another one or too short to tell', () => {
    expect(matching(phones, '510 555 0111')).toBeNull()
    expect(matching(phones, '0148')).toBeNull()
    expect(matching(phones, '')).toBeNull()
  })
})
