import type { Feature, FeatureCollection } from 'geojson'
import { Refused } from '../api/client'
import type { Bounds } from '../map/geometry'

/** What the map holds within a box (west, south, east, north); throws `Refused` when the server says no. */
export async function featuresNear(box: Bounds, layers: readonly string[]): Promise<Feature[]> {
  const query = new URLSearchParams({ bbox: box.join(','), layers: layers.join(',') })
  const problem = (message: string) => ({ code: 'MAP', message, reasons: [] })
  const response = await fetch(`/api/v1/map/features?${query}`).catch(() => {
    throw new Refused(0, problem('No answer from the server.'))
  })
  if (!response.ok) throw new Refused(response.status, problem(response.statusText))
  return ((await response.json()) as FeatureCollection).features
}
