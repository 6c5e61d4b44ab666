/** How a sheet's image lies in its pane: which pixel is in the middle, how large, turned how far. Pure. */
export interface PaneView {
  /** Pixel of the image in the middle of the pane. */
  x: number
  y: number
  /** Screen pixels a pixel of the image takes. */
  scale: number
  /** Degrees, clockwise. */
  turn: number
}
export interface Size {
  width: number
  height: number
}
export type Spot = readonly [number, number]

const radians = (degrees: number): number => (degrees * Math.PI) / 180

/** Where a pixel of the image is in the pane. */
export function toPane(view: PaneView, pane: Size, [x, y]: Spot): Spot {
  const [dx, dy] = [(x - view.x) * view.scale, (y - view.y) * view.scale]
  const [sin, cos] = [Math.sin(radians(view.turn)), Math.cos(radians(view.turn))]
  return [pane.width / 2 + dx * cos - dy * sin, pane.height / 2 + dx * sin + dy * cos]
}

/** Which pixel of the image is at a place of the pane. */
export function toImage(view: PaneView, pane: Size, [left, top]: Spot): Spot {
  const [dx, dy] = [left - pane.width / 2, top - pane.height / 2]
  const [sin, cos] = [Math.sin(radians(view.turn)), Math.cos(radians(view.turn))]
  return [view.x + (dx * cos + dy * sin) / view.scale, view.y + (dy * cos - dx * sin) / view.scale]
}

/** The whole sheet, as large as the pane allows. */
export function whole(image: Size, pane: Size, turn: number): PaneView {
  const [sin, cos] = [Math.abs(Math.sin(radians(turn))), Math.abs(Math.cos(radians(turn)))]
  const wide = image.width * cos + image.height * sin
  const high = image.width * sin + image.height * cos
  const scale = Math.min(pane.width / wide, pane.height / high) * 0.97
  return { x: image.width / 2, y: image.height / 2, scale, turn }
}

/** Larger or smaller by a factor; the pixel under `at` stays where it is. */
export function zoomed(view: PaneView, pane: Size, at: Spot, factor: number): PaneView {
  const scale = Math.min(8, Math.max(0.01, view.scale * factor))
  const held = toImage(view, pane, at)
  const next = { ...view, scale }
  const now = toImage(next, pane, at)
  return { ...next, x: view.x + held[0] - now[0], y: view.y + held[1] - now[1] }
}

/** Moved by pixels of the screen. */
export function panned(view: PaneView, left: number, top: number): PaneView {
  const [sin, cos] = [Math.sin(radians(view.turn)), Math.cos(radians(view.turn))]
  return {
    ...view,
    x: view.x - (left * cos + top * sin) / view.scale,
    y: view.y - (top * cos - left * sin) / view.scale,
  }
}

/** Corners of a sheet on the ground: top left, top right, bottom right, bottom left. */
export type Corners = readonly (readonly number[])[]

/** The pixel of an image with these corners that lies at a place; null for a sheet that is not placed. */
export function pixelAt(corners: Corners, image: Size, [lon, lat]: Spot): Spot | null {
  const [topLeft, topRight, , bottomLeft] = corners
  if (!topLeft || !topRight || !bottomLeft) return null
  const part = (a: readonly number[], b: readonly number[], at: 0 | 1): number => (b[at] ?? 0) - (a[at] ?? 0)
  const [ax, ay] = [part(topLeft, topRight, 0), part(topLeft, topRight, 1)]
  const [bx, by] = [part(topLeft, bottomLeft, 0), part(topLeft, bottomLeft, 1)]
  const det = ax * by - ay * bx
  if (det === 0) return null
  const [u, v] = [lon - (topLeft[0] ?? 0), lat - (topLeft[1] ?? 0)]
  return [((u * by - v * bx) / det) * image.width, ((v * ax - u * ay) / det) * image.height]
}

/** The turn that sets north up, rounded to a quarter turn when it is almost one. */
export function northUp(degrees: number): number {
  const turn = ((degrees % 360) + 360) % 360
  return turn
}
