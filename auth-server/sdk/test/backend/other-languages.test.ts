// The code for Go, FastAPI and Spring that the pages show, run against the same calls as the SDK itself.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { IDENTITY_HEADER } from '../../src/identity-headers.ts'

t.setTimeout(180_000)

interface Vector {
  readonly name: string
  readonly headers: readonly (readonly [string, string])[]
  readonly identity?: Readonly<Record<string, unknown>>
  readonly error?: string
}
const here = import.meta.dirname
const vectors: readonly Vector[] = JSON.parse(readFileSync(join(here, '../support/identity-vectors.json'), 'utf8'))

interface ClaimVector {
  readonly name: string
  readonly values: readonly string[]
  readonly members?: readonly string[]
  readonly error?: string
}
const claims: readonly ClaimVector[] = JSON.parse(readFileSync(join(here, '../support/claim-vectors.json'), 'utf8'))
const ALICE = vectors[0]

/** Calls of one person that differ in a header of a claim. */
const claimCalls = claims.map(({ values }) => ({
  headers: [...(ALICE?.headers ?? []), ...values.map((value) => ['X-Authenticated-Club', value] as const)],
}))

/** One line for each call: its headers, each as name and value in base64. */
const CALLS = `${[...vectors, ...claimCalls]
  .map(({ headers }) => headers.map((header) => header.map(base64).join(':')).join(' '))
  .join('\n')}\n`
/** One line for each call: what is read, or the code of the error. */
const WANTED = [
  ...vectors.map(({ identity, error }) => error ?? lineOf(identity, [])),
  ...claims.map(({ members = [], error }) => error ?? lineOf(ALICE?.identity, members)),
]

function lineOf(identity: Vector['identity'], members: readonly string[]): string {
  const { kind, userId, isAttested = false, clientId, applicationId, scopes, issuer } = identity ?? {}
  const names = Array.isArray(scopes) ? scopes.join(' ') : ''
  const club = Buffer.from(members.join(',')).toString('base64')
  return [kind, userId, isAttested, clientId, applicationId, names, issuer, club].map((one) => one ?? '').join('|')
}

/** Header values are bytes; here each letter is one. */
function base64(text: string): string {
  return Buffer.from(text, 'latin1').toString('base64')
}

/** The first blocks of a page in a language. */
function blocks(page: string, language: string): readonly string[] {
  const text = readFileSync(join(here, '../../docs', page), 'utf8')
  return [...text.matchAll(/```(\w+)\n(.*?)```/gs)]
    .filter(([, name]) => name === language)
    .map(([, , code = '']) => code)
}

t.test('a header that the gateway sends is in the calls, and on each page', async (t) => {
  const called = new Set(vectors.flatMap(({ headers }) => headers.map(([name]) => name)))
  for (const name of Object.values(IDENTITY_HEADER)) {
    t.ok(called.has(name), name)
    for (const page of ['go.md', 'fastapi.md', 'spring.md'])
      t.match(
        blocks(page, page === 'go.md' ? 'go' : page === 'spring.md' ? 'java' : 'python')[0]?.toLowerCase(),
        name.toLowerCase(),
        page,
      )
  }
})

function folderWith(t: { teardown(ended: () => unknown): void }, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'language-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  cpSync(join(here, '../support/languages'), folder, { recursive: true })
  return folder
}

function run(folder: string, command: string, ...parameters: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(command, parameters, { cwd: folder, input: CALLS, encoding: 'utf8' })
  return { status, lines: stdout.trimEnd().split('\n'), stderr }
}

function lacks(command: string, ...parameters: readonly string[]): string | false {
  return spawnSync(command, parameters).status === 0 ? false : `${command} is not installed`
}

t.test('Go', { skip: lacks('go', 'version') }, async (t) => {
  const folder = folderWith(t, {
    'identity/identity.go': blocks('go.md', 'go')[0] ?? '',
    'go.mod': 'module probe\n\ngo 1.22\n',
  })
  const { status, lines, stderr } = run(folder, 'go', 'run', '.')
  t.equal(status, 0, stderr)
  t.strictSame(lines, WANTED)
})

t.test('Python, and FastAPI where it is installed', { skip: lacks('python3', '--version') }, async (t) => {
  const [identity = '', main = ''] = blocks('fastapi.md', 'python')
  const folder = folderWith(t, { 'identity.py': identity, 'main.py': main })
  const { status, lines, stderr } = run(folder, 'python3', 'probe.py')
  t.equal(status, 0, stderr)
  t.strictSame(lines, WANTED)
  t.equal(run(folder, 'python3', '-m', 'py_compile', 'main.py').status, 0)
  const isThere = lacks('python3', '-c', 'import fastapi, httpx') === false
  const routes = isThere && run(folder, 'python3', 'routes.py')
  if (routes) t.strictSame([routes.status, routes.lines], [0, ['200 403 401 403 401']], routes.stderr)
})

t.test('Java', { skip: lacks('javac', '-version') }, async (t) => {
  const folder = folderWith(t, { 'Identity.java': blocks('spring.md', 'java')[0] ?? '' })
  const compiled = run(folder, 'javac', 'Identity.java', 'Probe.java')
  t.equal(compiled.status, 0, compiled.stderr)
  const { status, lines, stderr } = run(
    folder,
    'java',
    '-Xshare:auto',
    '-XX:TieredStopAtLevel=1',
    '-cp',
    folder,
    'Probe',
  )
  t.equal(status, 0, stderr)
  t.strictSame(lines, WANTED)
})
