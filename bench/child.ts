import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { trainingProcess } from '@sweepd/model'

/** A process of its own, as a worker gives to each slot, that answers one question at a time. */
export interface BenchChild<Question extends object, Answer> {
  ask(question: Question): Promise<Answer>
  close(): Promise<void>
}

/** Starts a script of this folder in a process of its own, started as a worker starts those that train. */
export function startChild<Question extends object, Answer>(script: string): BenchChild<Question, Answer> {
  const child: ChildProcess = fork(new URL(script, import.meta.url), {
    env: { ...process.env, ...trainingProcess.env },
    // The loader of TypeScript is among this process' arguments.
    execArgv: [...(script.endsWith('.ts') ? process.execArgv : []), ...trainingProcess.execArgv],
  })
  const exited = once(child, 'exit')
  const refuseExit = async () => {
    await exited
    throw new Error(`${script} ended before it answered`)
  }
  return {
    async ask(question) {
      child.send(question)
      const [answer] = await Promise.race([once(child, 'message'), refuseExit()])
      return answer as Answer
    },
    async close() {
      child.disconnect()
      await exited
    },
  }
}
