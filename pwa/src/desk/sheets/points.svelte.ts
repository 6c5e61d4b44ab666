import { Refused, answer, api } from '../../api/client'
import type { Shape } from '../../api/types'
import type { LonLat } from '../../map/geometry'
import type { Spot } from './paneview'

export type SheetPage = Shape<'SheetPageOut'>
export type SheetFit = Shape<'SheetFitOut'>

/** A control point on its way: it may be seen on one side only. */
export interface Point {
  id: number
  image: Spot | null
  ground: LonLat | null
  by: string | null
}

/** What is clicked for a page and not saved; kept while the person looks at something else. */
const kept = new Map<number, Point[]>()

/** The points of one page and what the server makes of them, asked again after every change. */
export class Points {
  list = $state.raw<Point[]>([])
  fit = $state.raw<SheetFit | null>(null)
  fault = $state.raw<Refused | null>(null)
  changed = $state(false)
  selected = $state<number | null>(null)
  #page: SheetPage
  #next = 1
  #turn = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(page: SheetPage) {
    this.#page = page
    const before = kept.get(page.id)
    this.list =
      before ??
      page.points.map((one, at) => ({
        id: at + 1,
        image: [one.x_px, one.y_px],
        ground: [one.lon, one.lat],
        by: one.put_by,
      }))
    this.changed = before !== undefined
    this.#next = Math.max(0, ...this.list.map((one) => one.id)) + 1
    this.fit = page.fit ?? null
    if (before) this.#judge()
  }

  get whole(): Point[] {
    return this.list.filter((one) => one.image && one.ground)
  }
  /** The point that waits for its other side. */
  get open(): Point | null {
    return this.list.find((one) => !one.image || !one.ground) ?? null
  }

  /** What the fit says of a point: feet off, feet off the others' fit, and whether it stands out. */
  said(id: number): { off: number; alone: number | null; out: boolean } | null {
    const at = this.whole.findIndex((one) => one.id === id)
    const off = this.fit?.residuals_ft[at]
    if (at < 0 || off === undefined || this.fit?.residuals_ft.length !== this.whole.length) return null
    return { off, alone: this.fit.alone_ft[at] ?? null, out: this.fit.outlier === at }
  }

  put(side: { image: Spot } | { ground: LonLat }): void {
    const open = this.open
    if (open) this.#replace(open.id, side)
    else {
      const id = this.#next++
      this.selected = id
      this.#take([...this.list, { id, image: null, ground: null, by: null, ...side }])
    }
  }
  move(id: number, side: { image: Spot } | { ground: LonLat }): void {
    this.#replace(id, side)
  }
  remove(id: number): void {
    this.#take(this.list.filter((one) => one.id !== id))
    if (this.selected === id) this.selected = null
  }
  /** Back to what is saved. */
  undo(): void {
    kept.delete(this.#page.id)
    Object.assign(this, new Points(this.#page))
    this.changed = false
  }
  saved(): void {
    kept.delete(this.#page.id)
  }

  body(): Shape<'SheetPointIn'>[] {
    return this.whole.flatMap(({ image, ground }) =>
      image && ground ? [{ x_px: image[0], y_px: image[1], lon: ground[0], lat: ground[1] }] : [],
    )
  }

  #replace(id: number, side: Partial<Point>): void {
    this.selected = id
    this.#take(this.list.map((one) => (one.id === id ? { ...one, ...side, by: null } : one)))
  }
  #take(list: Point[]): void {
    this.list = list
    this.changed = true
    kept.set(this.#page.id, list)
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#judge(), 120)
  }

  #judge(): void {
    const turn = ++this.#turn
    const points = this.body()
    if (points.length < 3) {
      this.fit = null
      this.fault = null
      return
    }
    const { width_px, height_px } = this.#page
    answer<SheetFit>(api.POST('/api/v1/sheet-fits', { body: { points, width_px, height_px } })).then(
      (fit) => {
        if (turn !== this.#turn) return
        this.fit = fit
        this.fault = null
      },
      (fault: unknown) => {
        if (!(fault instanceof Refused)) throw fault
        if (turn !== this.#turn) return
        this.fit = null
        this.fault = fault
      },
    )
  }
}
