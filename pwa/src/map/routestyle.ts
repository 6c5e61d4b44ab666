/** How a route is told from the others: letter, colour and dash pattern. Shared by maps, timelines and lists. */

const LETTERS = 'ABCDEFGH'

/** Dashes and gaps in pixels of a line of normal width, by pattern letter; an empty list is a solid line. */
const PATTERNS: Record<string, readonly number[]> = {
  A: [],
  B: [14, 4],
  C: [7, 4],
  D: [2, 4],
  E: [14, 4, 2, 4],
  F: [14, 3, 2, 3, 2, 3],
  G: [7, 3, 7, 9],
  H: [1, 6],
}

export interface RouteStyle {
  /** Letter of the colour token, `--route-X`. */
  colour: string
  /** Letter of the dash pattern. */
  pattern: string
  dash: readonly number[]
  /** Dots need round ends. */
  round: boolean
}

/** Past eight crews the colours come again with the next pattern, so that no two routes look the same. */
export function routeStyle(letter: string): RouteStyle {
  const index = Math.max(0, letter.toUpperCase().charCodeAt(0) - 65) || 0
  const colour = LETTERS.charAt(index % LETTERS.length)
  const pattern = LETTERS.charAt((index + Math.floor(index / LETTERS.length)) % LETTERS.length)
  return { colour, pattern, dash: PATTERNS[pattern] ?? [], round: pattern === 'H' }
}

/** CSS colour of a route. */
export const routeColour = (letter: string): string => `var(--route-${routeStyle(letter).colour})`

/** SVG `stroke-dasharray` of a route. */
export const routeDash = (letter: string): string => routeStyle(letter).dash.join(' ') || 'none'

export const PATTERN_LETTERS = [...LETTERS]
