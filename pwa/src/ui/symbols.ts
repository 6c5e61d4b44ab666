/**
 * The alphabet of order kinds and order states: silhouette, letter, colour. The same shapes are drawn on screens, on
 * maps (`kindImage`) and on paper. Colours are the tokens `--k-LETTER` and `--k-LETTER-on`.
 */

export type KindLetter = 'T' | 'R' | 'S' | 'F' | 'L' | 'Q' | 'M' | 'V' | 'Y' | 'U' | 'E' | 'N' | 'X'

interface KindShape {
  shape: string
  /** Baseline and size of the letter in the 24 x 24 drawing. */
  y: number
  size: number
}

export const KIND_VIEW_BOX = '-1 -1 26 26'

export const KIND_SHAPES: Record<KindLetter, KindShape> = {
  E: {
    shape:
      '<path d="M12 0.6L15.1 4.4L20.1 3.9L19.6 8.9L23.4 12L19.6 15.1L20.1 20.1L15.1 19.6L12 23.4L8.9 19.6L3.9 20.1L4.4 15.1L0.6 12L4.4 8.9L3.9 3.9L8.9 4.4Z"/>',
    y: 16.2,
    size: 12,
  },
  F: { shape: '<path d="M2 3h13.5L22 9.5V21H2Z"/>', y: 17, size: 12.5 },
  L: { shape: '<path d="M12 .8c3.8 5.4 9 9.1 9 14a9 8.6 0 0 1-18 0c0-4.9 5.2-8.6 9-14Z"/>', y: 18.6, size: 12 },
  M: { shape: '<path d="M6.2 2h11.6L23.6 12 17.8 22H6.2L.4 12Z"/>', y: 16.3, size: 12 },
  N: {
    shape: '<path d="M3.5 22.5V11a8.5 9.5 0 0 1 17 0V22.5Z"/><circle cx="12" cy="5.2" r="1.3" class="bolt"/>',
    y: 18.6,
    size: 11.5,
  },
  Q: { shape: '<path d="M8.2 1.5h7.6V7.5L22.6 22.5H1.4L8.2 7.5Z"/>', y: 20.2, size: 11 },
  R: { shape: '<path d="M12 1.2 22.4 9.4V22H1.6V9.4Z"/>', y: 18.2, size: 12 },
  S: { shape: '<rect x="2" y="2" width="20" height="20" rx="1.5"/>', y: 16.5, size: 13 },
  T: { shape: '<circle cx="12" cy="12" r="10.4"/>', y: 16.4, size: 12.5 },
  U: { shape: '<path d="M12 .4 23.6 12 12 23.6.4 12Z"/>', y: 16, size: 11.5 },
  V: { shape: '<rect x=".6" y="4.6" width="22.8" height="14.8" rx="4.5"/>', y: 16.3, size: 12 },
  X: { shape: '<path d="M.6 2.6H23.4L12 23.2Z"/>', y: 13.4, size: 11 },
  Y: { shape: '<path d="M2.6 2H21.4V12c0 5.7-4.4 8.7-9.4 10.8C7 20.7 2.6 17.7 2.6 12Z"/>', y: 15.6, size: 12 },
}

export function isKindLetter(letter: string): letter is KindLetter {
  return letter in KIND_SHAPES
}

/** The drawing of a kind as a stand-alone SVG with its colours written in, for `map.addImage`. */
export function kindImage(letter: KindLetter, size: number, css: CSSStyleDeclaration): string {
  const { shape, y, size: fontSize } = KIND_SHAPES[letter]
  const fill = css.getPropertyValue(`--k-${letter}`).trim()
  const on = css.getPropertyValue(`--k-${letter}-on`).trim()
  const edge = css.getPropertyValue('--k-edge').trim()
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}" viewBox="${KIND_VIEW_BOX}">` +
    `<g fill="${fill}" stroke="${edge}" stroke-width="1.3" stroke-linejoin="round">${shape.replace('class="bolt"', `fill="${on}" stroke="none"`)}</g>` +
    `<text x="12" y="${y}" text-anchor="middle" font-family="system-ui, sans-serif" font-size="${fontSize}" font-weight="750" fill="${on}">${letter}</text></svg>`
  )
}

/** States of an order as the server names them. */
export type OrderState =
  | 'DRAFT'
  | 'READY'
  | 'SCHEDULED'
  | 'ROUTED'
  | 'DISPATCHED'
  | 'EN_ROUTE'
  | 'ON_SITE'
  | 'COMPLETED'
  | 'CGI'
  | 'RECALLED'
  | 'CANCELLED'
  | 'ON_HOLD'
  | 'RETURN_NEEDED'
  | 'REVIEW'
  | 'POSTED'
  | 'CLOSED'

