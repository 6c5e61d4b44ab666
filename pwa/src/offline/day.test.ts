import { describe, expect, test } from 'vitest'
import type { FieldChanges, FieldDay } from '../api/types'
import { unansweredRecalls, nextStop, shownStops } from '../domain/route'
import { keepChanges, sweep, today } from './day'
import { OthersWork, deviceIdFor, keepEnrolment } from './enrol'
import { givenOrder, givenTablet, type Given } from './given'
import { everything, record } from './outbox'
import { META, type Kept, type RecallAnswer, type Visit } from './shapes'
import { flush } from './uploader'
import * as work from './work'

const DAY: Omit<FieldDay, 'orders' | 'stops'> = {
  on: '2026-08-26',
  crew_id: 4,
  crew: 'Truck 4',
  letter: 'D',
  people: [],
  route_id: 1,
  route_version: 1,
  published_at: null,
  shift_from: null,
  shift_to: null,
  lunch_from: null,
  lunch_to: null,
  last_shutoff_at: null,
  line: [],
  kinds: [],
  changes_today: [],
  yard: [0, 0],
  office_phone: '',
  maps: [],
  cursor: 10,
  server_at: '2026-08-26T15:00:00Z',
}

function changes(more: Partial<FieldChanges>): FieldChanges {
  return { whole: null, orders: [], gone: [], cursor: 11, server_at: '2026-08-26T15:01:00Z', ...more }
}

async function givenRoute(tablet: Given, ids: number[]): Promise<void> {
  const stops = ids.map((order_id, position) => ({
    order_id,
    position,
    arrive_at: '2026-08-26T16:00:00Z',
    start_at: '2026-08-26T16:00:00Z',
    finish_at: '2026-08-26T16:20:00Z',
    locked: false,
  }))
  const orders = ids.map((order_id) => givenOrder({ order_id }))
  await keepChanges(tablet.store, changes({ whole: { ...DAY, stops, orders }, cursor: 10 }))
}

async function shown(tablet: Given): Promise<ReturnType<typeof shownStops>> {
  const { day, orders } = await today(tablet.store)
  const mine = await tablet.store.read(['visits', 'operations'], async (tx) => ({
    visits: await tx.all<Visit>('visits'),
    kept: await tx.all<Kept>('operations'),
  }))
  return shownStops(day, orders, mine.visits, mine.kept)
}

