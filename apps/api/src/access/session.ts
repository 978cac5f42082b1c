import { createHmac, randomBytes, scryptSync, timingSafeEqual } from 'node:crypto'

/** How long a browser stays logged in. */
export const SESSION_MAX_AGE_S = 7 * 24 * 3600

/**
 * Sessions that every api process with the same token accepts, and that outlive a restart: a session is a random name
 * and the time at which it ends, signed with a key made from the token. Another API_TOKEN ends all of them.
 */
export interface Sessions {
  /** A new session, as the value of a cookie. */
  create(nowMs?: number): string
  isValid(session: string | undefined, nowMs?: number): boolean
}

export function createSessions(token: string): Sessions {
  // Slow on purpose (about 50 ms, once): who has a cookie must not be able to try tokens by the million.
  const key = scryptSync(token, 'sweepd session', 32)
  const sign = (text: string) => createHmac('sha256', key).update(text).digest('base64url')
  return {
    create: (nowMs = Date.now()) => {
      const content = `${nowMs + SESSION_MAX_AGE_S * 1000}.${randomBytes(16).toString('base64url')}`
      return `${content}.${sign(content)}`
    },
    isValid: (session, nowMs = Date.now()) => {
      const [, endsAt, name, signature] = /^(\d{1,15})\.([\w-]{22})\.([\w-]{43})$/.exec(session ?? '') ?? []
      if (signature === undefined) return false
      const isSigned = timingSafeEqual(Buffer.from(signature), Buffer.from(sign(`${endsAt}.${name}`)))
      return isSigned && Number(endsAt) > nowMs
    },
  }
}
