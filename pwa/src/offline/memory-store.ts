import type { Bin, Key, Store, Tx } from './store'

/** A change as one transaction made it; `value` undefined means deleted. */
export interface Change {
  bin: Bin
  key: Key
  value: unknown
}

const byKey = ([a]: [Key, unknown], [b]: [Key, unknown]): number => (a < b ? -1 : a > b ? 1 : 0)

/** A store in memory with true transactions, one after the other. `onCommit` sees each before it counts as done. */
export class MemoryStore implements Store {
  #bins = new Map<Bin, Map<Key, unknown>>()
  #tail: Promise<unknown> = Promise.resolve()

  constructor(private readonly onCommit: (changes: Change[]) => void = () => undefined) {}

  /** Puts changes in without telling `onCommit`: how a journal is read back. */
  restore(changes: readonly Change[]): void {
    for (const change of changes) this.#apply(change)
  }

  read<R>(_bins: readonly Bin[], work: (tx: Tx) => Promise<R>): Promise<R> {
    return this.#inTurn(() => work(this.#transaction([])))
  }

  write<R>(_bins: readonly Bin[], work: (tx: Tx) => Promise<R>): Promise<R> {
    return this.#inTurn(async () => {
      const changes: Change[] = []
      const result = await work(this.#transaction(changes))
      if (changes.length > 0) this.onCommit(changes)
      for (const change of changes) this.#apply(change)
      return result
    })
  }

  #inTurn<R>(work: () => Promise<R>): Promise<R> {
    const turn = this.#tail.then(work)
    this.#tail = turn.catch(() => undefined)
    return turn
  }

  #apply({ bin, key, value }: Change): void {
    const map = this.#bins.get(bin) ?? new Map<Key, unknown>()
    this.#bins.set(bin, map)
    if (value === undefined) map.delete(key)
    else map.set(key, value)
  }

  #transaction(changes: Change[]): Tx {
    const seen = (bin: Bin): Map<Key, unknown> => {
      const map = new Map(this.#bins.get(bin))
      for (const change of changes) {
        if (change.bin !== bin) continue
        if (change.value === undefined) map.delete(change.key)
        else map.set(change.key, change.value)
      }
      return map
    }
    const latest = (bin: Bin, key: Key): unknown => {
      const mine = changes.findLast((change) => change.bin === bin && change.key === key)
      return mine ? mine.value : this.#bins.get(bin)?.get(key)
    }
    return {
      get: async <T>(bin: Bin, key: Key) => structuredClone(latest(bin, key)) as T | undefined,
      all: async <T>(bin: Bin) => [...seen(bin)].sort(byKey).map(([, value]) => structuredClone(value) as T),
      keys: async (bin) => [...seen(bin).keys()].sort((a, b) => (a < b ? -1 : 1)),
      put: async (bin, key, value) => void changes.push({ bin, key, value: structuredClone(value) }),
      delete: async (bin, key) => void changes.push({ bin, key, value: undefined }),
    }
  }
}
