import { words } from '../ui/i18n.svelte'
import { en } from './messages.en'
import { es } from './messages.es'

/** The words of the crew app, in the language of the moment. */
export const t = words({ en, es })
