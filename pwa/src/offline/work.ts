/**
 * Everything a technician can do, as operations. Each function keeps the operation and what the screen shows of it in
 * one transaction; the simulated crews of the tests do their day through the same functions.
 */
import type { Pen } from './outbox'
import { record } from './outbox'
import { sha256, uuid7 } from './ids'
import { META, type Attachment, type KeptOrder, type Operation, type RecallAnswer, type Visit } from './shapes'

/** Moment of the deed; left out, it is now. */
export interface When {
  at?: string
}

function moment(pen: Pen, when: When): { occurred_at: string } {
  return { occurred_at: when.at ?? pen.clock.occurredAt() }
}

/** The order was opened on the tablet: somebody has seen it. */
export async function acknowledge(pen: Pen, order: KeptOrder, when: When = {}): Promise<Operation> {
  const { occurred_at } = moment(pen, when)
  return await record(pen, { kind: 'acknowledge', order_id: order.order_id, base_version: order.version, occurred_at })
}

/** Starts driving to an order: the visit begins here. */
export async function setOut(pen: Pen, order: KeptOrder, on: string, when: When = {}): Promise<Visit> {
  const { occurred_at } = moment(pen, when)
  const visit: Visit = {
    visit_id: uuid7(Date.parse(occurred_at)),
    order_id: order.order_id,
    on,
    state: 'EN_ROUTE',
    started: false,
    last_op: null,
    version: order.version,
    en_route_at: occurred_at,
    arrived_at: null,
    started_at: null,
    finished_at: null,
    done: {},
    form: {},
    disposition: null,
  }
  await record(
    pen,
    { kind: 'en_route', visit, occurred_at },
    (_tx, _op, kept) => void (kept && Object.assign(visit, kept)),
  )
  return visit
}

export async function arrive(
  pen: Pen,
  visit: Visit,
  place: { lon: number; lat: number; accuracy_m: number } | null,
  when: When = {},
): Promise<Operation> {
  const { occurred_at } = moment(pen, when)
  return await record(pen, { kind: 'arrive', visit, payload: place ?? {}, occurred_at }, (_tx, _op, kept) => {
    if (kept) Object.assign(kept, { state: 'ON_SITE', arrived_at: occurred_at })
  })
}

/** Begins the work. For a shutoff the clearance that was valid at this moment goes with it. */
export async function start(pen: Pen, visit: Visit, clearance: string | null, when: When = {}): Promise<Operation> {
  const { occurred_at } = moment(pen, when)
  return await record(pen, { kind: 'start', visit, payload: { clearance }, occurred_at }, (_tx, _op, kept) => {
    if (kept) Object.assign(kept, { state: 'ON_SITE', started: true, started_at: occurred_at })
  })
}

/** One step of the form done: the operation, and the mark on the step. `form` keeps what the screens show of it. */
export async function doStep(
  pen: Pen,
  visit: Visit,
  step: string | null,
  kind: Operation['kind'],
  payload: Record<string, unknown>,
  form: Record<string, unknown> = {},
  when: When = {},
): Promise<Operation> {
  const { occurred_at } = moment(pen, when)
  return await record(pen, { kind, visit, payload, occurred_at }, (_tx, _op, kept) => {
    if (!kept) return
    if (step !== null) kept.done[step] = occurred_at
    Object.assign(kept.form, form)
  })
}

/** Marks a step done that has no operation of its own (its facts go with the completion). */
export async function markStep(
  pen: Pen,
  visit: Visit,
  step: string,
  form: Record<string, unknown> = {},
  when: When = {},
): Promise<void> {
  const { occurred_at } = moment(pen, when)
  await pen.store.write(['visits'], async (tx) => {
    const kept = await tx.get<Visit>('visits', visit.visit_id)
    if (kept === undefined) return
    kept.done[step] = occurred_at
    Object.assign(kept.form, form)
    await tx.put('visits', kept.visit_id, kept)
  })
}

/** Opens a step again: what was sent stays sent, the next answer is a newer fact. */
export async function reopenStep(pen: Pen, visit: Visit, step: string): Promise<void> {
  await pen.store.write(['visits'], async (tx) => {
    const kept = await tx.get<Visit>('visits', visit.visit_id)
    if (kept === undefined) return
    delete kept.done[step]
    await tx.put('visits', kept.visit_id, kept)
  })
}

/** Keeps what is being typed, so that a killed app goes on where it was. */
export async function typeInto(pen: Pen, visit: Visit, form: Record<string, unknown>): Promise<void> {
  await pen.store.write(['visits'], async (tx) => {
    const kept = await tx.get<Visit>('visits', visit.visit_id)
    if (kept === undefined) return
    Object.assign(kept.form, form)
    await tx.put('visits', kept.visit_id, kept)
  })
}

