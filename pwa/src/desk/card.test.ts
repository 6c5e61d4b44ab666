import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Card } from './card.svelte'

/** An office that answers each question when the test says so. */
let office: Server
let asked: { ref: string; reply: ServerResponse }[]
let card: Card

const answers = (ref: string, title = ref): void => {
  const at = asked.findIndex((one) => one.ref === ref)
  const [one] = asked.splice(at, 1)
  if (at < 0 || one === undefined) throw new Error(`nobody asked for ${ref}`)
  one.reply.setHeader('Content-Type', 'application/json')
  one.reply.end(JSON.stringify({ ref, title, as_of: '2026-08-25T16:00:00Z' }))
}
const waiting = async (...refs: string[]): Promise<void> =>
  vi.waitFor(() => expect(asked.map((one) => one.ref)).toEqual(refs))

beforeEach(async () => {
  asked = []
  office = createServer((request, reply) => asked.push({ ref: (request.url ?? '').split('/').pop() ?? '', reply }))
  await new Promise<void>((ready) => office.listen(0, '127.0.0.1', ready))
  vi.stubGlobal('location', { origin: `http://127.0.0.1:${(office.address() as AddressInfo).port}` })
  vi.resetModules()
  card = new (await import('./card.svelte')).Card()
  const first = card.show('premise-1', false)
  await waiting('premise-1')
  answers('premise-1')
  await first
})

afterEach(() => {
  vi.unstubAllGlobals()
  office.closeAllConnections()
  office.close()
})

describe('the property that the desk shows', () => {
  it('is the one opened last, though news of the one before arrives in between', async () => {
    const opening = card.show('premise-2', false)
    await waiting('premise-2')
    await card.refresh()
    answers('premise-2')
    await opening
    expect(card.property?.ref).toBe('premise-2')
    // The news may have been about the new one: it is asked for once more, quietly.
    await waiting('premise-2')
    answers('premise-2', 'with the news')
    await vi.waitFor(() => expect(card.property?.title).toBe('with the news'))
    expect(card.loading).toBe(false)
  })

  it('stays when another was only looked at and its answer comes late', async () => {
    const glance = card.show('premise-2', true)
    await waiting('premise-2')
    await card.show('premise-1', false)
    answers('premise-2')
    await glance
    expect(card.property?.ref).toBe('premise-1')
    expect(card.loading).toBe(false)
  })

  it('is asked for once when it is looked at and opened before the answer', async () => {
    const glance = card.show('premise-2', true)
    const opening = card.show('premise-2', false)
    await waiting('premise-2')
    expect(card.loading).toBe(true)
    answers('premise-2')
    await Promise.all([glance, opening])
    expect(card.property?.ref).toBe('premise-2')
    expect(card.preview).toBe(false)
  })

  it('is fetched again by news when nothing else is on its way', async () => {
    const again = card.refresh()
    await waiting('premise-1')
    expect(card.loading).toBe(false)
    answers('premise-1', 'paid')
    await again
    expect(card.property?.title).toBe('paid')
  })
})
