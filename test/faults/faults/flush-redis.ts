import { askRedis } from '../deployment/ask-redis.js'
import type { Fault } from '../fault.js'

/** Redis forgets everything at once. */
export const flushRedis: Fault = {
  name: 'flush-redis',
  title: 'FLUSHALL in Redis',
  backend: 'redis',
  async inject({ deployment: { servers } }) {
    const reply = await askRedis(servers.redis?.url ?? '', 'FLUSHALL')
    if (reply !== '+OK') throw new Error(`Redis answered FLUSHALL with ${reply}`)
  },
}
