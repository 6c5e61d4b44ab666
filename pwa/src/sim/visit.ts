/** A technician at one order: goes through the form of its kind as the screens would lead them, slips included. */
import { completion, likelyEnding } from '../domain/completion'
import { challengeFrom, codeFor } from '../domain/codes'
import { dispositionsOf, endingsOf, stepsOf, statesToLeave, type Step } from '../domain/forms'
import { leakRate } from '../domain/leaks'
import { checkReading } from '../domain/reading-check'
import type { ShownStop } from '../domain/route'
import type { KindOut, RegisterOut, Shape } from '../api/types'
import { roleOf } from '../domain/roles'
import * as work from '../offline/work'
import type { Visit } from '../offline/shapes'
import type { Chance } from './chance'
import type { Mistakes } from './input'
import { photoOf } from './photo'
import type { SimClock } from './sim-clock'
import type { Tablet } from './tablet'

export interface Tally {
  readings: number
  wrong_meters: number
  swapped: number
  swapped_kept: number
  no_access: number
  tampered: number
  left_on: number
  codes: number
}

export interface Scene {
  tablet: Tablet
  chance: Chance
  clock: SimClock
  mistakes: Mistakes
  tally: Tally
  /** Phones the office for a code; null when nobody answers. */
  phone: (ask: Shape<'CodeAsk'>) => Promise<string | null>
}

export type Outcome = 'completed' | 'unable' | 'recalled'

/** Goes on with a visit that has begun; after a dead battery it starts again where the store left it. */
export async function workThrough(
  scene: Scene,
  shown: ShownStop,
  kind: KindOut,
  visitId: string,
  crew: string,
): Promise<Outcome> {
  const { tablet, chance, clock, mistakes } = scene
  const steps = stepsOf(kind)
  const diesAt = chance.happens(mistakes.battery) ? chance.whole(0, steps.length) : -1
  for (const [index, step] of steps.entries()) {
    if (index === diesAt) await tablet.die()
    let visit = await tablet.visit(visitId)
    if (visit.done[step.id] !== undefined) continue
    await clock.pass(chance.whole(20, 60))
    const way = await doStep(scene, shown, step, visit, crew)
    if (way !== 'done') {
      visit = await tablet.visit(visitId)
      await work.unable(tablet.pen, visit, way, {}, { at: clock.at })
      return 'unable'
    }
  }
  if (diesAt === steps.length) await tablet.die()
  const visit = await tablet.visit(visitId)
  const endings = endingsOf(dispositionsOf(kind))
  const likely = likelyEnding(visit)
  const ending = endings.find((item) => item.code === likely) ?? endings[0]
  if (ending === undefined) throw new Error(`${kind.code} has no way to be completed`)
  await work.complete(tablet.pen, visit, completion(visit, ending.code), { at: clock.at })
  return 'completed'
}

/** 'done', or the disposition with which the visit has to end here. */
async function doStep(scene: Scene, shown: ShownStop, step: Step, visit: Visit, crew: string): Promise<string> {
  const { tablet, chance, clock } = scene
  const { pen } = tablet
  const when = { at: clock.at }
  const meter = shown.order.meters[0]
  switch (step.kind) {
    case 'meter':
      if (meter === undefined) return 'METER_MISSING'
      await checkMeter(scene, shown, step, visit)
      return 'done'
    case 'hazards':
      for (const hazard of shown.order.hazards) {
        const payload = {
          kind: String(hazard.kind ?? 'OTHER'),
          text: String(hazard.text_en ?? ''),
          present: chance.happens(0.7),
        }
        await work.doStep(pen, await tablet.visit(visit.visit_id), null, 'hazard', payload, {}, when)
      }
      await work.markStep(pen, visit, step.id, {}, when)
      return 'done'
    case 'reading':
      if (meter?.meter_register === undefined) return 'METER_MISSING'
      await takeReading(scene, shown, step, visit, meter.meter_id, meter.meter_register)
      return 'done'
    case 'knock': {
      const contacted = chance.happens(0.4)
      await work.markStep(pen, visit, step.id, { contacted, adult_present: contacted }, when)
      return 'done'
    }
    case 'valve':
    case 'seal':
      return await turnValve(scene, shown, step, visit, crew)
    case 'flow':
      await work.markStep(
        pen,
        visit,
        step.id,
        { flow: false, flow_gal: '0', flow_s: '60', adult_present: chance.happens(0.5) },
        when,
      )
      return 'done'
    case 'photo':
    case 'tag': {
      const what = Array.isArray(step.more.what) ? (step.more.what as string[]) : ['site']
      for (const name of what) {
        const picture = photoOf(`${shown.order.number} ${name} ${visit.visit_id}`)
        await work.takePhoto(pen, await tablet.visit(visit.visit_id), picture, name as 'site', { at: clock.at })
      }
      await work.markStep(pen, visit, step.id, step.kind === 'tag' ? { tag_left: true } : {}, { at: clock.at })
      return 'done'
    }
    case 'leak_test':
      if (meter?.meter_register === undefined) return 'METER_MISSING'
      await testForLeak(scene, step, visit, meter.meter_id, meter.meter_register)
      return 'done'
    case 'signature':
      await work.doStep(
        pen,
        visit,
        step.id,
        'signature',
        { svg: '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0L9 9"/></svg>' },
        {},
        when,
      )
      return 'done'
    default:
      await work.doStep(pen, visit, step.id, 'note', { text: 'Looked at it and spoke with the customer.' }, {}, when)
      return 'done'
  }
}

