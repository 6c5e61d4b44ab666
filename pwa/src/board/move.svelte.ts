import { Refused, answer, api } from '../api/client'
import type { MoveIn, MoveOut, RouteOut, StopOut } from '../api/types'
import { live } from './live.svelte'
import { firstFree } from './timescale'
import { say } from './words'

const THRESHOLD_PX = 6
const ASK_AFTER_MS = 70

export interface Target {
  /** null: off the route, back to the unassigned. */
  routeId: number | null
  position: number
}

export interface Moving extends Target {
  orderId: number
  kind: string
  place: string
  fromRouteId: number | null
  fromPosition: number
  by: 'pointer' | 'keys'
  over: 'route' | 'unassigned' | null
  /** Where the pointer is, in pixels of the window; the place of the bar for the keyboard. */
  x: number
  y: number
  ripple: MoveOut | null
  fault: Refused | null
}

export const blocked = (moving: Moving): boolean =>
  moving.fault !== null || (moving.ripple?.lines.some((line) => line.result === 'block') ?? false)

/** One move of one order, by pointer or by keys; both go through `place`, which asks the server what would follow. */
class Move {
  now = $state<Moving | null>(null)
  /** Said to screen readers and shown under the timeline. */
  said = $state('')
  busy = $state(false)
  /** The timeline tells what lies under a point of the window. */
  locate: (x: number, y: number) => Target | null = () => null
  #turn = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #origin: HTMLElement | null = null

  /** A press on a bar: becomes a move once the pointer has gone a little way. */
  press(orderId: number, event: PointerEvent): void {
    if (event.button !== 0 || this.now !== null) return
    const [startX, startY] = [event.clientX, event.clientY]
    const origin = event.currentTarget as HTMLElement
    const stop = new AbortController()
    const options = { signal: stop.signal }
    const over = (): void => stop.abort()
    addEventListener(
      'pointermove',
      (move) => {
        if (this.now === null) {
          if (Math.hypot(move.clientX - startX, move.clientY - startY) < THRESHOLD_PX) return
          if (!this.begin(orderId, 'pointer', origin)) return over()
        }
        this.#pointed(move.clientX, move.clientY)
      },
      options,
    )
    addEventListener(
      'pointerup',
      () => {
        over()
        if (this.now !== null) void this.drop()
      },
      options,
    )
    addEventListener('pointercancel', () => (over(), this.cancel()), options)
  }

  /** Takes an order in hand; answers false when it cannot be moved. */
  begin(orderId: number, by: Moving['by'], origin: HTMLElement): boolean {
    const found = live.stop_(orderId)
    const loose = live.out?.day.unassigned.find((one) => one.order_id === orderId)
    if ((!found && !loose) || found?.stop.done || found?.stop.locked) return false
    const box = origin.getBoundingClientRect()
    this.#origin = origin
    this.said = ''
    this.now = {
      orderId,
      kind: found?.stop.kind ?? loose?.kind ?? '',
      place: found?.stop.place ?? loose?.place ?? '',
      fromRouteId: found?.route.route_id ?? null,
      fromPosition: found ? found.route.stops.indexOf(found.stop) : 0,
      routeId: found?.route.route_id ?? null,
      position: found ? found.route.stops.indexOf(found.stop) : 0,
      by,
      over: found ? 'route' : 'unassigned',
      x: box.left + box.width / 2,
      y: box.top + box.height / 2,
      ripple: null,
      fault: null,
    }
    return true
  }

  /** Left and right go through the places of a route, up and down through the routes; below the last: unassigned. */
  step(dx: number, dy: number): void {
    const moving = this.now
    if (moving === null) return
    const rows: (RouteOut | null)[] = [...live.routes, null]
    const at = rows.findIndex((row) => (row?.route_id ?? null) === moving.routeId)
    const row = rows[Math.min(rows.length - 1, Math.max(0, at + dy))] ?? null
    if (row === null) return this.place({ routeId: null, position: 0 })
    const others = this.others(row)
    const start = dy === 0 ? moving.position + dx : this.#sameTime(others, moving)
    this.place({ routeId: row.route_id, position: start })
  }

