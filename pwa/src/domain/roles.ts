import type { Step } from './forms'

export type ReadingRole = 'final' | 'initial' | 'check' | 'leak_a' | 'leak_b' | 'verify'

const ROLES: readonly ReadingRole[] = ['final', 'initial', 'check', 'leak_a', 'leak_b', 'verify']
const BY_KIND: Record<string, ReadingRole> = {
  TURN_ON: 'initial',
  SHUTOFF_REQUEST: 'final',
  FINAL_READ: 'final',
  REREAD: 'verify',
}

/** What a reading of this step is for: the catalogue says it, else the kind does. */
export function roleOf(kind: string, step: Step): ReadingRole {
  const said = step.more.role
  return ROLES.find((role) => role === said) ?? BY_KIND[kind] ?? 'check'
}
