/** Questions and answers written by the server's rules (`tests/vectors/make.py`); the tablet must give the same answers. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { standing, verified } from './clearance'
import { challengeFrom, codeFor } from './codes'
import { leakRate } from './leaks'
import { expectedRange, judgeReading, usesOf, type Expected, type PreviousRead } from './readings'
import type { Register } from './units'

/** unit, dials, fixed zeros, decimals, multiplier */
type RegisterRow = [string, number, number, number, string]
const registerOf = ([unit, dials, fixed_zeros, decimals, multiplier]: RegisterRow): Register => ({
  unit,
  dials,
  fixed_zeros,
  decimals,
  multiplier,
})

const folder = process.env.CURBSTOP_VECTORS ?? fileURLToPath(new URL('../../../tests/vectors', import.meta.url))

interface Case<Ask, Answer> {
  ask: Ask
  answer: Answer
}

function cases<Ask, Answer>(name: string): Case<Ask, Answer>[] {
  return JSON.parse(readFileSync(`${folder}/${name}.json`, 'utf8')) as Case<Ask, Answer>[]
}

/** Whole numbers as the file writes them: small ones as numbers, big ones as text. */
type Whole = number | string
const big = (value: Whole): bigint => BigInt(value)
const maybeBig = (value: Whole | null): bigint | null => (value === null ? null : BigInt(value))

/** The answer in the file's own form: big numbers as text. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint' || typeof value === 'number') {
    const whole = BigInt(value)
    return whole < 10_000n && whole > -10_000n ? Number(whole) : whole.toString()
  }
  if (Array.isArray(value)) return value.map(plain)
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one)]))
  }
  return value
}

/** Compares quickly, and shows the first difference with its question. */
function agree<Ask, Answer>(all: Case<Ask, Answer>[], answer: (ask: Ask) => unknown): void {
  for (const one of all) {
    const mine = answer(one.ask)
    if (sorted(mine) !== sorted(one.answer)) expect({ ask: one.ask, answer: mine }).toEqual(one)
  }
  expect(all.length).toBeGreaterThan(0)
}

function sorted(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) =>
    one !== null && typeof one === 'object' && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  )
}

interface WireExpected {
  usual_per_day: Whole
  low_per_day: Whole
  high_per_day: Whole
  basis: Expected['basis']
}

interface ReadingAsk {
  register: RegisterRow
  previous: PreviousRead | null
  digits: string
  read_on: string
  expected: WireExpected | null
  active: boolean
  zero_confirmed: boolean
  today_on?: string | null
  has_account?: boolean
  serial_matches?: boolean
  ami_digits?: string | null
  estimated?: boolean
  estimates_before?: number
}

function expectedOf(wire: WireExpected | null): Expected | null {
  if (wire === null) return null
  return {
    usual_per_day: big(wire.usual_per_day),
    low_per_day: big(wire.low_per_day),
    high_per_day: big(wire.high_per_day),
    basis: wire.basis,
  }
}

describe('the tablet answers as the server does', () => {
  test('readings', () => {
    agree(cases<ReadingAsk, unknown>('readings'), (ask) => {
      const found = judgeReading({ ...ask, register: registerOf(ask.register), expected: expectedOf(ask.expected) })
      const slip = found.likely_slip
      return plain([
        found.steps,
        found.uccf,
        found.days,
        found.usage,
        found.exceptions,
        found.blocked,
        found.must_confirm,
        slip === null ? null : [slip.kind, slip.digits, slip.uccf],
        found.low_uccf,
        found.high_uccf,
        found.low_digits,
        found.high_digits,
      ])
    })
  })

  test('expected use', () => {
    interface Ask {
      register: RegisterRow
      reads: [string, string][]
      on: string
      days: number
      class: Whole | null
    }
    agree(cases<Ask, unknown>('expectations'), (ask) => {
      const uses = usesOf(registerOf(ask.register), ask.reads)
      return plain({ uses, expected: expectedRange(uses, ask.on, ask.days, maybeBig(ask.class)) })
    })
  })

  test('leak tests', () => {
    interface Ask {
      register: RegisterRow
      digits_a: string
      digits_b: string
      elapsed_ms: Whole
    }
    agree(cases<Ask, unknown>('leaks'), (ask) => {
      const at = (ms: number): string => new Date(Date.UTC(2025, 7, 25) + ms).toISOString()
      const rate = leakRate(
        registerOf(ask.register),
        { digits: ask.digits_a, at: at(0) },
        { digits: ask.digits_b, at: at(Number(ask.elapsed_ms)) },
      )
      return rate === null ? null : { gpm: rate.gpm, gallons_per_day: String(rate.gallonsPerDay), moved: rate.moved }
    })
  })

  test('codes read out by the office', async () => {
    interface Ask {
      secret: string
      random: number[]
      order_number: string
    }
    for (const { ask, answer } of cases<Ask, { challenge: string; code: string }>('codes')) {
      const challenge = challengeFrom(Uint8Array.from(ask.random))
      expect({ challenge, code: await codeFor(ask.secret, ask.order_number, challenge) }).toEqual(answer)
    }
  })

  // Signatures are never the same twice: these cases exist only where a test has just made them.
  test.runIf(existsSync(`${folder}/clearances.json`))('clearances', async () => {
    interface Ask {
      token: string
      now_ms: number
      order_id: number
      device_id: string
      key: Record<string, string>
    }
    for (const { ask, answer } of cases<Ask, string>('clearances')) {
      const payload = await verified(ask.token, ask.key)
      const found = standing(payload, ask, ask.now_ms).state
      expect(found === 'valid', `${ask.token}: ${found} against ${answer}`).toBe(answer === 'valid')
      if (found === 'expired') expect(['expired']).toContain(answer)
    }
  })
})
