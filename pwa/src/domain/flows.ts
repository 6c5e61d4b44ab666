/** True when more gallons ran than an empty house may use; a text that is no number runs nothing. */
export function runsOpen(gallons: string, limitGal: number): boolean {
  return /^\d+(\.\d+)?$/.test(gallons.trim()) && Number(gallons) > limitGal
}
