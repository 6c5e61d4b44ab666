/// <reference lib="webworker" />
export {}
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

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url)
  if (event.request.method !== 'GET' || url.origin !== self.location.origin) return
  if (url.pathname.startsWith('/api/') || url.pathname.startsWith('/tiles/')) return
  const name = event.request.mode === 'navigate' && url.pathname.startsWith('/crew') ? '/crew/' : url.pathname
  event.respondWith(caches.match(name).then((kept) => kept ?? fetch(event.request)))
})
