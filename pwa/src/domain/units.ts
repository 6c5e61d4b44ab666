/**
 * Units of water in integers, the twin of the server's `dispatch/meters/units.py`: both give the same answer to the
 * last digit. The common measure is the micro-CCF (µCCF, one millionth of 100 cubic feet); 1 CCF = 748.052 gallons.
 */
export type Unit = 'GAL' | 'CF' | 'CCF' | 'TGAL'

/** What a register shows: `dials` live digits, `decimals` of them behind the point, `fixed_zeros` painted after them. */
export interface Register {
  unit: string
  dials: number
  fixed_zeros: number
  decimals: number
  /** Decimal text, such as "1" or "0.1". */
  multiplier: string
}

export const UCCF = 1_000_000n
const GAL_MILLI_PER_CCF = 748_052n

const UCCF_OF_UNIT: Record<string, readonly [bigint, bigint]> = {
  CCF: [UCCF, 1n],
  CF: [UCCF, 100n],
  GAL: [UCCF * 1000n, GAL_MILLI_PER_CCF],
  TGAL: [UCCF * 1_000_000n, GAL_MILLI_PER_CCF],
}

function perUnit(register: Register): readonly [bigint, bigint] {
  const found = UCCF_OF_UNIT[register.unit]
  if (found === undefined) throw new Error(`unit ${register.unit} is not one of GAL, CF, CCF, TGAL`)
  return found
}

/** Numerator / denominator (above 0), halves away from zero. */
export function roundHalfUp(numerator: bigint, denominator: bigint): bigint {
  if (numerator < 0n) return -roundHalfUp(-numerator, denominator)
  return (2n * numerator + denominator) / (2n * denominator)
}

/** One step of the last live digit in the register's unit, as [numerator, denominator]. */
export function stepOf(register: Register): readonly [bigint, bigint] {
  const parts = /^(\d+)(?:\.(\d+))?$/.exec(register.multiplier)
  if (parts === null) throw new Error(`multiplier ${register.multiplier} is not a decimal number such as 1 or 0.1`)
  const [, whole = '0', fraction = ''] = parts
  const numerator = BigInt(whole + fraction)
  if (numerator === 0n) throw new Error('a multiplier must be above 0')
  return [numerator * 10n ** BigInt(register.fixed_zeros), 10n ** BigInt(fraction.length + register.decimals)]
}

export function rolloverOf(register: Register): bigint {
  return 10n ** BigInt(register.dials)
}

export function uccfOfSteps(register: Register, steps: bigint): bigint {
  const [numerator, denominator] = stepOf(register)
  const [per, over] = perUnit(register)
  return roundHalfUp(steps * numerator * per, denominator * over)
}

export function stepsOfUccf(register: Register, uccf: bigint): bigint {
  const [numerator, denominator] = stepOf(register)
  const [per, over] = perUnit(register)
  return roundHalfUp(uccf * denominator * over, numerator * per)
}

/** Exact decimal text of a fraction whose denominator divides a power of ten; no trailing zeros. */
function decimalText(numerator: bigint, denominator: bigint): string {
  const sign = numerator < 0n ? '-' : ''
  const top = numerator < 0n ? -numerator : numerator
  const places = denominator.toString().length - 1
  const scaled = ((top * 10n ** BigInt(places)) / denominator).toString().padStart(places + 1, '0')
  const fraction = places === 0 ? '' : scaled.slice(-places).replace(/0+$/, '')
  const whole = places === 0 ? scaled : scaled.slice(0, -places)
  return `${sign}${whole}${fraction === '' ? '' : `.${fraction}`}`
}

/** Steps in the register's own unit, exact: "46", "12.35". */
export function usageOfSteps(register: Register, steps: bigint): string {
  const [numerator, denominator] = stepOf(register)
  return decimalText(steps * numerator, denominator)
}

/** A decimal text of the register's own unit in µCCF, rounded half up; null when it is no number. */
export function uccfOfText(register: Register, text: string): bigint | null {
  const parts = /^(\d+)(?:\.(\d+))?$/.exec(text.trim())
  if (parts === null) return null
  const [, whole = '0', fraction = ''] = parts
  const [per, over] = perUnit(register)
  return roundHalfUp(BigInt(whole + fraction) * per, 10n ** BigInt(fraction.length) * over)
}

const MILLIGALLONS_OF_UNIT: Record<string, readonly [bigint, bigint]> = {
  GAL: [1000n, 1n],
  TGAL: [1_000_000n, 1n],
  CF: [GAL_MILLI_PER_CCF, 100n],
  CCF: [GAL_MILLI_PER_CCF, 1n],
}

/** Thousandths of a gallon in steps of a register, exact, as [numerator, denominator]: for the leak test. */
export function milligallonsOfSteps(register: Register, steps: bigint): readonly [bigint, bigint] {
  const [numerator, denominator] = stepOf(register)
  const found = MILLIGALLONS_OF_UNIT[register.unit]
  if (found === undefined) throw new Error(`unit ${register.unit} is not one of GAL, CF, CCF, TGAL`)
  return [steps * numerator * found[0], denominator * found[1]]
}
