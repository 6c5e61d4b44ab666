/** Making operations: each gets its number and its place in the chain in the same transaction that keeps it. */
import type { DeviceClock } from './clock'
import { uuid7 } from './ids'
import { META, type Kept, type Operation, type OperationKind, type Visit } from './shapes'
import { seqKey, type Bin, type Store, type Tx } from './store'

export interface Draft {
  kind: OperationKind
  payload?: Record<string, unknown>
  /** The visit it belongs to; null for operations of the shift. */
  visit?: Visit | null
  /** Of a recalled order that has no visit yet. */
  order_id?: number | null
  base_version?: number | null
  /** Moment of the deed when it is not now (simulated days). */
  occurred_at?: string
}

export interface Pen {
  store: Store
  clock: DeviceClock
}

/**
 * Keeps one operation, and whatever `also` writes, together or not at all.
 *
 * `visit` is changed by `also` before it is written; its `last_op` is set here, and is the `after` of the next one.
 * Throws when the device is not enrolled (no device id): nothing can be recorded without a name for its chain.
 */
export async function record(
  pen: Pen,
  draft: Draft,
  also: (tx: Tx, op: Operation, visit: Visit | null) => Promise<void> | void = () => undefined,
): Promise<Operation> {
  const occurred_at = draft.occurred_at ?? pen.clock.occurredAt()
  const op_id = uuid7(Date.parse(occurred_at))
  const elapsed_ms = pen.clock.elapsedMs()
  const bins: Bin[] = ['meta', 'operations', 'visits', 'orders', 'attachments']
  return await pen.store.write(bins, async (tx) => {
    const device_id = await tx.get<string>('meta', META.device)
    if (device_id === undefined) throw new Error('this device has no id yet: log in once before recording work')
    const seq = ((await tx.get<number>('meta', META.seq)) ?? 0) + 1
    // The newest copy, not the caller's: two taps in one moment must still make one chain.
    const visit = draft.visit ? ((await tx.get<Visit>('visits', draft.visit.visit_id)) ?? draft.visit) : null
    const op: Operation = {
      op_id,
      device_id,
      seq,
      after: visit?.last_op ?? null,
      order_id: visit?.order_id ?? draft.order_id ?? null,
      visit_id: visit?.visit_id ?? null,
      kind: draft.kind,
      base_version: draft.base_version ?? visit?.version ?? null,
      occurred_at,
      elapsed_ms,
      payload: draft.payload ?? {},
    }
    if (visit !== null) visit.last_op = op_id
    await also(tx, op, visit)
    const kept: Kept = { op, receipt: null, trouble: null, tries: 0 }
    await tx.put('meta', META.seq, seq)
    await tx.put('operations', seqKey(seq), kept)
    if (visit !== null) await tx.put('visits', visit.visit_id, visit)
    return op
  })
}

/** Everything that the device ever recorded and still keeps, oldest first. */
export async function everything(store: Store): Promise<Kept[]> {
  return await store.read(['operations'], (tx) => tx.all<Kept>('operations'))
}

export interface Standing {
  /** Waiting for a receipt. */
  waiting: number
  sent: number
  /** With the office: kept there, a person decides. */
  held: number
  /** Sent back alone by the server, or not readable: somebody must look. */
  troubled: number
  photosWaiting: number
}

export function standingOf(kept: readonly Kept[], photosWaiting: number): Standing {
  const waiting = kept.filter((item) => item.receipt === null)
  return {
    waiting: waiting.length,
    sent: kept.length - waiting.length,
    held: kept.filter((item) => item.receipt?.answer === 'held').length,
    troubled:
      waiting.filter((item) => item.trouble !== null && [413, 422].includes(item.trouble.status)).length +
      kept.filter((item) => item.receipt?.answer === 'malformed').length,
    photosWaiting,
  }
}
