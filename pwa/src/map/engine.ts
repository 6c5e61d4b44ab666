import 'maplibre-gl/dist/maplibre-gl.css'
import { addProtocol, Map as GlMap, setWorkerUrl, type MapOptions } from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import { FileSource, PMTiles, Protocol } from 'pmtiles'
import type { Bounds, LonLat } from './geometry'
import { addImages } from './images'
import { baseStyle, readToken, type Ground, type TileLayer } from './style'

export type { GeoJSONSource, ImageSource, Map as GlMap, MapMouseEvent } from 'maplibre-gl'

// MapLibre 6 does not bundle its worker: without this the map is blank in a production build only.
setWorkerUrl(workerUrl)

const protocol = new Protocol()
addProtocol('pmtiles', protocol.tile)

export interface MapInput {
  ground: Ground
  tiles: readonly TileLayer[]
  /** The archive kept on the device; it stands in for the one on the server. */
  file?: File
  /** Labels to be read at arm's length. */
  big?: boolean
  bounds?: Bounds
  padding?: number
  center?: LonLat
  zoom?: number
  maxZoom?: number
  interactive: boolean
}

const ARCHIVE = 'district.pmtiles'

/**
 * Address of the district's archive: the server's, read by ranges, or the file on this device. Undefined where there is
 * none yet, and where the server cannot be reached: the map goes without it.
 */
async function archive(file: File | undefined): Promise<string | undefined> {
  if (file === undefined) {
    const url = `${location.origin}/tiles/${ARCHIVE}`
    const there = await fetch(url, { method: 'HEAD' }).catch(() => null)
    return there === null || there.status === 404 ? undefined : `pmtiles://${url}`
  }
  // A file that was fetched anew has the same name: it takes the place of the one that was read before.
  protocol.add(new PMTiles(new FileSource(file)))
  return `pmtiles://${file.name}`
}

/** A map in `container` with its ground drawn and all marker images in place; the caller removes it. */
export async function createMap(container: HTMLElement, input: MapInput): Promise<GlMap> {
  const url = await archive(input.file)
  const look = { ground: input.ground, layers: input.tiles, url, big: input.big ?? false }
  const options: MapOptions = {
    container,
    style: baseStyle(readToken, look),
    interactive: input.interactive,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    maxPitch: 0,
    maxZoom: input.maxZoom ?? 20,
    fadeDuration: 0,
  }
  if (input.bounds) {
    const [west, south, east, north] = input.bounds
    options.bounds = [west, south, east, north]
    options.fitBoundsOptions = { padding: input.padding ?? 40, maxZoom: 18.5 }
  } else {
    options.center = input.center ? [input.center[0], input.center[1]] : [0, 0]
    options.zoom = input.zoom ?? 15
  }
  const map = new GlMap(options)
  map.touchZoomRotate.disableRotation()
  map.keyboard.disableRotation()
  await Promise.all([styleLoaded(map), addImages(map, readToken)])
  return map
}

function styleLoaded(map: GlMap): Promise<void> {
  return new Promise((resolve) => {
    // `style.load` comes when layers may be added; `load` would wait for tiles, which may never come without signal.
    if (map.isStyleLoaded()) resolve()
    else map.once('style.load', () => resolve())
  })
}
