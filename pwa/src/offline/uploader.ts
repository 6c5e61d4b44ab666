/**
 * Sending what the device holds. Only a receipt takes an operation off the outbox; every HTTP fault keeps it.
 * Whoever calls must hold the lock 'outbox' (one sender at a time); two senders would do no harm, only double traffic.
 */
import { FieldFault, type FieldApi } from '../api/field'
import type { Receipt } from '../api/types'
import type { DeviceClock } from './clock'
import { META, type Attachment, type Kept, type Operation, type Position, type Visit } from './shapes'
import { seqKey, type Store } from './store'

export const BATCH = 100
const PART_BYTES = 512 * 1024
const POSITION_BATCH = 100

export interface Flushed {
  outcome: 'done' | 'login' | 'later'
  /** Receipts that came in this run. */
  received: number
  /** Operations still without a receipt. */
  left: number
  photosLeft: number
  /** Newest journal number of the server, where it told. */
  cursor: number | null
  /** Seconds that the server asked to wait. */
  waitS: number | null
  fault: string | null
}

export interface Line {
  store: Store
  api: FieldApi
  clock: DeviceClock
}

/** Sends all operations, then photos, then positions; stops at the first fault of the network or the login. */
export async function flush(line: Line): Promise<Flushed> {
  const run: Flushed = { outcome: 'done', received: 0, left: 0, photosLeft: 0, cursor: null, waitS: null, fault: null }
  try {
    await sendOperations(line, run)
    await sendAttachments(line)
    await sendPositions(line)
  } catch (fault) {
    if (!(fault instanceof FieldFault)) throw fault
    run.outcome = fault.status === 401 ? 'login' : 'later'
    run.waitS = fault.retryAfterS
    run.fault = fault.message
  }
  await line.store.read(['operations', 'attachments'], async (tx) => {
    run.left = (await tx.all<Kept>('operations')).filter((kept) => kept.receipt === null).length
    run.photosLeft = (await tx.all<Attachment>('attachments')).filter((photo) => !photo.stored).length
  })
  return run
}

async function waiting(store: Store): Promise<Operation[]> {
  const kept = await store.read(['operations'], (tx) => tx.all<Kept>('operations'))
  return kept.filter((item) => item.receipt === null).map((item) => item.op)
}

async function sendOperations(line: Line, run: Flushed): Promise<void> {
  // What was asked once in this run is not asked again in it: `waiting` and `retry` come back at the next run.
  const asked = new Set<string>()
  let size = BATCH
  for (;;) {
    const queue = (await waiting(line.store)).filter((op) => !asked.has(op.op_id))
    if (queue.length === 0) return
    const batch = queue.slice(0, size)
    const not_sent = queue.length - batch.length
    try {
      const answer = await line.api.operations({ operations: batch, not_sent })
      line.clock.contact(answer.server_at)
      run.cursor = answer.cursor
      run.received += await keepReceipts(line.store, answer.receipts, answer.server_at)
      for (const op of batch) asked.add(op.op_id)
      size = Math.min(BATCH, size * 2)
    } catch (fault) {
      const tooMuch = fault instanceof FieldFault && [400, 413, 422].includes(fault.status)
      if (!tooMuch) throw fault
      if (batch.length > 1) {
        size = Math.ceil(batch.length / 2)
        continue
      }
      // Alone and still refused: it stays in the outbox, is shown, and the others go on.
      const only = batch[0] as Operation
      asked.add(only.op_id)
      await keepTrouble(line.store, only, fault, line.clock.occurredAt())
      size = BATCH
    }
  }
}

async function keepTrouble(store: Store, op: Operation, fault: FieldFault, at: string): Promise<void> {
  await store.write(['operations'], async (tx) => {
    const kept = await tx.get<Kept>('operations', seqKey(op.seq))
    if (kept === undefined || kept.receipt !== null) return
    kept.trouble = { at, status: fault.status, text: fault.message }
    kept.tries += 1
    await tx.put('operations', seqKey(op.seq), kept)
  })
}

const FINAL: readonly Receipt['answer'][] = ['applied', 'duplicate', 'held', 'malformed']

