/** The call under way: the property that the rep opened last, since when, and the phone number that found it. */
interface Kept {
  ref: string
  at: number
  typed: string
}

const KEPT = 'curbstop.call'
const digits = (text: string): string => text.replace(/\D/g, '')

function kept(): Kept | null {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT) ?? 'null') as Kept | null
  } catch {
    // A note that cannot be read is only a convenience: the next property starts a new one.
    return null
  }
}

/** The phone of the account that the typed number stands for, where it stands for one. */
export function matching(phones: readonly string[], typed: string): string | null {
  const asked = digits(typed)
  return asked.length >= 7 ? (phones.find((one) => digits(one).endsWith(asked.slice(-10))) ?? null) : null
}

class Call {
  #now = $state<Kept | null>(kept())

  /** A property was opened; `typed` is what was searched when a phone number found it. The same one goes on. */
  begin(ref: string, at: number, typed: string): void {
    if (this.#now?.ref === ref) return
    this.#now = { ref, at, typed }
    sessionStorage.setItem(KEPT, JSON.stringify(this.#now))
  }

  /** Since when this property is open, and the number typed for it; null for a property only looked at. */
  of(ref: string): Kept | null {
    return this.#now?.ref === ref ? this.#now : null
  }
}

export const call = new Call()
