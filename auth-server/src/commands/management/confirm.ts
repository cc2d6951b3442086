// Asks before something is gone: at a terminal by a question, elsewhere --yes has to say it.
import { createInterface } from 'node:readline/promises'
import { Mistake } from './mistake.ts'

/** @param what will happen, as a sentence. @throws {Mistake} when nobody said yes */
export async function confirm(what: string, isSaid: boolean): Promise<void> {
  if (isSaid) return
  if (!process.stdin.isTTY) throw new Mistake(`${what} Say --yes to do it.`)
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await lines.question(`${what} Type yes to do it: `).finally(() => lines.close())
  if (answer.trim() !== 'yes') throw new Mistake('Nothing has changed.')
}
