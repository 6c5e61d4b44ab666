import type { LayerSpecification, SourceSpecification, StyleSpecification } from 'maplibre-gl'

/** Reads a design token of the face that shows the map, such as `--map-land`. */
export type Token = (name: string) => string

export const TILE_LAYERS = ['parcels', 'streets', 'water', 'lots'] as const
export type TileLayer = (typeof TILE_LAYERS)[number]

/** `street`: white ground with parcels on it, to look at one property. `land`: a town with its streets. */
export type Ground = 'street' | 'land'

/** Fonts of the device: no glyph server, no download. The weight is read from the first name. */
export const FONT = ['Inter Medium', 'Inter', 'Segoe UI', 'Roboto', 'Helvetica Neue', 'sans-serif']
export const FONT_STRONG = ['Inter Bold', 'Inter', 'Segoe UI', 'Roboto', 'Helvetica Neue', 'sans-serif']

export function readToken(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}

const BIG = ['match', ['get', 'class'], ['arterial', 'highway', 'ramp'], true, false] as const

/** The ground of every map: streets, parcels, lots and water from the tile archives that are given. */
export function baseStyle(
  token: Token,
  ground: Ground,
  urls: Readonly<Partial<Record<TileLayer, string>>>,
): StyleSpecification {
  const sources: Record<string, SourceSpecification> = {}
  for (const name of TILE_LAYERS) {
    const url = urls[name]
    if (url !== undefined) sources[name] = { type: 'vector', url }
  }
  const layers: LayerSpecification[] = [
    {
      id: 'ground',
      type: 'background',
      paint: { 'background-color': token(ground === 'street' ? '--map-street' : '--map-land') },
    },
    ...(sources['parcels'] ? parcelLayers(token) : []),
    ...(sources['streets'] ? streetLayers(token, ground) : []),
    ...(sources['water'] ? waterLayers(token) : []),
    ...(sources['lots'] ? lotLayers(token) : []),
    ...(sources['parcels'] ? parcelLabels(token) : []),
    ...(sources['streets'] ? streetLabels(token) : []),
  ]
  return { version: 8, sources, layers }
}

function parcelLayers(token: Token): LayerSpecification[] {
  const common = { source: 'parcels', 'source-layer': 'parcels', minzoom: 14 } as const
  return [
    { id: 'parcels-fill', type: 'fill', ...common, paint: { 'fill-color': token('--map-lot') } },
    {
      id: 'parcels-line',
      type: 'line',
      ...common,
      paint: {
        'line-color': token('--map-parcel'),
        'line-width': ['interpolate', ['linear'], ['zoom'], 14, 0.3, 16, 0.7, 18, 1],
      },
    },
  ]
}

/** The part of a long parcel number that changes from lot to lot: 501-0521-012-00 is drawn as 012. */
const PARCEL_NUMBER = [
  'let',
  'number',
  ['to-string', ['coalesce', ['get', 'number'], '']],
  [
    'let',
    'parts',
    ['split', ['var', 'number'], '-'],
    ['case', ['==', ['length', ['var', 'parts']], 4], ['to-string', ['at', 2, ['var', 'parts']]], ['var', 'number']],
  ],
]

function parcelLabels(token: Token): LayerSpecification[] {
  return [
    {
      id: 'parcels-label',
      type: 'symbol',
      source: 'parcels',
      'source-layer': 'parcels',
      minzoom: 17,
      layout: {
        'text-field': PARCEL_NUMBER as never,
        'text-font': FONT,
        'text-size': 10,
        'text-padding': 1,
        // Below the middle; the number of the lot stands above it.
        'text-offset': [0, 0.9],
      },
      paint: { 'text-color': token('--map-label'), 'text-halo-color': token('--map-lot'), 'text-halo-width': 1.2 },
    },
  ]
}

function streetLayers(token: Token, ground: Ground): LayerSpecification[] {
  if (ground === 'street') return []
  const common = { source: 'streets', 'source-layer': 'streets' } as const
  const round = { 'line-cap': 'round', 'line-join': 'round' } as const
  return [
    {
      id: 'streets-local',
      type: 'line',
      ...common,
      filter: ['!', BIG as never],
      layout: round,
      paint: {
        'line-color': token('--map-street'),
        'line-width': ['interpolate', ['exponential', 1.5], ['zoom'], 11, 0.7, 13, 1.8, 15, 4, 17, 12, 19, 40],
      },
    },
    {
      id: 'streets-big-edge',
      type: 'line',
      ...common,
      filter: BIG as never,
      layout: round,
      paint: {
        'line-color': token('--map-street-edge'),
        'line-width': ['interpolate', ['exponential', 1.5], ['zoom'], 11, 2.6, 13, 6, 15, 10, 17, 20, 19, 56],
      },
    },
    {
      id: 'streets-big',
      type: 'line',
      ...common,
      filter: BIG as never,
      layout: round,
      paint: {
        'line-color': token('--map-art'),
        'line-width': ['interpolate', ['exponential', 1.5], ['zoom'], 11, 1.8, 13, 4.5, 15, 8, 17, 18, 19, 52],
      },
    },
  ]
}

