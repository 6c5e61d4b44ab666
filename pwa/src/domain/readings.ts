/**
 * Judges a reading: usage, rollover, limits, likely slips. The twin of the server's `dispatch/meters/validation.py`;
 * both are run on the same generated cases. Integers only; see there for the arithmetic.
 */
import { UCCF, rolloverOf, roundHalfUp, stepsOfUccf, uccfOfSteps, usageOfSteps, type Register } from './units'

export type ExceptionCode =
  | 'NO_READ'
  | 'BAD_DIGITS'
  | 'ZERO'
  | 'NEGATIVE'
  | 'ROLLOVER'
  | 'USAGE_NO_ACCOUNT'
  | 'INACTIVE_WITH_USAGE'
  | 'ACTIVE_NO_USAGE'
  | 'SAME_AS_LAST'
  | 'ESTIMATED'
  | 'HIGH'
  | 'VERY_HIGH'
  | 'LOW'
  | 'CONSEC_EST'
  | 'SERIAL_MISMATCH'
  | 'AMI_DIFF'
  | 'FUTURE_DATE'
  | 'BEFORE_LAST_DATE'

const BLOCKING: ReadonlySet<string> = new Set([
  'NO_READ',
  'BAD_DIGITS',
  'NEGATIVE',
  'SERIAL_MISMATCH',
  'FUTURE_DATE',
  'BEFORE_LAST_DATE',
  'USAGE_NO_ACCOUNT',
])
const CONFIRM: ReadonlySet<string> = new Set([
  'NEGATIVE',
  'HIGH',
  'VERY_HIGH',
  'LOW',
  'ACTIVE_NO_USAGE',
  'SERIAL_MISMATCH',
])

const SEASON_HALF_DAYS = 90
const YEAR_HALF_DAYS = 730
const TREND_PERIODS = 3

export interface Limits {
  high_pct: bigint
  very_high_pct: bigint
  low_pct: bigint
  high_over_uccf: bigint
  zero_prior_uccf: bigint
  rollover_pct: bigint
  ami_tolerance_uccf: bigint
  max_estimates: number
}

export const DEFAULT_LIMITS: Limits = {
  high_pct: 200n,
  very_high_pct: 400n,
  low_pct: 25n,
  high_over_uccf: 5n * UCCF,
  zero_prior_uccf: 2n * UCCF,
  rollover_pct: 5n,
  ami_tolerance_uccf: UCCF,
  max_estimates: 2,
}

export interface PreviousRead {
  digits: string
  /** Day, ISO. */
  read_on: string
}

/** Use between two readings of one register. */
export interface Use {
  from_on: string
  to_on: string
  uccf: bigint
}

/** Expected use a day in µCCF. */
export interface Expected {
  usual_per_day: bigint
  low_per_day: bigint
  high_per_day: bigint
  basis: 'season' | 'trend' | 'class'
}

export interface Slip {
  kind: 'SWAPPED' | 'ONE_DIGIT' | 'PREVIOUS_AGAIN'
  digits: string | null
  uccf: bigint | null
}

export interface Judgement {
  steps: bigint | null
  uccf: bigint | null
  days: number | null
  /** Use in the register's own unit, exact text. */
  usage: string | null
  exceptions: ExceptionCode[]
  blocked: boolean
  must_confirm: boolean
  likely_slip: Slip | null
  low_uccf: bigint | null
  high_uccf: bigint | null
  low_digits: string | null
  high_digits: string | null
}

export interface Question {
  register: Register
  previous: PreviousRead | null
  digits: string
  read_on: string
  expected: Expected | null
  active: boolean
  zero_confirmed: boolean
  today_on?: string | null
  has_account?: boolean
  serial_matches?: boolean
  ami_digits?: string | null
  estimated?: boolean
  estimates_before?: number
  limits?: Limits
}

interface Band {
  usual: bigint
  low: bigint
  high: bigint
}

/** Days since 1970 of a day written as 2026-08-26. */
export function dayNumber(on: string): number {
  return Math.round(Date.parse(`${on}T00:00:00Z`) / 86_400_000)
}

export function wellFormed(register: Register, digits: string): boolean {
  return digits.length === register.dials && /^[0-9]+$/.test(digits)
}