/** Keeps a photo and its operation together; the bytes go out apart, under their own name. */
export async function takePhoto(
  pen: Pen,
  visit: Visit,
  bytes: Uint8Array<ArrayBuffer>,
  what: 'register' | 'lock' | 'tag' | 'site' | 'leak',
  when: When = {},
  type = 'image/jpeg',
): Promise<string> {
  const { occurred_at } = moment(pen, when)
  const name = await sha256(bytes)
  const payload = { sha256: name, bytes: bytes.byteLength, what, taken_at: occurred_at }
  await pen.store.write(['bytes'], (tx) => tx.put('bytes', name, bytes))
  await record(pen, { kind: 'photo', visit, payload, occurred_at }, async (tx, _op, kept) => {
    const photo: Attachment = {
      sha256: name,
      type,
      size: bytes.byteLength,
      taken_at: occurred_at,
      order_id: visit.order_id,
      sent_bytes: 0,
      stored: false,
    }
    if ((await tx.get<Attachment>('attachments', name)) === undefined) await tx.put('attachments', name, photo)
    if (kept) kept.form.photos = { ...(kept.form.photos as Record<string, string> | undefined), [what]: name }
  })
  return name
}

/** Finishes the visit as done. `facts` is the payload of the contract without its two times. */
export async function complete(
  pen: Pen,
  visit: Visit,
  facts: Record<string, unknown>,
  when: When = {},
): Promise<Operation> {
  const { occurred_at } = moment(pen, when)
  const payload = {
    ...facts,
    started_at: visit.started_at ?? visit.arrived_at ?? occurred_at,
    finished_at: occurred_at,
  }
  return await record(pen, { kind: 'complete', visit, payload, occurred_at }, (_tx, _op, kept) => {
    if (!kept) return
    Object.assign(kept, { state: 'COMPLETED', finished_at: occurred_at, disposition: String(facts.disposition ?? '') })
  })
}

/** Finishes the visit as not done, with its reason. */
export async function unable(
  pen: Pen,
  visit: Visit,
  disposition: string,
  facts: { photo?: string; note?: string } = {},
  when: When = {},
): Promise<Operation> {
  const { occurred_at } = moment(pen, when)
  const payload = { disposition, photo: facts.photo ?? null, note: facts.note ?? '' }
  return await record(pen, { kind: 'unable', visit, payload, occurred_at }, (_tx, _op, kept) => {
    if (kept) Object.assign(kept, { state: 'UNABLE', finished_at: occurred_at, disposition })
  })
}

/** Answers a recall: stopped in time, or the water is already off. */
export async function answerRecall(
  pen: Pen,
  order: KeptOrder,
  visit: Visit | null,
  answer: RecallAnswer['answer'],
  when: When = {},
): Promise<Operation> {
  const { occurred_at } = moment(pen, when)
  const draft = {
    kind: 'recall_ack' as const,
    visit,
    order_id: order.order_id,
    base_version: order.version,
    payload: { answer },
    occurred_at,
  }
  return await record(pen, draft, async (tx) => {
    const answers = (await tx.get<RecallAnswer[]>('meta', META.recalls)) ?? []
    answers.push({ order_id: order.order_id, recalled_at: order.recalled_at ?? '', answer, at: occurred_at })
    await tx.put('meta', META.recalls, answers)
  })
}

export interface Shift {
  on: string
  checked_in_at: string
  on_break_until: string | null
  ended_at: string | null
}

export async function checkIn(pen: Pen, on: string, when: When = {}): Promise<Operation> {
  const { occurred_at } = moment(pen, when)
  const shift: Shift = { on, checked_in_at: occurred_at, on_break_until: null, ended_at: null }
  return await record(pen, { kind: 'check_in', occurred_at }, (tx) => tx.put('meta', META.shift, shift))
}

export async function takeBreak(pen: Pen, minutes: number, when: When = {}): Promise<Operation> {
  const { occurred_at } = moment(pen, when)
  return await record(pen, { kind: 'break', payload: { minutes }, occurred_at }, async (tx) => {
    const shift = await tx.get<Shift>('meta', META.shift)
    const until = new Date(Date.parse(occurred_at) + minutes * 60_000).toISOString()
    if (shift) await tx.put('meta', META.shift, { ...shift, on_break_until: until })
  })
}

/** Ends the shift. `counted` is the number of operations that the device made before this one. */
export async function endDay(
  pen: Pen,
  facts: { counted: number; battery?: number },
  when: When = {},
): Promise<Operation> {
  const { occurred_at } = moment(pen, when)
  return await record(pen, { kind: 'end_of_day', payload: facts, occurred_at }, async (tx) => {
    const shift = await tx.get<Shift>('meta', META.shift)
    if (shift) await tx.put('meta', META.shift, { ...shift, ended_at: occurred_at })
  })
}

/** Work found in the field: becomes an order at the office. */
export async function foundWork(
  pen: Pen,
  found: { kind: string; note: string; lon: number; lat: number; property_ref?: string },
  when: When = {},
): Promise<Operation> {
  return await record(pen, { kind: 'field_order', payload: { ...found }, ...moment(pen, when) })
}
