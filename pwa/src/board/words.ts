import { words } from '../ui/i18n.svelte'
import { en } from './messages.en'
import { es } from './messages.es'

export const say = words({ en, es })
