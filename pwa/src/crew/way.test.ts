import { expect, test } from 'vitest'
import type { LonLat } from '../map/geometry'
import { wayOf } from './way'

// Out along a street, round a block, and back past the same corner.
const LINE: LonLat[] = [
  [0, 0],
  [0.001, 0],
  [0.002, 0],
  [0.002, 0.001],
  [0.001, 0.001],
  [0.001, 0],
  [0, 0],
]
const STOPS: LonLat[] = [
  [0.002, 0],
  [0.001, 0.001],
  [0, 0],
]

test('the way leads from the crew along the streets to the next stop, and on to those after it', () => {
  const way = wayOf(LINE, STOPS, 0, [0.001, 0])
  expect(way.now).toEqual([
    [0.001, 0],
    [0.001, 0],
    [0.002, 0],
    [0.002, 0],
  ])
  expect(way.later.at(-1)).toEqual([0, 0])
})

test('a corner that the route passes twice is taken in the order of the route', () => {
  const way = wayOf(LINE, STOPS, 2, null)
  expect(way.now).toEqual([
    [0.001, 0.001],
    [0.001, 0],
    [0, 0],
    [0, 0],
  ])
})

test('without a line the stops are joined straight, and without a next stop there is no way', () => {
  expect(wayOf([], STOPS, 1, null)).toEqual({ now: [STOPS[0], STOPS[1]], later: [STOPS[1], STOPS[2]] })
  expect(wayOf(LINE, STOPS, 9, null)).toEqual({ now: [], later: [] })
})
