import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Receipt, ReceiptPage } from '../api/types'
import { agree, canonical, compare, link } from './compare'
import { sha256 } from './ids'
import type { Kept, Operation } from './shapes'

interface Case {
  sent: string
  canonical: string
  answer: Receipt['answer']
  receipt: number
  chain: string
}
const cases = JSON.parse(
  readFileSync(new URL('../../../tests/vectors/receipts.json', import.meta.url), 'utf8'),
) as Case[]

const AT = '2026-08-25T17:30:00.000Z'

function givenOp(seq: number): Operation {
  return {
    op_id: `018f0000-0000-7000-8000-00000000000${seq}`,
    device_id: 'tablet',
    seq,
    after: null,
    order_id: null,
    visit_id: null,
    kind: 'note',
    base_version: null,
    occurred_at: AT,
    elapsed_ms: null,
    payload: { text: `Línea ${seq}` },
  }
}

/** A tablet with so many operations and the office's receipts of them, whole and true. */
async function givenBoth(count: number): Promise<{ kept: Kept[]; page: ReceiptPage }> {
  const kept: Kept[] = []
  const receipts: Receipt[] = []
  let chain = ''
  for (let seq = 1; seq <= count; seq++) {
    const op = givenOp(seq)
    const body = await sha256(new TextEncoder().encode(canonical(op)))
    chain = await link(chain, seq, op.op_id, seq, 'applied', body)
    const receipt: Receipt = {
      op_id: op.op_id,
      seq,
      answer: 'applied',
      receipt: seq,
      chain,
      received_at: AT,
      order_version: null,
      reason_en: null,
      reason_es: null,
    }
    receipts.push(receipt)
    kept.push({ op, receipt, trouble: null, tries: 1 })
  }
  return { kept, page: { device_id: 'tablet', receipts, count, last_seq: count, chain } }
}

describe('comparing with the office', () => {
  test.each(cases)('writes and links operation $receipt as the office does', async (one) => {
    const op = JSON.parse(one.sent) as Operation
    expect(canonical(op)).toBe(one.canonical)
    const before = cases[one.receipt - 2]?.chain ?? ''
    const body = await sha256(new TextEncoder().encode(canonical(op)))
    expect(await link(before, one.receipt, op.op_id, op.seq, one.answer, body)).toBe(one.chain)
  })

  test('finds nothing when all fits, whatever waits here', async () => {
    const { kept, page } = await givenBoth(5)
    kept.push({ op: givenOp(6), receipt: null, trouble: null, tries: 0 })
    const found = await compare(kept, page, kept.length)
    expect(found).toEqual({ here: 5, there: 5, waiting: 1, checked: 5, findings: [] })
    expect(agree(found)).toBe(true)
  })

  test('takes a receipt whose first answer was lost for the same', async () => {
    const { kept, page } = await givenBoth(3)
    kept[1]!.receipt = { ...kept[1]!.receipt!, answer: 'duplicate' }
    expect(agree(await compare(kept, page, kept.length))).toBe(true)
  })

  test('says which operation the office has with other words', async () => {
    const { kept, page } = await givenBoth(5)
    kept[2] = { ...kept[2]!, op: { ...kept[2]!.op, payload: { text: 'other' } } }
    expect((await compare(kept, page, kept.length)).findings).toEqual([{ what: 'differs', receipt: 3, seq: 3 }])
  })

  test('says which receipt the office has changed since', async () => {
    const { kept, page } = await givenBoth(4)
    page.receipts[1] = { ...page.receipts[1]!, answer: 'held' }
    expect((await compare(kept, page, kept.length)).findings).toEqual([{ what: 'differs', receipt: 2, seq: 2 }])
  })

  test('says what the office has lost, although it counts alike', async () => {
    const { kept, page } = await givenBoth(5)
    page.receipts.splice(2, 1)
    const found = await compare(kept, page, kept.length)
    expect(found.findings.map((one) => [one.what, one.receipt])).toEqual([
      ['gap', 3],
      ['lost', 3],
      ['differs', 4],
    ])
    expect(agree(found)).toBe(false)
  })

  test('says what the office has lost at the end', async () => {
    const { kept, page } = await givenBoth(5)
    page.receipts.pop()
    expect((await compare(kept, page, kept.length)).findings.map((one) => one.what)).toEqual(['end', 'lost'])
  })

  test('says what the office has that was not recorded here', async () => {
    const { kept, page } = await givenBoth(4)
    kept.pop()
    expect((await compare(kept, page, kept.length)).findings).toEqual([{ what: 'strange', receipt: 4, seq: 4 }])
  })

  test('trusts the office for what the tablet let go by its age', async () => {
    const { kept, page } = await givenBoth(6)
    const found = await compare(kept.slice(3), page, 6)
    expect(found).toMatchObject({ here: 6, there: 6, checked: 3, findings: [] })
    expect(await compare([], page, 6)).toMatchObject({ here: 6, there: 6, checked: 0, findings: [] })
  })
})
