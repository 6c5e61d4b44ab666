/// <reference lib="webworker" />
import { FieldApi } from './api/field'
import { DeviceClock } from './offline/clock'
import { IdbStore } from './offline/idb-store'
import { META, type Enrolment } from './offline/shapes'
import { flush } from './offline/uploader'

declare const self: ServiceWorkerGlobalScope
declare const __PRECACHE__: string[]
declare const __VERSION__: string

/** Keeps the crew page and all its files, so that a tablet starts without a network. */
const CACHE = `crew-${__VERSION__}`

async function keepAll(): Promise<void> {
  const cache = await caches.open(CACHE)
  for (const path of __PRECACHE__) {
    // Files with a hash in their name never change; the others must come fresh from the server.
    const answer = await fetch(path, path.startsWith('/assets/') ? {} : { cache: 'reload' })
    // A redirected answer in the cache would break the start without a network.
    if (!answer.ok || answer.redirected)
      throw new Error(`${path}: ${answer.status}${answer.redirected ? ' redirected' : ''}`)
    await cache.put(path, answer)
  }
}

self.addEventListener('install', (event) => event.waitUntil(keepAll()))

self.addEventListener('activate', (event) =>
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) if (name.startsWith('crew-') && name !== CACHE) await caches.delete(name)
      await self.clients.claim()
    })(),
  ),
)

self.addEventListener('message', (event) => {
  if (event.data === 'skip-waiting') void self.skipWaiting()
})

const KEPT = new Set(__PRECACHE__)

// The scope is the whole site, because the map's worker script lies under /assets/ and must come from the cache too; but
// only what the crew app keeps is answered here. Everything else, the API and the tiles first of all, goes its own way.
self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url)
  if (event.request.method !== 'GET' || url.origin !== self.location.origin) return
  const name = event.request.mode === 'navigate' && url.pathname.startsWith('/crew') ? '/crew/' : url.pathname
  if (KEPT.has(name)) event.respondWith(caches.match(name).then((kept) => kept ?? fetch(event.request)))
})

interface SyncEvent extends ExtendableEvent {
  readonly tag: string
}

/** Sends what the tablet holds when the network comes back, even with no page open. */
async function sendInBackground(): Promise<void> {
  const store = new IdbStore()
  const enrolment = await store.read(['meta'], (tx) => tx.get<Enrolment>('meta', META.enrolment))
  if (enrolment === undefined) return
  const api = new FieldApi({ baseUrl: self.location.origin, token: () => enrolment.token })
  const run = await navigator.locks.request('outbox', () => flush({ store, api, clock: new DeviceClock() }))
  // Only a thrown fault makes the browser try again; a login cannot be given here.
  if (run.outcome === 'later') throw new Error(`${run.left} operations and ${run.photosLeft} photos still wait`)
}

self.addEventListener('sync' as keyof ServiceWorkerGlobalScopeEventMap, (event) => {
  const sync = event as unknown as SyncEvent
  if (sync.tag === 'outbox') sync.waitUntil(sendInBackground())
})
