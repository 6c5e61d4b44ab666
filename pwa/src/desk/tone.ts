/** Colour class of a state's chip; the mark and the word carry the meaning. */
const TONES: Record<string, string> = {
  DISPATCHED: 'acc',
  EN_ROUTE: 'acc',
  ON_SITE: 'acc',
  COMPLETED: 'ok',
  POSTED: 'ok',
  CGI: 'warn',
  ON_HOLD: 'warn',
  RETURN_NEEDED: 'warn',
  RECALLED: 'block',
  REVIEW: 'hold',
}

export const tone = (state: string): string => TONES[state] ?? ''