  place(target: Target): void {
    const moving = this.now
    if (moving === null) return
    const route = live.route(target.routeId)
    const others = route ? this.others(route) : []
    const position = Math.min(others.length, Math.max(firstFree(others), target.position))
    if (target.routeId === moving.routeId && position === moving.position && (moving.ripple || moving.fault)) return
    const same = target.routeId === moving.fromRouteId && (target.routeId === null || position === moving.fromPosition)
    this.now = {
      ...moving,
      routeId: target.routeId,
      position,
      over: target.routeId === null ? 'unassigned' : 'route',
      ripple: null,
      fault: null,
    }
    clearTimeout(this.#timer)
    this.#turn++
    if (!same) this.#timer = setTimeout(() => void this.#ask(), ASK_AFTER_MS)
  }

  /** The stops of a route without the order in hand. */
  others(route: RouteOut): StopOut[] {
    return route.stops.filter((stop) => stop.order_id !== this.now?.orderId)
  }

  cancel(): void {
    if (this.now === null) return
    this.#end()
    this.said = say.putBack
  }

  async drop(): Promise<void> {
    const moving = this.now
    if (moving === null || this.busy) return
    const same =
      moving.over === null ||
      (moving.routeId === moving.fromRouteId && (moving.routeId === null || moving.position === moving.fromPosition))
    if (same) return this.cancel()
    clearTimeout(this.#timer)
    this.#turn++
    this.busy = true
    try {
      if (moving.ripple === null && moving.fault === null) await this.#ask()
      const told = this.now
      if (told === null) return
      if (blocked(told)) {
        this.said = `${say.cannot} ${told.fault?.problem.message ?? ''}`
        return this.#end()
      }
      const out = await this.#send(told, false)
      this.said = out.moved
        ? told.routeId === null
          ? say.takenOff
          : say.moved(live.route(told.routeId)?.crew ?? '')
        : say.cannot
      this.#end()
    } catch (fault) {
      if (!(fault instanceof Refused)) throw fault
      this.said = fault.status === 409 ? say.stale : `${say.cannot} ${fault.problem.message}`
      this.#end()
    } finally {
      this.busy = false
      void live.load()
    }
  }

  #pointed(x: number, y: number): void {
    const moving = this.now
    if (moving === null) return
    this.now = { ...moving, x, y }
    const off = document.elementFromPoint(x, y)?.closest('[data-drop="unassigned"]')
    const target = off ? { routeId: null, position: 0 } : this.locate(x, y)
    if (target !== null) this.place(target)
    else this.now = { ...this.now, over: null }
  }

  /** In another route the order first goes where its time would put it. */
  #sameTime(others: readonly StopOut[], moving: Moving): number {
    const start = live.stop_(moving.orderId)?.stop.start_at
    if (start === undefined) return others.length
    const at = others.findIndex((stop) => stop.start_at > start)
    return at < 0 ? others.length : at
  }

  async #ask(): Promise<void> {
    const turn = ++this.#turn
    const moving = this.now
    if (moving === null) return
    try {
      const ripple = await this.#send(moving, true)
      if (turn === this.#turn && this.now !== null) this.now = { ...this.now, ripple, fault: null }
    } catch (fault) {
      if (!(fault instanceof Refused)) throw fault
      if (turn === this.#turn && this.now !== null) this.now = { ...this.now, ripple: null, fault }
    }
  }

  #send(moving: Moving, dry: boolean): Promise<MoveOut> {
    const body: MoveIn = {
      order_id: moving.orderId,
      to_route_id: moving.routeId,
      position: moving.position,
      version: live.route(moving.routeId)?.version ?? 0,
      dry_run: dry,
      reason: '',
    }
    return answer<MoveOut>(api.POST('/api/v1/routes/moves', { body }))
  }

  #end(): void {
    clearTimeout(this.#timer)
    this.#turn++
    this.now = null
    this.#origin?.focus()
    this.#origin = null
  }
}

export const move = new Move()
