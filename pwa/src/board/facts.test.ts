import { describe, expect, it } from 'vitest'
import type { AlertOut, BoardOut, CrewNow, StopOut } from '../api/types'
import { countUp, crewMarks, hours, letterOf, seen, span, stopMarks } from './facts'

const NOW = Date.parse('2026-08-26T17:42:00Z')
const ago = (seconds: number): string => new Date(NOW - seconds * 1000).toISOString()

const crew = (more: Partial<CrewNow> = {}): CrewNow => ({
  crew_id: 4,
  letter: 'D',
  crew: 'Truck 4',
  people: ['Marcus T.'],
  lon: -121.98,
  lat: 37.54,
  accuracy_m: 8,
  seen_at: ago(9),
  usual_dead_zone: false,
  doing_order_id: null,
  state: 'driving',
  not_sent: 0,
  heard_at: ago(9),
  checked_in_at: ago(9),
  ...more,
})

const alert = (more: Partial<AlertOut>): AlertOut => ({
  id: '1',
  harm: 0,
  kind: 'recall_unanswered',
  title_en: '',
  title_es: '',
  text_en: '',
  text_es: '',
  since_at: ago(130),
  verb: 'call',
  order_id: null,
  crew_id: null,
  phone: null,
  ...more,
})

const stop = (more: Partial<StopOut> = {}): StopOut => ({
  order_id: 7,
  number: '617455',
  kind: 'SHUTOFF_NONPAY',
  state: 'DISPATCHED',
  place: '39871 Cedar Hollow Ct',
  position: 0,
  arrive_at: ago(0),
  start_at: ago(0),
  finish_at: ago(-600),
  window_from: null,
  window_to: null,
  locked: false,
  pinned: false,
  why_here: null,
  done: false,
  late_min: 0,
  lon: -121.98,
  lat: 37.54,
  ...more,
})

const board = (stops: StopOut[], crews: CrewNow[], alerts: AlertOut[]): BoardOut =>
  ({
    day: {
      on: '2026-08-26',
      plan: null,
      unassigned: [],
      last_shutoff_at: null,
      seq: 1,
      routes: [{ route_id: 1, crew_id: 4, letter: 'D', stops }],
    },
    crews,
    alerts,
    kpis: {},
    public: false,
    at: ago(0),
    seq: 1,
  }) as unknown as BoardOut

describe('ages in words', () => {
  it('count seconds, then minutes, then hours and minutes', () => {
    expect([span(9), span(660), span(6000), hours(72), countUp(130)]).toEqual(['9 s', '11 min', '1:40', '1:12', '2:10'])
  })
})

describe('where a crew was seen', () => {
  it('is plain while the position is fresh', () => {
    expect(seen(crew(), [], NOW)).toMatchObject({ short: '9 s', tone: 'plain' })
  })

  it('turns amber after two minutes without signal, and says when that is usual there', () => {
    expect(seen(crew({ seen_at: ago(660) }), [], NOW)).toMatchObject({ short: 'no signal 11 min', tone: 'old' })
    expect(seen(crew({ seen_at: ago(660), usual_dead_zone: true }), [], NOW).text).toContain('usual')
  })

  it('is an alarm when a check-in was missed, however fresh the position is', () => {
    const missed = alert({ kind: 'missed_check_in', crew_id: 4, since_at: ago(720) })
    expect(seen(crew(), [missed], NOW)).toMatchObject({ short: 'no check-in 12 min', tone: 'alarm' })
  })

  it('is no alarm for a crew that has gone home', () => {
    expect(seen(crew({ seen_at: ago(7200), state: 'done' }), [], NOW).tone).toBe('plain')
  })

  it('has a circle only when the position is old, and a wider one the older it is', () => {
    const width = (age: number): number =>
      crewMarks(board([], [crew({ seen_at: ago(age) })], []), null, NOW)[0]?.doubtM ?? -1
    expect(width(20)).toBe(0)
    expect(width(300)).toBeGreaterThan(width(150))
  })
})

describe('stops on the map', () => {
  const marks = (stops: StopOut[], alerts: AlertOut[] = []) =>
    stopMarks(board(stops, [], alerts), 'all', null, null, NOW)

  it('carry the time that a recall has gone unanswered', () => {
    const recall = alert({ order_id: 7 })
    expect(marks([stop()], [recall])[0]).toMatchObject({ state: 'recalled', tag: 'Recalled, no answer 2:10' })
  })

  it('are late only while they are not done', () => {
    expect(marks([stop({ late_min: 14 })])[0]).toMatchObject({ state: 'late', tag: 'late 14 min' })
    expect(marks([stop({ late_min: 14, done: true })])[0]?.state).toBe('done')
  })

  it('can be only the shutoffs', () => {
    const all = board([stop(), stop({ order_id: 8, kind: 'TURN_ON' })], [], [])
    expect(stopMarks(all, 'shutoffs', null, null, NOW).map((mark) => mark.id)).toEqual([7])
  })
})

describe('a public board', () => {
  it('shows a shutoff as a service call', () => {
    expect(letterOf('SHUTOFF_NONPAY', true)).toBe('N')
  })
})
