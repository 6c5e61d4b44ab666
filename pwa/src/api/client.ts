/**
 * The office's API for pages with a session cookie (desk, board, and the login of the crew app).
 *
 * `api.GET('/api/v1/orders', …)` answers `{ data, error, response }` and is checked against the generated types. A write
 * carries the session's CSRF token. When the server answers 401, the request waits while the login is shown over the
 * page and is then sent again: nobody loses what was typed.
 */
import createClient, { type Middleware } from 'openapi-fetch'
import type { paths } from './schema'
import type { Problem } from './types'

export interface SessionDoor {
  csrfToken(): string | null
  /** Shows the login; resolves when the person is in again, rejects when they gave up. */
  askAgain(): Promise<void>
}

let door: SessionDoor | null = null

/** The session store hands itself in here, so that this file needs nothing of the screens. */
export function useSession(session: SessionDoor): void {
  door = session
}

const copies = new WeakMap<Request, Request>()
const WRITES = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])

const guarded: Middleware = {
  onRequest({ request }) {
    const token = door?.csrfToken()
    if (token && WRITES.has(request.method)) request.headers.set('X-CSRF-Token', token)
    copies.set(request, request.clone())
    return request
  },
  async onResponse({ request, response }) {
    if (response.status !== 401 || door === null || new URL(request.url).pathname === '/api/v1/session') return response
    const again = copies.get(request)
    if (again === undefined) return response
    await door.askAgain()
    const token = door.csrfToken()
    if (token && WRITES.has(again.method)) again.headers.set('X-CSRF-Token', token)
    return await fetch(again)
  },
}

export const api = createClient<paths>({ baseUrl: globalThis.location?.origin ?? '', credentials: 'same-origin' })
api.use(guarded)

/** A refusal of the server, or the missing answer of a server that cannot be reached (`status` 0). */
export class Refused extends Error {
  override name = 'Refused'

  constructor(
    readonly status: number,
    readonly problem: Problem,
  ) {
    super(problem.message)
  }

  /** No answer at all: the network, not the server, said no. */
  get offline(): boolean {
    return this.status === 0
  }
}

function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'code' in value && 'message' in value
}

interface Answer<D> {
  data?: D
  error?: unknown
  response: Response
}

/** openapi-fetch turns pairs such as [lon, lat] into plain arrays; the shape itself says that they are pairs. */
type Loose<T> = T extends readonly (infer E)[] ? Loose<E>[] : T extends object ? { [K in keyof T]: Loose<T[K]> } : T

/**
 * Waits for a call and gives its data, or throws `Refused` with the server's own reasons. Name the shape that comes:
 * `await answer<OrderOut>(api.GET('/api/v1/orders/{order_id}', …))`; it is checked against the path's own.
 */
export async function answer<S>(call: Promise<Answer<Loose<NoInfer<S>>>>): Promise<S> {
  let result: Answer<unknown>
  try {
    result = await call
  } catch (fault) {
    if (fault instanceof Refused) throw fault
    throw new Refused(0, { code: 'NO_ANSWER', message: 'No answer from the server.', reasons: [] })
  }
  if (result.response.ok) return result.data as S
  const problem = isProblem(result.error)
    ? result.error
    : {
        code: `HTTP_${result.response.status}`,
        message: result.response.statusText || `HTTP ${result.response.status}`,
        reasons: [],
      }
  throw new Refused(result.response.status, problem)
}
