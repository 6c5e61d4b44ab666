import type { Map as GlMap } from 'maplibre-gl'
import { KIND_SHAPES, kindImage, type KindLetter } from '../ui/symbols'
import { routeStyle } from './routestyle'
import type { Token } from './style'

const RATIO = 2

type Pen = CanvasRenderingContext2D

/** Draws on a canvas of `width` x `height` CSS pixels, sharp on dense screens. */
function drawn(width: number, height: number, draw: (pen: Pen) => void): ImageData {
  const canvas = document.createElement('canvas')
  canvas.width = width * RATIO
  canvas.height = height * RATIO
  const pen = canvas.getContext('2d')
  if (pen === null) throw new Error('This browser cannot draw on a canvas')
  pen.scale(RATIO, RATIO)
  draw(pen)
  return pen.getImageData(0, 0, canvas.width, canvas.height)
}

function fromSvg(svg: string, size: number): Promise<HTMLImageElement> {
  return new Promise((resolve, reject) => {
    const image = new Image(size * RATIO, size * RATIO)
    image.onload = () => resolve(image)
    image.onerror = () => reject(new Error('A map symbol could not be drawn'))
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`
  })
}

function ring(pen: Pen, x: number, y: number, radius: number, fill: string, stroke: string, width: number): void {
  pen.beginPath()
  pen.arc(x, y, radius, 0, 2 * Math.PI)
  pen.fillStyle = fill
  pen.fill()
  pen.lineWidth = width
  pen.strokeStyle = stroke
  pen.stroke()
}

/** Every picture that markers use: `kind-X` (and `kind-X-big`), done, late, recalled, box, hydrant, lot, pills, tags. */
export async function addImages(map: GlMap, token: Token): Promise<void> {
  const css = getComputedStyle(document.documentElement)
  const letters = Object.keys(KIND_SHAPES) as KindLetter[]
  const sizes = [
    ['', 19],
    ['-big', 34],
  ] as const
  await Promise.all(
    letters.flatMap((letter) =>
      sizes.map(async ([suffix, size]) => {
        const image = await fromSvg(kindImage(letter, size * RATIO, css), size)
        if (!map.hasImage(`kind-${letter}${suffix}`))
          map.addImage(`kind-${letter}${suffix}`, image, { pixelRatio: RATIO })
      }),
    ),
  )
  const add = (id: string, data: ImageData, more: object = {}): void => {
    if (!map.hasImage(id)) map.addImage(id, data, { pixelRatio: RATIO, ...more })
  }
  add(
    'done',
    drawn(13, 13, (pen) => doneRing(pen, token)),
  )
  add(
    'late',
    drawn(30, 30, (pen) => lateRing(pen, token('--warn'))),
  )
  add(
    'recalled',
    drawn(14, 14, (pen) => octagon(pen, token('--block'))),
  )
  add(
    'box',
    drawn(13, 13, (pen) => square(pen, token('--accent'))),
  )
  add(
    'hydrant',
    drawn(14, 14, (pen) => hydrant(pen, token)),
  )
  add(
    'valve',
    drawn(12, 12, (pen) => valve(pen, token, false)),
  )
  add(
    'valve-closed',
    drawn(12, 12, (pen) => valve(pen, token, true)),
  )
  add(
    'pin',
    drawn(34, 42, (pen) => pin(pen, token)),
  )
  add('lot', capsule(9, token('--surface'), token('--map-sheet'), 1), stretch(9))
  add('pill', capsule(11, token('--map-halo'), token('--ink'), 1.3), stretch(11))
  add('pill-old', capsule(11, token('--map-halo'), token('--warn'), 1.3), stretch(11))
  add('pill-alarm', capsule(11, token('--map-halo'), token('--block'), 1.3), stretch(11))
  add('tag-warn', capsule(3, token('--warn'), token('--warn'), 0), stretch(3))
  add('tag-block', capsule(3, token('--block'), token('--block'), 0), stretch(3))
  add('plate', capsule(4, token('--ink'), token('--ink'), 0), stretch(4))
}

/** The disc of a crew: route colour, letter, white rim. Made when a letter is first needed. */
export function ensureCrewDisc(map: GlMap, letter: string, token: Token): string {
  const id = `crew-${letter}`
  if (map.hasImage(id)) return id
  const fill = token(`--route-${routeStyle(letter).colour}`)
  const data = drawn(34, 34, (pen) => {
    ring(pen, 17, 17, 15, fill, '#ffffff', 2.5)
    pen.font = `780 15.5px ${token('--font')}`
    pen.textAlign = 'center'
    pen.textBaseline = 'alphabetic'
    pen.fillStyle = readable(fill)
    pen.fillText(letter, 17, 22.5)
  })
  map.addImage(id, data, { pixelRatio: RATIO })
  return id
}

/** Black or white, whichever can be read on a colour given as `#rrggbb`. */
export function readable(colour: string): string {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  const light = 0.2126 * red + 0.7152 * green + 0.0722 * blue
  return light > 0.2 ? '#06141f' : '#ffffff'
}

function doneRing(pen: Pen, token: Token): void {
  ring(pen, 6.5, 6.5, 5.5, token('--oksoft'), token('--ok'), 1.2)
  pen.beginPath()
  pen.moveTo(3.9, 6.6)
  pen.lineTo(5.8, 8.6)
  pen.lineTo(9.1, 4.6)
  pen.lineWidth = 1.3
  pen.stroke()
}

function lateRing(pen: Pen, colour: string): void {
  pen.setLineDash([4, 3])
  ring(pen, 15, 15, 13.5, 'transparent', colour, 2)
}

function octagon(pen: Pen, fill: string): void {
  const [a, b] = [4.1, 9.9]
  pen.beginPath()
  for (const [x, y] of [
    [a, 0],
    [b, 0],
    [14, a],
    [14, b],
    [b, 14],
    [a, 14],
    [0, b],
    [0, a],
  ] as const)
    pen.lineTo(x, y)
  pen.closePath()
  pen.fillStyle = fill
  pen.fill()
  pen.strokeStyle = readable(fill)
  pen.lineWidth = 2
  pen.beginPath()
  pen.moveTo(4.4, 4.4)
  pen.lineTo(9.6, 9.6)
  pen.moveTo(9.6, 4.4)
  pen.lineTo(4.4, 9.6)
  pen.stroke()
}

function square(pen: Pen, fill: string): void {
  pen.fillStyle = '#ffffff'
  pen.fillRect(0.7, 0.7, 11.6, 11.6)
  pen.fillStyle = fill
  pen.fillRect(2.4, 2.4, 8.2, 8.2)
}

function hydrant(pen: Pen, token: Token): void {
  ring(pen, 7, 7, 6, token('--k-Y'), token('--k-edge'), 1.2)
  pen.strokeStyle = token('--k-Y-on')
  pen.lineWidth = 1.4
  pen.beginPath()
  pen.moveTo(4, 7)
  pen.lineTo(10, 7)
  pen.moveTo(7, 4)
  pen.lineTo(7, 10)
  pen.stroke()
}

/** The drafting sign of a valve: two triangles that meet. Filled when it is closed. */
function valve(pen: Pen, token: Token, closed: boolean): void {
  pen.beginPath()
  pen.moveTo(1.2, 2.4)
  pen.lineTo(10.8, 9.6)
  pen.lineTo(10.8, 2.4)
  pen.lineTo(1.2, 9.6)
  pen.closePath()
  pen.fillStyle = closed ? token('--map-main') : token('--map-halo')
  pen.fill()
  pen.lineWidth = 1.3
  pen.lineJoin = 'round'
  pen.strokeStyle = token('--map-main')
  pen.stroke()
}

function pin(pen: Pen, token: Token): void {
  pen.beginPath()
  pen.moveTo(17, 41)
  pen.bezierCurveTo(7, 30, 2, 24, 2, 16.5)
  pen.arc(17, 16.5, 15, Math.PI, 0)
  pen.bezierCurveTo(32, 24, 27, 30, 17, 41)
  pen.closePath()
  pen.fillStyle = token('--ink')
  pen.fill()
  pen.lineWidth = 2
  pen.strokeStyle = token('--surface')
  pen.stroke()
}

/** A box with round ends that can be stretched around its text. */
function capsule(radius: number, fill: string, stroke: string, width: number): ImageData {
  const side = radius * 2 + 4
  return drawn(side, side, (pen) => {
    pen.beginPath()
    pen.roundRect(width / 2, width / 2, side - width, side - width, radius)
    pen.fillStyle = fill
    pen.fill()
    if (width === 0) return
    pen.lineWidth = width
    pen.strokeStyle = stroke
    pen.stroke()
  })
}

function stretch(radius: number): object {
  const [from, to, side] = [radius * RATIO, (radius + 4) * RATIO, (radius * 2 + 4) * RATIO]
  const inset = Math.min(radius, 4) * RATIO
  return { stretchX: [[from, to]], stretchY: [[from, to]], content: [inset, inset / 2, side - inset, side - inset / 2] }
}
