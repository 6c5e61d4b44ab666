/**
 * Where a device keeps its work. The same interface stands over IndexedDB (tablet, service worker) and over a journal
 * file (simulated crews in Node), so that outbox, uploader and day package are one code on both.
 */

export const BINS = ['meta', 'operations', 'orders', 'visits', 'attachments', 'bytes', 'positions'] as const
export type Bin = (typeof BINS)[number]
export type Key = string | number

/** Reads and writes inside one transaction. Await nothing else in between: IndexedDB would commit early. */
export interface Tx {
  get<T>(bin: Bin, key: Key): Promise<T | undefined>
  /** All values, ordered by key. */
  all<T>(bin: Bin): Promise<T[]>
  keys(bin: Bin): Promise<Key[]>
  put(bin: Bin, key: Key, value: unknown): Promise<void>
  delete(bin: Bin, key: Key): Promise<void>
}

export interface Store {
  read<R>(bins: readonly Bin[], work: (tx: Tx) => Promise<R>): Promise<R>
  /** All or nothing: when `work` throws, nothing of it is kept. Resolves when the device has it on disk. */
  write<R>(bins: readonly Bin[], work: (tx: Tx) => Promise<R>): Promise<R>
}

/** Operations are kept under their sequence number, written so that text order is number order. */
export function seqKey(seq: number): string {
  return String(seq).padStart(12, '0')
}
