import { words } from './i18n.svelte'
import { en } from './messages.en'
import { es } from './messages.es'

/** The shared words, in the language of the moment. */
export const shared = words({ en, es })
