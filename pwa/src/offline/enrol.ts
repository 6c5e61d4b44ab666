/** Making a device known to the office, and keeping one person's work apart from another's. */
import type { DeviceOut, SessionOut } from '../api/types'
import { uuid7 } from './ids'
import { META, type Enrolment, type Kept } from './shapes'
import type { Bin, Store } from './store'

/** Work of somebody else still waits on this device: it must go out under their name first. */
export class OthersWork extends Error {
  override name = 'OthersWork'

  constructor(
    readonly who: string,
    readonly waiting: number,
  ) {
    super(`${waiting} operations of ${who} wait on this device`)
  }
}

const WORK: readonly Bin[] = ['operations', 'orders', 'visits', 'attachments', 'bytes', 'positions']

/**
 * The device id to enrol under: one for each person on this device, because a chain of operations belongs to one login.
 * Throws `OthersWork` when another person's operations have not all been received yet.
 */
export async function deviceIdFor(store: Store, personId: number, nowMs: number): Promise<string> {
  const fresh = uuid7(nowMs)
  return await store.write(['meta', 'operations'], async (tx) => {
    const before = await tx.get<Enrolment>('meta', META.enrolment)
    const waiting = (await tx.all<Kept>('operations')).filter((kept) => kept.receipt === null).length
    if (before !== undefined && before.person.id !== personId && waiting > 0)
      throw new OthersWork(before.person.name, waiting)
    const ids = (await tx.get<Record<string, string>>('meta', 'devices')) ?? {}
    const id = ids[personId] ?? fresh
    await tx.put('meta', 'devices', { ...ids, [personId]: id })
    return id
  })
}

/** Keeps what the office answered. Numbering goes on where the server or the device has got to, whichever is further. */
export async function keepEnrolment(store: Store, session: SessionOut, device: DeviceOut): Promise<Enrolment> {
  const { person, utility } = session
  const enrolment: Enrolment = {
    device_id: device.device_id,
    token: device.token,
    code_secret: device.code_secret,
    clearance_key: device.clearance_key,
    person: { id: person.id, name: person.name, login: person.login, role: person.role, language: person.language },
    time_zone: utility.time_zone,
    office_phone: utility.office_phone,
    office_hours: utility.office_hours,
    utility: utility.name,
    demo: utility.demo,
  }
  await store.write(['meta', ...WORK], async (tx) => {
    const before = await tx.get<Enrolment>('meta', META.enrolment)
    if (before !== undefined && before.person.id !== person.id) {
      for (const kept of await tx.all<Kept>('operations')) {
        if (kept.receipt === null) throw new OthersWork(before.person.name, 1)
      }
      for (const key of [META.day, META.cursor, META.shift, META.recalls, META.clearances]) await tx.delete('meta', key)
      await tx.put('meta', META.seq, 0)
      for (const bin of WORK) for (const key of await tx.keys(bin)) await tx.delete(bin, key)
    }
    const seq = before?.person.id === person.id ? ((await tx.get<number>('meta', META.seq)) ?? 0) : 0
    await tx.put('meta', META.seq, Math.max(seq, device.last_seq))
    await tx.put('meta', META.device, device.device_id)
    await tx.put('meta', META.enrolment, enrolment)
  })
  return enrolment
}
