import { Refused, answer, api } from '../api/client'
import { Stream, paced, type Position, type Progress } from '../api/stream.svelte'
import type { BoardOut, CrewNow, PlanOut, RouteOut, StopOut } from '../api/types'
import { now } from '../ui/now.svelte'
import { session } from '../ui/session.svelte'

const POLL_MS = 10_000

export type Filter = 'all' | 'shutoffs' | 'restores' | 'late'

/** The day on the board: one answer of the server, fetched again on news and at least every ten seconds. */
class Live {
  on = $state('')
  out = $state.raw<BoardOut | null>(null)
  fault = $state<Refused | null>(null)
  filter = $state<Filter>('all')
  /** Crew that the person looks at alone; null shows all. */
  crewId = $state<number | null>(null)
  /** Order that is marked on map and timeline. */
  orderId = $state<number | null>(null)
  progress = $state<Progress | null>(null)
  heardMs = $state(0)
  #stream: Stream | null = null
  #timer: ReturnType<typeof setInterval> | undefined
  #soon = paced(() => void this.load(), 400)
  #turn = 0

  get streaming(): boolean {
    return this.#stream?.open ?? false
  }

  get routes(): readonly RouteOut[] {
    return this.out?.day.routes ?? []
  }

  get plan(): PlanOut | null {
    return this.out?.day.plan ?? null
  }

  start(): void {
    this.on = session.current?.utility.today ?? ''
    void this.load()
    this.#timer = setInterval(() => void this.load(), POLL_MS)
    this.#stream = new Stream({
      onNews: () => this.#soon(),
      onPosition: (position) => this.#moved(position),
      onProgress: (progress) => {
        this.progress = progress
        this.heardMs = Date.now()
        if (progress.progress >= 1) this.#soon()
      },
      onReopened: () => this.#soon(),
    })
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#stream?.close()
  }

  async load(): Promise<void> {
    const turn = ++this.#turn
    const on = this.on
    try {
      const out = await answer<BoardOut>(api.GET('/api/v1/board', { params: { query: on ? { on } : {} } }))
      if (turn !== this.#turn) return
      this.out = out
      this.fault = null
      this.heardMs = Date.now()
      now.follow(out.at)
      if (out.day.plan?.plan_id !== this.progress?.plan_id) this.progress = null
    } catch (fault) {
      if (!(fault instanceof Refused)) throw fault
      if (turn === this.#turn) this.fault = fault
    }
  }

  goTo(on: string): void {
    this.on = on
    this.out = null
    this.orderId = null
    this.progress = null
    void this.load()
  }

  route(routeId: number | null): RouteOut | undefined {
    return this.routes.find((one) => one.route_id === routeId)
  }

  stop_(orderId: number | null): { stop: StopOut; route: RouteOut } | undefined {
    for (const route of this.routes) {
      const stop = route.stops.find((one) => one.order_id === orderId)
      if (stop) return { stop, route }
    }
    return undefined
  }

  crewOf(route: RouteOut): CrewNow | undefined {
    return this.out?.crews.find((one) => one.crew_id === route.crew_id)
  }

  #moved(position: Position): void {
    this.heardMs = Date.now()
    const out = this.out
    if (out === null) return
    const crews = out.crews.map((crew) =>
      crew.crew_id === position.crew_id && (crew.seen_at === null || crew.seen_at <= position.at)
        ? { ...crew, lon: position.lon, lat: position.lat, accuracy_m: position.accuracy_m, seen_at: position.at }
        : crew,
    )
    this.out = { ...out, crews }
  }
}

export const live = new Live()
