/** The day package and its changes: what the server knows, kept whole on the device. */
import type { FieldApi } from '../api/field'
import type { FieldChanges, FieldDay } from '../api/types'
import type { DeviceClock } from './clock'
import { META, type Attachment, type Day, type Kept, type KeptOrder, type Visit } from './shapes'
import { seqKey, type Store, type Tx } from './store'

export interface Source {
  store: Store
  api: FieldApi
  clock: DeviceClock
}

/** Takes an order off the device, or only marks it when the crew is at work on it: what they do there still counts. */
async function letGo(tx: Tx, order_id: number): Promise<void> {
  const order = await tx.get<KeptOrder>('orders', order_id)
  if (order === undefined) return
  const visits = await tx.all<Visit>('visits')
  const atWork = visits.some((visit) => visit.order_id === order_id && visit.finished_at === null)
  if (atWork) await tx.put('orders', order_id, { ...order, gone: true } satisfies KeptOrder)
  else await tx.delete('orders', order_id)
}

async function keepDay(tx: Tx, { orders, ...day }: FieldDay): Promise<void> {
  const fresh = new Set(orders.map((order) => order.order_id))
  for (const old of await tx.all<KeptOrder>('orders')) if (!fresh.has(old.order_id)) await letGo(tx, old.order_id)
  for (const order of orders) await tx.put('orders', order.order_id, order)
  await tx.put('meta', META.day, day satisfies Day)
  await tx.put('meta', META.cursor, day.cursor)
}

/** Takes the whole package of a day. Kept in one piece or not at all. */
export async function takeDay({ store, api, clock }: Source, date: string): Promise<FieldDay> {
  const day = await api.day(date)
  clock.contact(day.server_at)
  await store.write(['orders', 'meta', 'visits'], async (tx) => {
    await keepDay(tx, day)
    await tx.put('meta', META.heard, day.server_at)
  })
  return day
}

/** Keeps an answer of `changes`. An answer that is older than what is known changes nothing: cursors only grow. */
export async function keepChanges(store: Store, changes: FieldChanges): Promise<void> {
  await store.write(['orders', 'meta', 'visits'], async (tx) => {
    const known = (await tx.get<number>('meta', META.cursor)) ?? 0
    await tx.put('meta', META.heard, changes.server_at)
    if (changes.cursor < known) return
    if (changes.whole !== null) {
      await keepDay(tx, changes.whole)
    } else {
      for (const order of changes.orders) await tx.put('orders', order.order_id, order)
      for (const order_id of changes.gone) await letGo(tx, order_id)
    }
    await tx.put('meta', META.cursor, changes.cursor)
  })
}

/** Asks what changed until nothing more comes; the day must have been taken before. */
export async function takeChanges({ store, api, clock }: Source): Promise<void> {
  for (let round = 0; round < 20; round++) {
    const cursor = (await store.read(['meta'], (tx) => tx.get<number>('meta', META.cursor))) ?? 0
    const changes = await api.changes(cursor)
    clock.contact(changes.server_at)
    await keepChanges(store, changes)
    if (changes.cursor <= cursor) return
  }
}

export async function today(store: Store): Promise<{ day: Day | undefined; orders: KeptOrder[] }> {
  return await store.read(['orders', 'meta'], async (tx) => ({
    day: await tx.get<Day>('meta', META.day),
    orders: await tx.all<KeptOrder>('orders'),
  }))
}

/** Lets go of what is older than `before` (an instant) and has its receipt. What waits is never touched. */
export async function sweep(store: Store, before: string): Promise<void> {
  await store.write(['operations', 'visits', 'attachments'], async (tx) => {
    const open = new Set<string>()
    for (const kept of await tx.all<Kept>('operations')) {
      if (kept.receipt === null || kept.op.occurred_at >= before) {
        if (kept.op.visit_id !== null) open.add(kept.op.visit_id)
      } else await tx.delete('operations', seqKey(kept.op.seq))
    }
    for (const visit of await tx.all<Visit>('visits')) {
      if (!open.has(visit.visit_id) && (visit.finished_at ?? before) < before) await tx.delete('visits', visit.visit_id)
    }
    for (const photo of await tx.all<Attachment>('attachments')) {
      if (photo.stored && photo.taken_at < before) await tx.delete('attachments', photo.sha256)
    }
  })
}
