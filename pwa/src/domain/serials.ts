/** Serial numbers as people type and scanners read them: case, blanks, dashes and leading zeros tell nothing apart. */
export function bareSerial(serial: string): string {
  return serial
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '')
    .replace(/^0+(?=.)/, '')
}

export function sameSerial(a: string, b: string): boolean {
  const bare = bareSerial(a)
  return bare !== '' && bare === bareSerial(b)
}
