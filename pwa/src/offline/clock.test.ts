import { describe, expect, test } from 'vitest'
import { standing } from '../domain/clearance'
import { DeviceClock } from './clock'
import { HandClock, MORNING } from './given'

const about = { order_id: 617, device_id: 'tablet' }
const payload = { ...about, issued_at: '2026-08-26T15:00:00Z', expires_at: '2026-08-26T15:30:00Z' }

function given(): { hands: HandClock; clock: DeviceClock } {
  const hands = new HandClock()
  const clock = new DeviceClock(hands)
  clock.contact(new Date(MORNING).toISOString())
  return { hands, clock }
}

describe('a clearance on the device', () => {
  test('holds until its last moment by the server clock, however wrong the tablet is', () => {
    const { hands, clock } = given()
    hands.wall -= 0
    hands.pass(29 * 60_000 + 59_000)
    expect(standing(payload, about, clock.serverNowMs())).toMatchObject({ state: 'valid', leftMs: 1000 })
    hands.pass(1000)
    expect(standing(payload, about, clock.serverNowMs()).state).toBe('expired')
  })

  test('counts as expired after a restart without a word of the server', () => {
    expect(standing(payload, about, new DeviceClock(new HandClock()).serverNowMs()).state).toBe('unsure')
  })

  test('counts as expired when somebody set the clock back', () => {
    const { hands, clock } = given()
    hands.wall -= 3_600_000
    expect(standing(payload, about, clock.serverNowMs()).state).toBe('unsure')
  })

  test('counts as expired when the tablet slept and its counter stood still', () => {
    const { hands, clock } = given()
    hands.wall += 40 * 60_000
    expect(standing(payload, about, clock.serverNowMs()).state).toBe('unsure')
  })

  test('clears no other order and no other tablet', () => {
    const { clock } = given()
    expect(standing(payload, { ...about, order_id: 618 }, clock.serverNowMs()).state).toBe('foreign')
    expect(standing(payload, { ...about, device_id: 'other' }, clock.serverNowMs()).state).toBe('foreign')
  })
})
