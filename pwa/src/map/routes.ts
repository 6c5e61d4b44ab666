import type { Feature } from 'geojson'
import type { Map as GlMap } from 'maplibre-gl'
import { setData } from './data'
import { collection, line, nearestVertex, type LonLat } from './geometry'
import { PATTERN_LETTERS, routeStyle } from './routestyle'
import type { Token } from './style'

export interface RouteDrawing {
  letter: string
  /** The way along the streets, yard to yard. */
  line: readonly LonLat[]
  /** Where the crew has got to; what lies before it is drawn thin. */
  upTo: LonLat | null
  faint?: boolean
}

/** Adds the layers of route lines: driven part thin, the rest with casing, colour and dash pattern. Call once a map. */
export function installRoutes(map: GlMap, token: Token, widthPx = 3.8): void {
  setData(map, 'routes', collection([]))
  const colour = ['get', 'colour'] as never
  const faint = ['case', ['get', 'faint'], 0.25, 1] as never
  map.addLayer({
    id: 'routes-driven',
    type: 'line',
    source: 'routes',
    filter: ['==', ['get', 'part'], 'driven'],
    paint: {
      'line-color': colour,
      'line-width': widthPx * 0.42,
      'line-opacity': ['case', ['get', 'faint'], 0.15, 0.5],
    },
  })
  map.addLayer({
    id: 'routes-case',
    type: 'line',
    source: 'routes',
    filter: ['==', ['get', 'part'], 'ahead'],
    layout: { 'line-join': 'round' },
    paint: { 'line-color': token('--map-halo'), 'line-width': widthPx * 2.1, 'line-opacity': faint },
  })
  for (const pattern of PATTERN_LETTERS) {
    const style = routeStyle(pattern)
    map.addLayer({
      id: `routes-${pattern}`,
      type: 'line',
      source: 'routes',
      filter: ['all', ['==', ['get', 'part'], 'ahead'], ['==', ['get', 'pattern'], pattern]],
      layout: { 'line-join': 'round', 'line-cap': style.round ? 'round' : 'butt' },
      paint: {
        'line-color': colour,
        'line-width': widthPx,
        'line-opacity': faint,
        // Dashes are in line widths.
        ...(style.dash.length ? { 'line-dasharray': style.dash.map((px) => px / 3.8) } : {}),
      },
    })
  }
}

export function drawRoutes(map: GlMap, routes: readonly RouteDrawing[], token: Token): void {
  const features: Feature[] = []
  for (const route of routes) {
    if (route.line.length < 2) continue
    const style = routeStyle(route.letter)
    const common = { colour: token(`--route-${style.colour}`), pattern: style.pattern, faint: route.faint ?? false }
    const cut = route.upTo === null ? 0 : nearestVertex(route.line, route.upTo)
    const driven = route.line.slice(0, cut + 1)
    const ahead = route.line.slice(cut)
    if (driven.length > 1) features.push(line(driven, { ...common, part: 'driven' }))
    if (ahead.length > 1) features.push(line(ahead, { ...common, part: 'ahead' }))
  }
  setData(map, 'routes', collection(features))
}
