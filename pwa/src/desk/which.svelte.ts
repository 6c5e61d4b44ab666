import type { PropertyOut } from '../api/types'

/** Which of several meters of a property is looked at; the map and the meter panel show the same one. */
class Which {
  #ref = $state('')
  #at = $state(0)

  at(property: PropertyOut): number {
    return property.ref === this.#ref ? Math.min(this.#at, Math.max(0, property.service_points.length - 1)) : 0
  }

  next(property: PropertyOut): void {
    const at = (this.at(property) + 1) % Math.max(1, property.service_points.length)
    this.#ref = property.ref
    this.#at = at
  }
}

export const which = new Which()