interface StateShape {
  shape: string
  letter: string
  x: number
  y: number
  size: number
  /** Token of the letter's colour. */
  on: string
}

export const STATE_VIEW_BOX = '-.5 -.5 17 17'

const open = (shape: string, token: string): string =>
  `${shape} fill="var(--surface)" stroke="var(--${token})" stroke-width="1.6"/>`

export const STATE_SHAPES: Record<OrderState, StateShape> = {
  DRAFT: {
    shape: open('<rect x="1.2" y="1.2" width="13.6" height="13.6" stroke-dasharray="2.6 2"', 'idle'),
    letter: 'D',
    x: 8,
    y: 11.2,
    size: 9.5,
    on: 'idle',
  },
  READY: { shape: open('<circle cx="8" cy="8" r="6.9"', 'ink2'), letter: 'Y', x: 8, y: 11.2, size: 9.5, on: 'ink2' },
  SCHEDULED: {
    shape: open('<rect x="1.3" y="1.3" width="13.4" height="13.4"', 'ink2'),
    letter: 'S',
    x: 8,
    y: 11.2,
    size: 9.5,
    on: 'ink2',
  },
  ROUTED: {
    shape: open('<path d="M8 .6 15.4 8 8 15.4.6 8Z"', 'ink2'),
    letter: 'P',
    x: 8,
    y: 10.8,
    size: 8.5,
    on: 'ink2',
  },
  DISPATCHED: {
    shape: '<path d="M0 2h10.5L16 8l-5.5 6H0Z" fill="var(--accent)"/>',
    letter: 'T',
    x: 7,
    y: 11,
    size: 9.5,
    on: 'onaccent',
  },
  EN_ROUTE: {
    shape: '<path d="M1 .2 16 8 1 15.8Z" fill="var(--accent)"/>',
    letter: 'E',
    x: 5.5,
    y: 10.8,
    size: 8.5,
    on: 'onaccent',
  },
  ON_SITE: {
    shape:
      '<circle cx="8" cy="8" r="7.2" fill="var(--surface)" stroke="var(--accent)" stroke-width="1.3"/><circle cx="8" cy="8" r="5.2" fill="var(--accent)"/>',
    letter: 'O',
    x: 8,
    y: 10.8,
    size: 7.5,
    on: 'onaccent',
  },
  COMPLETED: {
    shape: '<circle cx="8" cy="8" r="7.7" fill="var(--ok)"/>',
    letter: '✓',
    x: 8,
    y: 11,
    size: 9.5,
    on: 'onaccent',
  },
  CGI: {
    shape: '<path d="M8 0 16 8 8 16 0 8Z" fill="var(--warn)"/>',
    letter: 'N',
    x: 8,
    y: 11,
    size: 9,
    on: 'onaccent',
  },
  RECALLED: {
    shape: '<path d="M4.7 0h6.6L16 4.7v6.6L11.3 16H4.7L0 11.3V4.7Z" fill="var(--block)"/>',
    letter: 'X',
    x: 8,
    y: 11,
    size: 9.5,
    on: 'onaccent',
  },
  CANCELLED: {
    shape: `${open('<circle cx="8" cy="8" r="6.9"', 'idle')}<path d="M2 14 14 2" stroke="var(--idle)" stroke-width="1.4"/>`,
    letter: 'K',
    x: 8,
    y: 11.2,
    size: 9.5,
    on: 'idle',
  },
  ON_HOLD: {
    shape: '<rect x=".5" y=".5" width="15" height="15" rx="1" fill="var(--warn)"/>',
    letter: 'H',
    x: 8,
    y: 11.2,
    size: 9.5,
    on: 'onaccent',
  },
  RETURN_NEEDED: {
    shape: '<path d="M0 .8h16L8 16Z" fill="var(--warn)"/>',
    letter: 'B',
    x: 8,
    y: 8.8,
    size: 8,
    on: 'onaccent',
  },
  REVIEW: {
    shape: '<path d="M4 .8h8L16 8l-4 7.2H4L0 8Z" fill="var(--hold)"/>',
    letter: 'V',
    x: 8,
    y: 11,
    size: 9.5,
    on: 'onaccent',
  },
  POSTED: {
    shape: '<rect x=".5" y=".5" width="15" height="15" rx="3.5" fill="var(--ok)"/>',
    letter: '✓',
    x: 8,
    y: 11.2,
    size: 9.5,
    on: 'onaccent',
  },
  CLOSED: {
    shape: '<rect x=".5" y=".5" width="15" height="15" rx="1" fill="var(--idle)"/>',
    letter: 'Z',
    x: 8,
    y: 11.2,
    size: 9.5,
    on: 'surface',
  },
}

export function isOrderState(state: string): state is OrderState {
  return state in STATE_SHAPES
}
