import { describe, expect, it } from 'vitest'
import { panned, pixelAt, toImage, toPane, whole, zoomed } from './paneview'

const pane = { width: 800, height: 600 }
const image = { width: 7000, height: 5000 }

describe('a sheet in its pane', () => {
  it('gives back the pixel that was clicked, however it is turned', () => {
    for (const turn of [0, 33, 90, 180, 271]) {
      const view = { x: 1200, y: 900, scale: 0.37, turn }
      const [left, top] = toPane(view, pane, [2000, 400])
      const [x, y] = toImage(view, pane, [left, top])
      expect(x).toBeCloseTo(2000, 6)
      expect(y).toBeCloseTo(400, 6)
    }
  })

  it('lies whole in the pane after a quarter turn too', () => {
    for (const turn of [0, 90, 45]) {
      const view = whole(image, pane, turn)
      for (const corner of [
        [0, 0],
        [7000, 0],
        [7000, 5000],
        [0, 5000],
      ] as const) {
        const [left, top] = toPane(view, pane, corner)
        expect(left).toBeGreaterThanOrEqual(0)
        expect(left).toBeLessThanOrEqual(800)
        expect(top).toBeGreaterThanOrEqual(0)
        expect(top).toBeLessThanOrEqual(600)
      }
    }
  })

  it('keeps the pixel under the pointer when it is zoomed', () => {
    const view = { x: 3000, y: 2000, scale: 0.1, turn: 20 }
    const before = toImage(view, pane, [100, 500])
    const after = toImage(zoomed(view, pane, [100, 500], 1.6), pane, [100, 500])
    expect(after[0]).toBeCloseTo(before[0], 6)
    expect(after[1]).toBeCloseTo(before[1], 6)
  })

  it('follows the hand', () => {
    const view = { x: 3000, y: 2000, scale: 0.2, turn: 90 }
    const [left, top] = toPane(view, pane, [3100, 2050])
    const [left2, top2] = toPane(panned(view, 30, -12), pane, [3100, 2050])
    expect(left2 - left).toBeCloseTo(30, 6)
    expect(top2 - top).toBeCloseTo(-12, 6)
  })

  it('knows where a lot is drawn', () => {
    const corners = [
      [-123.2, 45.87],
      [-123.19, 45.868],
      [-123.192, 45.86],
      [-123.202, 45.862],
    ]
    const spot = pixelAt(corners, image, [-123.196, 45.865])
    expect(spot?.[0]).toBeCloseTo(3500, 3)
    expect(spot?.[1]).toBeCloseTo(2500, 3)
    expect(pixelAt([], image, [-123.196, 45.865])).toBeNull()
  })
})
