// The rule that documents lead somewhere finds each kind of dead link, and is not stopped by what is none.
import t from 'tap'
import { deadLinks } from '../../.ci/link-rules.ts'

const there = new Set([
  'README.md',
  'kong.yml',
  'auth-server/docs/apps.md',
  'auth-server/src/oauth/pkce.ts',
  'auth-server/src/oauth/',
  'auth-server/sdk/README.md',
  'auth-server/sdk/src/proof.ts',
])
const documents = new Map([
  ['README.md', '# Top\n\n## I write an app\n\n## Restart & upgrade (v2)\n'],
  ['auth-server/docs/apps.md', '# Apps\n\n```\n# not a heading\n```\n'],
])
const targets = { exists: (path: string) => there.has(path), documents }

function dead(file: string, text: string): string[] {
  return deadLinks(file, text, targets).map(({ line, target }) => `${line}: ${target}`)
}

t.test('links and paths that lead somewhere are no problem', async (t) => {
  const text = [
    '[a](apps.md), [b](../../README.md#i-write-an-app), [c](../../README.md#restart--upgrade-v2), [d](#apps)',
    '[elsewhere](https://example.com/nowhere.md), `oauth/pkce.ts`, `src/oauth/`, `kong.yml`, `auth-server/docs/apps.md`',
    '`/token`, `application/json`, `*.md`, `.data/secrets.json`, `claims.sub`, `a/b`, `oauth/*.ts`',
    '```\n[x](nowhere.md) `nowhere.ts`\n```',
  ].join('\n')
  t.strictSame(dead('auth-server/docs/apps.md', text), [])
  t.strictSame(dead('auth-server/sdk/README.md', '`proof.ts`'), [])
})

t.test('a link to a file or heading that is missing is told with its line', async (t) => {
  const text = 'first\n[a](nowhere.md)\n[b](../../README.md#gone)\n[c](#not-a-heading)\n'
  t.strictSame(dead('auth-server/docs/apps.md', text), [
    '2: nowhere.md',
    '3: ../../README.md#gone',
    '4: #not-a-heading',
  ])
})

t.test('a path in backticks that is missing is told with its line', async (t) => {
  const text = 'first\n`oauth/gone.ts` and `gone/`\n```\n```\n`gone.yml`\n'
  t.strictSame(dead('auth-server/docs/apps.md', text), ['2: oauth/gone.ts', '2: gone/', '5: gone.yml'])
})
