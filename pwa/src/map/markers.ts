import type { Map as GlMap } from 'maplibre-gl'
import { setData } from './data'
import { circle, collection, feature, point, type LonLat } from './geometry'
import { ensureCrewDisc } from './images'
import { FONT_STRONG, type Token } from './style'

export interface StopMark {
  id: number
  place: LonLat
  /** Letter of the kind. */
  letter: string
  state: 'pending' | 'done' | 'late' | 'recalled'
  /** Words beside a late or recalled stop. */
  tag: string
  faint: boolean
  chosen?: boolean
}

export interface CrewMark {
  id: number
  letter: string
  place: LonLat
  /** Age of the position in words. */
  age: string
  tone: 'plain' | 'old' | 'alarm'
  /** How far the truck could have gone since, in metres; 0 draws no circle. */
  doubtM: number
  /** Kind letter of the job in hand. */
  doing: string | null
  faint: boolean
}

const always = { 'icon-allow-overlap': true, 'icon-ignore-placement': true } as const
const textAlways = { 'text-allow-overlap': true, 'text-ignore-placement': true } as const
const opacity = ['case', ['get', 'faint'], 0.3, 1] as never

/** Adds the layers of stops and crews; call once a map, after the routes. `big` for the crew's own map. */
export function installMarkers(map: GlMap, token: Token, big = false): void {
  setData(map, 'stops', collection([]))
  setData(map, 'crews', collection([]))
  setData(map, 'doubt', collection([]))
  const is = (...states: string[]): never => ['in', ['get', 'state'], ['literal', states]] as never
  map.addLayer({
    id: 'doubt-fill',
    type: 'fill',
    source: 'doubt',
    paint: { 'fill-color': token('--warn'), 'fill-opacity': 0.09 },
  })
  map.addLayer({
    id: 'doubt-line',
    type: 'line',
    source: 'doubt',
    paint: { 'line-color': token('--warn'), 'line-width': 1.5, 'line-dasharray': [3, 3] },
  })
  map.addLayer({
    id: 'stops-chosen',
    type: 'circle',
    source: 'stops',
    filter: ['==', ['get', 'chosen'], true],
    paint: {
      'circle-radius': big ? 26 : 17,
      'circle-color': token('--accentsoft'),
      'circle-stroke-color': token('--ink'),
      'circle-stroke-width': 2,
    },
  })
  map.addLayer({
    id: 'stops-done',
    type: 'symbol',
    source: 'stops',
    filter: is('done'),
    layout: { 'icon-image': 'done', ...always },
    paint: { 'icon-opacity': opacity },
  })
  map.addLayer({
    id: 'stops-late',
    type: 'symbol',
    source: 'stops',
    filter: is('late'),
    layout: { 'icon-image': 'late', ...always },
  })
  map.addLayer({
    id: 'stops',
    type: 'symbol',
    source: 'stops',
    filter: is('pending', 'late', 'recalled'),
    layout: { 'icon-image': ['concat', 'kind-', ['get', 'letter'], big ? '-big' : ''], ...always },
    paint: { 'icon-opacity': opacity },
  })
  map.addLayer({
    id: 'stops-recalled',
    type: 'symbol',
    source: 'stops',
    filter: is('recalled'),
    layout: { 'icon-image': 'recalled', 'icon-offset': big ? [16, -16] : [9, -9], ...always },
  })
  installCrews(map, token)
  map.addLayer({
    id: 'stops-tag',
    type: 'symbol',
    source: 'stops',
    filter: ['!=', ['get', 'tag'], ''],
    layout: {
      'icon-image': ['match', ['get', 'state'], 'recalled', 'tag-block', 'tag-warn'],
      'icon-text-fit': 'both',
      'icon-text-fit-padding': [3, 8, 3, 8],
      'text-field': ['get', 'tag'],
      'text-font': FONT_STRONG,
      'text-size': 12,
      'text-max-width': 60,
      // Above the stop: the pills of crews lie to the right.
      'text-anchor': 'bottom',
      'text-offset': [0, -1.35],
      ...always,
      ...textAlways,
    },
    paint: { 'text-color': token('--onaccent') },
  })
}

function installCrews(map: GlMap, token: Token): void {
  map.addLayer({
    id: 'crews-ring',
    type: 'circle',
    source: 'crews',
    filter: ['==', ['get', 'tone'], 'alarm'],
    paint: {
      'circle-radius': 23,
      'circle-color': 'transparent',
      'circle-stroke-color': token('--block'),
      'circle-stroke-width': 2,
    },
  })
  map.addLayer({
    id: 'crews-pill',
    type: 'symbol',
    source: 'crews',
    filter: ['!=', ['get', 'age'], ''],
    layout: {
      'icon-image': ['match', ['get', 'tone'], 'old', 'pill-old', 'alarm', 'pill-alarm', 'pill'],
      'icon-text-fit': 'both',
      'icon-text-fit-padding': [3, 11, 3, 22],
      'text-field': ['get', 'age'],
      'text-font': FONT_STRONG,
      'text-size': 12.5,
      'text-max-width': 40,
      'text-anchor': 'left',
      'text-offset': [1.6, 0],
      ...always,
      ...textAlways,
    },
    paint: {
      'text-color': ['match', ['get', 'tone'], 'old', token('--warn'), 'alarm', token('--block'), token('--ink')],
      'icon-opacity': opacity,
      'text-opacity': opacity,
    },
  })
  map.addLayer({
    id: 'crews',
    type: 'symbol',
    source: 'crews',
    layout: { 'icon-image': ['get', 'image'], ...always },
    paint: { 'icon-opacity': opacity },
  })
  map.addLayer({
    id: 'crews-doing',
    type: 'symbol',
    source: 'crews',
    filter: ['has', 'doing'],
    layout: { 'icon-image': ['concat', 'kind-', ['get', 'doing']], 'icon-offset': [-16, -16], ...always },
    paint: { 'icon-opacity': opacity },
  })
}

export function drawStops(map: GlMap, stops: readonly StopMark[]): void {
  setData(map, 'stops', collection(stops.map(({ place, ...properties }) => point(place, properties))))
}

export function drawCrews(map: GlMap, crews: readonly CrewMark[], token: Token): void {
  setData(
    map,
    'crews',
    collection(
      crews.map((crew) =>
        point(crew.place, {
          id: crew.id,
          image: ensureCrewDisc(map, crew.letter, token),
          age: crew.age,
          tone: crew.tone,
          faint: crew.faint,
          ...(crew.doing === null ? {} : { doing: crew.doing }),
        }),
      ),
    ),
  )
  setData(
    map,
    'doubt',
    collection(crews.filter((crew) => crew.doubtM > 0).map((crew) => feature(circle(crew.place, crew.doubtM)))),
  )
}
