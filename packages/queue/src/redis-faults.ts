const MINIMUM_VERSION = 5

/** What is wrong with a Redis as the home of a queue. */
export interface RedisFaults {
  /** The queue cannot work. */
  readonly fatal: readonly string[]
  /** Jobs may vanish; `reconcile` brings them back. */
  readonly harmful: readonly string[]
}

/** Checks a Redis by its reply to INFO. */
export function findRedisFaults(info: string): RedisFaults {
  const version = findField(info, 'redis_version') ?? '0'
  const policy = findField(info, 'maxmemory_policy') ?? 'noeviction'
  return {
    fatal:
      Number.parseInt(version, 10) < MINIMUM_VERSION
        ? [`it is version ${version}, but the queue needs ${MINIMUM_VERSION}.0 or newer. Upgrade Redis`]
        : [],
    harmful:
      policy === 'noeviction'
        ? []
        : [
            `its maxmemory-policy is ${policy}, which drops jobs when memory runs out. ` +
              'Set it to noeviction (redis-cli CONFIG SET maxmemory-policy noeviction)',
          ],
  }
}

function findField(info: string, field: string): string | undefined {
  return new RegExp(`^${field}:(\\S+)`, 'm').exec(info)?.[1]
}
