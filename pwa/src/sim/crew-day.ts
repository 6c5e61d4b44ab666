/** One crew's day: fetches the package, works the route stop by stop, sends when there is signal, ends when all is received. */
import { join } from 'node:path'
import { FieldFault } from '../api/field'
import type { KindOut, Shape } from '../api/types'
import { dispositionsOf } from '../domain/forms'
import { nextStop, type ShownStop } from '../domain/route'
import * as work from '../offline/work'
import { Chance } from './chance'
import type { CrewInput, Input } from './input'
import { FaultyLine, isDead, logIn, post } from './network'
import { photoOf } from './photo'
import { SimClock } from './sim-clock'
import { Tablet } from './tablet'
import { workThrough, type Scene, type Tally } from './visit'

export interface DayReport extends Tally {
  login: string
  crew: string
  route_id: number | null
  stops: number
  ops_made: number
  sent: number
  receipts: number
  answers: Record<string, number>
  by_kind: Record<string, { completed: number; unable: number }>
  photos: number
  photos_stored: number
  completed: number
  unable: number
  recalls_answered: number
  not_worked: number
  offline_stops: number
  battery_deaths: number
  lost_answers: number
  server_count: number | null
  /** Tablet and office count the same number of operations, and every photo has arrived. */
  agree: boolean
}

const PATIENCE = 60

export async function crewDay(input: Input, who: CrewInput, say: (text: string) => void): Promise<DayReport> {
  const chance = new Chance(who.seed)
  const line = new FaultyLine(() => chance.happens(input.mistakes.lost_answers))
  let clock = new SimClock(Date.now(), input.speed, input.times, input.house_clock)
  const tablet = new Tablet(
    input,
    who,
    line,
    () => clock.device(),
    () => clock.real(),
    join(input.folder, `${who.device_id}.jsonl`),
  )
  await tablet.enrol()
  const date = input.date ?? localToday(tablet.enrolment?.time_zone, clock.atMs)
  const day = await tablet.takeDay(date)
  if (day === undefined) throw new Error(`${who.login}: no day package`)
  clock = new SimClock(Date.parse(day.shift_from ?? day.server_at), input.speed, input.times, input.house_clock)
  if (input.times === 'house' && day.shift_from !== null) await clock.until(Date.parse(day.shift_from))
  else tablet.clock = clock.device()

  const tally: Tally = {
    readings: 0,
    wrong_meters: 0,
    swapped: 0,
    swapped_kept: 0,
    no_access: 0,
    tampered: 0,
    left_on: 0,
    codes: 0,
  }
  const scene: Scene = { tablet, chance, clock, mistakes: input.mistakes, tally, phone: await officePhone(input) }
  const report: DayReport = {
    ...tally,
    login: who.login,
    crew: day.crew,
    route_id: day.route_id,
    stops: day.stops.length,
    ops_made: 0,
    sent: 0,
    receipts: 0,
    answers: {},
    by_kind: {},
    photos: 0,
    photos_stored: 0,
    completed: 0,
    unable: 0,
    recalls_answered: 0,
    not_worked: 0,
    offline_stops: 0,
    battery_deaths: 0,
    lost_answers: 0,
    server_count: null,
    agree: false,
  }
  await work.checkIn(tablet.pen, date, { at: clock.at })
  await tablet.talk()

  for (;;) {
    report.recalls_answered += await answerRecalls(scene)
    const stops = await tablet.stops()
    const shown = nextStop(stops)
    if (shown === null) break
    const kind = day.kinds.find((one) => one.code === shown.order.kind)
    if (kind === undefined)
      throw new Error(`order ${shown.order.number}: kind ${shown.order.kind} is not in the catalogue`)
    await workStop(scene, report, input, line, shown, kind, day.crew)
    say(`${day.crew}: ${report.completed + report.unable} of ${stops.length}, ${shown.order.place}`)
  }
  line.down = false
  const made = (await tablet.kept()).length
  await work.endDay(tablet.pen, { counted: made, battery: chance.whole(8, 60) }, { at: clock.at })
  await sendAll(scene)
  await closeReport(report, scene, line)
  return report
}

function localToday(zone: string | undefined, atMs: number): string {
  return new Intl.DateTimeFormat('en-CA', {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    ...(zone ? { timeZone: zone } : {}),
  }).format(new Date(atMs))
}

async function officePhone(input: Input): Promise<Scene['phone']> {
  const { office } = input
  if (office === null) return () => Promise.resolve(null)
  const session = await logIn(input.base_url, office.login, office.password)
  return async (ask) => {
    const out = await post<Shape<'CodeOut'>>(input.base_url, session, '/codes', ask)
    return out.code
  }
}

