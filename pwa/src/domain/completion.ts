/** The payload of `complete`, put together from what the form of the visit holds. Pure. */
import type { Visit } from '../offline/shapes'

interface Cut {
  clearance: string | null
  code: { challenge: string; code: string } | null
  /** When the valve was closed, by the tablet's clock. */
  at?: string
}

const text = (value: unknown): string => (typeof value === 'string' ? value.trim() : '')

/** `started_at` and `finished_at` are added where the operation is made. Fields that the form never asked for stay out. */
export function completion(visit: Visit, disposition: string): Record<string, unknown> {
  const { form } = visit
  const cut = form.cut as Cut | undefined
  const seconds = Number.parseInt(text(form.flow_s), 10)
  return {
    disposition,
    valve_found: text(form.valve_found) || null,
    valve_left: text(form.valve_left) || null,
    contacted: form.contacted === true,
    ...(text(form.seal_no) ? { seal_no: text(form.seal_no) } : {}),
    ...(text(form.seal_removed) ? { seal_removed: text(form.seal_removed) } : {}),
    ...(cut?.clearance ? { clearance: cut.clearance } : {}),
    ...(cut?.code ? { code: cut.code } : {}),
    ...(cut?.at ? { cut_at: cut.at } : {}),
    ...(typeof form.adult_present === 'boolean' ? { adult_present: form.adult_present } : {}),
    ...(text(form.flow_gal) ? { flow_gal: text(form.flow_gal) } : {}),
    ...(Number.isNaN(seconds) ? {} : { flow_s: seconds }),
    ...(form.tag_left === undefined ? {} : { tag_left: form.tag_left === true }),
  }
}

const BY_LEAK: Record<string, string> = {
  NONE: 'NO_LEAK',
  INSIDE: 'LEAK_CUSTOMER',
  IRRIGATION: 'LEAK_CUSTOMER',
  SERVICE_LINE: 'LEAK_CUSTOMER',
  UTILITY_SIDE: 'LEAK_UTILITY',
}

/** The ending that the form already tells; the technician may choose another. */
export function likelyEnding(visit: Visit): string {
  const { form } = visit
  if (typeof form.where === 'string') return BY_LEAK[form.where] ?? ''
  if (form.open_line === true) return 'OPEN_LINE'
  return form.valve_left === form.valve_found && form.cut === undefined && text(form.valve_left).startsWith('OFF')
    ? ''
    : 'DONE'
}
