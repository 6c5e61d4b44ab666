import { t } from './words'

/** The last deed that could not be kept on the device, in words for the one who did it. */
class Trouble {
  text = $state('')

  show(fault: unknown): void {
    console.error(fault)
    const full = fault instanceof DOMException && fault.name === 'QuotaExceededError'
    this.text = full ? t.fullDisk : t.notKept
  }

  clear(): void {
    this.text = ''
  }
}

export const trouble = new Trouble()
