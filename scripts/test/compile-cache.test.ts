// Programs that somebody waits for begin with what Node compiled at an earlier start.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { COMPILE_CACHE } from '@mobile-api-gateway/sdk/compile-cache.ts'
import t from 'tap'

const root = join(import.meta.dirname, '..', '..')

/** What Node says of its cache while a program starts. (The auth server ends for want of settings, when all is loaded.) */
async function startOf(program: string): Promise<string> {
  const { PATH } = process.env
  const settings = { cwd: root, env: { PATH, NODE_DEBUG_NATIVE: 'COMPILE_CACHE' }, maxBuffer: 1 << 26 }
  const run = promisify(execFile)(process.execPath, [program, '--help'], settings)
  return run.then(
    ({ stderr }) => stderr,
    ({ stderr }: { stderr: string }) => stderr,
  )
}

const PROGRAMS: readonly (readonly [program: string, loads: string])[] = [
  ['auth-server/src/main.ts', 'auth-server/src/app.ts'],
  ['kong-plugins/src/server/main.ts', 'kong-plugins/src/plugins.ts'],
  ['kong-plugins/gateway/main.ts', 'kong-plugins/gateway/life/gateway.ts'],
  ['scripts/dev.ts', 'scripts/stack/stack.ts'],
]

for (const [program, loads] of PROGRAMS)
  t.test(`${program} strips and compiles nothing twice`, async (t) => {
    await startOf(program)
    const again = (await startOf(program)).split('\n').filter((line) => line.includes(`${join(root, loads)}...`))
    const reading = again.filter((line) => line.includes(`reading cache from ${COMPILE_CACHE}/`))
    t.equal(reading.length, 2, 'its text without types, and what was compiled of it')
    t.ok(
      again.every((line) => line.includes('success')),
      again.join('\n'),
    )
  })
