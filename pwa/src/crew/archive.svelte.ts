import { MAPS_CHANGED, mapFile } from '../offline/maps'

/**
 * The district's archive on this device, for every map of the crew app. `file` is undefined until it was looked for, and
 * null where the device has none. A file that was fetched anew takes the place of the old one, which can no longer be read.
 */
class Archive {
  file = $state.raw<File | null | undefined>(undefined)

  constructor() {
    const look = (): void => void mapFile().then((found) => (this.file = found))
    addEventListener(MAPS_CHANGED, look)
    look()
  }
}

export const archive = new Archive()
