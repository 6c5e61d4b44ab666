import type { LayerSpecification, StyleSpecification } from 'maplibre-gl'

/** Reads a design token (`--ink`) as a colour. */
export type Token = (name: string) => string

/** What of the district's archive a map shows. Lots are also their tracts, water is mains, hydrants and valves. */
export const TILE_LAYERS = ['parcels', 'streets', 'water', 'lots'] as const
export type TileLayer = (typeof TILE_LAYERS)[number]

/** `street`: white ground with parcels on it, to look at one property. `land`: a town with its streets. */
export type Ground = 'street' | 'land'

export interface Look {
  ground: Ground
  layers: readonly TileLayer[]
  /** Address of the archive; without one the map is bare ground. */
  url: string | undefined
  /** Labels to be read at arm's length, in a truck. */
  big: boolean
}

/** Fonts of the device: no glyph server, no download. The weight is read from the first name. */
export const FONT = ['Inter Medium', 'Inter', 'Segoe UI', 'Roboto', 'Helvetica Neue', 'sans-serif']
export const FONT_STRONG = ['Inter Bold', 'Inter', 'Segoe UI', 'Roboto', 'Helvetica Neue', 'sans-serif']

const SOURCE = 'district'
/** Parcels are lines without room between them before this zoom. */
const PARCELS_FROM = 14
/** From here on the gaps between parcels are the streets. */
const GAPS_FROM = 15.2

export function readToken(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}

type Size = (px: number) => number

const BIG = ['match', ['get', 'class'], ['arterial', 'ramp'], true, false] as const
const MIDDLE = ['==', ['get', 'class'], 'collector'] as const

/** The ground of every map, drawn from the one archive of the district. */
export function baseStyle(token: Token, look: Look): StyleSpecification {
  const has = (name: TileLayer): boolean => look.url !== undefined && look.layers.includes(name)
  const size: Size = (px) => (look.big ? Math.round(px * 14.5) / 10 : px)
  const layers: LayerSpecification[] = [
    { id: 'ground', type: 'background', paint: { 'background-color': groundColour(token, look.ground) } },
    ...(has('parcels') ? parcelLayers(token) : []),
    ...(has('streets') ? streetLayers(token, look.ground) : []),
    ...(has('lots') ? lotLines(token) : []),
    ...(has('water') ? waterLayers(token, size) : []),
    // Labels, the least important first: later ones are placed before earlier ones.
    ...(has('parcels') ? parcelLabels(token, size) : []),
    ...(has('lots') ? lotLabels(token, size) : []),
    ...(has('streets') ? streetLabels(token, size) : []),
    ...(has('parcels') ? addressLabels(token, size) : []),
  ]
  return {
    version: 8,
    sources: look.url === undefined ? {} : { [SOURCE]: { type: 'vector', url: look.url } },
    layers,
  }
}

function groundColour(token: Token, ground: Ground): never {
  const land = token('--map-land')
  return (ground === 'land' ? land : ['step', ['zoom'], land, GAPS_FROM, token('--map-street')]) as never
}

const from = (layer: string, minzoom: number): { source: string; 'source-layer': string; minzoom: number } => ({
  source: SOURCE,
  'source-layer': layer,
  minzoom,
})

const text = (name: string): never => ['to-string', ['coalesce', ['get', name], '']] as never

