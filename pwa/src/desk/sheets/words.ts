import { words } from '../../ui/i18n.svelte'
import { en } from './messages.en'
import { es } from './messages.es'

export const say = words({ en, es })

/** Feet as people say them: "0.4", "3.2", "41". */
export const inFeet = (feet: number): string => (feet < 10 ? feet.toFixed(1) : String(Math.round(feet)))
