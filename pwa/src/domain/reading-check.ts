/** What the reading screen needs to know of the digits being typed. Pure. */
import type { RegisterOut } from '../api/types'
import {
  dayNumber,
  expectedRange,
  judgeReading,
  usesOf,
  type Expected,
  type ExceptionCode,
  type Judgement,
} from './readings'
import { roundHalfUp, stepsOfUccf, uccfOfText, usageOfSteps } from './units'

export interface ReadingCheck {
  judgement: Judgement
  /** Use since the last reading in the register's unit; null without a last reading. */
  usage: string | null
  usualLow: string | null
  usualHigh: string | null
  /** Digits that the register would show at the ends of the usual range. */
  lowDigits: string | null
  highDigits: string | null
  slip: { kind: 'SWAPPED' | 'ONE_DIGIT' | 'PREVIOUS_AGAIN'; digits: string | null; usage: string | null } | null
  mustConfirm: boolean
  zeroToConfirm: boolean
}

/** From the readings that the package carries; with fewer than two periods, from the usual range that the office sent. */
function expectedFor(register: RegisterOut, readOn: string): Expected | null {
  if (register.last_read_on === null) return null
  const days = Math.max(1, dayNumber(readOn) - dayNumber(register.last_read_on))
  const uses = usesOf(register, register.history)
  if (uses.length >= 2) return expectedRange(uses, readOn, days)
  const low = register.usual_low === null ? null : uccfOfText(register, register.usual_low)
  const high = register.usual_high === null ? null : uccfOfText(register, register.usual_high)
  if (low === null || high === null) return expectedRange(uses, readOn, days)
  const perDay = (uccf: bigint): bigint => roundHalfUp(uccf, BigInt(days))
  return {
    usual_per_day: perDay((low + high) / 2n),
    low_per_day: perDay(low),
    high_per_day: perDay(high),
    basis: 'class',
  }
}

export function checkReading(
  register: RegisterOut,
  digits: string,
  about: { readOn: string; zeroConfirmed: boolean },
): ReadingCheck {
  const { last_digits, last_read_on } = register
  const judgement = judgeReading({
    register,
    previous: last_digits === null || last_read_on === null ? null : { digits: last_digits, read_on: last_read_on },
    digits,
    read_on: about.readOn,
    expected: expectedFor(register, about.readOn),
    active: register.active,
    zero_confirmed: about.zeroConfirmed,
  })
  const inUnit = (uccf: bigint | null): string | null =>
    uccf === null ? null : usageOfSteps(register, stepsOfUccf(register, uccf))
  const slip = judgement.likely_slip
  return {
    judgement,
    usage: judgement.usage,
    usualLow: inUnit(judgement.low_uccf),
    usualHigh: inUnit(judgement.high_uccf),
    lowDigits: judgement.low_digits ?? register.expected_low,
    highDigits: judgement.high_digits ?? register.expected_high,
    slip: slip === null ? null : { kind: slip.kind, digits: slip.digits, usage: inUnit(slip.uccf) },
    mustConfirm: judgement.must_confirm,
    zeroToConfirm: judgement.exceptions.includes('ZERO') && !about.zeroConfirmed,
  }
}

/** The code that the screen speaks of first; null when the reading is as usual. */
export function worst(codes: readonly ExceptionCode[]): ExceptionCode | null {
  const order: readonly ExceptionCode[] = [
    'NEGATIVE',
    'VERY_HIGH',
    'HIGH',
    'INACTIVE_WITH_USAGE',
    'ACTIVE_NO_USAGE',
    'LOW',
    'ROLLOVER',
  ]
  return order.find((code) => codes.includes(code)) ?? null
}

/** Where usual and this stand on the line under the dials, as shares of it; it begins at the last reading. */
export interface RangeLine {
  lowShare: number
  highShare: number
  thisShare: number | null
}

export function rangeLine(register: RegisterOut, check: ReadingCheck): RangeLine | null {
  const { lowDigits, highDigits } = check
  if (register.last_digits === null || lowDigits === null || highDigits === null) return null
  const turn = 10 ** register.dials
  const from = Number(register.last_digits)
  const ahead = (digits: string): number => (Number(digits) - from + turn) % turn
  const high = Math.max(1, ahead(highDigits))
  const mine = check.judgement.steps === null ? null : Number(check.judgement.steps)
  const end = Math.max(high * 1.6, (mine ?? 0) * 1.08)
  return { lowShare: ahead(lowDigits) / end, highShare: high / end, thisShare: mine === null ? null : mine / end }
}
