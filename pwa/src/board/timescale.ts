import type { RouteOut, StopOut } from '../api/types'

/** The axis of the timeline: whole hours that hold every shift, and the pixels of an instant. */
export interface Scale {
  fromMs: number
  toMs: number
  /** Each full hour on the axis. */
  hours: number[]
  x: (at: string | number) => number
}

const HOUR = 3_600_000

export function scale(routes: readonly RouteOut[], left: number, width: number, fallbackMs: number): Scale {
  const times = routes.flatMap((route) => [
    Date.parse(route.shift_from),
    Date.parse(route.shift_to),
    ...route.stops.slice(-1).map((stop) => Date.parse(stop.finish_at)),
  ])
  const first = times.length ? Math.min(...times) : fallbackMs
  const last = times.length ? Math.max(...times) : fallbackMs + 9 * HOUR
  const fromMs = Math.floor(first / HOUR) * HOUR
  const toMs = Math.max(fromMs + 4 * HOUR, Math.ceil(last / HOUR) * HOUR)
  const x = (at: string | number): number => {
    const ms = typeof at === 'number' ? at : Date.parse(at)
    return left + ((ms - fromMs) / (toMs - fromMs)) * (width - left)
  }
  const hours: number[] = []
  for (let at = fromMs; at < toMs; at += HOUR) hours.push(at)
  return { fromMs, toMs, hours, x }
}

/** The street of an address, for a bar with room: "4127 Alder Glen Dr" is "Alder Glen". */
export function street(place: string): string {
  const name = place.replace(/^\d+[\w-]*\s+/, '').replace(/\s+#.*$/, '')
  return name.replace(/\s+(St|Ave|Av|Dr|Rd|Ct|Ln|Way|Blvd|Ter|Pl|Cir|Pkwy|Loop)\.?$/i, '')
}

/** Where in a route a point of the axis falls: after each stop whose middle lies before it. */
export function positionAt(stops: readonly StopOut[], px: number, axis: Scale): number {
  return stops.filter((stop) => (axis.x(stop.start_at) + axis.x(stop.finish_at)) / 2 < px).length
}

/** Stops that have been done, are being done or are locked cannot be overtaken: the first free place of a route. */
export function firstFree(stops: readonly StopOut[]): number {
  let free = 0
  stops.forEach((stop, at) => {
    if (stop.done || stop.locked || stop.state === 'ON_SITE' || stop.state === 'EN_ROUTE') free = at + 1
  })
  return free
}