export function judgeReading(question: Question): Judgement {
  const { register, previous, digits, read_on, expected, active, zero_confirmed } = question
  const limits = question.limits ?? DEFAULT_LIMITS
  const before: ExceptionCode[] = []
  if (question.today_on != null && read_on > question.today_on) before.push('FUTURE_DATE')
  if (previous !== null && read_on < previous.read_on) before.push('BEFORE_LAST_DATE')
  if (question.serial_matches === false) before.push('SERIAL_MISMATCH')
  if (!wellFormed(register, digits)) {
    const found: ExceptionCode[] = [digits === '' ? 'NO_READ' : 'BAD_DIGITS', ...before]
    return judgement(register, { found, blocked: true, confirm: true })
  }
  const current = BigInt(digits)
  const unconfirmedZero = current === 0n && !zero_confirmed
  const found: ExceptionCode[] = current === 0n ? [...before, 'ZERO'] : before
  if (question.estimated === true) {
    found.push('ESTIMATED')
    if ((question.estimates_before ?? 0) >= limits.max_estimates) found.push('CONSEC_EST')
  }
  if (previous === null || !wellFormed(register, previous.digits) || found.includes('BEFORE_LAST_DATE')) {
    return judgement(register, { found, blocked: unconfirmedZero, confirm: unconfirmedZero })
  }
  const days = Math.max(1, dayNumber(read_on) - dayNumber(previous.read_on))
  const band = expected === null ? null : bandOf(expected, days)
  const first = BigInt(previous.digits)
  const { steps, turned } = stepsBetween(register, first, current, band, limits)
  const uccf = uccfOfSteps(register, steps)
  if (steps < 0n) found.push('NEGATIVE')
  else if (turned) found.push('ROLLOVER')
  if (steps === 0n) {
    found.push('SAME_AS_LAST')
    if (active && band !== null && band.usual > limits.zero_prior_uccf) found.push('ACTIVE_NO_USAGE')
  }
  if (steps > 0n && question.has_account === false) found.push('USAGE_NO_ACCOUNT')
  else if (steps > 0n && !active) found.push('INACTIVE_WITH_USAGE')
  const level = band === null || steps <= 0n ? null : levelOf(uccf, band, limits)
  if (level !== null) found.push(level)
  const ami = question.ami_digits ?? null
  if (ami !== null && wellFormed(register, ami)) {
    const apart = uccfOfSteps(register, current - BigInt(ami))
    if ((apart < 0n ? -apart : apart) > limits.ami_tolerance_uccf) found.push('AMI_DIFF')
  }
  const slip = likelySlip(register, first, digits, band, limits, found)
  return judgement(register, {
    found,
    blocked: unconfirmedZero,
    confirm: unconfirmedZero,
    steps,
    uccf,
    days,
    slip,
    band,
    first,
  })
}

/** Use between consecutive readings, oldest first; digits that do not fit the register are passed over. */
export function usesOf(register: Register, reads: readonly (readonly [string, string])[]): Use[] {
  const good = reads.filter(([, digits]) => wellFormed(register, digits))
  const found: Use[] = []
  for (let index = 1; index < good.length; index++) {
    const [from_on, first] = good[index - 1] as readonly [string, string]
    const [to_on, last] = good[index] as readonly [string, string]
    const { steps } = stepsBetween(register, BigInt(first), BigInt(last), null, DEFAULT_LIMITS)
    if (steps >= 0n && to_on > from_on) found.push({ from_on, to_on, uccf: uccfOfSteps(register, steps) })
  }
  return found
}

/** What a period of `days` that ends `on` should use: same season of earlier years, else the last three periods, else the class. */
export function expectedRange(
  history: readonly Use[],
  on: string,
  days: number,
  classAveragePerDay: bigint | null = null,
): Expected | null {
  if (history.length < 2 && classAveragePerDay !== null) return expectedOf([], classAveragePerDay, 'class')
  const middle = 2 * dayNumber(on) - days
  const season = history.filter((use) => sameSeason(middle, use))
  if (season.length > 0) return expectedOf(season, null, 'season')
  const latest = [...history].sort((a, b) => (a.to_on < b.to_on ? -1 : a.to_on > b.to_on ? 1 : 0)).slice(-TREND_PERIODS)
  return latest.length > 0 ? expectedOf(latest, null, 'trend') : null
}

const modulo = (value: number, by: number): number => ((value % by) + by) % by
const daysOf = (use: Use): number => dayNumber(use.to_on) - dayNumber(use.from_on)
const least = (values: readonly bigint[]): bigint => values.reduce((a, b) => (b < a ? b : a))
const greatest = (values: readonly bigint[]): bigint => values.reduce((a, b) => (b > a ? b : a))

function sameSeason(middle: number, use: Use): boolean {
  const apart = middle - (dayNumber(use.from_on) + dayNumber(use.to_on))
  const ofYear = modulo(apart, YEAR_HALF_DAYS)
  return apart >= YEAR_HALF_DAYS / 2 && Math.min(ofYear, YEAR_HALF_DAYS - ofYear) <= SEASON_HALF_DAYS
}

