/** A text cut at its matched ranges: [piece, matched], in order. Ranges that overlap or lie outside are left out. */
export function pieces(text: string, matched: readonly (readonly number[])[]): [string, boolean][] {
  const cut: [string, boolean][] = []
  let at = 0
  for (const [from = 0, to = 0] of [...matched].sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0))) {
    if (from < at || to <= from || from >= text.length) continue
    if (from > at) cut.push([text.slice(at, from), false])
    cut.push([text.slice(from, to), true])
    at = to
  }
  if (at < text.length) cut.push([text.slice(at), false])
  return cut
}
