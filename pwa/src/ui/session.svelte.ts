/** Who is logged in, what they may do, and which utility this is. One per page. */
import { Refused, answer, api, useSession } from '../api/client'
import type { SessionOut } from '../api/types'
import { useZone } from './format'
import { language, type Language } from './i18n.svelte'

type Standing = 'unknown' | 'in' | 'out' | 'unreachable'

class Session {
  #out = $state<SessionOut | null>(null)
  #standing = $state<Standing>('unknown')
  #asking = $state(false)
  #waiters: { resolve: () => void; reject: (fault: unknown) => void }[] = []

  get current(): SessionOut | null {
    return this.#out
  }

  get standing(): Standing {
    return this.#standing
  }

  /** True while the login lies over a page that is still being worked on. */
  get asking(): boolean {
    return this.#asking
  }

  may(permission: string): boolean {
    return this.#out?.permissions.includes(permission) ?? false
  }

  csrfToken(): string | null {
    return this.#out?.csrf_token ?? null
  }

  askAgain(): Promise<void> {
    this.#asking = true
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }))
  }

  /** Asks the server who this is; true when somebody is logged in. */
  async load(): Promise<boolean> {
    try {
      this.#take(await answer<SessionOut>(api.GET('/api/v1/session')))
      return true
    } catch (fault) {
      if (!(fault instanceof Refused)) throw fault
      this.#standing = fault.offline || fault.status >= 500 ? 'unreachable' : 'out'
      return false
    }
  }

  /** Logs in; throws `Refused` (401 wrong, 429 too many tries). */
  async logIn(login: string, password: string): Promise<void> {
    const before = this.#out?.person.id
    this.#take(await answer<SessionOut>(api.POST('/api/v1/session', { body: { login, password } })))
    if (this.#asking && before !== undefined && before !== this.#out?.person.id) {
      // Somebody else's work must not go out under this name.
      globalThis.location.reload()
      return
    }
    this.#asking = false
    for (const waiter of this.#waiters.splice(0)) waiter.resolve()
  }

  async logOut(): Promise<void> {
    await answer<undefined>(api.DELETE('/api/v1/session'))
    this.#out = null
    this.#standing = 'out'
  }

  async speak(choice: Language): Promise<void> {
    language.choose(choice)
    if (this.#out !== null)
      this.#take(await answer<SessionOut>(api.PUT('/api/v1/session/language', { body: { language: choice } })))
  }

  #take(out: SessionOut): void {
    this.#out = out
    this.#standing = 'in'
    useZone(out.utility.time_zone)
    language.choose(out.person.language)
  }
}

export const session = new Session()
useSession(session)
