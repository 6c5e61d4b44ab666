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
  required: boolean
  /** Everything else that the catalogue says of this step. */
  more: Record<string, unknown>
}

export interface Disposition {
  code: string
  name_en: string
  name_es: string
  /** True for an outcome that finishes the order; false for "can't do it". */
  complete: boolean
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
    const { id, kind: asks, title_en, title_es, required, ...more } = raw
    const known = KNOWN.includes(text(asks))
    return {
      id: text(id) || `step-${index + 1}`,
      kind: known ? (asks as StepKind) : 'note',
      title_en: text(title_en),
      title_es: text(title_es) || text(title_en),
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