describe('the day on the tablet', () => {
  test('goes through its stops in the order of the route', async () => {
    const tablet = await givenTablet()
    await givenRoute(tablet, [9, 3, 5])
    expect((await shown(tablet)).map((item) => item.order.order_id)).toEqual([9, 3, 5])
    const visit = await work.setOut(tablet, givenOrder({ order_id: 9 }), '2026-08-26')
    await work.unable(tablet, visit, 'CGI_DOG')
    expect(nextStop(await shown(tablet))?.order.order_id).toBe(3)
  })

  test('shows its own work until the office has taken all of it, then the word of the office', async () => {
    const tablet = await givenTablet()
    await givenRoute(tablet, [9])
    const visit = await work.setOut(tablet, givenOrder({ order_id: 9 }), '2026-08-26')
    await work.complete(tablet, visit, { disposition: 'DONE' })
    expect((await shown(tablet))[0]).toMatchObject({ state: 'COMPLETED', finished: true, waiting: 2 })
    await flush(tablet)
    await keepChanges(tablet.store, changes({ orders: [givenOrder({ order_id: 9, state: 'REVIEW', version: 12 })] }))
    expect((await shown(tablet))[0]).toMatchObject({ state: 'REVIEW', waiting: 0 })
  })

  test('shows an order again that the office sent out again after nobody got in', async () => {
    const tablet = await givenTablet()
    await givenRoute(tablet, [9])
    const visit = await work.setOut(tablet, givenOrder({ order_id: 9 }), '2026-08-25')
    await work.unable(tablet, visit, 'CGI_DOG')
    await flush(tablet)
    await keepChanges(tablet.store, changes({ orders: [givenOrder({ order_id: 9, state: 'CGI', version: 12 })] }))
    expect(nextStop(await shown(tablet))).toBeNull()
    const again = givenOrder({ order_id: 9, state: 'DISPATCHED', version: 15 })
    await keepChanges(tablet.store, changes({ orders: [again], cursor: 12 }))
    expect(nextStop(await shown(tablet))).toMatchObject({ visit: null, state: 'DISPATCHED', finished: false })
  })

  test('lets a lost answer of changes be asked again, and an old one change nothing', async () => {
    const tablet = await givenTablet()
    await givenRoute(tablet, [9])
    await keepChanges(tablet.store, changes({ orders: [givenOrder({ order_id: 9, version: 5 })], cursor: 12 }))
    await keepChanges(tablet.store, changes({ orders: [givenOrder({ order_id: 9, version: 4 })], cursor: 11 }))
    expect((await today(tablet.store)).orders[0]?.version).toBe(5)
  })

  test('keeps an order that the office took away while the crew is at work on it', async () => {
    const tablet = await givenTablet()
    await givenRoute(tablet, [9, 3])
    await work.setOut(tablet, givenOrder({ order_id: 9 }), '2026-08-26')
    await keepChanges(tablet.store, changes({ gone: [9, 3] }))
    const { orders } = await today(tablet.store)
    expect(orders.map((order) => [order.order_id, order.gone])).toEqual([[9, true]])
  })

  test('shouts a recall until it is answered, and again when it is recalled again', async () => {
    const tablet = await givenTablet()
    await givenRoute(tablet, [9])
    const recalled = givenOrder({ order_id: 9, state: 'RECALLED', recalled_at: '2026-08-26T16:24:06Z' })
    await keepChanges(tablet.store, changes({ orders: [recalled] }))
    const answers = async (): Promise<RecallAnswer[]> =>
      (await tablet.store.read(['meta'], (tx) => tx.get<RecallAnswer[]>('meta', META.recalls))) ?? []
    expect(unansweredRecalls(await shown(tablet), await answers())).toHaveLength(1)
    await work.answerRecall(tablet, recalled, null, 'stopped')
    expect(unansweredRecalls(await shown(tablet), await answers())).toHaveLength(0)
    const ack = (await everything(tablet.store)).at(-1)?.op
    expect(ack).toMatchObject({ kind: 'recall_ack', order_id: 9, payload: { answer: 'stopped' } })
    const again = { ...recalled, recalled_at: '2026-08-26T17:00:00Z' }
    await keepChanges(tablet.store, changes({ orders: [again], cursor: 12 }))
    expect(unansweredRecalls(await shown(tablet), await answers())).toHaveLength(1)
  })

  test('sweeps old receipts and never what waits', async () => {
    const tablet = await givenTablet()
    await record(tablet, { kind: 'break' })
    await flush(tablet)
    await record(tablet, { kind: 'break' })
    await sweep(tablet.store, '2026-08-29T00:00:00Z')
    expect((await everything(tablet.store)).map((item) => item.op.seq)).toEqual([2])
  })
})

describe('one tablet, two people', () => {
  const person = (id: number): Parameters<typeof keepEnrolment>[1] =>
    ({
      person: { id, login: `p${id}`, name: `Person ${id}`, role: 'field_tech', language: 'en' },
      permissions: [],
      csrf_token: '',
      server_at: '',
      utility: { name: '', time_zone: 'UTC', office_phone: '', office_hours: '', demo: false },
    }) as unknown as Parameters<typeof keepEnrolment>[1]

  async function enrol(tablet: Given, id: number, last_seq = 0): Promise<string> {
    const device_id = await deviceIdFor(tablet.store, id, 1)
    await keepEnrolment(tablet.store, person(id), {
      device_id,
      token: 't',
      code_secret: '',
      clearance_key: {},
      last_seq,
    })
    return device_id
  }

  test('keeps the same device id for the same person and another for another', async () => {
    const tablet = await givenTablet()
    const marcus = await enrol(tablet, 1)
    const ana = await enrol(tablet, 2)
    expect(await enrol(tablet, 1)).toBe(marcus)
    expect(ana).not.toBe(marcus)
  })

  test('lets nobody else in while work of the first waits', async () => {
    const tablet = await givenTablet()
    await enrol(tablet, 1)
    await record(tablet, { kind: 'break' })
    await expect(enrol(tablet, 2)).rejects.toBeInstanceOf(OthersWork)
    await flush(tablet)
    await enrol(tablet, 2)
    expect(await everything(tablet.store)).toEqual([])
  })

  test('goes on numbering where the office has got to, when the tablet was wiped', async () => {
    const tablet = await givenTablet()
    await enrol(tablet, 1, 148)
    expect((await record(tablet, { kind: 'break' })).seq).toBe(149)
  })
})
