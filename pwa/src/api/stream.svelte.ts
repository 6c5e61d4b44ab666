/**
 * The office's live feed. One `EventSource` a page: news says which rows changed and is only a hint to fetch them again;
 * positions and planning progress come whole. The browser reconnects with the number of the last news it saw.
 */
export interface News {
  seq: number
  name: string
  ids: {
    order_id?: number
    crew_id?: number
    route_id?: number
    account_id?: number
    plan_id?: number
  }
}

export interface Position {
  crew_id: number
  lon: number
  lat: number
  accuracy_m: number | null
  at: string
}

export interface Progress {
  plan_id: number
  progress: number
  stage_en: string
  stage_es: string
}

export interface Listener {
  onNews?(news: News): void
  onPosition?(position: Position): void
  onProgress?(progress: Progress): void
  /** The stream is open again after a break: what was missed must be fetched. */
  onReopened?(): void
}

export class Stream {
  #source: EventSource | null = null
  #retry: ReturnType<typeof setTimeout> | undefined
  #opened = 0
  #open = $state(false)

  constructor(private readonly listener: Listener) {
    this.#connect()
  }

  get open(): boolean {
    return this.#open
  }

  close(): void {
    clearTimeout(this.#retry)
    this.#source?.close()
    this.#source = null
  }

  #connect(): void {
    const source = new EventSource('/api/v1/stream')
    this.#source = source
    source.onopen = () => {
      this.#open = true
      this.#opened += 1
      if (this.#opened > 1) this.listener.onReopened?.()
    }
    source.onerror = () => {
      this.#open = false
      // The browser reconnects by itself, but gives up for good when the answer was not a stream (a login that ended).
      if (source.readyState === EventSource.CLOSED) this.#retry = setTimeout(() => this.#connect(), 5000)
    }
    const on = <T>(name: string, take: ((value: T) => void) | undefined): void => {
      source.addEventListener(name, (event) => take?.(JSON.parse((event as MessageEvent<string>).data) as T))
    }
    on<News>('news', (news) => this.listener.onNews?.(news))
    on<Position>('position', (position) => this.listener.onPosition?.(position))
    on<Progress>('plan', (progress) => this.listener.onProgress?.(progress))
  }
}

/** Runs `work` now or, when it ran a moment ago, once at the end of the pause; bursts of news cost one fetch. */
export function paced(work: () => void, pauseMs: number): () => void {
  let last = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  return () => {
    const wait = last + pauseMs - Date.now()
    if (timer !== undefined) return
    if (wait <= 0) {
      last = Date.now()
      work()
      return
    }
    timer = setTimeout(() => {
      timer = undefined
      last = Date.now()
      work()
    }, wait)
  }
}
