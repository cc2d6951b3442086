// The checker finds what is wrong with a kong.yml, says where and what to write instead, and is silent otherwise.
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { checkKongText } from '../../check/check.ts'
import { formatProblem } from '../../check/problem.ts'
import { faults } from './support/kong-faults.ts'

const root = join(import.meta.dirname, '../../..')
const samples = join(import.meta.dirname, 'samples')
const kongYml = readFileSync(join(samples, 'protected.yml'), 'utf8')
const version = '_format_version: "3.0"\n'

async function say(text: string): Promise<string[]> {
  return (await checkKongText('f', text)).map(formatProblem)
}

t.test("the project's own kong.yml and files of all kinds are fine", async (t) => {
  t.strictSame(await say(readFileSync(join(root, 'kong.yml'), 'utf8')), [])
  for (const file of readdirSync(samples)) t.strictSame(await say(readFileSync(join(samples, file), 'utf8')), [], file)
})

t.test('the block with cors in kong.yml, taken into use, is fine', async (t) => {
  const text = readFileSync(join(root, 'kong.yml'), 'utf8')
  const [block = ''] = /^ {2}# - name: cors\n(?: {2}# .*\n)*?(?= {2}# Verifies)/m.exec(text) ?? []
  t.match(block, /preflight_continue: false/)
  t.strictSame(await say(text.replace(block, block.replaceAll(/^ {2}# /gm, '  '))), [])
})

t.test('every mistake is named with its line, its column and what to write instead', async (t) => {
  for (const { yaml, says } of faults) {
    const said = await say(version + yaml)
    t.ok(
      said.some((line) => line.startsWith(`f:${says}`)),
      `${says} (${said.join(' | ')})`,
    )
    t.ok(said.every((line) => / Write instead: \S/.test(line)))
  }
})

t.test('all problems come in one go, in the order of the file', async (t) => {
  const said = await say(
    'services:\n- { name: a, host: "a:1", ur: x }\n- { name: a, host: a }\nplugins: [{ name: nope }]\n',
  )
  t.strictSame(
    said.map((line) => line.split(':').slice(1, 3).join(':')),
    ['1:1', '2:14', '2:27', '3:5', '4:13'],
  )
})

t.test('what is no YAML is said with its line', async (t) => {
  t.match(await say('a: [1\nb: 2\n'), [/^f:\d:1: .*\. Write instead: valid YAML$/])
})

t.test("our plugins' configurations are checked field by field", async (t) => {
  const edits: [string, string, RegExp][] = [
    ['policy: mobile-api # (3)', 'policy: "mobile api"', /mobile-gateway\.policy must match the Lua pattern/],
    ['required_scopes: []', 'required_scopes: ["a b"]', /mobile-gateway\.required_scopes\.0 must match/],
    [
      'required_scopes: []',
      'requierd_scopes: []',
      /mobile-gateway\.requierd_scopes is not a known field\. Write instead: required_scopes/,
    ],
    ['basic: { minute: 60 }', 'basic: { minutes: 60 }', /basic\.minutes is not a known field\. Write instead: minute$/],
    ['jwks_uri: http', 'jwks_url: http', /issuers\.0\.jwks_url is not a known field\. Write instead: jwks_uri$/],
    ['max_staleness_seconds: 300', 'max_staleness: 300', /max_staleness is not .*instead: max_staleness_seconds$/],
    [
      'basic: { minute: 60 }',
      'basic: { fortnight: 9 }',
      /fortnight is not .*instead: one of second, minute, hour, day/,
    ],
    ['required_scopes: []', 'leeway_seconds: 100', /mobile-gateway\.leeway_seconds must be from 0 to 60/],
    ['required_scopes: []', 'algorithms: [HS256]', /mobile-gateway\.algorithms\.0 must be one of ES256/],
    ['basic: { minute: 60 }', 'basic: { minute: "60" }', /plans\.basic\.minute must be of type integer/],
    ['basic: { minute: 60 }', 'basic: {}', /plans\.basic needs at least one of second, minute, hour, day/],
    ['audiences: [http://localhost:8000/mobile]', 'audiences: []', /audiences needs at least 1/],
    ['- issuer: http://localhost:4000', '- isuer: http://localhost:4000', /issuers\.0\.issuer is required/],
    ['jwks_uri: http://auth-server', 'jwks_uri: ftp://auth-server', /jwks_uri must match the Lua pattern/],
  ]
  for (const [before, after, words] of edits) {
    t.ok(kongYml.includes(before), before)
    t.ok(
      (await say(kongYml.replace(before, after))).some((line) => words.test(line)),
      after,
    )
  }
})

interface Run {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

function run(...args: string[]): Promise<Run> {
  return new Promise((done) => {
    const child = execFile(process.execPath, [join(root, 'scripts/check-kong.ts'), ...args], (_, stdout, stderr) =>
      done({ code: child.exitCode, stdout, stderr }),
    )
  })
}

t.test('the exit code is 0, 1 or 2, and --json is for machines', async (t) => {
  const dir = t.testdir({ 'bad.yml': `${version}plugins:\n- { name: mine }\n` })
  const bad = join(dir, 'bad.yml')
  t.match(await run(join(root, 'kong.yml')), { code: 0, stdout: /nothing is wrong/ })
  t.match(await run(bad), { code: 1, stdout: /bad\.yml:3:5: there is no plugin mine/ })
  const { code, stdout } = await run('--json', bad)
  t.equal(code, 1)
  t.match(JSON.parse(stdout), [{ file: bad, line: 3, column: 5, problem: /no plugin mine/, instead: /--plugins mine/ }])
  t.match(await run('--plugins', 'mine', bad), { code: 0 })
  t.match(await run(), { code: 2, stderr: /Which file\?/ })
  t.match(await run('--jsn', bad), { code: 2, stderr: /--jsn/ })
  t.match(await run(join(dir, 'missing.yml')), { code: 2, stderr: /missing\.yml cannot be read \(ENOENT\)\.\n$/ })
  for (const encoding of ['latin1', 'utf16le'] as const) {
    const file = join(dir, `${encoding}.yml`)
    await writeFile(file, Buffer.from('_format_version: "3.0" # Caf\xe9\n', encoding))
    t.match(await run(file), { code: 2, stderr: `${file} is not in UTF-8.\n` })
  }
})
