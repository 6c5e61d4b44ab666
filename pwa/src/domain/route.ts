/** The route as the crew sees it: the server's copy with this device's own work laid over it. Pure. */
import type { FieldStop, Receipt } from '../api/types'
import type { Day, Kept, KeptOrder, RecallAnswer, Visit } from '../offline/shapes'

export interface ShownStop {
  order: KeptOrder
  stop: FieldStop | null
  /** Number on the route, 1-based; 0 for an order without a stop. */
  number: number
  visit: Visit | null
  /** State to show: the device's own work as long as the server has not taken all of it, else the server's. */
  state: string
  finished: boolean
  recalled: boolean
  /** Operations of this order without a receipt. */
  waiting: number
  /** Newest answer that put a decision with the office. */
  held: Receipt | null
}

const FINISHED = new Set([
  'COMPLETED',
  'CGI',
  'CANCELLED',
  'REVIEW',
  'POSTED',
  'CLOSED',
  'RECALLED',
  'RETURN_NEEDED',
  'ON_HOLD',
])

/** The newest visit of each order; ids are version 7 UUIDs, so text order is time order. */
export function newestVisits(visits: readonly Visit[]): Map<number, Visit> {
  const newest = new Map<number, Visit>()
  for (const visit of visits) {
    const known = newest.get(visit.order_id)
    if (known === undefined || visit.visit_id > known.visit_id) newest.set(visit.order_id, visit)
  }
  return newest
}

/** A visit that ended and that the office has answered with a new one: the order is to be done again. */
function isPast(visit: Visit, order: KeptOrder, waiting: number): boolean {
  return visit.finished_at !== null && waiting === 0 && order.state === 'DISPATCHED' && order.version > visit.version
}

function shownState(order: KeptOrder, visit: Visit | null, waiting: number): string {
  if (visit === null) return order.state
  // The office's word stands over the device's once everything is there and judged.
  if (waiting === 0 && order.version >= visit.version && visit.finished_at !== null) return order.state
  if (order.state === 'RECALLED' && visit.finished_at === null) return order.state
  return visit.state === 'UNABLE' ? 'CGI' : visit.state
}

/** All stops in the order of the route; orders without a stop come last, newest order first. */
export function shownStops(
  day: Day | undefined,
  orders: readonly KeptOrder[],
  visits: readonly Visit[],
  kept: readonly Kept[],
): ShownStop[] {
  const newest = newestVisits(visits)
  const stops = new Map((day?.stops ?? []).map((stop) => [stop.order_id, stop]))
  const shown = orders.map((order): ShownStop => {
    const stop = stops.get(order.order_id) ?? null
    const mine = kept.filter((item) => item.op.order_id === order.order_id)
    const waiting = mine.filter((item) => item.receipt === null).length
    const latest = newest.get(order.order_id) ?? null
    const visit = latest !== null && isPast(latest, order, waiting) ? null : latest
    const state = shownState(order, visit, waiting)
    return {
      order,
      stop,
      number: 0,
      visit,
      state,
      finished: visit?.finished_at != null || FINISHED.has(state) || order.gone === true,
      recalled: order.recalled_at !== null || order.state === 'RECALLED',
      waiting,
      held: mine.findLast((item) => item.receipt?.answer === 'held')?.receipt ?? null,
    }
  })
  shown.sort((a, b) => (a.stop?.position ?? 9999) - (b.stop?.position ?? 9999) || a.order.order_id - b.order.order_id)
  return shown.map((item, index) => ({ ...item, number: index + 1 }))
}

/** Where to go: the visit under way, else the first stop that is not finished. */
export function nextStop(stops: readonly ShownStop[]): ShownStop | null {
  return (
    stops.find((item) => !item.finished && item.visit !== null && !item.recalled) ??
    stops.find((item) => !item.finished && !item.recalled) ??
    null
  )
}

/** Recalled orders that nobody has answered yet, oldest first: each takes the whole screen. */
export function unansweredRecalls(stops: readonly ShownStop[], answers: readonly RecallAnswer[]): ShownStop[] {
  return stops
    .filter(
      ({ order }) =>
        order.recalled_at !== null &&
        !answers.some((answer) => answer.order_id === order.order_id && answer.recalled_at === order.recalled_at),
    )
    .sort((a, b) => (a.order.recalled_at ?? '').localeCompare(b.order.recalled_at ?? ''))
}

/** Distance between two points in m, on a plane good enough for a town. */
export function distanceM(a: { lon: number; lat: number }, b: { lon: number; lat: number }): number {
  const metresPerDegree = 111_320
  const x = (b.lon - a.lon) * metresPerDegree * Math.cos(((a.lat + b.lat) / 2) * (Math.PI / 180))
  const y = (b.lat - a.lat) * metresPerDegree
  return Math.hypot(x, y)
}
