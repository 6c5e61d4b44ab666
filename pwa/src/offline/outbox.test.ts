import { describe, expect, test } from 'vitest'
import { everything, record } from './outbox'
import { DEVICE, MORNING, givenOrder, givenTablet } from './given'
import { MemoryStore, type Change } from './memory-store'
import * as work from './work'

describe('the outbox', () => {
  test('numbers operations without gaps, however many taps come at once', async () => {
    const tablet = await givenTablet()
    await Promise.all(Array.from({ length: 40 }, () => record(tablet, { kind: 'break' })))
    const seqs = (await everything(tablet.store)).map((kept) => kept.op.seq)
    expect(seqs).toEqual(Array.from({ length: 40 }, (_, index) => index + 1))
  })

  test('chains the operations of a visit, and only those', async () => {
    const tablet = await givenTablet()
    const visit = await work.setOut(tablet, givenOrder(), '2026-08-26')
    await work.takeBreak(tablet, 15)
    await work.arrive(tablet, visit, null)
    const other = await work.setOut(tablet, givenOrder({ order_id: 618 }), '2026-08-26')
    await work.start(tablet, visit, null)
    const ops = (await everything(tablet.store)).map((kept) => kept.op)
    const mine = ops.filter((op) => op.visit_id === visit.visit_id)
    expect(mine.map((op) => op.kind)).toEqual(['en_route', 'arrive', 'start'])
    expect(mine.map((op) => op.after)).toEqual([null, mine[0]?.op_id, mine[1]?.op_id])
    expect(ops.find((op) => op.visit_id === other.visit_id)?.after).toBeNull()
    expect(ops.find((op) => op.kind === 'break')).toMatchObject({ visit_id: null, order_id: null, after: null })
  })

  test('keeps the tap and what the screen shows of it together or not at all', async () => {
    const tablet = await givenTablet()
    const visit = await work.setOut(tablet, givenOrder(), '2026-08-26')
    const fault = new Error('the disk is full')
    const failing = record(tablet, { kind: 'arrive', visit }, (_tx, _op, kept) => {
      if (kept) kept.state = 'ON_SITE'
      throw fault
    })
    await expect(failing).rejects.toBe(fault)
    const kept = await everything(tablet.store)
    expect(kept.map((item) => item.op.kind)).toEqual(['en_route'])
    const after = await tablet.store.read(['visits'], (tx) => tx.get<{ state: string }>('visits', visit.visit_id))
    expect(after?.state).toBe('EN_ROUTE')
  })

  test('says when it happened by both clocks', async () => {
    const tablet = await givenTablet()
    const before = await record(tablet, { kind: 'break' })
    tablet.clock.contact(new Date(MORNING).toISOString())
    tablet.hands.pass(90_000)
    const after = await record(tablet, { kind: 'break' })
    expect(before.elapsed_ms).toBeNull()
    expect(after).toMatchObject({ elapsed_ms: 90_000, occurred_at: '2026-08-26T15:01:30.000Z', device_id: DEVICE })
  })

  test('refuses to record on a device without an id', async () => {
    const tablet = await givenTablet()
    await tablet.store.write(['meta'], (tx) => tx.delete('meta', 'device_id'))
    await expect(record(tablet, { kind: 'break' })).rejects.toThrow('no id yet')
  })

  test('goes on after a dead battery where it was, numbers and chain included', async () => {
    const disk: Change[][] = []
    const tablet = await givenTablet(new MemoryStore((changes) => void disk.push(changes)))
    const visit = await work.setOut(tablet, givenOrder(), '2026-08-26')
    await work.typeInto(tablet, visit, { 'reading-reading': '0014' })
    const woken = new MemoryStore()
    for (const changes of disk) woken.restore(changes)
    const again = { ...tablet, store: woken }
    await work.arrive(again, visit, null)
    const ops = (await everything(woken)).map((kept) => kept.op)
    expect(ops.map((op) => op.seq)).toEqual([1, 2])
    expect(ops[1]?.after).toBe(ops[0]?.op_id)
    const kept = await woken.read(['visits'], (tx) => tx.get<{ form: object }>('visits', visit.visit_id))
    expect(kept?.form).toEqual({ 'reading-reading': '0014' })
  })
})
