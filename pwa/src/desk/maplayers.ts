import type { GlMap } from '../map/engine'
import { setData } from '../map/data'
import { boundsOf, circle, collection, feature, point, verticesOf, type Bounds, type LonLat } from '../map/geometry'
import { FONT_STRONG, type Token } from '../map/style'
import type { PropertyOut, ServicePointOut } from '../api/types'

/** What the desk draws over the ground of the map for one property. */

const GROUPS: Record<string, string[]> = {
  parcels: ['parcels-fill', 'parcels-line'],
  numbers: ['parcels-label', 'addresses-label'],
  water: ['mains', 'mains-label', 'hydrants', 'valves'],
  names: ['streets-label', 'streets-label-middle', 'streets-label-big'],
  lots: ['lots-line', 'tracts-line', 'lots-label'],
}

export function installProperty(map: GlMap, token: Token): void {
  setData(map, 'here', collection([]))
  setData(map, 'box', collection([]))
  map.addLayer({
    id: 'here-fill',
    type: 'fill',
    source: 'here',
    filter: ['==', ['geometry-type'], 'Polygon'],
    paint: { 'fill-color': token('--accentsoft'), 'fill-opacity': 0.85 },
  })
  map.addLayer({
    id: 'here-line',
    type: 'line',
    source: 'here',
    layout: { 'line-join': 'round' },
    paint: { 'line-color': token('--accent'), 'line-width': 2.6 },
  })
  map.addLayer({
    id: 'here-label',
    type: 'symbol',
    source: 'here',
    filter: ['==', ['geometry-type'], 'Point'],
    layout: {
      'text-field': ['get', 'label'],
      'text-font': FONT_STRONG,
      'text-size': 12,
      'text-offset': [0, 0.6],
      'text-allow-overlap': true,
      'text-ignore-placement': false,
    },
    paint: { 'text-color': token('--ink'), 'text-halo-color': token('--accentsoft'), 'text-halo-width': 2 },
  })
  map.addLayer({
    id: 'box-doubt',
    type: 'fill',
    source: 'box',
    filter: ['==', ['geometry-type'], 'Polygon'],
    paint: { 'fill-color': token('--accent'), 'fill-opacity': 0.14 },
  })
  map.addLayer({
    id: 'box-doubt-line',
    type: 'line',
    source: 'box',
    filter: ['==', ['geometry-type'], 'Polygon'],
    paint: { 'line-color': token('--accent'), 'line-width': 1, 'line-dasharray': [2, 2] },
  })
  map.addLayer({
    id: 'box',
    type: 'symbol',
    source: 'box',
    filter: ['==', ['geometry-type'], 'Point'],
    layout: { 'icon-image': 'box', 'icon-allow-overlap': true, 'icon-ignore-placement': true },
  })
  // Lot numbers and hydrants stay readable over the chosen parcel.
  for (const id of ['lots-label', 'hydrants', 'here-label', 'box']) if (map.getLayer(id)) map.moveLayer(id)
}

export function drawProperty(map: GlMap, property: PropertyOut, at: number): void {
  const shape = property.parcel_shape as unknown as Parameters<typeof feature>[0] | null
  const label = /^\d+\S*/.exec(property.address)?.[0] ?? property.tract?.lot ?? ''
  setData(
    map,
    'here',
    collection([
      ...(shape ? [feature(shape)] : []),
      ...(label ? [point([property.lon, property.lat], { label })] : []),
    ]),
  )
  const points = property.service_points
  setData(
    map,
    'box',
    collection(
      points.flatMap((one, index) => [
        ...(index === at ? [feature(circle([one.lon, one.lat], Math.max(0.6, one.accuracy_m)))] : []),
        point([one.lon, one.lat]),
      ]),
    ),
  )
}

/** The box of the map: the parcel with its neighbours around it, or the place with 60 m on each side. */
export function frame(property: PropertyOut): Bounds {
  const places: LonLat[] = [
    ...verticesOf(property.parcel_shape),
    ...property.service_points.map((one: ServicePointOut): LonLat => [one.lon, one.lat]),
  ]
  const box = boundsOf(places.length ? places : verticesOf(circle([property.lon, property.lat], 25)))
  if (box === null) return [property.lon, property.lat, property.lon, property.lat]
  const [west, south, east, north] = box
  const [padX, padY] = [Math.max((east - west) * 0.75, 0.00025), Math.max((north - south) * 0.75, 0.0002)]
  return [west - padX, south - padY, east + padX, north + padY]
}

export function showGroup(map: GlMap, group: string, on: boolean): void {
  for (const id of GROUPS[group] ?? [])
    if (map.getLayer(id)) map.setLayoutProperty(id, 'visibility', on ? 'visible' : 'none')
}

/** Lays a recorded map sheet over the ground, under the chosen parcel; `strength` 0 to 1. */
export function showSheet(
  map: GlMap,
  sheet: PropertyOut['sheets'][number],
  on: boolean,
  strength: number,
  token: Token,
  under = 'here-line',
): void {
  const id = `sheet-${sheet.id}`
  if (on && !map.getSource(id)) {
    const corners = sheet.corners.map((corner) => [corner[0] ?? 0, corner[1] ?? 0]) as [
      [number, number],
      [number, number],
      [number, number],
      [number, number],
    ]
    map.addSource(id, { type: 'image', url: sheet.url, coordinates: corners })
    map.addLayer({ id, type: 'raster', source: id, paint: { 'raster-fade-duration': 0 } }, under)
    setData(map, `${id}-edge`, collection([feature({ type: 'Polygon', coordinates: [[...corners, corners[0]]] })]))
    map.addLayer({
      id: `${id}-edge`,
      type: 'line',
      source: `${id}-edge`,
      paint: { 'line-color': token('--map-sheet'), 'line-width': 1.8, 'line-dasharray': [6.5, 1.7, 1.7, 1.7] },
    })
  }
  if (!map.getLayer(id)) return
  map.setPaintProperty(id, 'raster-opacity', on ? strength : 0)
  map.setLayoutProperty(`${id}-edge`, 'visibility', on ? 'visible' : 'none')
}
