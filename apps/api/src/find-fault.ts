/** Shorter than what an orchestrator usually grants a probe, and than what a person waits. */
const PING_DEADLINE_MS = 2000

/** Why a dependency does not answer in time, undefined if it does. */
export async function findFault(dependency: { ping(): Promise<void> }): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_, reject) => {
    const late = () => reject(new Error(`no answer within ${PING_DEADLINE_MS} ms`))
    timer = setTimeout(late, PING_DEADLINE_MS)
  })
  try {
    await Promise.race([dependency.ping(), deadline])
    return undefined
  } catch (error) {
    return error ?? new Error('no reason given')
  } finally {
    clearTimeout(timer)
  }
}
