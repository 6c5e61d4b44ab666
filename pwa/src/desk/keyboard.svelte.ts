/** Keys of the desk: which key was pressed, told without the screens. Letters alone can be switched off (WCAG 2.1.4). */
const KEPT = 'curbstop.letter-keys'

class Keyboard {
  #letters = $state(localStorage.getItem(KEPT) !== 'off')

  get letters(): boolean {
    return this.#letters
  }

  useLetters(on: boolean): void {
    this.#letters = on
    localStorage.setItem(KEPT, on ? 'on' : 'off')
  }
}

export const keyboard = new Keyboard()

const inField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    /^(TEXTAREA|SELECT)$/.test(target.tagName) ||
    (target instanceof HTMLInputElement && !/^(checkbox|radio|range)$/.test(target.type)))

/** The name of the pressed key, such as "Alt+1", "Ctrl+Enter", "F8", "/"; null where it must not be taken. */
export function pressed(event: KeyboardEvent): string | null {
  if (event.isComposing) return null
  if (event.altKey && !event.ctrlKey && !event.metaKey) {
    // On some keyboards Alt changes the letter (å, ñ): the place of the key tells.
    const code = /^(?:Key|Digit)(.)$/.exec(event.code)?.[1]
    return code ? `Alt+${code}` : null
  }
  if (event.ctrlKey || event.metaKey) return event.key === 'Enter' ? 'Ctrl+Enter' : null
  if (/^F\d+$/.test(event.key) || event.key === 'Escape') return event.key
  if (event.key === 'Enter')
    return inField(event.target) ||
      event.target instanceof HTMLButtonElement ||
      event.target instanceof HTMLAnchorElement
      ? null
      : 'Enter'
  if (event.key.length === 1 && keyboard.letters && !inField(event.target)) return event.key.toLowerCase()
  return null
}
