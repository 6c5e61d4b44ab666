/** Builders in the trade's words, for tests. */
import { FieldApi } from '../api/field'
import type { FieldOrder, Receipt } from '../api/types'
import { DeviceClock } from './clock'
import { MemoryStore } from './memory-store'
import type { Line } from './uploader'
import { META, type KeptOrder, type Operation } from './shapes'

export const DEVICE = '01900000-0000-7000-8000-000000000001'
export const MORNING = Date.parse('2026-08-26T15:00:00Z')

/** A clock that a test can move: both hands, or only one. */
export class HandClock {
  wall = MORNING
  monotonic = 1000

  wallMs(): number {
    return this.wall
  }

  monotonicMs(): number {
    return this.monotonic
  }

  pass(ms: number): void {
    this.wall += ms
    this.monotonic += ms
  }
}

/** The office as a device sees it; keeps what it was sent and gives out receipts, each operation once. */
export class Office {
  log: Operation[] = []
  receipts = new Map<string, Receipt>()
  photos = new Map<string, Uint8Array>()
  requests: { path: string; count: number }[] = []
  /** Says what happens to the next request instead of an answer: an HTTP status, or 0 for a dead line. */
  fails: (path: string, count: number) => number | null = () => null
  /** The server works, but its answer never comes. */
  losesAnswer: () => boolean = () => false
  judge: (op: Operation) => Receipt['answer'] = () => 'applied'

  readonly fetch = (async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const path = String(input).replace('http://office/api/v1', '')
    const body = typeof init?.body === 'string' ? (JSON.parse(init.body) as { operations?: Operation[] }) : {}
    const count = body.operations?.length ?? 0
    this.requests.push({ path, count })
    const status = this.fails(path, count)
    if (status === 0) throw new TypeError('no line')
    if (status !== null) return new Response('{"message":"refused"}', { status })
    const answer = this.#answer(path, init, body.operations ?? [])
    if (this.losesAnswer()) throw new TypeError('the answer was lost')
    return answer
  }) as typeof fetch

  #answer(path: string, init: RequestInit | undefined, operations: Operation[]): Response {
    if (path.startsWith('/field/attachments/')) return this.#photo(path.split('/').at(-1) ?? '', init)
    if (path !== '/field/operations') return new Response(null, { status: 204 })
    const receipts = operations.map((op) => this.#receipt(op))
    return Response.json({ receipts, server_at: new Date(MORNING).toISOString(), cursor: 7 })
  }

  #photo(name: string, init: RequestInit | undefined): Response {
    const before = this.photos.get(name) ?? new Uint8Array()
    if (init?.method === 'HEAD') {
      if (before.length === 0) return new Response(null, { status: 404 })
      return new Response(null, { headers: { 'Upload-Offset': String(before.length) } })
    }
    const range = new Headers(init?.headers).get('Content-Range') ?? ''
    const [, from = '0', total = '0'] = /bytes (\d+)-\d+\/(\d+)/.exec(range) ?? []
    const part = init?.body as Uint8Array
    const whole = new Uint8Array(Number(from) + part.length)
    whole.set(before.subarray(0, Number(from)))
    whole.set(part, Number(from))
    this.photos.set(name, whole)
    return Response.json({ sha256: name, bytes: whole.length, stored: whole.length === Number(total) })
  }

  #receipt(op: Operation): Receipt {
    const before = this.receipts.get(op.op_id)
    if (before !== undefined) return { ...before, answer: 'duplicate' }
    const answer = this.judge(op)
    const number = answer === 'waiting' || answer === 'retry' ? null : this.receipts.size + 1
    const receipt: Receipt = {
      op_id: op.op_id,
      seq: op.seq,
      answer,
      receipt: number,
      chain: number === null ? null : `chain-${number}`,
      received_at: new Date(MORNING).toISOString(),
      order_version: op.order_id === null ? null : 10 + op.seq,
      reason_en: null,
      reason_es: null,
    }
    if (number !== null) {
      this.log.push(op)
      this.receipts.set(op.op_id, receipt)
    }
    return receipt
  }
}

export function givenApi(office: Office): FieldApi {
  return new FieldApi({ baseUrl: 'http://office', token: () => 'token', fetch: office.fetch })
}

export interface Given extends Line {
  store: MemoryStore
  office: Office
  hands: HandClock
}

/** A tablet that is enrolled and empty, and its office. */
export async function givenTablet(store = new MemoryStore()): Promise<Given> {
  const office = new Office()
  const hands = new HandClock()
  await store.write(['meta'], (tx) => tx.put('meta', META.device, DEVICE))
  return { store, office, hands, clock: new DeviceClock(hands), api: givenApi(office) }
}

export function givenOrder(more: Partial<FieldOrder> = {}): KeptOrder {
  return {
    order_id: 617,
    number: '617455',
    kind: 'SHUTOFF_NONPAY',
    state: 'DISPATCHED',
    version: 3,
    priority: 6,
    place: '39122 Cañada Vista Way',
    city: 'Fremont',
    unit: null,
    note: '',
    reason: '',
    hazards: [],
    contact_name: '',
    contact_phone: '',
    language: 'en',
    someone_home: false,
    lon: -121.97,
    lat: 37.54,
    accuracy_m: 2,
    pin_source: 'survey',
    box_text: '',
    meters: [],
    promised_from: null,
    promised_to: null,
    due_on: '2026-08-26',
    recalled_at: null,
    recall_en: null,
    recall_es: null,
    paid_cents: null,
    paid_at: null,
    clearance: null,
    shutoff_digits: null,
    extra: {},
    ...more,
  }
}