async function workStop(
  scene: Scene,
  report: DayReport,
  input: Input,
  line: FaultyLine,
  shown: ShownStop,
  kind: KindOut,
  crew: string,
): Promise<void> {
  const { tablet, clock, chance } = scene
  const { order, stop } = shown
  const dead = isDead(input.dead_zones, order.lon, order.lat)
  // What the app does on the road while it still has signal: ask ahead for the shutoffs to come.
  if (kind.steps.some((step) => step.clearance === true)) await tablet.askClearance(order.order_id, 'start')
  const visit = await work.setOut(tablet.pen, order, clock.at.slice(0, 10), { at: clock.at })
  if (stop !== null) await clock.until(Date.parse(stop.arrive_at))
  line.down = dead
  if (dead) report.offline_stops += 1
  const here = { lon: order.lon, lat: order.lat, accuracy_m: chance.whole(3, 9) }
  await work.arrive(tablet.pen, visit, here, { at: clock.at })
  await tablet.store.write(['positions'], (tx) =>
    tx.put('positions', clock.at, { at: clock.at, ...here, speed_kmh: 0 }),
  )
  const outcome =
    (await cannotGetIn(scene, shown, kind, visit.visit_id)) ?? (await atWork(scene, shown, kind, visit.visit_id, crew))
  report.by_kind[kind.code] ??= { completed: 0, unable: 0 }
  const counts = report.by_kind[kind.code]
  if (outcome === 'completed') {
    report.completed += 1
    if (counts) counts.completed += 1
  } else {
    report.unable += 1
    if (counts) counts.unable += 1
  }
  if (stop !== null) await clock.until(Date.parse(stop.finish_at))
  if (!dead) await tablet.talk()
  line.down = false
}

async function cannotGetIn(scene: Scene, shown: ShownStop, kind: KindOut, visitId: string): Promise<'unable' | null> {
  const { tablet, chance, clock, mistakes, tally } = scene
  if (!chance.happens(mistakes.no_access)) return null
  const reason = chance.pick(dispositionsOf(kind).filter((item) => item.code.startsWith('CGI_')))
  if (reason === undefined) return null
  tally.no_access += 1
  const picture = photoOf(`${shown.order.number} site ${visitId}`)
  const photo = await work.takePhoto(tablet.pen, await tablet.visit(visitId), picture, 'site', { at: clock.at })
  await work.unable(tablet.pen, await tablet.visit(visitId), reason.code, { photo, note: '' }, { at: clock.at })
  return 'unable'
}

async function atWork(
  scene: Scene,
  shown: ShownStop,
  kind: KindOut,
  visitId: string,
  crew: string,
): Promise<'completed' | 'unable'> {
  const { tablet, clock } = scene
  const token = await tablet.validToken(shown.order.order_id)
  await work.start(tablet.pen, await tablet.visit(visitId), token, { at: clock.at })
  const outcome = await workThrough(scene, shown, kind, visitId, crew)
  return outcome === 'completed' ? 'completed' : 'unable'
}

async function answerRecalls({ tablet, clock }: Scene): Promise<number> {
  const alarms = await tablet.alarms()
  for (const { order, visit } of alarms) {
    const off = visit?.form.cut !== undefined
    await work.answerRecall(tablet.pen, order, visit, off ? 'already_off' : 'stopped', { at: clock.at })
  }
  if (alarms.length > 0) await tablet.talk()
  return alarms.length
}

async function sendAll({ tablet }: Scene): Promise<void> {
  for (let tries = 0; tries < PATIENCE; tries++) {
    const run = await tablet.talk()
    if (run.outcome === 'login') await tablet.enrol()
    if (run.outcome === 'done' && run.left === 0 && run.photosLeft === 0) return
    await new Promise((resolve) => setTimeout(resolve, Math.min(5000, 200 * 2 ** Math.min(tries, 5))))
  }
}

async function closeReport(report: DayReport, { tablet, tally }: Scene, line: FaultyLine): Promise<void> {
  const kept = await tablet.kept()
  const photos = await tablet.photos()
  for (const item of kept) {
    const answer = item.receipt?.answer ?? 'none'
    report.answers[answer] = (report.answers[answer] ?? 0) + 1
  }
  Object.assign(report, tally)
  report.ops_made = kept.length
  report.receipts = kept.filter((item) => item.receipt !== null).length
  report.sent = report.receipts
  report.photos = photos.length
  report.photos_stored = photos.filter((photo) => photo.stored).length
  report.not_worked = (await tablet.stops()).filter((item) => !item.finished && !item.recalled).length
  report.battery_deaths = tablet.deaths
  report.lost_answers = line.lost
  try {
    report.server_count = (await tablet.api.receipts(tablet.who.device_id)).count
  } catch (fault) {
    if (!(fault instanceof FieldFault)) throw fault
  }
  report.agree =
    report.server_count === report.ops_made &&
    report.receipts === report.ops_made &&
    report.photos === report.photos_stored
}
