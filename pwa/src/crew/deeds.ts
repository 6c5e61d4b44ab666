/** What the buttons do. A deed that cannot be kept is said aloud: nothing is shown as done that is not on the disk. */
import * as work from '../offline/work'
import type { KeptOrder, Visit } from '../offline/shapes'
import { crew } from './crew.svelte'
import { somethingToSend } from './engine'
import { trouble } from './trouble.svelte'

/** Runs a deed; true when it is kept. */
export async function keep(deed: () => Promise<unknown>): Promise<boolean> {
  try {
    await deed()
    trouble.clear()
    somethingToSend()
    return true
  } catch (fault) {
    trouble.show(fault)
    return false
  }
}

/** The visit under way, or a new one: every deed at an order belongs to a visit. */
export async function visitFor(order: KeptOrder): Promise<Visit> {
  const open = crew.visitOf(order.order_id)
  return open !== null && open.finished_at === null
    ? open
    : await work.setOut(crew.pen, order, crew.day?.on ?? crew.today)
}

export async function startDriving(order: KeptOrder): Promise<boolean> {
  return await keep(() => visitFor(order))
}

/** Here: drives there first when nobody tapped that, so that the chain of the visit is whole. */
export async function arrive(order: KeptOrder): Promise<boolean> {
  return await keep(async () => {
    const visit = await visitFor(order)
    const place =
      crew.place === null ? null : { lon: crew.place.lon, lat: crew.place.lat, accuracy_m: crew.place.accuracy_m }
    if (visit.arrived_at === null) await work.arrive(crew.pen, visit, place)
  })
}

/** Where the tablet is at this moment, if it knows: whoever reads a serial stands at the box. */
export function here(): { lon?: number; lat?: number; accuracy_m?: number } {
  const at = crew.place
  if (at === null || Date.now() - Date.parse(at.at) > 120_000) return {}
  return { lon: at.lon, lat: at.lat, accuracy_m: at.accuracy_m }
}

export async function startWork(order: KeptOrder, clearance: string | null): Promise<boolean> {
  return await keep(async () => {
    const visit = await visitFor(order)
    if (!visit.started) await work.start(crew.pen, visit, clearance)
  })
}
