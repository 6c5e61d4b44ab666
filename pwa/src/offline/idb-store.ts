import { openDB, type IDBPDatabase, type IDBPTransaction } from 'idb'
import { BINS, type Bin, type Key, type Store, type Tx } from './store'

const NAME = 'curbstop-crew'
const VERSION = 1

/** The tablet's store. Each write waits for the disk, and tells every other page and the service worker. */
export class IdbStore implements Store {
  #db: Promise<IDBPDatabase> | null = null
  #news = new BroadcastChannel('crew-db')
  #own = new Set<() => void>()

  constructor() {
    this.#news.addEventListener('message', () => this.#tell())
  }

  /** Calls back after every write, also those of other pages and of the service worker. */
  onChange(listener: () => void): () => void {
    this.#own.add(listener)
    return () => this.#own.delete(listener)
  }

  async read<R>(bins: readonly Bin[], work: (tx: Tx) => Promise<R>): Promise<R> {
    const transaction = (await this.#open()).transaction([...bins], 'readonly')
    return await work(this.#tx(transaction))
  }

  async write<R>(bins: readonly Bin[], work: (tx: Tx) => Promise<R>): Promise<R> {
    const transaction = (await this.#open()).transaction([...bins], 'readwrite', { durability: 'strict' })
    try {
      const result = await work(this.#tx(transaction))
      await transaction.done
      this.#tell()
      this.#news.postMessage('changed')
      return result
    } catch (fault) {
      transaction.done.catch(() => undefined)
      try {
        transaction.abort()
      } catch {
        // It had ended already: the fault below says why.
      }
      throw fault
    }
  }

  #tell(): void {
    for (const listener of this.#own) listener()
  }

  #tx(transaction: IDBPTransaction<unknown, string[], IDBTransactionMode>): Tx {
    // idb types put and delete by the mode of the transaction; the modes meet here, and a read-only one never writes.
    const bins = transaction as IDBPTransaction<unknown, string[], 'readwrite'>
    return {
      get: async <T>(bin: Bin, key: Key) => (await bins.objectStore(bin).get(key)) as T | undefined,
      all: async <T>(bin: Bin) => (await bins.objectStore(bin).getAll()) as T[],
      keys: async (bin) => (await bins.objectStore(bin).getAllKeys()) as Key[],
      put: async (bin, key, value) => void (await bins.objectStore(bin).put(value, key)),
      delete: async (bin, key) => await bins.objectStore(bin).delete(key),
    }
  }

  #open(): Promise<IDBPDatabase> {
    this.#db ??= openDB(NAME, VERSION, {
      upgrade(db) {
        for (const bin of BINS) if (!db.objectStoreNames.contains(bin)) db.createObjectStore(bin)
      },
      // A newer version waits behind this connection, or the browser cut it: open again at the next use.
      blocking: (_from, _to, event) => {
        ;(event.target as IDBDatabase).close()
        this.#db = null
      },
      terminated: () => {
        this.#db = null
      },
    })
    return this.#db
  }
}