/** Keeps the server's answers; returns how many operations have got their receipt by it. */
export async function keepReceipts(store: Store, receipts: readonly Receipt[], serverAt: string): Promise<number> {
  return await store.write(['operations', 'visits', 'meta'], async (tx) => {
    let received = 0
    for (const receipt of receipts) {
      const kept = await tx.get<Kept>('operations', seqKey(receipt.seq))
      // The number alone is not enough: only the receipt of this very operation takes it off.
      if (kept === undefined || kept.op.op_id !== receipt.op_id || kept.receipt !== null) continue
      kept.tries += 1
      if (FINAL.includes(receipt.answer) && receipt.receipt !== null) {
        kept.receipt = receipt
        kept.trouble = null
        received += 1
        const visit = kept.op.visit_id === null ? undefined : await tx.get<Visit>('visits', kept.op.visit_id)
        if (visit !== undefined && receipt.order_version !== null && receipt.order_version > visit.version) {
          visit.version = receipt.order_version
          await tx.put('visits', visit.visit_id, visit)
        }
      } else {
        kept.trouble = { at: serverAt, status: 200, text: receipt.reason_en ?? receipt.answer }
      }
      await tx.put('operations', seqKey(receipt.seq), kept)
    }
    await tx.put('meta', META.heard, serverAt)
    return received
  })
}

async function sendAttachments({ store, api }: Line): Promise<void> {
  const photos = await store.read(['attachments'], (tx) => tx.all<Attachment>('attachments'))
  for (const photo of photos) {
    if (photo.stored) continue
    const bytes = await store.read(['bytes'], (tx) => tx.get<Uint8Array<ArrayBuffer>>('bytes', photo.sha256))
    if (bytes === undefined) throw new FieldFault(0, `photo ${photo.sha256.slice(0, 8)} has lost its bytes`)
    const total = bytes.byteLength
    let sent = await api.attachmentSoFar(photo.sha256, total)
    let stored = sent >= total
    while (!stored) {
      const part = bytes.slice(sent, sent + PART_BYTES)
      const answer = await api.putAttachment(photo.sha256, part, sent, total, photo.type)
      stored = answer.stored
      if (!stored && answer.bytes <= sent) throw new FieldFault(0, `photo ${photo.sha256.slice(0, 8)} makes no way`)
      sent = answer.bytes
      await keepProgress(store, photo.sha256, sent, stored)
    }
    await keepProgress(store, photo.sha256, total, true)
  }
}

async function keepProgress(store: Store, sha256: string, sent_bytes: number, stored: boolean): Promise<void> {
  await store.write(['attachments', 'bytes'], async (tx) => {
    const photo = await tx.get<Attachment>('attachments', sha256)
    if (photo !== undefined) await tx.put('attachments', sha256, { ...photo, sent_bytes, stored })
    // The server has it whole: the tablet needs the room.
    if (stored) await tx.delete('bytes', sha256)
  })
}

async function sendPositions({ store, api }: Line): Promise<void> {
  const { all, device_id, not_sent } = await store.read(['positions', 'meta', 'operations'], async (tx) => ({
    all: await tx.all<Position>('positions'),
    device_id: await tx.get<string>('meta', META.device),
    not_sent: (await tx.all<Kept>('operations')).filter((kept) => kept.receipt === null).length,
  }))
  if (device_id === undefined) return
  for (let from = 0; from < all.length; from += POSITION_BATCH) {
    const positions = all.slice(from, from + POSITION_BATCH)
    try {
      await api.positions({ device_id, positions, not_sent })
    } catch (fault) {
      // Positions are no records: what the server cannot use is let go, only a silent network keeps them.
      if (!(fault instanceof FieldFault) || ![400, 413, 422].includes(fault.status)) throw fault
    }
    await store.write(['positions'], async (tx) => {
      for (const position of positions) await tx.delete('positions', position.at)
    })
  }
}

/** Waiting time before the next try, in s: grows to five minutes, with a little chance so that tablets do not march. */
export function backoffS(tries: number, chance: number = Math.random()): number {
  return Math.min(300, 2 ** Math.min(tries, 9)) * (0.75 + chance / 2)
}
