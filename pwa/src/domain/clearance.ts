/**
 * The clearance for a shutoff, checked on the device without the network: a compact JWS signed by the server (ES256),
 * bound to order and device, with an expiry. Pure but for WebCrypto, which browsers and Node share.
 */

export interface ClearancePayload {
  order_id: number
  device_id: string
  issued_at: string | number
  expires_at: string | number
  rules_hash?: string
  jti?: string
}

export type ClearanceState =
  | { state: 'none' }
  /** Signed by somebody else, for another order or device, or damaged. */
  | { state: 'foreign' }
  | { state: 'valid'; expiresMs: number; issuedMs: number; leftMs: number }
  | { state: 'expired'; expiresMs: number }
  /** The time of the server is not known (restart, sleep, a changed clock): counts as expired. */
  | { state: 'unsure'; expiresMs: number }

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replace(/-/g, '+').replace(/_/g, '/'))
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0))
}

/** Instants on the wire are ISO text; a token may also carry seconds since 1970. */
function instantMs(value: string | number): number {
  return typeof value === 'number' ? value * 1000 : Date.parse(value)
}

/** The payload when the signature is the server's; null otherwise. */
export async function verified(token: string, key: Record<string, string>): Promise<ClearancePayload | null> {
  const [header, body, signature, ...rest] = token.split('.')
  if (header === undefined || body === undefined || signature === undefined || rest.length > 0) return null
  try {
    const { kty, crv, x, y } = key
    const jwk: JsonWebKey = { kty: kty ?? '', crv: crv ?? '', x: x ?? '', y: y ?? '', ext: true }
    const publicKey = await crypto.subtle.importKey('jwk', jwk, { name: 'ECDSA', namedCurve: 'P-256' }, false, [
      'verify',
    ])
    const signed = new TextEncoder().encode(`${header}.${body}`)
    const algorithm = JSON.parse(new TextDecoder().decode(fromBase64Url(header))) as { alg?: unknown }
    if (algorithm.alg !== 'ES256') return null
    const good = await crypto.subtle.verify(
      { name: 'ECDSA', hash: 'SHA-256' },
      publicKey,
      fromBase64Url(signature),
      signed,
    )
    return good ? (JSON.parse(new TextDecoder().decode(fromBase64Url(body))) as ClearancePayload) : null
  } catch {
    // Text that is no token, or a key that is no key: not a clearance.
    return null
  }
}

/** Whether water may be shut off on this clearance now. `serverNowMs` is null when the device cannot know. */
export function standing(
  payload: ClearancePayload | null,
  about: { order_id: number; device_id: string },
  serverNowMs: number | null,
): ClearanceState {
  if (payload === null) return { state: 'none' }
  if (payload.order_id !== about.order_id || payload.device_id !== about.device_id) return { state: 'foreign' }
  const expiresMs = instantMs(payload.expires_at)
  const issuedMs = instantMs(payload.issued_at)
  if (Number.isNaN(expiresMs) || Number.isNaN(issuedMs)) return { state: 'foreign' }
  if (serverNowMs === null) return { state: 'unsure', expiresMs }
  if (serverNowMs >= expiresMs) return { state: 'expired', expiresMs }
  return { state: 'valid', expiresMs, issuedMs, leftMs: expiresMs - serverNowMs }
}
