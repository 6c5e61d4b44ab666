/** What a device keeps, besides the orders as the server wrote them. */
import type { FieldDay, FieldOrder, OperationIn, Receipt } from '../api/types'

export type OperationKind = OperationIn['kind']

/** An operation exactly as it is sent; its bytes never change once it is kept. */
export interface Operation {
  op_id: string
  device_id: string
  seq: number
  after: string | null
  order_id: number | null
  visit_id: string | null
  kind: OperationKind
  base_version: number | null
  occurred_at: string
  elapsed_ms: number | null
  payload: Record<string, unknown>
}

/** An operation and what became of it. `receipt` is the only thing that takes it off the outbox. */
export interface Kept {
  op: Operation
  receipt: Receipt | null
  /** The newest answer that was no receipt (waiting, retry), or the fault that sent it back. */
  trouble: { at: string; status: number; text: string } | null
  tries: number
}

/** One attempt at an order as the technician makes it: what the screens show before the server knows. */
export interface Visit {
  visit_id: string
  order_id: number
  /** Day of the route, ISO. */
  on: string
  state: 'EN_ROUTE' | 'ON_SITE' | 'COMPLETED' | 'UNABLE'
  started: boolean
  /** Newest operation of the visit: the `after` of the next. */
  last_op: string | null
  /** Version of the order that this device's own operations have made or seen. */
  version: number
  en_route_at: string | null
  arrived_at: string | null
  started_at: string | null
  finished_at: string | null
  /** Steps of the form that are done, by step id. */
  done: Record<string, string>
  /** What the form holds, typed and not yet an operation too; survives a killed app. */
  form: Record<string, unknown>
  disposition: string | null
}

/** A photo on its way; its bytes stand apart, in the bin `bytes` under the same name. */
export interface Attachment {
  sha256: string
  type: string
  size: number
  taken_at: string
  order_id: number | null
  /** Bytes that the server said it has. */
  sent_bytes: number
  stored: boolean
}

export interface Position {
  at: string
  lon: number
  lat: number
  accuracy_m: number
  speed_kmh: number | null
}

/** The day package without its orders, which stand in their own bin. */
export type Day = Omit<FieldDay, 'orders'>

/** An order on the device. `gone`: the office took it off this crew's route while a visit was under way. */
export type KeptOrder = FieldOrder & { gone?: boolean }

/** How a recall was answered at the curb. */
export interface RecallAnswer {
  order_id: number
  recalled_at: string
  answer: 'stopped' | 'already_off'
  at: string
}

/** The device as the office knows it. */
export interface Enrolment {
  device_id: string
  token: string
  code_secret: string
  clearance_key: Record<string, string>
  person: { id: number; name: string; login: string; role: string; language: string }
  time_zone: string
  office_phone: string
  office_hours: string
  utility: string
  demo: boolean
}

export const META = {
  device: 'device_id',
  enrolment: 'enrolment',
  seq: 'seq',
  day: 'day',
  cursor: 'cursor',
  shift: 'shift',
  settings: 'settings',
  recalls: 'recalls',
  clearances: 'clearances',
  heard: 'heard_at',
  silent: 'silent_since',
  server: 'server_count',
} as const
