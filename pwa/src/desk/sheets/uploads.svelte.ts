import { Refused, answer, api } from '../../api/client'
import type { Problem, Shape } from '../../api/types'
import { session } from '../../ui/session.svelte'

export type Upload = Shape<'SheetUploadOut'>

/** A file on its way from this computer; afterwards the server's own word of it. */
export interface Sending {
  key: number
  file: File
  percent: number
  fault: Refused | null
  upload: Upload | null
}

/** Files that this window sends, one after the other, and how far the server is with each. */
class Uploads {
  list = $state<Sending[]>([])
  #next = 1
  #busy = false
  /** Called when pages were made. */
  onPages: () => void = () => undefined

  add(files: Iterable<File>): void {
    for (const file of files) this.list.push({ key: this.#next++, file, percent: 0, fault: null, upload: null })
    void this.#work()
  }
  again(key: number): void {
    const one = this.list.find((each) => each.key === key)
    if (!one) return
    Object.assign(one, { percent: 0, fault: null, upload: null })
    void this.#work()
  }
  drop(key: number): void {
    this.list = this.list.filter((one) => one.key !== key)
  }

  async #work(): Promise<void> {
    if (this.#busy) return
    this.#busy = true
    try {
      for (;;) {
        const one = this.list.find((each) => each.upload === null && each.fault === null)
        if (!one) return
        try {
          one.upload = await send(one.file, (percent) => (one.percent = percent))
          void this.#follow(one)
        } catch (error) {
          if (!(error instanceof Refused)) throw error
          one.fault = error
        }
      }
    } finally {
      this.#busy = false
    }
  }

  async #follow(one: Sending): Promise<void> {
    for (let pause = 400; one.upload && this.list.includes(one); pause = Math.min(2000, pause * 1.3)) {
      if (one.upload.state === 'DONE' || one.upload.state === 'REFUSED') {
        this.onPages()
        return
      }
      await new Promise((resolve) => setTimeout(resolve, pause))
      try {
        one.upload = await answer<Upload>(
          api.GET('/api/v1/sheet-uploads/{upload_id}', { params: { path: { upload_id: one.upload.id } } }),
        )
      } catch (error) {
        // The server reads on without us; it is asked again.
        if (!(error instanceof Refused)) throw error
      }
    }
  }
}

export const uploads = new Uploads()

/** XMLHttpRequest, because fetch does not tell how much of a body has gone out. */
function send(file: File, tell: (percent: number) => void): Promise<Upload> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', `/api/v1/sheet-uploads?file_name=${encodeURIComponent(file.name)}`)
    request.setRequestHeader('X-CSRF-Token', session.csrfToken() ?? '')
    request.setRequestHeader('Content-Type', 'application/octet-stream')
    request.upload.onprogress = (event) => tell(Math.floor((100 * event.loaded) / Math.max(1, event.total)))
    request.onload = () => {
      const body = parsed(request.responseText)
      if (request.status === 201) resolve(body as Upload)
      else {
        const problem = (body ?? { code: 'HTTP', message: request.statusText, reasons: [] }) as Problem
        reject(new Refused(request.status, problem))
      }
    }
    request.onerror = () => reject(new Refused(0, { code: 'NO_ANSWER', message: '', reasons: [] }))
    request.send(file)
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return null
  }
}
