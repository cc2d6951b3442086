// The commands by which apps.md takes a guest from its key to an account, run against a stack; the person is played.
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { DEMO } from '../../demo/known.ts'
import { readMailedCode } from '../../demo/mailbox.ts'
import { visit } from '../../demo/user-agent.ts'
import type { Stack } from '../../stack/stack-options.ts'

const PAGE = join(import.meta.dirname, '../../../auth-server/docs/apps.md')
const quiet = { onPage() {}, onSubmit() {}, onRedirect() {} }

function commands({ urls }: Stack): string {
  const [, section = ''] = readFileSync(PAGE, 'utf8').split('### The same by commands\n')
  const [own = ''] = section.split('\n## ')
  return [...own.matchAll(/^```sh\n([\s\S]*?)^```/gm)]
    .map(([, text]) => text)
    .join('\n')
    .replaceAll('http://localhost:4000', urls.issuer)
    .replaceAll('http://localhost:8000/mobile', urls.resource)
}

/** Returns what the commands print. */
export async function runDocumentedCommands(t: Test, stack: Stack): Promise<string> {
  const shell = spawn('sh', ['-euc', commands(stack)], { cwd: t.testdir(), stdio: ['pipe', 'pipe', 'inherit'] })
  let said = ''
  for await (const chunk of shell.stdout) {
    said += chunk
    const [address] = /http:\S+request_uri=\S+(?=\n)/.exec(said) ?? []
    if (address === undefined || shell.stdin.writableEnded) continue
    const email = 'ada@example.com'
    const person = { email, password: randomUUID(), mailedCode: () => readMailedCode(stack.dataDir, email) }
    const redirect = new URL(await visit(address, DEMO.loopbackRedirectUri, person, quiet))
    shell.stdin.end(`${redirect.searchParams.get('code')}\n`)
  }
  return said
}
