import { words } from '../../ui/i18n.svelte'
import { en } from './messages.en'
import { es } from './messages.es'

export const say = words({ en, es })

/**
 * What a placement is good to, in feet: the misses of the points, and what a fit of so many points hides of them. Three
 * points always agree, so they tell nothing: null.
 */
export const goodTo = (rms: number, points: number): number | null =>
  points > 3 ? rms * Math.sqrt(points / (points - 3)) : null

/** Feet as people say them: "0.4", "3.2", "41". */
export const inFeet = (feet: number): string => (feet < 10 ? feet.toFixed(1) : String(Math.round(feet)))
