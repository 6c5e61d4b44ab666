/** A device's store in a file: each transaction is one line, on the disk before it counts. A dead battery loses nothing. */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { MemoryStore, type Change } from '../offline/memory-store'

const BYTES = 'base64:'

function packed(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? BYTES + Buffer.from(value).toString('base64') : value
}

function unpacked(_key: string, value: unknown): unknown {
  return typeof value === 'string' && value.startsWith(BYTES)
    ? new Uint8Array(Buffer.from(value.slice(BYTES.length), 'base64'))
    : value
}

export class FileStore extends MemoryStore {
  readonly #file: number

  constructor(readonly path: string) {
    const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : []
    const file = openSync(path, 'a')
    super((changes) => {
      writeSync(file, `${JSON.stringify(changes, packed)}\n`)
      fsyncSync(file)
    })
    this.#file = file
    // The last line may be torn: its transaction never counted.
    lines.pop()
    for (const line of lines) if (line !== '') this.restore(JSON.parse(line, unpacked) as Change[])
  }

  /** The battery is dead: nothing more is written. */
  close(): void {
    closeSync(this.#file)
  }
}
