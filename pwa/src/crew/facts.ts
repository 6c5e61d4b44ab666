/** Small sentences about an order that several screens show. */
import type { FieldOrder } from '../api/types'
import type { ShownStop } from '../domain/route'
import type { IconName } from '../ui/icons'
import { time } from '../ui/format'
import { both, language } from '../ui/i18n.svelte'
import { shared } from '../ui/words'
import { crew } from './crew.svelte'
import { t } from './words'

export function kindName(item: Pick<ShownStop, 'order'>): string {
  const kind = crew.kind(item.order)
  return kind === null ? item.order.kind : language.current === 'es' ? kind.name_es : kind.name_en
}

/** The short word of the symbol: "Shutoff". */
export function kindWord(item: Pick<ShownStop, 'order'>): string {
  return shared.kinds[letterOf(item)] ?? kindName(item)
}

export function letterOf(item: Pick<ShownStop, 'order'>): string {
  return crew.kind(item.order)?.letter ?? ''
}

export function isShutoff(kind: string): boolean {
  return kind === 'SHUTOFF_NONPAY'
}

/** One fact of a stop, as the list shows it beside the kind. */
export function oneFact({ order, recalled }: ShownStop): string {
  if (order.gone) return t.takenAway
  if (recalled) return t.skipIt
  if (isShutoff(order.kind)) return t.checkClearance
  if (order.kind === 'RESTORE' && order.paid_at !== null && order.promised_to !== null)
    return t.paidPromised(time(order.paid_at), time(order.promised_to))
  if (order.hazards.length > 0) return order.hazards.map((hazard) => hazardText(hazard)).join(', ')
  return order.note || boxText(order)
}

/** Where the box is, in the language of the tablet. */
export const boxText = (order: Pick<FieldOrder, 'box_text' | 'box_text_es'>): string =>
  (language.current === 'es' && order.box_text_es) || order.box_text

const ICON_OF: Record<string, IconName> = {
  DOG: 'dog',
  GATE: 'gate',
  GATE_CODE: 'gate',
  VAULT: 'vault',
  TRAFFIC: 'truck',
  PERSON: 'user',
}

export function hazardIcon(hazard: Record<string, unknown>): IconName {
  return ICON_OF[String(hazard.kind ?? '').toUpperCase()] ?? 'warn'
}

export function hazardText(hazard: Record<string, unknown>): string {
  return both(hazard as { text_en: string; text_es: string }, 'text')
}

/** "Rosa T., Spanish" */
export function contactText(item: Pick<ShownStop, 'order'>): string {
  const { contact_name, language: speaks } = item.order
  if (!contact_name) return ''
  return t.personLanguage(contact_name, speaks === 'es' ? t.spanish : t.english)
}

/** Minutes from now to an instant, not below 0. */
export function minutesTo(at: string, now: number): number {
  return Math.max(0, Math.round((Date.parse(at) - now) / 60_000))
}
