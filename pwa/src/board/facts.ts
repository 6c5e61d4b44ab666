import type { AlertOut, BoardOut, CrewNow, RouteOut, StopOut } from '../api/types'
import type { CrewMark, StopMark } from '../map/markers'
import { kinds } from '../ui/kinds.svelte'
import type { Filter } from './live.svelte'
import { say } from './words'

/** What the board makes of the server's facts: ages in words, tones, marks on the map. Times come in as arguments. */

const OLD_S = 120
/** Straight-line speed of a truck in town, for the circle of where it could be. */
const COULD_GO_M_S = 8
const FARTHEST_M = 5000

export const RESTORES = new Set(['RESTORE'])
export const SHUTOFFS = new Set(['SHUTOFF_NONPAY', 'SHUTOFF_REQUEST', 'SHUTOFF_EMERGENCY'])

/** "9 s", "4 min", "1:12" hours. */
export function span(seconds: number): string {
  const s = Math.max(0, Math.round(seconds))
  if (s < 90) return `${s} s`
  if (s < 5400) return `${Math.round(s / 60)} min`
  return hours(Math.round(s / 60))
}

/** 72 minutes is "1:12". */
export const hours = (minutes: number): string => `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`

/** 130 seconds is "2:10": how long somebody has not answered. */
export const countUp = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`

export const sinceS = (at: string, nowMs: number): number => Math.max(0, (nowMs - new Date(at).getTime()) / 1000)

/** Letter of a kind; on a public board a shutoff for non-payment is a service call. */
export const letterOf = (kind: string, open: boolean): string =>
  open && SHUTOFFS.has(kind) ? 'N' : kinds.letter(kind) || 'N'

export const kindName = (kind: string, open: boolean): string =>
  open && SHUTOFFS.has(kind) ? say.serviceCall : kinds.find(kind) ? kinds.name(kind) : say.serviceCall

export function missedCheckIn(alerts: readonly AlertOut[], crewId: number): AlertOut | undefined {
  return alerts.find((one) => one.kind === 'missed_check_in' && one.crew_id === crewId)
}

export interface Seen {
  text: string
  /** Short form for the map's pill. */
  short: string
  tone: CrewMark['tone']
}

export function seen(crew: CrewNow | undefined, alerts: readonly AlertOut[], nowMs: number): Seen {
  if (crew === undefined) return { text: say.neverSeen, short: '', tone: 'plain' }
  const missed = missedCheckIn(alerts, crew.crew_id)
  if (missed) {
    const text = say.noCheckIn(span(sinceS(missed.since_at, nowMs)))
    return { text, short: text, tone: 'alarm' }
  }
  if (crew.seen_at === null) return { text: say.neverSeen, short: '', tone: 'plain' }
  const age = sinceS(crew.seen_at, nowMs)
  if (age <= OLD_S || crew.state === 'off' || crew.state === 'done')
    return { text: say.seen(span(age)), short: span(age), tone: 'plain' }
  const text = crew.usual_dead_zone ? say.noSignalUsual(span(age)) : say.noSignal(span(age))
  return { text, short: say.noSignal(span(age)), tone: 'old' }
}

export function recallOf(alerts: readonly AlertOut[], orderId: number): AlertOut | undefined {
  return alerts.find((one) => one.kind === 'recall_unanswered' && one.order_id === orderId)
}

export function passes(stop: StopOut, filter: Filter): boolean {
  if (filter === 'shutoffs') return SHUTOFFS.has(stop.kind)
  if (filter === 'restores') return RESTORES.has(stop.kind)
  if (filter === 'late') return stop.late_min > 0 && !stop.done
  return true
}

export function stopMarks(
  out: BoardOut,
  filter: Filter,
  crewId: number | null,
  orderId: number | null,
  nowMs: number,
): StopMark[] {
  const marks: StopMark[] = []
  for (const route of out.day.routes) {
    for (const stop of route.stops) {
      if (!passes(stop, filter)) continue
      const recall = recallOf(out.alerts, stop.order_id)
      const state =
        recall || stop.state === 'RECALLED' ? 'recalled' : stop.done ? 'done' : stop.late_min > 0 ? 'late' : 'pending'
      marks.push({
        id: stop.order_id,
        place: [stop.lon, stop.lat],
        letter: letterOf(stop.kind, out.public),
        state,
        tag: recall
          ? say.recalledTag(countUp(sinceS(recall.since_at, nowMs)))
          : state === 'late'
            ? say.late(stop.late_min)
            : '',
        faint: crewId !== null && route.crew_id !== crewId,
        chosen: stop.order_id === orderId,
      })
    }
  }
  return marks
}

export function crewMarks(out: BoardOut, crewId: number | null, nowMs: number): CrewMark[] {
  return out.crews.flatMap((crew) => {
    if (crew.lon === null || crew.lat === null || crew.state === 'off') return []
    const how = seen(crew, out.alerts, nowMs)
    const age = crew.seen_at === null ? 0 : sinceS(crew.seen_at, nowMs)
    const doing = out.day.routes.flatMap((route) => route.stops).find((stop) => stop.order_id === crew.doing_order_id)
    return [
      {
        id: crew.crew_id,
        letter: crew.letter,
        place: [crew.lon, crew.lat] as const,
        age: how.short,
        tone: how.tone,
        doubtM: how.tone === 'old' ? Math.min(FARTHEST_M, age * COULD_GO_M_S) : 0,
        doing: doing ? letterOf(doing.kind, out.public) : null,
        faint: crewId !== null && crew.crew_id !== crewId,
      },
    ]
  })
}

/** The last thing done on a route: what lies before it is drawn thin. */
export function reached(route: RouteOut, crew: CrewNow | undefined): readonly [number, number] | null {
  if (crew?.lon != null && crew.lat !== null) return [crew.lon, crew.lat]
  const done = route.stops.filter((stop) => stop.done).at(-1)
  return done ? [done.lon, done.lat] : null
}
