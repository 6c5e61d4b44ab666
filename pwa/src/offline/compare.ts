/**
 * Comparing what the tablet holds with the office's receipts, link by link.
 *
 * Each receipt carries a hash over the one before, its own number and the bytes of the operation. The tablet works the
 * chain out again from the operations that it still has: when all links fit, the office holds exactly what was recorded here.
 */
import type { ReceiptPage } from '../api/types'
import { sha256 } from './ids'
import type { Kept } from './shapes'

export type Finding =
  /** The office gave a receipt for it and no longer lists it. */
  | { what: 'lost'; receipt: number; seq: number }
  /** The office lists something under a number of this tablet that the tablet did not record. */
  | { what: 'strange'; receipt: number; seq: number }
  /** The receipt kept here is not the one that the office shows, or does not fit what was recorded here. */
  | { what: 'differs'; receipt: number; seq: number }
  /** A receipt number is left out. */
  | { what: 'gap'; receipt: number }
  /** The last link is not the one that the office names as its newest. */
  | { what: 'end'; receipt: number }

export interface Comparison {
  /** Operations that the tablet ever made and that have left it. */
  here: number
  /** Receipts of the office. */
  there: number
  waiting: number
  /** Receipts whose link was worked out from an operation that is still on the tablet. */
  checked: number
  /** In the order of receipts. Empty: nothing differs but perhaps the counts. */
  findings: Finding[]
}

export function agree(found: Comparison): boolean {
  return found.findings.length === 0 && found.here === found.there
}

/** `made`: the highest number that the tablet ever gave; it forgets old operations, never its numbering. */
export async function compare(kept: readonly Kept[], page: ReceiptPage, made: number): Promise<Comparison> {
  const bySeq = new Map(kept.map((item) => [item.op.seq, item]))
  const byNumber = [...page.receipts].sort((a, b) => (a.receipt ?? 0) - (b.receipt ?? 0))
  const findings: Finding[] = []
  const listed = new Set<number>()
  let chain = ''
  let expected = 1
  let checked = 0
  for (const one of byNumber) {
    const number = one.receipt ?? 0
    for (; expected < number; expected++) findings.push({ what: 'gap', receipt: expected })
    expected = number + 1
    listed.add(number)
    const item = bySeq.get(one.seq)
    const own = item !== undefined && item.op.op_id === one.op_id
    // What the tablet swept away by its age is the office's word alone; newer numbers must stand here.
    if (!own && (item !== undefined || one.seq > made)) {
      findings.push({ what: 'strange', receipt: number, seq: one.seq })
    }
    if (own) {
      const body = await sha256(new TextEncoder().encode(canonical(item.op)))
      const fits = (await link(chain, number, one.op_id, one.seq, one.answer, body)) === one.chain
      const same = item.receipt === null || (item.receipt.receipt === number && item.receipt.chain === one.chain)
      if (!fits || !same) findings.push({ what: 'differs', receipt: number, seq: one.seq })
      checked++
    }
    chain = one.chain ?? ''
  }
  for (const item of kept) {
    const number = item.receipt?.receipt ?? null
    if (number !== null && !listed.has(number)) findings.push({ what: 'lost', receipt: number, seq: item.op.seq })
  }
  if (byNumber.length > 0 && (page.chain ?? '') !== chain) findings.push({ what: 'end', receipt: expected - 1 })
  const waiting = kept.filter((item) => item.receipt === null).length
  return {
    here: made - waiting,
    there: page.count,
    waiting,
    checked,
    findings: findings.sort((a, b) => a.receipt - b.receipt),
  }
}

/** The hash of one receipt, as the office makes it. */
export async function link(
  before: string,
  number: number,
  op_id: string,
  seq: number,
  answer: string,
  body_sha256: string,
): Promise<string> {
  return await sha256(new TextEncoder().encode(before + canonical([number, op_id, seq, answer, body_sha256])))
}

/** The bytes that count for "the same operation": JSON with sorted keys, plain ASCII, and numbers as the office writes them. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).filter(([, one]) => one !== undefined)
    fields.sort(([a], [b]) => (a < b ? -1 : 1))
    return `{${fields.map(([name, one]) => `${canonical(name)}:${canonical(one)}`).join(',')}}`
  }
  if (typeof value === 'number') return numberText(value)
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** Small fractions go to the office as "0.00001" and are written there as "1e-05". */
function numberText(value: number): string {
  if (Number.isInteger(value) || !Number.isFinite(value) || Math.abs(value) >= 1e-4) return JSON.stringify(value)
  const [digits = '', power = ''] = value.toExponential().split('e-')
  return `${digits}e-${power.padStart(2, '0')}`
}
