import type { ClaimedTrial, Fence } from '../../src/index.js'

/** An attempt as its worker sees it. */
export interface AttemptAtHand {
  readonly trial: ClaimedTrial
  readonly workerId: string
  /** The last epoch that it trained. */
  epoch: number
}

/** What the workers train, and what they still hold of attempts that are over without their knowing. */
export class AttemptsAtHand {
  private attempts: AttemptAtHand[] = []

  add(trial: ClaimedTrial, workerId: string): AttemptAtHand {
    const attempt = { trial, workerId, epoch: trial.epochsDone }
    this.attempts.push(attempt)
    return attempt
  }

  at(pick: number): AttemptAtHand | undefined {
    return choose(this.attempts, pick)
  }

  listOf(workerId: string): AttemptAtHand[] {
    return this.attempts.filter((attempt) => attempt.workerId === workerId)
  }

  drop(attempt: AttemptAtHand): void {
    this.attempts = this.attempts.filter((other) => other !== attempt)
  }

  dropLost(lost: readonly Fence[]): void {
    this.attempts = this.attempts.filter(({ trial }) => !lost.includes(trial))
  }

  /** The worker's process is gone. */
  dropAllOf(workerId: string): void {
    this.attempts = this.attempts.filter((attempt) => attempt.workerId !== workerId)
  }
}

/** The one that `pick` falls on. */
export const choose = <T>(items: readonly T[], pick: number): T | undefined => items[pick % items.length]
