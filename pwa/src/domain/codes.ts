/**
 * The six-digit code that the office reads out when a clearance cannot be renewed over the network: HMAC-SHA256 of
 * the device's secret over order and challenge, cut to six digits in the way of RFC 4226. The device checks it by
 * itself; five tries and ten minutes a challenge.
 */

/** Letters and digits that cannot be taken for one another on the phone. */
const LETTERS = 'ACDEFHJKMNPRTUVWXY'
const DIGITS = '0123456789'

export const CODE_TRIES = 5
export const CODE_MINUTES = 10

/** "KD 42" from four random bytes. */
export function challengeFrom(random: Uint8Array): string {
  const pick = (from: string, index: number): string => from.charAt((random[index] ?? 0) % from.length)
  return `${pick(LETTERS, 0)}${pick(LETTERS, 1)} ${pick(DIGITS, 2)}${pick(DIGITS, 3)}`
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replace(/-/g, '+').replace(/_/g, '/'))
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0))
}

/** What is signed: order number without blanks, a line feed, the challenge without blanks in capitals. */
export function message(orderNumber: string, challenge: string): string {
  return `${orderNumber.replace(/\s/g, '')}\n${challenge.replace(/\s/g, '').toUpperCase()}`
}

export async function codeFor(secret: string, orderNumber: string, challenge: string): Promise<string> {
  const key = await crypto.subtle.importKey('raw', fromBase64Url(secret), { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
  ])
  const bytes = new TextEncoder().encode(message(orderNumber, challenge))
  const mac = new Uint8Array(await crypto.subtle.sign('HMAC', key, bytes))
  const offset = (mac[mac.length - 1] ?? 0) & 0x0f
  const number = new DataView(mac.buffer).getUint32(offset) & 0x7fffffff
  return String(number % 1_000_000).padStart(6, '0')
}
