/** The two-reading leak test: how fast the register moves with everything closed. Pure. */
import { milligallonsOfSteps, rolloverOf, roundHalfUp, type Register } from './units'

export interface LeakRate {
  /** Gallons a minute, text with three decimals. */
  gpm: string
  gallonsPerDay: number
  moved: boolean
}

/**
 * From two readings (digits as shown) and their moments. Null when the time between them is not positive or digits are
 * missing. 1.25 to 1.60 ft³ in 15 min is 0.175 gpm, 251 gal a day.
 */
export function leakRate(
  register: Register,
  a: { digits: string; at: string },
  b: { digits: string; at: string },
): LeakRate | null {
  const fits = (digits: string): boolean => digits.length === register.dials && /^\d+$/.test(digits)
  const milliseconds = BigInt(Math.round(Date.parse(b.at) - Date.parse(a.at)) || 0)
  if (!fits(a.digits) || !fits(b.digits) || milliseconds <= 0n) return null
  const raw = BigInt(b.digits) - BigInt(a.digits)
  const steps = raw < 0n ? raw + rolloverOf(register) : raw
  const [top, bottom] = milligallonsOfSteps(register, steps)
  // Thousandths of a gallon a minute, and whole gallons a day, rounded half up from the exact fraction.
  const milliGpm = roundHalfUp(top * 60_000n, bottom * milliseconds)
  const perDay = roundHalfUp(top * 86_400n, bottom * milliseconds)
  const text = milliGpm.toString().padStart(4, '0')
  return { gpm: `${text.slice(0, -3)}.${text.slice(-3)}`, gallonsPerDay: Number(perDay), moved: steps > 0n }
}
