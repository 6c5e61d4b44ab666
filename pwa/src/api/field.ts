/**
 * The field part of the API, with the device's own token instead of a session. Runs in the page, in the service worker
 * and in Node. Every call has a time limit; a fault is always a `FieldFault` with the HTTP status, 0 for no answer.
 */
import type { ClearanceOut, FieldChanges, FieldDay, ReceiptPage, ReceiptsOut, Shape } from './types'

export class FieldFault extends Error {
  override name = 'FieldFault'

  constructor(
    readonly status: number,
    message: string,
    /** Seconds that the server asked to wait (Retry-After). */
    readonly retryAfterS: number | null = null,
  ) {
    super(message)
  }
}

export interface FieldApiOptions {
  baseUrl: string
  token: () => string | null | Promise<string | null>
  fetch?: typeof fetch
  timeoutMs?: number
}

export class FieldApi {
  #fetch: typeof fetch

  constructor(private readonly options: FieldApiOptions) {
    this.#fetch = options.fetch ?? globalThis.fetch.bind(globalThis)
  }

  day(date: string): Promise<FieldDay> {
    return this.#json(`/field/day?date=${encodeURIComponent(date)}`)
  }

  changes(cursor: number): Promise<FieldChanges> {
    return this.#json(`/field/changes?cursor=${cursor}`)
  }

  operations(body: { operations: unknown[]; not_sent: number }): Promise<ReceiptsOut> {
    return this.#json('/field/operations', { method: 'POST', body: JSON.stringify(body), headers: JSON_BODY })
  }

  receipts(deviceId: string): Promise<ReceiptPage> {
    return this.#json(`/field/receipts?device=${encodeURIComponent(deviceId)}`)
  }

  clearance(ask: Shape<'ClearanceAsk'>): Promise<ClearanceOut> {
    return this.#json('/field/clearances', { method: 'POST', body: JSON.stringify(ask), headers: JSON_BODY }, 8_000)
  }

  async positions(body: Shape<'PositionsIn'>): Promise<void> {
    await this.#call('/field/positions', { method: 'POST', body: JSON.stringify(body), headers: JSON_BODY })
  }

  /** Bytes of the attachment that the server has; `total` when it is stored whole. */
  async attachmentSoFar(sha256: string, total: number): Promise<number> {
    try {
      const response = await this.#call(`/field/attachments/${sha256}`, { method: 'HEAD' })
      const offset = Number(response.headers.get('Upload-Offset') ?? Number.NaN)
      return Number.isNaN(offset) ? total : Math.min(offset, total)
    } catch (fault) {
      if (fault instanceof FieldFault && fault.status === 404) return 0
      throw fault
    }
  }

  async putAttachment(
    sha256: string,
    part: Uint8Array<ArrayBuffer>,
    from: number,
    total: number,
    type: string,
  ): Promise<Shape<'AttachmentOut'>> {
    const headers: Record<string, string> = {
      'Content-Type': type,
      'Content-Range': `bytes ${from}-${from + part.byteLength - 1}/${total}`,
    }
    return await this.#json(`/field/attachments/${sha256}`, { method: 'PUT', body: part, headers }, 120_000)
  }

  /**
   * The stream of news: calls back for each. Resolves when the server closes it; throws `FieldFault` when the network
   * goes, when nothing (not even a heartbeat) comes for a while, or when `signal` ends it.
   */
  async news(onNews: (cursor: number) => void, onOpen: () => void, signal: AbortSignal): Promise<void> {
    const silence = new AbortController()
    let watch = setTimeout(() => silence.abort(), SILENCE_MS)
    const ends = AbortSignal.any([signal, silence.signal])
    try {
      const response = await this.#call(
        '/field/stream',
        { headers: { Accept: 'text/event-stream' }, signal: ends },
        null,
      )
      onOpen()
      const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
      if (reader === undefined) return
      let rest = ''
      for (;;) {
        const { value, done } = await reader.read()
        if (done) return
        clearTimeout(watch)
        watch = setTimeout(() => silence.abort(), SILENCE_MS)
        const blocks = (rest + value).split(/\r?\n\r?\n/)
        rest = blocks.pop() ?? ''
        for (const block of blocks) {
          const data = block.split(/\r?\n/).filter((line) => line.startsWith('data:'))
          if (data.length === 0) continue
          const news = JSON.parse(data.map((line) => line.slice(5).trimStart()).join('\n')) as { cursor?: number }
          onNews(news.cursor ?? 0)
        }
      }
    } catch (fault) {
      throw fault instanceof FieldFault
        ? fault
        : new FieldFault(0, fault instanceof Error ? fault.message : String(fault))
    } finally {
      clearTimeout(watch)
    }
  }

  async #json<T>(path: string, init: RequestInit = {}, timeoutMs?: number): Promise<T> {
    const response = await this.#call(path, init, timeoutMs)
    try {
      return (await response.json()) as T
    } catch {
      throw new FieldFault(0, `${path}: the answer broke off`)
    }
  }

  async #call(
    path: string,
    init: RequestInit,
    timeoutMs: number | null = this.options.timeoutMs ?? 30_000,
  ): Promise<Response> {
    const token = await this.options.token()
    const headers = new Headers(init.headers)
    if (token) headers.set('Authorization', `Bearer ${token}`)
    const signals = [init.signal, timeoutMs === null ? null : AbortSignal.timeout(timeoutMs)].filter(
      (signal) => !!signal,
    )
    let response: Response
    try {
      response = await this.#fetch(`${this.options.baseUrl}/api/v1${path}`, {
        ...init,
        headers,
        credentials: 'omit',
        cache: 'no-store',
        signal: AbortSignal.any(signals),
      })
    } catch (fault) {
      throw new FieldFault(0, fault instanceof Error ? fault.message : String(fault))
    }
    if (response.ok) return response
    const retryAfterS = Number(response.headers.get('Retry-After') ?? Number.NaN)
    throw new FieldFault(response.status, await saidWhy(response), Number.isNaN(retryAfterS) ? null : retryAfterS)
  }
}

/** Longest silence of a stream; the server's heartbeat comes every 15 s. */
const SILENCE_MS = 40_000

const JSON_BODY = { 'Content-Type': 'application/json' }

async function saidWhy(response: Response): Promise<string> {
  const text = await response.text().catch(() => '')
  try {
    const problem = JSON.parse(text) as { message?: unknown }
    if (typeof problem.message === 'string') return problem.message
  } catch {
    // Not JSON: a proxy's page, say. The status alone has to do.
  }
  return `HTTP ${response.status}`
}
