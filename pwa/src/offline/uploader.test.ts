import { describe, expect, test } from 'vitest'
import { everything, record, standingOf } from './outbox'
import { backoffS, flush } from './uploader'
import { givenApi, givenOrder, givenTablet, type Given } from './given'
import { sha256 } from './ids'
import type { Attachment } from './shapes'
import * as work from './work'

async function givenWaiting(tablet: Given, count: number): Promise<void> {
  for (let index = 0; index < count; index++) await record(tablet, { kind: 'break' })
}

describe('the uploader', () => {
  test('sends a day of operations in batches of a hundred, in order', async () => {
    const tablet = await givenTablet()
    await givenWaiting(tablet, 250)
    const run = await flush(tablet)
    expect(run).toMatchObject({ outcome: 'done', received: 250, left: 0, cursor: 7 })
    expect(tablet.office.log.map((op) => op.seq)).toEqual(Array.from({ length: 250 }, (_, index) => index + 1))
    expect(tablet.office.requests.filter(({ path }) => path === '/field/operations').map(({ count }) => count)).toEqual(
      [100, 100, 50],
    )
  })

  test('keeps everything when the line is dead, and sends it once it is back', async () => {
    const tablet = await givenTablet()
    await givenWaiting(tablet, 3)
    tablet.office.fails = () => 0
    expect(await flush(tablet)).toMatchObject({ outcome: 'later', received: 0, left: 3 })
    tablet.office.fails = () => null
    expect(await flush(tablet)).toMatchObject({ outcome: 'done', received: 3, left: 0 })
  })

  test('does nothing twice when the answer is lost after the office did its work', async () => {
    const tablet = await givenTablet()
    await givenWaiting(tablet, 5)
    tablet.office.losesAnswer = () => true
    expect(await flush(tablet)).toMatchObject({ outcome: 'later', left: 5 })
    tablet.office.losesAnswer = () => false
    await flush(tablet)
    expect(tablet.office.log.length).toBe(5)
    const kept = await everything(tablet.store)
    expect(kept.map((item) => item.receipt?.answer)).toEqual(Array(5).fill('duplicate'))
  })

  test.each([500, 502, 503, 429, 404, 409])('keeps the batch at HTTP %i', async (status) => {
    const tablet = await givenTablet()
    await givenWaiting(tablet, 2)
    tablet.office.fails = () => status
    expect(await flush(tablet)).toMatchObject({ outcome: 'later', left: 2 })
  })

  test('asks for a login at 401 and keeps everything', async () => {
    const tablet = await givenTablet()
    await givenWaiting(tablet, 2)
    tablet.office.fails = () => 401
    expect(await flush(tablet)).toMatchObject({ outcome: 'login', left: 2 })
  })

  test.each([413, 422])(
    'halves a batch refused with %i until the one operation is found, and sends all others',
    async (status) => {
      const tablet = await givenTablet()
      await givenWaiting(tablet, 60)
      const poison = (await everything(tablet.store))[36]?.op.op_id
      const send = tablet.office.fetch
      tablet.api = givenApi({
        ...tablet.office,
        fetch: (async (input: string, init?: RequestInit) =>
          typeof init?.body === 'string' && init.body.includes(poison ?? '?')
            ? new Response('{"message":"too big"}', { status })
            : await send(input, init)) as typeof fetch,
      } as never)
      const run = await flush(tablet)
      expect(run).toMatchObject({ outcome: 'done', received: 59, left: 1 })
      const kept = await everything(tablet.store)
      expect(kept[36]).toMatchObject({ receipt: null, trouble: { status, text: 'too big' } })
      expect(standingOf(kept, 0)).toMatchObject({ waiting: 1, sent: 59, troubled: 1 })
    },
  )

  test('keeps what waits for an earlier one, and what the office could not take just now', async () => {
    const tablet = await givenTablet()
    await givenWaiting(tablet, 3)
    tablet.office.judge = (op) => (op.seq === 2 ? 'waiting' : op.seq === 3 ? 'retry' : 'applied')
    expect(await flush(tablet)).toMatchObject({ outcome: 'done', received: 1, left: 2 })
    tablet.office.judge = () => 'applied'
    expect(await flush(tablet)).toMatchObject({ received: 2, left: 0 })
  })

  test('takes a held and an unreadable operation off the outbox, and shows them', async () => {
    const tablet = await givenTablet()
    await givenWaiting(tablet, 2)
    tablet.office.judge = (op) => (op.seq === 1 ? 'held' : 'malformed')
    await flush(tablet)
    expect(standingOf(await everything(tablet.store), 0)).toMatchObject({ waiting: 0, held: 1, troubled: 1 })
  })

  test('takes no receipt for another operation with the same number', async () => {
    const tablet = await givenTablet()
    await givenWaiting(tablet, 1)
    const real = tablet.office.fetch
    tablet.api = givenApi({
      fetch: (async (input: string, init?: RequestInit) => {
        const answer = (await (await real(input, init)).json()) as { receipts: { op_id: string }[] }
        for (const receipt of answer.receipts) receipt.op_id = 'somebody else'
        return Response.json(answer)
      }) as typeof fetch,
    } as never)
    expect(await flush(tablet)).toMatchObject({ received: 0, left: 1 })
  })

  test('learns from the receipt which version of the order its own work made', async () => {
    const tablet = await givenTablet()
    const visit = await work.setOut(tablet, givenOrder(), '2026-08-26')
    await flush(tablet)
    const kept = await tablet.store.read(['visits'], (tx) => tx.get<{ version: number }>('visits', visit.visit_id))
    expect(kept?.version).toBe(11)
  })

  test('sends a big photo in parts, goes on where it broke off, and then frees the room', async () => {
    const tablet = await givenTablet()
    const visit = await work.setOut(tablet, givenOrder(), '2026-08-26')
    const bytes = Uint8Array.from({ length: 1_300_000 }, (_, index) => index % 251)
    const name = await work.takePhoto(tablet, visit, bytes, 'register')
    let parts = 0
    tablet.office.fails = (path) => (path.startsWith('/field/attachments/') && ++parts === 3 ? 0 : null)
    expect(await flush(tablet)).toMatchObject({ outcome: 'later', left: 0, photosLeft: 1 })
    tablet.office.fails = () => null
    expect(await flush(tablet)).toMatchObject({ outcome: 'done', photosLeft: 0 })
    const arrived = tablet.office.photos.get(name) ?? new Uint8Array()
    expect(await sha256(new Uint8Array(arrived))).toBe(name)
    const kept = await tablet.store.read(['attachments', 'bytes'], async (tx) => ({
      photo: await tx.get<Attachment>('attachments', name),
      bytes: await tx.get('bytes', name),
    }))
    expect(kept).toMatchObject({ photo: { stored: true }, bytes: undefined })
  })

  test('waits longer after each failure, and never more than a few minutes', () => {
    const waits = [1, 2, 3, 4, 5, 6, 7, 8, 20].map((tries) => backoffS(tries, 0.5))
    expect(waits).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 300])
  })
})
