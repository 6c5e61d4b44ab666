import { describe, expect, it } from 'vitest'
import { boundsOf, circle, distanceM, nearestVertex, verticesOf, type LonLat } from './geometry'
import { routeStyle } from './routestyle'

describe('route lines', () => {
  it('differ in colour or pattern for every letter of the alphabet', () => {
    const looks = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'].map((letter) => {
      const { colour, pattern } = routeStyle(letter)
      return colour + pattern
    })
    expect(new Set(looks).size).toBe(26)
  })

  it('use the first eight colours each with its own pattern', () => {
    for (const letter of 'ABCDEFGH') expect(routeStyle(letter)).toMatchObject({ colour: letter, pattern: letter })
  })
})

describe('places on the map', () => {
  const yard: LonLat = [-71.11, 42.38]

  it('lie on a circle at the distance that was asked for', () => {
    for (const vertex of verticesOf(circle(yard, 500))) expect(distanceM(yard, vertex)).toBeCloseTo(500, -1)
  })

  it('have a box that holds them all, and none when there are none', () => {
    expect(boundsOf([yard, [-71, 42]])).toEqual([-71.11, 42, -71, 42.38])
    expect(boundsOf([])).toBeNull()
  })

  it('are found on a line by the nearest of its points', () => {
    expect(
      nearestVertex(
        [
          [0, 0],
          [1, 0],
          [2, 0],
        ],
        [1.2, 0.1],
      ),
    ).toBe(1)
    expect(nearestVertex([], yard)).toBe(0)
  })
})