function streetLabels(token: Token): LayerSpecification[] {
  const label = (id: string, big: boolean, minzoom: number): LayerSpecification => ({
    id,
    type: 'symbol',
    source: 'streets',
    'source-layer': 'streets',
    minzoom,
    filter: big ? (BIG as never) : ['!', BIG as never],
    layout: {
      'symbol-placement': 'line',
      'symbol-spacing': 420,
      'text-field': ['coalesce', ['get', 'name'], ''],
      'text-font': FONT,
      'text-size': 11.5,
      'text-letter-spacing': 0.02,
      'text-max-angle': 30,
    },
    paint: { 'text-color': token('--map-label'), 'text-halo-color': token('--map-halo'), 'text-halo-width': 1.5 },
  })
  return [label('streets-label-big', true, 12.5), label('streets-label', false, 15.5)]
}

function waterLayers(token: Token): LayerSpecification[] {
  const common = { source: 'water', 'source-layer': 'water', minzoom: 14 } as const
  const main = ['==', ['get', 'kind'], 'main'] as never
  return [
    {
      id: 'mains',
      type: 'line',
      ...common,
      filter: main,
      paint: {
        'line-color': token('--map-main'),
        'line-opacity': 0.75,
        'line-width': ['interpolate', ['linear'], ['zoom'], 14, 0.8, 18, 2.2],
      },
    },
    {
      id: 'mains-label',
      type: 'symbol',
      ...common,
      minzoom: 17,
      filter: main,
      layout: {
        'symbol-placement': 'line',
        'symbol-spacing': 500,
        'text-field': ['coalesce', ['get', 'label'], ''],
        'text-font': FONT,
        'text-size': 9.5,
        'text-offset': [0, 0.9],
      },
      paint: { 'text-color': token('--map-main'), 'text-halo-color': token('--map-street'), 'text-halo-width': 1.5 },
    },
    {
      id: 'hydrants',
      type: 'symbol',
      ...common,
      minzoom: 15.5,
      filter: ['==', ['get', 'kind'], 'hydrant'],
      layout: {
        'icon-image': 'hydrant',
        'icon-allow-overlap': true,
        'icon-size': ['interpolate', ['linear'], ['zoom'], 15.5, 0.6, 17.5, 1],
        'text-field': ['step', ['zoom'], '', 17, ['to-string', ['coalesce', ['get', 'label'], '']]],
        'text-font': FONT,
        'text-size': 10,
        'text-anchor': 'left',
        'text-offset': [0.9, 0],
        'text-optional': true,
      },
      paint: { 'text-color': token('--map-label'), 'text-halo-color': token('--map-lot'), 'text-halo-width': 1.5 },
    },
  ]
}

/** "Lot 23, Tract 8231" is drawn as 23: what stands between the first word and the comma. */
const LOT_NUMBER = [
  'let',
  'label',
  ['to-string', ['coalesce', ['get', 'label'], '']],
  [
    'let',
    'end',
    ['index-of', ',', ['var', 'label']],
    ['case', ['>', ['var', 'end'], 4], ['slice', ['var', 'label'], 4, ['var', 'end']], ['slice', ['var', 'label'], 4]],
  ],
]

function lotLayers(token: Token): LayerSpecification[] {
  const common = { source: 'lots', 'source-layer': 'lots' } as const
  const kind = (name: string): never => ['==', ['get', 'kind'], name] as never
  return [
    {
      id: 'lots-line',
      type: 'line',
      ...common,
      minzoom: 15.5,
      filter: kind('lot'),
      paint: { 'line-color': token('--map-sheet'), 'line-width': 0.9, 'line-dasharray': [4, 3], 'line-opacity': 0.55 },
    },
    {
      id: 'tracts-line',
      type: 'line',
      ...common,
      minzoom: 14,
      filter: kind('tract'),
      paint: { 'line-color': token('--map-sheet'), 'line-width': 1.8, 'line-dasharray': [6.5, 1.7, 1.7, 1.7] },
    },
    {
      id: 'lots-label',
      type: 'symbol',
      ...common,
      minzoom: 16.5,
      filter: kind('lot'),
      layout: {
        'icon-image': 'lot',
        'icon-text-fit': 'both',
        'icon-text-fit-padding': [2, 4, 2, 4],
        'text-field': LOT_NUMBER as never,
        'text-font': FONT_STRONG,
        'text-size': 9.5,
        'text-offset': [0, -1.9],
        'text-padding': 2,
      },
      paint: { 'text-color': token('--map-sheet') },
    },
  ]
}