function parcelLayers(token: Token): LayerSpecification[] {
  return [
    {
      id: 'parcels-fill',
      type: 'fill',
      ...from('parcels', PARCELS_FROM),
      paint: {
        'fill-color': token('--map-lot'),
        'fill-antialias': false,
        'fill-opacity': ['interpolate', ['linear'], ['zoom'], 14, 0.4, 15.5, 1],
      },
    },
    {
      id: 'parcels-line',
      type: 'line',
      ...from('parcels', PARCELS_FROM),
      layout: { 'line-join': 'round' },
      paint: {
        'line-color': token('--map-parcel'),
        'line-width': ['interpolate', ['linear'], ['zoom'], 14, 0.35, 16, 0.7, 18, 1, 20, 1.4],
        'line-opacity': ['interpolate', ['linear'], ['zoom'], 14, 0.25, 16, 0.8, 17, 1],
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

function parcelLabels(token: Token, size: Size): LayerSpecification[] {
  return [
    {
      id: 'parcels-label',
      type: 'symbol',
      ...from('parcel_labels', 17.4),
      layout: {
        'text-field': PARCEL_NUMBER as never,
        'text-font': FONT,
        'text-size': size(10),
        'text-padding': 1,
        // Below the middle, where the number of the house stands.
        'text-offset': [0, 2],
      },
      paint: { 'text-color': token('--map-label'), 'text-halo-color': token('--map-lot'), 'text-halo-width': 1.2 },
    },
  ]
}

function addressLabels(token: Token, size: Size): LayerSpecification[] {
  return [
    {
      id: 'addresses-label',
      type: 'symbol',
      ...from('addresses', 16.8),
      layout: {
        'text-field': text('number'),
        'text-font': FONT_STRONG,
        'text-size': ['interpolate', ['linear'], ['zoom'], 17, size(9.5), 18, size(11), 19.5, size(13)],
        'text-padding': 2,
      },
      paint: { 'text-color': token('--ink2'), 'text-halo-color': token('--map-lot'), 'text-halo-width': 1.4 },
    },
  ]
}

/** Widths in pixels at zooms 11, 13, 15, 17, 19; wide streets grow with the ground, so that they fill their gap. */
const width = (...px: [number, number, number, number, number]): never =>
  [
    'interpolate',
    ['exponential', 1.6],
    ['zoom'],
    ...[11, 13, 15, 17, 19].flatMap((zoom, at) => [zoom, px[at] ?? 1]),
  ] as never

function streetLayers(token: Token, ground: Ground): LayerSpecification[] {
  const round = { 'line-cap': 'round', 'line-join': 'round' } as const
  const common = from('streets', 9)
  const local = ['all', ['!', BIG], ['!', MIDDLE]] as never
  const street = (id: string, filter: never, colour: string, px: never): LayerSpecification => ({
    id,
    type: 'line',
    ...common,
    ...(ground === 'street' ? { maxzoom: GAPS_FROM } : {}),
    filter,
    layout: round,
    paint: { 'line-color': token(colour), 'line-width': px },
  })
  return [
    street('streets-local-edge', local, '--map-street-edge', width(0, 1.6, 5, 15, 48)),
    street('streets-middle-edge', MIDDLE as never, '--map-street-edge', width(1.6, 3.6, 7.5, 19, 58)),
    street('streets-local', local, '--map-street', width(0.6, 1.1, 4, 13.6, 46)),
    street('streets-middle', MIDDLE as never, '--map-street', width(1, 2.6, 6.3, 17.6, 56)),
    street('streets-big-edge', BIG as never, '--map-street-edge', width(2.8, 6, 11, 25, 70)),
    street('streets-big', BIG as never, '--map-art', width(1.8, 4.4, 9, 23, 67)),
  ]
}

function streetLabels(token: Token, size: Size): LayerSpecification[] {
  const label = (id: string, filter: never, minzoom: number, px: number): LayerSpecification => ({
    id,
    type: 'symbol',
    ...from('streets', minzoom),
    filter,
    layout: {
      'symbol-placement': 'line',
      'symbol-spacing': 360,
      'text-field': text('name'),
      'text-font': FONT,
      'text-size': ['interpolate', ['linear'], ['zoom'], 13, size(px - 1), 17, size(px), 19, size(px + 2)],
      'text-letter-spacing': 0.02,
      'text-max-angle': 30,
      'text-padding': 4,
    },
    paint: { 'text-color': token('--map-label'), 'text-halo-color': token('--map-halo'), 'text-halo-width': 1.6 },
  })
  return [
    label('streets-label', ['all', ['!', BIG], ['!', MIDDLE]] as never, 15.3, 11.5),
    label('streets-label-middle', MIDDLE as never, 14, 11.5),
    label('streets-label-big', BIG as never, 12.5, 12),
  ]
}

function waterLayers(token: Token, size: Size): LayerSpecification[] {
  const halo = { 'text-halo-color': token('--map-halo'), 'text-halo-width': 1.5 }
  const blue = token('--map-main')
  /** Mains are drawn after their size: a 16 in main is twice as wide as a 6 in one. */
  const thick = (px: number): unknown => ['*', px, ['case', ['>=', ['get', 'diameter_in'], 12], 1.7, 1]]
  return [
    {
      id: 'mains',
      type: 'line',
      ...from('mains', 14.3),
      layout: { 'line-cap': 'round' },
      paint: {
        'line-color': blue,
        'line-opacity': ['interpolate', ['linear'], ['zoom'], 14.3, 0.35, 16, 0.8],
        'line-width': ['interpolate', ['linear'], ['zoom'], 14, thick(0.7), 17, thick(1.6), 19.5, thick(2.4)] as never,
      },
    },
    {
      id: 'mains-label',
      type: 'symbol',
      ...from('mains', 17.2),
      layout: {
        'symbol-placement': 'line',
        'symbol-spacing': 460,
        'text-field': text('label'),
        'text-font': FONT,
        'text-size': size(10),
        'text-offset': [0, 0.95],
        'text-padding': 6,
      },
      paint: { 'text-color': blue, ...halo },
    },
    {
      id: 'valves',
      type: 'symbol',
      ...from('valves', 16.4),
      layout: {
        'icon-image': ['match', ['get', 'status'], 'closed', 'valve-closed', 'valve'],
        'icon-allow-overlap': true,
        'icon-size': ['interpolate', ['linear'], ['zoom'], 16.4, 0.6, 18.5, look(size)],
        'text-field': ['step', ['zoom'], '', 18.3, text('label')] as never,
        'text-font': FONT,
        'text-size': size(9.5),
        'text-anchor': 'left',
        'text-offset': [0.6, -0.7],
        'text-optional': true,
      },
      paint: { 'text-color': blue, ...halo },
    },
    {
      id: 'hydrants',
      type: 'symbol',
      ...from('hydrants', 15.4),
      layout: {
        'icon-image': 'hydrant',
        'icon-allow-overlap': true,
        'icon-size': ['interpolate', ['linear'], ['zoom'], 15.4, 0.5, 17.5, look(size)],
        'text-field': ['step', ['zoom'], '', 17, text('label')] as never,
        'text-font': FONT,
        'text-size': size(10),
        'text-anchor': 'left',
        'text-offset': [0.9, 0],
        'text-optional': true,
      },
      paint: { 'text-color': token('--map-label'), ...halo },
    },
  ]
}

/** Signs grow less than words: 1 on a desk, 1.3 in a truck. */
const look = (size: Size): number => (size(10) > 10 ? 1.3 : 1)

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

function lotLines(token: Token): LayerSpecification[] {
  const plum = token('--map-sheet')
  return [
    {
      id: 'lots-line',
      type: 'line',
      ...from('lots', 15.8),
      paint: { 'line-color': plum, 'line-width': 0.9, 'line-dasharray': [4, 3], 'line-opacity': 0.5 },
    },
    {
      id: 'tracts-line',
      type: 'line',
      ...from('tracts', PARCELS_FROM),
      paint: {
        'line-color': plum,
        'line-width': ['interpolate', ['linear'], ['zoom'], 14, 0.9, 17, 1.8],
        'line-dasharray': [6.5, 1.7, 1.7, 1.7],
        'line-opacity': ['interpolate', ['linear'], ['zoom'], 14, 0.45, 16.5, 1],
      },
    },
  ]
}

function lotLabels(token: Token, size: Size): LayerSpecification[] {
  return [
    {
      id: 'lots-label',
      type: 'symbol',
      ...from('lots', 17),
      layout: {
        'icon-image': 'lot',
        'icon-text-fit': 'both',
        'icon-text-fit-padding': [2, 4, 2, 4],
        'text-field': LOT_NUMBER as never,
        'text-font': FONT_STRONG,
        'text-size': size(9.5),
        'text-offset': [0, -2.5],
        'text-padding': 2,
      },
      paint: { 'text-color': token('--map-sheet') },
    },
  ]
}
