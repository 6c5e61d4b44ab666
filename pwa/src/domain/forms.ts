/** The form of an order kind, as the catalogue of the day package brings it, and what a visit still lacks. Pure. */
import type { KindOut } from '../api/types'

/** What a step asks for; each has its own screen. A kind that this version does not know is asked for as a note. */
export type StepKind =
  | 'meter'
  | 'hazards'
  | 'reading'
  | 'knock'
  | 'valve'
  | 'photo'
  | 'tag'
  | 'leak_test'
  | 'seal'
  | 'signature'
  | 'note'
  | 'flow'

export interface Step {
  id: string
  kind: StepKind
  title_en: string
  title_es: string
  /** Word under the number of the step. */
  short_en: string
  short_es: string
  required: boolean
  /** Everything else that the catalogue says of this step. */
  more: Record<string, unknown>
}

export interface Disposition {
  code: string
  name_en: string
  name_es: string
  /** True for an outcome that finishes the order. */
  complete: boolean
  /** complete, no_access, needs_return, stop_and_hold, call_off, recall_ack */
  outcome: string
  requires_read: boolean
  requires_photo: boolean
  requires_seal: boolean
}

const KNOWN: readonly string[] = [
  'meter',
  'hazards',
  'reading',
  'knock',
  'valve',
  'photo',
  'tag',
  'leak_test',
  'seal',
  'signature',
  'note',
  'flow',
] satisfies StepKind[]

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

export function stepsOf(kind: Pick<KindOut, 'steps'>): Step[] {
  return kind.steps.map((raw, index) => {
    const { id, kind: asks, title_en, title_es, short_en, short_es, required, ...more } = raw
    const known = KNOWN.includes(text(asks))
    return {
      id: text(id) || `step-${index + 1}`,
      kind: known ? (asks as StepKind) : 'note',
      title_en: text(title_en),
      title_es: text(title_es) || text(title_en),
      short_en: text(short_en) || text(title_en),
      short_es: text(short_es) || text(short_en) || text(title_es),
      required: required !== false,
      more,
    }
  })
}

export function dispositionsOf(kind: Pick<KindOut, 'dispositions'>): Disposition[] {
  return kind.dispositions.map((raw) => ({
    code: text(raw.code),
    name_en: text(raw.name_en) || text(raw.code),
    name_es: text(raw.name_es) || text(raw.name_en) || text(raw.code),
    complete: raw.counts_as_complete === true,
    outcome: text(raw.outcome),
    requires_read: raw.requires_read === true,
    requires_photo: raw.requires_photo === true,
    requires_seal: raw.requires_seal === true,
  }))
}

/** The step to work on: the first that is not done; null when all are. */
export function nextStep(steps: readonly Step[], done: Readonly<Record<string, string>>): Step | null {
  return steps.find((step) => done[step.id] === undefined) ?? null
}

/** Looking ahead is free, but a required step that is not done may not be passed over. */
export function mayWorkOn(steps: readonly Step[], done: Readonly<Record<string, string>>, id: string): boolean {
  for (const step of steps) {
    if (step.id === id) return true
    if (step.required && done[step.id] === undefined) return false
  }
  return false
}

/** Required steps that are missing before the visit can be completed. */
export function missing(steps: readonly Step[], done: Readonly<Record<string, string>>): Step[] {
  return steps.filter((step) => step.required && done[step.id] === undefined)
}

/** Endings of a visit whose form was worked through. An open line is one: read, shut again, tag left. */
export function endingsOf(dispositions: readonly Disposition[]): Disposition[] {
  return dispositions.filter((item) => item.complete || item.code === 'OPEN_LINE')
}

/** The order in which a technician at a locked gate wants to read the reasons. */
const BY_OUTCOME = ['no_access', 'needs_return', 'complete', 'stop_and_hold', 'call_off']

/** Ways to end a visit without having done it, and those that end it early (paid at the door, already off). */
export function waysOut(dispositions: readonly Disposition[]): Disposition[] {
  const worked = new Set(['DONE', 'DONE_LEFT_OFF', 'OPEN_LINE', 'NO_LEAK', 'LEAK_CUSTOMER'])
  const rank = (item: Disposition): number => BY_OUTCOME.indexOf(item.outcome)
  return dispositions
    .filter((item) => item.outcome !== 'recall_ack' && !worked.has(item.code))
    .sort((a, b) => rank(a) - rank(b))
}

/** What an ending asks for and the visit does not have yet. */
export function lacksFor(
  ending: Disposition,
  form: Readonly<Record<string, unknown>>,
): 'read' | 'photo' | 'seal' | null {
  if (ending.requires_read && form.digits === undefined && form.leak === undefined) return 'read'
  if (ending.requires_photo && Object.keys((form.photos as object | undefined) ?? {}).length === 0) return 'photo'
  if (ending.requires_seal && text(form.seal_no) === '') return 'seal'
  return null
}

/** Valve states that a step lets the crew leave, the usual one first. */
export function statesToLeave(step: Step): string[] {
  const { leave } = step.more
  return Array.isArray(leave) ? leave.filter((state): state is string => typeof state === 'string') : []
}
