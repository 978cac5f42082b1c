import { describe, expect, it } from 'vitest'
import { findRedisFaults } from './redis-faults.js'

const infoOf = (version: string, policy: string) =>
  `# Server\r\nredis_version:${version}\r\nredis_mode:standalone\r\n# Memory\r\nmaxmemory_policy:${policy}\r\n`

describe('findRedisFaults', () => {
  it('finds none in a recent server that evicts nothing', () => {
    expect(findRedisFaults(infoOf('7.0.15', 'noeviction'))).toEqual({ fatal: [], harmful: [] })
    expect(findRedisFaults(infoOf('10.2.0', 'noeviction')).fatal).toEqual([])
  })

  it('refuses a server older than 5', () => {
    expect(findRedisFaults(infoOf('4.0.9', 'noeviction')).fatal.join()).toMatch(/version 4\.0\.9.*Upgrade/)
  })

  it('warns of a policy that evicts', () => {
    const { fatal, harmful } = findRedisFaults(infoOf('7.0.15', 'volatile-lru'))
    expect(fatal).toEqual([])
    expect(harmful.join()).toMatch(/volatile-lru.*noeviction/)
  })
})
