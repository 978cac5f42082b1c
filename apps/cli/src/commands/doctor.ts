import { checkData, checkDisk, checkEngines, checkNode } from '../doctor/check-machine.js'
import { checkApi, checkDatabase } from '../doctor/check-services.js'
import type { Finding } from '../doctor/finding.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import type { Terminal } from '../terminal/terminal.js'
import { type CommandContext, connect, reply } from './context.js'

/** `sweepd doctor`: what this machine and the services lack, and what to do about it. Changes nothing. */
export async function doctor(context: CommandContext): Promise<ExitCode> {
  const { env, terminal } = context
  const findings = (
    await Promise.all([
      checkNode(),
      checkDisk(env),
      checkEngines(env),
      checkDatabase(env),
      // BullMQ takes a while to load, and no other command needs it.
      import('../doctor/check-redis.js').then(({ checkRedis }) => checkRedis(env)),
      checkData(env),
      checkApi(connect(context), env.SWEEPD_URL),
    ])
  ).flat()
  reply(context, findings, () => renderFindings(findings, terminal))
  return findings.some(({ verdict }) => verdict === 'fault') ? EXIT.failed : EXIT.ok
}

const SIGNS = { ok: 'ok', warning: 'warning', fault: 'FAULT' } as const

function renderFindings(findings: readonly Finding[], { paint }: Terminal): string[] {
  const topicWidth = Math.max(...findings.map(({ topic }) => topic.length))
  const indent = ' '.repeat('warning'.length + topicWidth + 4)
  const lines = findings.flatMap(({ topic, verdict, text, remedy }) => {
    const sign = SIGNS[verdict].padEnd('warning'.length)
    const head = `${verdict === 'ok' ? sign : paint('bold', sign)}  ${topic.padEnd(topicWidth)}  ${text}`
    return remedy === undefined ? [head] : [head, `${indent}${remedy}`]
  })
  const faults = findings.filter(({ verdict }) => verdict === 'fault').length
  return [...lines, '', faults === 0 ? 'Nothing keeps sweepd from working.' : `Faults to mend: ${faults}.`]
}
