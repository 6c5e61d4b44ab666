import { describe, expect, it } from 'vitest'
import type { RouteOut, StopOut } from '../api/types'
import { firstFree, positionAt, scale, street } from './timescale'

const at = (hour: number): string => new Date(Date.UTC(2026, 7, 26, 0, hour * 60)).toISOString()

const stop = (orderId: number, from: number, to: number, more: Partial<StopOut> = {}): StopOut => ({
  order_id: orderId,
  number: String(orderId),
  kind: 'TURN_ON',
  state: 'DISPATCHED',
  place: '4127 Alder Glen Dr',
  position: 0,
  arrive_at: at(from),
  start_at: at(from),
  finish_at: at(to),
  window_from: null,
  window_to: null,
  locked: false,
  pinned: false,
  why_here: null,
  done: false,
  late_min: 0,
  lon: 0,
  lat: 0,
  ...more,
})

const route = (from: number, to: number, stops: StopOut[]): RouteOut => ({
  route_id: 1,
  crew_id: 1,
  letter: 'A',
  crew: 'Truck 1',
  people: [],
  status: 'published',
  version: 1,
  shift_from: at(from),
  shift_to: at(to),
  lunch_from: null,
  lunch_to: null,
  finish_at: null,
  changes_left: 3,
  stops,
  line: [],
})

describe('the axis of the timeline', () => {
  it('holds every shift in whole hours, and the work that runs past a shift', () => {
    const axis = scale([route(7.5, 15.5, [stop(1, 8, 16.6)]), route(6.9, 14, [])], 270, 1270, 0)
    expect(axis.hours[0]).toBe(Date.parse(at(6)))
    expect(axis.toMs).toBe(Date.parse(at(17)))
    expect(axis.x(at(6))).toBe(270)
    expect(axis.x(at(17))).toBe(1270)
  })

  it('still has hours when no crew works', () => {
    expect(scale([], 270, 1270, Date.parse(at(10))).hours.length).toBeGreaterThanOrEqual(9)
  })

  it('puts a dropped order after each stop whose middle lies before it', () => {
    const stops = [stop(1, 8, 9), stop(2, 10, 11), stop(3, 12, 13)]
    const axis = scale([route(7, 15, stops)], 0, 800, 0)
    expect(positionAt(stops, axis.x(at(8.2)), axis)).toBe(0)
    expect(positionAt(stops, axis.x(at(8.8)), axis)).toBe(1)
    expect(positionAt(stops, axis.x(at(14)), axis)).toBe(3)
  })
})

describe('the first free place of a route', () => {
  it('lies behind all that is done, locked or being worked on', () => {
    const stops = [
      stop(1, 8, 9, { done: true }),
      stop(2, 9, 10, { state: 'ON_SITE' }),
      stop(3, 10, 11),
      stop(4, 11, 12),
    ]
    expect(firstFree(stops)).toBe(2)
  })

  it('lies behind a locked stop even when free ones stand before it', () => {
    expect(firstFree([stop(1, 8, 9), stop(2, 9, 10, { locked: true }), stop(3, 10, 11)])).toBe(2)
  })

  it('is the start of a route where nothing has begun', () => {
    expect(firstFree([stop(1, 8, 9)])).toBe(0)
  })
})

describe('the label of a bar', () => {
  it('is the street without number, unit and type', () => {
    expect(street('4127 Alder Glen Dr #2')).toBe('Alder Glen')
    expect(street('39210 Cañada Vista Way')).toBe('Cañada Vista')
  })

  it('leaves a place without an address as it is', () => {
    expect(street('Lot 14, Tract 8198-2')).toBe('Lot 14, Tract 8198-2')
  })
})
