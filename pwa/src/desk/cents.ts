/** Money as a person types it, in whole cents: "243.1" is 24310. Null for what is no amount. Digits, never a float. */
export function cents(text: string): number | null {
  const match = /^\$?\s*(\d{1,7})(?:\.(\d{1,2}))?$/.exec(text.trim().replace(/,(?=\d{3}(?:\D|$))/g, ''))
  if (match === null) return null
  const value = Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'))
  return value > 0 ? value : null
}
