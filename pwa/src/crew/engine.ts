/** When the tablet talks to the office: at start, on news, when the network or the page comes back, and on a timer. */
import { FieldFault } from '../api/field'
import { META, type Position } from '../offline/shapes'
import { sweep, takeChanges, takeDay } from '../offline/day'
import { archivesOf, fetchMaps } from '../offline/maps'
import { backoffS, flush } from '../offline/uploader'
import { distanceM } from '../domain/route'
import { isoDay } from '../ui/format'
import { crew } from './crew.svelte'

const TICK_MS = 15_000
const KEEP_DAYS = 3

let tries = 0
let notBefore = 0
let soon: ReturnType<typeof setTimeout> | undefined

let wanted = false
let talking = false

/** Sends and fetches. A call during a talk makes another one follow: news may have come after the changes were read. */
export async function talk(force = false): Promise<void> {
  if (crew.enrolment === null || (!force && Date.now() < notBefore)) return
  wanted = true
  if (talking) return
  talking = true
  crew.sending = true
  try {
    while (wanted) {
      wanted = false
      await navigator.locks.request('outbox', oneTalk)
    }
  } finally {
    talking = false
    crew.sending = false
  }
}

async function oneTalk(): Promise<void> {
  const line = { store: crew.store, api: crew.api, clock: crew.clock }
  const run = await flush(line)
  try {
    if (run.outcome !== 'done') throw new FieldFault(run.outcome === 'login' ? 401 : 0, run.fault ?? '', run.waitS)
    let today = isoDay(crew.officeMs())
    const known = await crew.store.read(['meta'], (tx) =>
      tx.get<{ on: string; route_version: number }>('meta', META.day),
    )
    if (known?.on !== today) {
      await takeDay(line, today)
      // The answer told the office's time: where this device's clock shows another day, the office's day counts.
      if (isoDay(crew.officeMs()) !== today) {
        today = isoDay(crew.officeMs())
        await takeDay(line, today)
      }
      await sweep(crew.store, new Date(crew.officeMs() - KEEP_DAYS * 86_400_000).toISOString())
    } else await takeChanges(line)
    heard()
    void fetchMapsQuietly()
  } catch (fault) {
    if (!(fault instanceof FieldFault)) throw fault
    notHeard(fault)
  }
}

function heard(): void {
  tries = 0
  notBefore = 0
  crew.loginNeeded = false
  crew.silentSince = null
}

function notHeard(fault: FieldFault): void {
  tries += 1
  notBefore = Date.now() + (fault.retryAfterS ?? backoffS(tries)) * 1000
  if (fault.status === 401) crew.loginNeeded = true
  else crew.silentSince ??= new Date().toISOString()
}

/** After a tap: sends in a moment, and asks the browser to do it later should the app be closed. */
export function somethingToSend(): void {
  clearTimeout(soon)
  soon = setTimeout(() => void talk(), 150)
  void askForBackgroundSync()
}

interface SyncRegistration extends ServiceWorkerRegistration {
  sync?: { register(tag: string): Promise<void> }
}

async function askForBackgroundSync(): Promise<void> {
  const registration = (await navigator.serviceWorker?.getRegistration('/crew/')) as SyncRegistration | undefined
  // Where the browser knows no background sync, the timer and the next start do it.
  await registration?.sync?.register('outbox').catch(() => undefined)
}

let listening: AbortController | null = null

/** Hears the office's news as long as the page is seen; each news is fetched at once. */
async function listen(): Promise<void> {
  if (listening !== null || crew.enrolment === null || document.visibilityState !== 'visible') return
  const mine = new AbortController()
  listening = mine
  let closed = false
  try {
    const onNews = (): void => void talk(true)
    await crew.api.news(onNews, onNews, mine.signal)
    closed = true
  } catch (fault) {
    // The network went away, or the login: the timer opens the stream again.
    if (!(fault instanceof FieldFault)) console.warn(fault)
  } finally {
    if (listening === mine) listening = null
  }
  // The server closes a long stream on purpose: no recall may wait for the timer.
  if (closed) setTimeout(() => void listen(), 250)
}

function tick(): void {
  void listen()
  const hasPositions = crew.place !== null && crew.onShift
  if (crew.standing.waiting > 0 || crew.standing.photosWaiting > 0 || hasPositions || crew.silentSince !== null)
    void talk()
}

/** Wakes the engine: everything that can make it talk. Called once. */
export function startEngine(): void {
  crew.store.onChange(() => {
    if (crew.standing.waiting > 0) somethingToSend()
  })
  addEventListener('online', () => {
    void talk(true)
    void listen()
  })
  addEventListener('offline', () => {
    listening?.abort()
    crew.silentSince ??= new Date().toISOString()
  })
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState !== 'visible') return
    void talk(true)
    void listen()
  })
  setInterval(tick, TICK_MS)
  void talk(true)
  void listen()
  watchPosition()
}

/** Keeps at most one position in 15 s, on shift only. */
function watchPosition(): void {
  if (!('geolocation' in navigator)) return
  let last = 0
  navigator.geolocation.watchPosition(
    ({ coords, timestamp }) => {
      const position: Position = {
        at: new Date(timestamp).toISOString(),
        lon: coords.longitude,
        lat: coords.latitude,
        accuracy_m: Math.round(coords.accuracy),
        speed_kmh: coords.speed === null ? null : Math.round(coords.speed * 3.6),
      }
      crew.place = position
      if (!crew.onShift || timestamp - last < TICK_MS) return
      last = timestamp
      void crew.store.write(['positions'], (tx) => tx.put('positions', position.at, position))
    },
    () => undefined,
    { enableHighAccuracy: true, maximumAge: 10_000 },
  )
}

/** Fetches the maps that changed, when the tablet is on a good line. */
export async function fetchNewMaps(onProgress?: (share: number) => void): Promise<number> {
  return await fetchMaps(archivesOf(crew.day), crew.enrolment?.token ?? null, onProgress)
}

interface Connection {
  saveData?: boolean
  type?: string
}

let fetching = false
let fetchAgainAt = 0
const FETCH_AGAIN_MS = 10 * 60_000

/** Maps come by themselves on a line that costs nothing; on any other the technician asks for them. */
async function fetchMapsQuietly(): Promise<void> {
  const line = (navigator as { connection?: Connection }).connection
  if (fetching || Date.now() < fetchAgainAt || line?.saveData === true || line?.type === 'cellular') return
  fetching = true
  try {
    await fetchNewMaps()
  } catch (fault) {
    // A later talk tries again; the old map stays until then.
    console.warn(fault)
    fetchAgainAt = Date.now() + FETCH_AGAIN_MS
  } finally {
    fetching = false
  }
}

/** Metres to a place, when the tablet knows where it is. */
export function metresTo(place: { lon: number; lat: number }): number | null {
  return crew.place === null ? null : distanceM(crew.place, place)
}