function expectedOf(periods: readonly Use[], given: bigint | null, basis: Expected['basis']): Expected | null {
  let perDay = given
  if (perDay === null) {
    const totalDays = periods.reduce((sum, use) => sum + daysOf(use), 0)
    if (totalDays === 0) return null
    perDay = roundHalfUp(
      periods.reduce((sum, use) => sum + use.uccf, 0n),
      BigInt(totalDays),
    )
  }
  const rates = periods.map((use) => roundHalfUp(use.uccf, BigInt(daysOf(use))))
  return {
    usual_per_day: perDay,
    low_per_day: least([...rates, roundHalfUp(2n * perDay, 3n)]),
    high_per_day: greatest([...rates, roundHalfUp(4n * perDay, 3n)]),
    basis,
  }
}

function bandOf(expected: Expected, days: number): Band {
  const by = BigInt(days)
  return { usual: expected.usual_per_day * by, low: expected.low_per_day * by, high: expected.high_per_day * by }
}

function stepsBetween(
  register: Register,
  first: bigint,
  last: bigint,
  band: Band | null,
  limits: Limits,
): { steps: bigint; turned: boolean } {
  if (last >= first) return { steps: last - first, turned: false }
  const whole = rolloverOf(register)
  const turned = whole - first + last
  if (100n * turned > limits.rollover_pct * whole) return { steps: last - first, turned: false }
  if (band !== null) {
    const level = levelOf(uccfOfSteps(register, turned), band, limits)
    if (level === 'HIGH' || level === 'VERY_HIGH') return { steps: last - first, turned: false }
  }
  return { steps: turned, turned: true }
}

function levelOf(uccf: bigint, band: Band, limits: Limits): 'HIGH' | 'VERY_HIGH' | 'LOW' | null {
  const over = uccf - band.usual >= limits.high_over_uccf
  if (over && 100n * uccf >= limits.very_high_pct * band.usual) return 'VERY_HIGH'
  if (over && 100n * uccf >= limits.high_pct * band.usual) return 'HIGH'
  if (band.usual >= limits.zero_prior_uccf && 100n * uccf <= limits.low_pct * band.usual) return 'LOW'
  return null
}

function likelySlip(
  register: Register,
  first: bigint,
  digits: string,
  band: Band | null,
  limits: Limits,
  found: readonly string[],
): Slip | null {
  if (found.includes('ACTIVE_NO_USAGE')) return { kind: 'PREVIOUS_AGAIN', digits: null, uccf: null }
  if (band === null || !['NEGATIVE', 'HIGH', 'VERY_HIGH', 'LOW'].some((code) => found.includes(code))) return null
  for (const [kind, candidates] of [['SWAPPED', swapped(digits)] as const, ['ONE_DIGIT', oneDigit(digits)] as const]) {
    let best: { distance: bigint; digits: string; uccf: bigint } | null = null
    for (const candidate of candidates) {
      const { steps } = stepsBetween(register, first, BigInt(candidate), band, limits)
      const uccf = uccfOfSteps(register, steps)
      if (uccf < band.low || uccf > band.high || steps <= 0n) continue
      const away = uccf - band.usual
      const distance = away < 0n ? -away : away
      const nearer =
        best === null || distance < best.distance || (distance === best.distance && candidate < best.digits)
      if (nearer) best = { distance, digits: candidate, uccf }
    }
    if (best !== null) return { kind, digits: best.digits, uccf: best.uccf }
  }
  return null
}

function* swapped(digits: string): Generator<string> {
  for (let at = 0; at < digits.length - 1; at++) {
    if (digits[at] !== digits[at + 1])
      yield digits.slice(0, at) + digits.charAt(at + 1) + digits.charAt(at) + digits.slice(at + 2)
  }
}

function* oneDigit(digits: string): Generator<string> {
  for (let at = 0; at < digits.length; at++) {
    for (const other of '0123456789') if (other !== digits[at]) yield digits.slice(0, at) + other + digits.slice(at + 1)
  }
}

interface Findings {
  found: ExceptionCode[]
  blocked: boolean
  confirm: boolean
  steps?: bigint
  uccf?: bigint
  days?: number
  slip?: Slip | null
  band?: Band | null
  first?: bigint
}

function judgement(register: Register, findings: Findings): Judgement {
  const { found, band = null, first = 0n } = findings
  const shown = (use: bigint): string =>
    ((first + stepsOfUccf(register, use)) % rolloverOf(register)).toString().padStart(register.dials, '0')
  return {
    steps: findings.steps ?? null,
    uccf: findings.uccf ?? null,
    days: findings.days ?? null,
    usage: findings.steps === undefined ? null : usageOfSteps(register, findings.steps),
    exceptions: found,
    blocked: findings.blocked || found.some((code) => BLOCKING.has(code)),
    must_confirm: findings.confirm || found.some((code) => CONFIRM.has(code)),
    likely_slip: findings.slip ?? null,
    low_uccf: band?.low ?? null,
    high_uccf: band?.high ?? null,
    low_digits: band === null ? null : shown(band.low),
    high_digits: band === null ? null : shown(band.high),
  }
}
