/** The way to the next stop and on, cut out of the route's line. Pure. */
import type { LonLat } from '../map/geometry'
import { distanceM } from '../map/geometry'

/** Index on the line nearest to a place, looking only from `from` on: a route may pass the same corner twice. */
function nearestFrom(line: readonly LonLat[], place: LonLat, from: number): number {
  let best = from
  let bestM = Infinity
  for (let index = from; index < line.length; index++) {
    const metres = distanceM(line[index] as LonLat, place)
    if (metres < bestM) {
      bestM = metres
      best = index
    }
  }
  return best
}

export interface Way {
  /** From where the crew is to the next stop. */
  now: LonLat[]
  /** From there to the stops after it. */
  later: LonLat[]
}

/**
 * `stops` are all places of the route in order, `next` the index of the next one. The crew starts at `own` where that is
 * known, else at the stop before, else at the beginning of the line. Without a line the stops are joined straight.
 */
export function wayOf(line: readonly LonLat[], stops: readonly LonLat[], next: number, own: LonLat | null): Way {
  const target = stops[next]
  if (target === undefined) return { now: [], later: [] }
  if (line.length < 2) {
    const start = own ?? stops[next - 1]
    return { now: start ? [start, target] : [], later: stops.slice(next, next + 3) }
  }
  const marks: number[] = []
  for (const stop of stops) marks.push(nearestFrom(line, stop, marks.at(-1) ?? 0))
  const end = marks[next] ?? 0
  const begin = Math.min(
    end,
    own ? nearestFrom(line.slice(0, end + 1), own, marks[next - 1] ?? 0) : (marks[next - 1] ?? 0),
  )
  const last = marks[Math.min(stops.length - 1, next + 2)] ?? end
  const now = [...(own ? [own] : []), ...line.slice(begin, end + 1)]
  return { now: [...now, target], later: [target, ...line.slice(end, last + 1)] }
}
