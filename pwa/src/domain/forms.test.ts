import { describe, expect, test } from 'vitest'
import type { Visit } from '../offline/shapes'
import { completion, likelyEnding } from './completion'
import {
  dispositionsOf,
  endingsOf,
  lacksFor,
  mayWorkOn,
  missing,
  nextStep,
  statesToLeave,
  stepsOf,
  waysOut,
} from './forms'
import { runsOpen } from './flows'
import { sameSerial } from './serials'

const KIND = {
  steps: [
    {
      id: 'meter',
      kind: 'meter',
      title_en: 'Meter',
      title_es: 'Medidor',
      short_en: 'Meter',
      short_es: 'Medidor',
      required: true,
    },
    {
      id: 'valve',
      kind: 'valve',
      title_en: 'Shut',
      title_es: 'Cerrar',
      required: true,
      leave: ['OFF_LOCKED'],
      clearance: true,
    },
    { id: 'note', kind: 'note', title_en: 'Note', title_es: 'Nota', required: false },
    { id: 'new', kind: 'drone', title_en: 'Fly', title_es: 'Volar' },
  ],
  dispositions: [
    { code: 'DONE', name_en: 'Done', name_es: 'Hecho', outcome: 'complete', counts_as_complete: true },
    {
      code: 'OPEN_LINE',
      outcome: 'needs_return',
      counts_as_complete: false,
      requires_read: true,
      requires_photo: true,
    },
    { code: 'PAID_AT_DOOR', outcome: 'complete', counts_as_complete: true },
    { code: 'VALVE_BROKEN', outcome: 'needs_return', counts_as_complete: false, requires_photo: true },
    { code: 'CGI_DOG', outcome: 'no_access', counts_as_complete: false, requires_photo: true },
    { code: 'RECALLED', outcome: 'recall_ack', counts_as_complete: false },
  ],
}
const steps = stepsOf(KIND)
const endings = dispositionsOf(KIND)
const codes = (list: { code: string }[]): string[] => list.map((item) => item.code)

function givenVisit(form: Record<string, unknown>): Visit {
  return { visit_id: 'v', order_id: 1, form, done: {} } as unknown as Visit
}

describe('the form of a kind', () => {
  test('asks for a step that it does not know as a note, and keeps what only that step needs', () => {
    expect(steps.map((step) => step.kind)).toEqual(['meter', 'valve', 'note', 'note'])
    expect(statesToLeave(steps[1] as (typeof steps)[0])).toEqual(['OFF_LOCKED'])
  })

  test('lets one look ahead but not pass over a required step', () => {
    expect(mayWorkOn(steps, {}, 'valve')).toBe(false)
    expect(mayWorkOn(steps, { meter: 'now' }, 'valve')).toBe(true)
    expect(mayWorkOn(steps, { meter: 'now', valve: 'now' }, 'new')).toBe(true)
    expect(nextStep(steps, { meter: 'now' })?.id).toBe('valve')
    expect(missing(steps, { meter: 'now' }).map((step) => step.id)).toEqual(['valve', 'new'])
  })

  test('offers the endings of a worked form, and the ways out with no access first', () => {
    expect(codes(endingsOf(endings))).toEqual(['DONE', 'OPEN_LINE', 'PAID_AT_DOOR'])
    expect(codes(waysOut(endings))).toEqual(['CGI_DOG', 'VALVE_BROKEN', 'PAID_AT_DOOR'])
  })

  test('says what an ending still lacks', () => {
    const [, open] = endings
    if (!open) throw new Error('no such ending')
    expect(lacksFor(open, {})).toBe('read')
    expect(lacksFor(open, { digits: '001447' })).toBe('photo')
    expect(lacksFor(open, { digits: '001447', photos: { tag: 'abc' } })).toBeNull()
  })
})

describe('a completion', () => {
  test('carries the clearance of the cut, or the spoken code, and nothing that was not asked', () => {
    const common = { valve_found: 'ON', valve_left: 'OFF_LOCKED', seal_no: ' L7788 ', contacted: false, tag_left: true }
    const token = completion(givenVisit({ ...common, cut: { clearance: 'jws', code: null } }), 'DONE')
    expect(token).toEqual({
      disposition: 'DONE',
      valve_found: 'ON',
      valve_left: 'OFF_LOCKED',
      seal_no: 'L7788',
      clearance: 'jws',
      contacted: false,
      tag_left: true,
    })
    const code = { challenge: 'KD 42', code: '709123' }
    expect(completion(givenVisit({ ...common, cut: { clearance: null, code } }), 'DONE')).toMatchObject({ code })
    expect(completion(givenVisit({}), 'DONE')).toEqual({
      disposition: 'DONE',
      valve_found: null,
      valve_left: null,
      contacted: false,
    })
  })

  test('sends flow as the contract has it', () => {
    expect(completion(givenVisit({ flow_gal: '12', flow_s: '60' }), 'OPEN_LINE')).toMatchObject({
      flow_gal: '12',
      flow_s: 60,
    })
  })

  test('guesses the ending from what was found', () => {
    expect(likelyEnding(givenVisit({ where: 'IRRIGATION' }))).toBe('LEAK_CUSTOMER')
    expect(likelyEnding(givenVisit({ open_line: true }))).toBe('OPEN_LINE')
    expect(likelyEnding(givenVisit({ valve_found: 'ON', valve_left: 'OFF_LOCKED' }))).toBe('DONE')
    expect(likelyEnding(givenVisit({ valve_found: 'OFF_LOCKED', valve_left: 'OFF_LOCKED' }))).toBe('')
  })
})

test('twelve gallons in an empty house are an open line, ten are not', () => {
  expect([runsOpen('12', 10), runsOpen('10', 10), runsOpen('', 10), runsOpen('a lot', 10)]).toEqual([
    true,
    false,
    false,
    false,
  ])
})

test('a serial is the same with blanks, dashes and leading zeros, and empty is never the same', () => {
  expect(sameSerial('0061-83 0467', '61830467')).toBe(true)
  expect(sameSerial('61830476', '61830467')).toBe(false)
  expect(sameSerial('', '')).toBe(false)
})
