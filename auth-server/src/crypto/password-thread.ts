// A thread for passwords: does what password-work.ts asks, one after the other.
import { constants, getPriority, setPriority } from 'node:os'
import { parentPort } from 'node:worker_threads'
import bcrypt from 'bcrypt'
import { verifyImported } from './imported/verify.ts'
import type { PasswordAnswer, PasswordJob } from './password-work.ts'

/** As `nice` has it: a tenth of what others get where there is not enough for all, and all that they leave. */
const STEPS_BACK = 10

// Linux sets it for this thread alone; elsewhere it would be that of the whole process.
if (process.platform === 'linux') {
  try {
    setPriority(0, Math.min(getPriority() + STEPS_BACK, constants.priority.PRIORITY_LOW))
  } catch {
    // Where a sandbox forbids it, passwords work as everything else does.
  }
}

async function work(job: PasswordJob): Promise<string | boolean> {
  switch (job.kind) {
    case 'hash':
      return bcrypt.hashSync(job.data, job.cost)
    case 'compare':
      return bcrypt.compareSync(job.data, job.hash)
    case 'imported':
      return verifyImported(job.hash, job.password)
  }
}

parentPort?.on('message', async (job: PasswordJob) => {
  const answer: PasswordAnswer = await work(job).then(
    (result) => ({ result }),
    (error: unknown) => ({ error: error instanceof Error ? error : new Error(String(error)) }),
  )
  parentPort?.postMessage(answer)
})
