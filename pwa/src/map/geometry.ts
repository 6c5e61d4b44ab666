/** Small geometry on longitude and latitude, good for the size of a town. */
import type { Feature, FeatureCollection, Geometry, Polygon } from 'geojson'

export type LonLat = readonly [number, number]
/** West, south, east, north. */
export type Bounds = readonly [number, number, number, number]

const M_PER_DEGREE = 111_320

/** A ring of 48 points around a place, as a GeoJSON polygon. */
export function circle(centre: LonLat, radiusM: number): Polygon {
  const [lon, lat] = centre
  const dLat = radiusM / M_PER_DEGREE
  const dLon = dLat / Math.max(0.05, Math.cos((lat * Math.PI) / 180))
  const ring: [number, number][] = []
  for (let i = 0; i <= 48; i++) {
    const angle = (i / 48) * 2 * Math.PI
    ring.push([lon + dLon * Math.cos(angle), lat + dLat * Math.sin(angle)])
  }
  return { type: 'Polygon', coordinates: [ring] }
}

export function distanceM(a: LonLat, b: LonLat): number {
  const dLat = (b[1] - a[1]) * M_PER_DEGREE
  const dLon = (b[0] - a[0]) * M_PER_DEGREE * Math.cos((((a[1] + b[1]) / 2) * Math.PI) / 180)
  return Math.hypot(dLat, dLon)
}

/** The smallest box around all points; null when there are none. */
export function boundsOf(points: Iterable<LonLat>): Bounds | null {
  let box: [number, number, number, number] | null = null
  for (const [lon, lat] of points) {
    if (box === null) box = [lon, lat, lon, lat]
    else box = [Math.min(box[0], lon), Math.min(box[1], lat), Math.max(box[2], lon), Math.max(box[3], lat)]
  }
  return box
}

/** Every vertex of a GeoJSON geometry, in no special order. */
export function verticesOf(shape: unknown): LonLat[] {
  const points: LonLat[] = []
  const visit = (value: unknown): void => {
    if (!Array.isArray(value)) return
    if (typeof value[0] === 'number' && typeof value[1] === 'number') points.push([value[0], value[1]])
    else for (const item of value) visit(item)
  }
  if (typeof shape === 'object' && shape !== null && 'coordinates' in shape) visit(shape.coordinates)
  return points
}

/** The index of the vertex of `line` that is nearest to a place; 0 for an empty line. */
export function nearestVertex(line: readonly LonLat[], place: LonLat): number {
  let best = 0
  let bestM = Infinity
  line.forEach((point, index) => {
    const metres = distanceM(point, place)
    if (metres < bestM) [best, bestM] = [index, metres]
  })
  return best
}

export const feature = (geometry: Geometry, properties: Record<string, unknown> = {}): Feature => ({
  type: 'Feature',
  geometry,
  properties,
})

export const point = (place: LonLat, properties: Record<string, unknown> = {}): Feature =>
  feature({ type: 'Point', coordinates: [...place] }, properties)

export const line = (places: readonly LonLat[], properties: Record<string, unknown> = {}): Feature =>
  feature({ type: 'LineString', coordinates: places.map((place) => [...place]) }, properties)

export const collection = (features: Feature[]): FeatureCollection => ({
  type: 'FeatureCollection',
  features,
})
