/** Map archives kept on the device, in the browser's private file system: whole or not at all, checked by their hash. */
import type { Day } from './shapes'

export interface MapArchive {
  name: string
  url: string
  bytes: number
  sha256: string
}

const FOLDER = 'maps'
const LIST = 'curbstop.maps'
/** Event on the window when an archive was put in the place of the one before it. */
export const MAPS_CHANGED = 'curbstop-maps-changed'

/** Archives that the day package names. */
export function archivesOf(day: Pick<Day, 'maps'> | undefined): MapArchive[] {
  return (day?.maps ?? []).flatMap((raw) => {
    const { name, url, bytes, sha256 } = raw
    if (typeof name !== 'string' || typeof url !== 'string' || typeof sha256 !== 'string') return []
    return [{ name, url, bytes: typeof bytes === 'number' ? bytes : 0, sha256 }]
  })
}

/** Hash of each archive that lies whole on this device, by name. */
export function keptMaps(): Record<string, string> {
  try {
    return JSON.parse(localStorage.getItem(LIST) ?? '{}') as Record<string, string>
  } catch {
    return {}
  }
}

async function folder(): Promise<FileSystemDirectoryHandle | null> {
  if (typeof navigator.storage?.getDirectory !== 'function') return null
  return await (await navigator.storage.getDirectory()).getDirectoryHandle(FOLDER, { create: true })
}

/** The archive of the district, or null where the device has none: then the map reads the server's by ranges. */
export async function mapFile(name = 'district'): Promise<File | null> {
  if (keptMaps()[name] === undefined) return null
  try {
    const handle = await (await folder())?.getFileHandle(`${name}.pmtiles`)
    return (await handle?.getFile()) ?? null
  } catch {
    return null
  }
}

async function hashOf(file: Blob): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()))
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Takes archives away that the office no longer names; an earlier version kept one a layer. */
async function forget(place: FileSystemDirectoryHandle, wanted: readonly MapArchive[]): Promise<void> {
  const kept = keptMaps()
  const old = Object.keys(kept).filter((name) => !wanted.some((archive) => archive.name === name))
  if (wanted.length === 0 || old.length === 0) return
  for (const name of old) {
    delete kept[name]
    await place.removeEntry(`${name}.pmtiles`).catch(() => undefined)
  }
  localStorage.setItem(LIST, JSON.stringify(kept))
}

interface Movable extends FileSystemFileHandle {
  move(name: string): Promise<void>
}

/**
 * Fetches the archives that changed. An archive counts only when it came whole and its hash is right; until then the
 * old one stays. Answers how many were taken. Throws when the network or the disk fails: the next try begins again.
 */
export async function fetchMaps(
  wanted: readonly MapArchive[],
  token: string | null,
  onProgress: (share: number) => void = () => undefined,
): Promise<number> {
  const place = await folder()
  if (place === null) return 0
  let taken = 0
  await forget(place, wanted)
  for (const archive of wanted) {
    if (keptMaps()[archive.name] === archive.sha256) continue
    const headers: HeadersInit = token === null ? {} : { Authorization: `Bearer ${token}` }
    const response = await fetch(archive.url, { headers, credentials: 'same-origin' })
    if (!response.ok || response.body === null) throw new Error(`${archive.url}: HTTP ${response.status}`)
    const part = await place.getFileHandle(`${archive.name}.part`, { create: true })
    const sink = await part.createWritable()
    let done = 0
    const meter = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(chunk, control) {
        done += chunk.byteLength
        onProgress(archive.bytes > 0 ? Math.min(1, done / archive.bytes) : 0)
        control.enqueue(chunk)
      },
    })
    await response.body.pipeThrough(meter).pipeTo(sink)
    if ((await hashOf(await part.getFile())) !== archive.sha256) {
      await place.removeEntry(`${archive.name}.part`)
      throw new Error(`${archive.name}: came damaged`)
    }
    await (part as Movable).move(`${archive.name}.pmtiles`)
    localStorage.setItem(LIST, JSON.stringify({ ...keptMaps(), [archive.name]: archive.sha256 }))
    taken += 1
    dispatchEvent(new Event(MAPS_CHANGED))
  }
  return taken
}