async function checkMeter(
  { tablet, chance, clock, mistakes, tally }: Scene,
  shown: ShownStop,
  step: Step,
  visit: Visit,
): Promise<void> {
  const meter = shown.order.meters[0]
  if (meter === undefined) return
  const seen = (serial_seen: string, matches: boolean): Record<string, unknown> => ({
    service_point_id: meter.service_point_id,
    meter_id: meter.meter_id,
    serial_seen,
    how: chance.happens(0.7) ? 'scan' : 'typed',
    matches,
  })
  if (chance.happens(mistakes.wrong_meter)) {
    tally.wrong_meters += 1
    const other = String(chance.whole(10_000_000, 99_999_999))
    await work.doStep(tablet.pen, visit, null, 'verify_meter', seen(other, false), {}, { at: clock.at })
    await clock.pass(40)
  }
  const right = seen(meter.serial, true)
  await work.doStep(
    tablet.pen,
    await tablet.visit(visit.visit_id),
    step.id,
    'verify_meter',
    right,
    { meter: right },
    { at: clock.at },
  )
}

/** What the register shows today: the usual use on top of the last reading. */
function trueDigits(chance: Chance, register: RegisterOut, readOn: string): string {
  const { lowDigits, highDigits } = checkReading(register, '', { readOn, zeroConfirmed: true })
  const turn = 10 ** register.dials
  const last = Number(register.last_digits ?? '0')
  const low = lowDigits === null ? last + 1 : Number(lowDigits)
  const high = highDigits === null ? last + 10 : Number(highDigits)
  const span = (high - low + turn) % turn
  return String((low + chance.whole(0, span)) % turn).padStart(register.dials, '0')
}

function swap(chance: Chance, digits: string): string | null {
  const places = [...digits].flatMap((digit, index) => (index > 0 && digits[index - 1] !== digit ? [index] : []))
  const at = chance.pick(places)
  return at === undefined
    ? null
    : digits.slice(0, at - 1) + digits.charAt(at) + digits.charAt(at - 1) + digits.slice(at + 1)
}

async function takeReading(
  scene: Scene,
  shown: ShownStop,
  step: Step,
  visit: Visit,
  meter_id: number,
  register: RegisterOut,
): Promise<void> {
  const { tablet, chance, clock, mistakes, tally } = scene
  const readOn = clock.at.slice(0, 10)
  let digits = trueDigits(chance, register, readOn)
  if (shown.order.shutoff_digits !== null) {
    // Water was off: the register stands where it stood, unless somebody helped themselves.
    digits = shown.order.shutoff_digits
    if (chance.happens(mistakes.tamper)) {
      tally.tampered += 1
      digits = String((Number(digits) + chance.whole(1, 9)) % 10 ** register.dials).padStart(register.dials, '0')
    }
  }
  const slipped = chance.happens(mistakes.swapped) ? swap(chance, digits) : null
  if (slipped !== null) tally.swapped += 1
  let typed = slipped ?? digits
  let check = checkReading(register, typed, { readOn, zeroConfirmed: false })
  if (check.slip?.digits && chance.happens(0.6)) {
    typed = check.slip.digits
    check = checkReading(register, typed, { readOn, zeroConfirmed: false })
  }
  const zero_confirmed = check.zeroToConfirm
  if (slipped !== null && typed === slipped) tally.swapped_kept += 1
  let photo: string | undefined
  if (check.mustConfirm || step.more.photo === true) {
    const picture = photoOf(`${shown.order.number} dials ${visit.visit_id} ${typed}`)
    photo = await work.takePhoto(tablet.pen, visit, picture, 'register', { at: clock.at })
  }
  const payload = {
    meter_id,
    digits: typed,
    zero_confirmed,
    role: roleOf(shown.order.kind, step),
    ...(check.mustConfirm ? { confirmed_reason: check.judgement.exceptions.join(' ') || 'CONFIRMED' } : {}),
    ...(photo === undefined ? {} : { photo }),
  }
  await work.doStep(
    tablet.pen,
    await tablet.visit(visit.visit_id),
    step.id,
    'reading',
    payload,
    { digits: typed },
    { at: clock.at },
  )
  tally.readings += 1
}

