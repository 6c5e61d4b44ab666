import type { FeatureCollection } from 'geojson'
import type { GeoJSONSource, Map as GlMap } from 'maplibre-gl'

/** Sets the data of a GeoJSON source, making the source when it is not there yet. */
export function setData(map: GlMap, id: string, data: FeatureCollection): void {
  const source = map.getSource(id)
  if (source === undefined) map.addSource(id, { type: 'geojson', data })
  else (source as GeoJSONSource).setData(data)
}
