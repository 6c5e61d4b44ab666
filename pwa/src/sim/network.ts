/** The way to the office: login with a cookie, and a line that fails where and when it should. */
import type { DeviceOut, SessionOut } from '../api/types'

interface Session {
  session: SessionOut
  cookie: string
}

async function refuse(response: Response, what: string): Promise<never> {
  throw new Error(`${what}: HTTP ${response.status} ${(await response.text()).slice(0, 300)}`)
}

export async function logIn(baseUrl: string, login: string, password: string): Promise<Session> {
  for (let tries = 0; ; tries++) {
    const response = await fetch(`${baseUrl}/api/v1/session`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ login, password }),
    })
    if (response.status === 429 && tries < 20) {
      await new Promise((resolve) => setTimeout(resolve, Number(response.headers.get('Retry-After') ?? 5) * 1000))
      continue
    }
    if (!response.ok) return await refuse(response, `login of ${login}`)
    const cookie = response.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ')
    return { session: (await response.json()) as SessionOut, cookie }
  }
}

/** A call with a session: the office's phone in the simulation, and the enrolment of a device. */
export async function post<T>(baseUrl: string, { session, cookie }: Session, path: string, body: unknown): Promise<T> {
  const response = await fetch(`${baseUrl}/api/v1${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Cookie: cookie, 'X-CSRF-Token': session.csrf_token },
    body: JSON.stringify(body),
  })
  if (!response.ok) return await refuse(response, path)
  return (await response.json()) as T
}

export function enrol(baseUrl: string, session: Session, device_id: string, name: string): Promise<DeviceOut> {
  return post<DeviceOut>(baseUrl, session, '/devices', { device_id, name })
}

/** A circle or a line of streets without signal. */
export interface DeadZone {
  lon?: number
  lat?: number
  coords?: [number, number][]
  radius_m?: number
}

const METRES = 111_320

function metres(lon: number, lat: number, lon2: number, lat2: number): [number, number] {
  return [(lon2 - lon) * METRES * Math.cos((lat * Math.PI) / 180), (lat2 - lat) * METRES]
}

function distanceToSegment(p: [number, number], q: [number, number]): number {
  const [dx, dy] = [q[0] - p[0], q[1] - p[1]]
  const square = dx * dx + dy * dy
  const share = square === 0 ? 0 : Math.min(1, Math.max(0, -(p[0] * dx + p[1] * dy) / square))
  return Math.hypot(p[0] + share * dx, p[1] + share * dy)
}

/** Whether a place has no signal. */
export function isDead(zones: readonly DeadZone[], lon: number, lat: number): boolean {
  return zones.some((zone) => {
    const radius = zone.radius_m ?? 60
    if (zone.coords !== undefined) {
      const points = zone.coords.map(([x, y]) => metres(lon, lat, x, y))
      return points.some((point, index) => distanceToSegment(point, points[index + 1] ?? point) <= radius)
    }
    if (zone.lon === undefined || zone.lat === undefined) return false
    return Math.hypot(...metres(lon, lat, zone.lon, zone.lat)) <= radius
  })
}

/** A line that is down in dead zones, and that now and then loses the answer after the server has done its work. */
export class FaultyLine {
  down = false
  lost = 0

  constructor(private readonly losesAnswer: () => boolean) {}

  readonly fetch: typeof fetch = async (input, init) => {
    if (this.down) throw new TypeError('no signal')
    const response = await fetch(input, init)
    if (init?.method === 'POST' && String(input).endsWith('/field/operations') && this.losesAnswer()) {
      await response.arrayBuffer()
      this.lost += 1
      throw new TypeError('the answer was lost')
    }
    return response
  }
}
