import { language } from './i18n.svelte'

/**
 * Dates, times and money as the screens write them: 10:42, "Tue Aug 26", $243.10. Hours run to 12; `clock` adds AM or PM
 * where the working day does not make it plain. Instants are shown in the zone
 * of the utility, which `useZone` sets once from the session or the day package.
 */
let zone: string | undefined

export function useZone(timeZone: string | undefined): void {
  zone = timeZone
}

function parts(options: Intl.DateTimeFormatOptions, at: Date): Record<string, string> {
  const formatter = new Intl.DateTimeFormat(language.locale, { ...options, ...(zone ? { timeZone: zone } : {}) })
  return Object.fromEntries(formatter.formatToParts(at).map((part) => [part.type, part.value]))
}

const CLOCK: Intl.DateTimeFormatOptions = { hour: 'numeric', minute: '2-digit', hourCycle: 'h12' }

/** "10:42", "1:05"; an hour below ten has one digit. */
export function time(at: string | Date | number): string {
  const p = parts(CLOCK, new Date(at))
  return `${Number(p.hour)}:${p.minute}`
}

/** "5:00" of an hour of the day written as 17:00. */
export function hour(written: string): string {
  const [hours = 0, minutes = 0] = written.split(':').map(Number)
  return `${hours % 12 || 12}:${String(minutes).padStart(2, '0')}`
}

/** "1:05 PM", "4:30 AM" */
export function clock(at: string | Date | number): string {
  const p = parts(CLOCK, new Date(at))
  return `${Number(p.hour)}:${p.minute} ${/a/i.test(p.dayPeriod ?? '') ? 'AM' : 'PM'}`
}

/** "11:24:06" */
export function timeToTheSecond(at: string | Date | number): string {
  const p = parts({ ...CLOCK, second: '2-digit' }, new Date(at))
  return `${Number(p.hour)}:${p.minute}:${p.second}`
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

function dayOf(p: Record<string, string>): string {
  const clean = (text: string | undefined): string => capital((text ?? '').replace('.', ''))
  return language.current === 'es'
    ? `${clean(p.weekday)} ${p.day} ${(p.month ?? '').replace('.', '')}`
    : `${clean(p.weekday)} ${clean(p.month)} ${p.day}`
}

/** "Tue Aug 26" of an instant. */
export function dayOfInstant(at: string | Date | number): string {
  return dayOf(parts({ weekday: 'short', month: 'short', day: 'numeric' }, new Date(at)))
}

/** "Tue Aug 26" of a day written as 2026-08-26, whatever the zone. */
export function day(on: string): string {
  const formatter = new Intl.DateTimeFormat(language.locale, {
    weekday: 'short',
    month: 'short',
    day: 'numeric',
    timeZone: 'UTC',
  })
  const p = Object.fromEntries(
    formatter.formatToParts(new Date(`${on}T12:00:00Z`)).map((part) => [part.type, part.value]),
  )
  return dayOf(p)
}

/** "Aug 26" of a day written as 2026-08-26. */
export function shortDay(on: string): string {
  return day(on).split(' ').slice(1).join(' ')
}

/** The day in the utility's zone, as 2026-08-26. */
export function isoDay(at: Date | number): string {
  const formatter = new Intl.DateTimeFormat('en-CA', {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    ...(zone ? { timeZone: zone } : {}),
  })
  return formatter.format(new Date(at))
}

/** 24310 is "$243.10". */
export function money(cents: number): string {
  const sign = cents < 0 ? '-' : ''
  const whole = Math.floor(Math.abs(cents) / 100)
  return `${sign}$${whole.toLocaleString('en-US')}.${String(Math.abs(cents) % 100).padStart(2, '0')}`
}

/** Order and confirmation numbers in groups of three: "617455" is "617 455". */
export function inThrees(number: string): string {
  return /^\d+$/.test(number) ? number.replace(/\B(?=(\d{3})+$)/g, ' ') : number
}

/** Age of a fact in few letters: "9 s", "4 min", "2 h". */
export function age(at: string | Date | number, now: number): string {
  const seconds = Math.max(0, Math.round((now - new Date(at).getTime()) / 1000))
  if (seconds < 90) return `${seconds} s`
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`
  return `${Math.round(seconds / 3600)} h`
}

/** A text as a sentence: with its full stop, and once only. Nothing stays nothing. */
export function sentence(text: string): string {
  return /[.!?…]$/.test(text) || text === '' ? text : `${text}.`
}

/** Minutes and seconds that have passed: "3:12", with hours "1:03:12". */
export function elapsed(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  const tail = String(seconds % 60).padStart(2, '0')
  return hours ? `${hours}:${String(minutes).padStart(2, '0')}:${tail}` : `${minutes}:${tail}`
}

/** What is left of a countdown: "4:41", "0:09". */
export function left(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

/** Bytes for people: "2.4 MB". */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  if (bytes < 1e6) return `${Math.round(bytes / 1e3)} KB`
  return `${(bytes / 1e6).toFixed(1)} MB`
}
