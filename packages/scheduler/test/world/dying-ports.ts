import type { SchedulerPorts } from '../../src/index.js'

/** What a use-case throws when its process dies in the middle. */
export class ProcessDied extends Error {}

/**
 * The same ports, for a process that dies after so many calls of them: between any two transactions. `onDeath` hears of
 * it even if a use-case swallows what its queue throws.
 */
export function dyingAfter(calls: number, ports: SchedulerPorts, onDeath: () => void): SchedulerPorts {
  let left = calls
  const guard = <T extends object>(port: T): T =>
    new Proxy(port, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name)
        if (typeof member !== 'function') return member
        return async (...parameters: unknown[]) => {
          if (left === 0) {
            onDeath()
            throw new ProcessDied()
          }
          left--
          return Reflect.apply(member, target, parameters)
        }
      },
    })
  return { store: guard(ports.store), queue: guard(ports.queue) }
}
