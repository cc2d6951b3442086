// Parts of the stack die again and again under load: each comes back, and meanwhile nobody without a token gets anywhere.
import t from 'tap'
import type { StackProcesses } from '../stack/stack-options.ts'
import { waitUntil } from '../stack/wait.ts'
import { call, logIn } from './support/app.ts'
import { recordingBackend } from './support/backend.ts'
import { onEachGateway, testStack } from './support/gateways.ts'

const KILLED: readonly (keyof StackProcesses)[] = [
  ...Array.from({ length: 12 }, () => 'plugins' as const),
  ...Array.from({ length: 4 }, () => 'gateway' as const),
  ...Array.from({ length: 4 }, () => 'auth' as const),
]
function unlimited(source: string) {
  return source.replace('\n        basic: { minute: 60 }', '\n        basic: { minute: 1000000 }')
}

onEachGateway(t, 'twenty deaths, twenty new starts, and no call without token passes', async (t, kind) => {
  const said: string[] = []
  const supervision = {
    tell: (text: string) => void said.push(text),
    giveUp: (text: string) => void said.push(text),
    windowMillis: 1,
    pausesMillis: [10],
  }
  const stack = await testStack(t, kind, { editKongYml: unlimited, supervision })
  const received = await recordingBackend(t, stack)
  const { access_token } = await logIn(stack)
  let isOver = false
  const strangers = new Set<number>()
  const stranger = async (): Promise<void> => {
    while (!isOver)
      strangers.add(
        await call(stack, undefined).then(
          ({ status }) => status,
          () => 0,
        ),
      )
  }
  const calling = Promise.all([stranger(), stranger(), stranger()])
  const works = (): Promise<boolean> =>
    call(stack, access_token).then(
      ({ status }) => status === 200,
      () => false,
    )
  for (const part of KILLED) {
    const { pid } = stack.processes[part]
    if (pid === undefined) throw new Error(`${part} does not run`)
    process.kill(pid, 'SIGKILL')
    t.ok(await waitUntil(() => ![undefined, pid].includes(stack.processes[part].pid), { timeoutMillis: 20_000 }), part)
    t.ok(await waitUntil(works, { timeoutMillis: 20_000 }))
  }
  isOver = true
  await calling
  t.notOk(strangers.has(200))
  t.ok(strangers.has(401))
  t.ok(received.every(({ headers }) => headers['x-authenticated-userid'] !== undefined))
  // The auth server may be killed while it is still starting: the keys that the plugin server has are good meanwhile.
  t.equal(said.filter((text) => /ended .*\(SIGKILL\)/.test(text)).length, KILLED.length)
})