async function turnValve(scene: Scene, shown: ShownStop, step: Step, visit: Visit, crew: string): Promise<string> {
  const { tablet, chance, clock, tally } = scene
  const opening = step.more.direction === 'on'
  const form: Record<string, unknown> = {}
  if (step.more.clearance === true) {
    const cut = await clearToCut(scene, shown, crew)
    if (cut === null) {
      tally.left_on += 1
      return 'CGI_REFUSED'
    }
    form.cut = cut
  }
  const left = statesToLeave(step)[0] ?? (opening ? 'ON' : 'OFF_UNLOCKED')
  form.valve_found = opening ? (shown.order.kind === 'RESTORE' ? 'OFF_LOCKED' : 'OFF_UNLOCKED') : 'ON'
  form.valve_left = left
  if (left === 'OFF_LOCKED') form.seal_no = `L${chance.whole(100_000, 999_999)}`
  if (step.more.seal_removed === true) form.seal_removed = `L${chance.whole(100_000, 999_999)}`
  await work.markStep(tablet.pen, visit, step.id, form, { at: clock.at })
  return 'done'
}

/** A clearance asked for at this moment, an older one that still holds, or a code from the office; null leaves it on. */
async function clearToCut(scene: Scene, shown: ShownStop, crew: string): Promise<Record<string, unknown> | null> {
  const { tablet, chance, clock, tally, phone } = scene
  const { order_id, number } = shown.order
  const asked = await tablet.askClearance(order_id, 'cut')
  if (asked === 'blocked') return null
  const clearance = await tablet.validToken(order_id)
  if (clearance !== null) return { clearance, code: null, at: clock.at }
  const challenge = challengeFrom(chance.bytes(4))
  const code = await phone({ order_number: number, challenge, crew })
  if (code === null || code !== (await codeFor(tablet.enrolment?.code_secret ?? '', number, challenge))) return null
  tally.codes += 1
  return { clearance: null, code: { challenge, code }, at: clock.at }
}

async function testForLeak(
  { tablet, chance, clock, tally }: Scene,
  step: Step,
  visit: Visit,
  meter_id: number,
  register: RegisterOut,
): Promise<void> {
  const leaks = chance.happens(0.5)
  const turn = 10 ** register.dials
  const before = typeof visit.form.digits === 'string' ? visit.form.digits : (register.last_digits ?? '0')
  const shown = (number: number): string => String(number % turn).padStart(register.dials, '0')
  const digits_a = shown(Number(before))
  const digits_b = shown(Number(before) + (leaks ? chance.whole(1, 2) : 0))
  const role = (name: string): Record<string, unknown> => ({ meter_id, zero_confirmed: false, role: name })
  const at_a = clock.at
  await work.doStep(tablet.pen, visit, null, 'reading', { ...role('leak_a'), digits: digits_a }, {}, { at: at_a })
  await clock.pass(20 * 60)
  const at_b = clock.times === 'real' ? new Date(Date.parse(at_a) + 1_200_000).toISOString() : clock.at
  await work.doStep(
    tablet.pen,
    await tablet.visit(visit.visit_id),
    null,
    'reading',
    { ...role('leak_b'), digits: digits_b },
    {},
    { at: clock.at },
  )
  tally.readings += 2
  const rate = leakRate(register, { digits: digits_a, at: at_a }, { digits: digits_b, at: at_b })
  const where = rate?.moved ? 'INSIDE' : 'NONE'
  const test = {
    digits_a,
    at_a,
    digits_b,
    at_b,
    gpm: rate?.gpm ?? null,
    house_valve: rate?.moved ? 'stopped' : 'not_tested',
    irrigation: 'not_tested',
    dye: rate?.moved ? [{ fixture: 'toilet 1', result: 'leak' }] : [],
    psi_static: chance.whole(50, 75),
    psi_flowing: chance.whole(35, 50),
    utility_side_wet: false,
    where,
    advice: rate?.moved ? 'Replace the flapper.' : 'No leak on the customer side.',
  }
  await work.doStep(
    tablet.pen,
    await tablet.visit(visit.visit_id),
    step.id,
    'leak_test',
    test,
    { leak: test, where, digits: digits_b },
    { at: clock.at },
  )
}
