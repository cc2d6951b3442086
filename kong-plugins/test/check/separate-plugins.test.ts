// The three plugins one by one: the checker wants all of them, and the guard that asks each, and says where it is to be found.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { checkKongText } from '../../check/check.ts'
import { separateKongYml } from './support/separate-plugins.ts'

const root = join(import.meta.dirname, '../../..')
function read(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}

async function problems(text: string): Promise<{ problem: string; instead: string }[]> {
  return (await checkKongText('f', text)).map(({ problem, instead }) => ({ problem, instead }))
}

/** Changes a text, and fails where there is nothing to change. */
function edit(text: string, before: string | RegExp, after: string): string {
  const edited = text.replace(before, () => after)
  if (edited === text) throw new Error(`${before} is not there`)
  return edited
}

function entry(name: string): RegExp {
  return new RegExp(String.raw` {2}- name: ${name}\n(?: {4}.*\n)+`)
}
const guardEntry = / {2}- name: post-function\n(?: {4}.*\n|\n(?= {4}))+/
function without(name: string): string {
  return edit(separateKongYml, entry(name), '')
}
const [guard = ''] = guardEntry.exec(separateKongYml) ?? []
const [guardOfKongYml = ''] = guardEntry.exec(read('kong.yml')) ?? []

function theGuard(owner: string): string {
  return `the guard of this project's kong-plugins/separate-plugins.yml beside plugin ${owner}, and one name for the service and its policy`
}
function notGuarding(text: string) {
  return [{ problem: `the guard on route mobile-api does not work: ${text}`, instead: theGuard('mobile-token') }]
}

t.test('with all three and the guard that is delivered, nothing is wrong', async (t) => {
  t.strictSame(await problems(separateKongYml), [])
})

t.test('without the guard, or with another in its place', async (t) => {
  const open = {
    problem:
      'route mobile-api is protected by plugin mobile-token but has no guard (post-function), so it is open as soon as that plugin does not run',
    instead: theGuard('mobile-token'),
  }
  const ofGateway = {
    problem:
      'the guard on route mobile-api is the one for mobile-gateway: it asks for marks that plugin mobile-token does not leave',
    instead: theGuard('mobile-token'),
  }
  const rows: [string, string, object[]][] = [
    ['none', edit(separateKongYml, guard, ''), [open]],
    [
      'switched off',
      edit(separateKongYml, '- name: post-function', '- name: post-function\n    enabled: false'),
      [open],
    ],
    ["mobile-gateway's", edit(separateKongYml, guard, guardOfKongYml), [ofGateway]],
    [
      'of another policy',
      edit(separateKongYml, 'or not passed_as(expected) then', 'or not passed_as("orders") then'),
      notGuarding('it refuses (503) what policy mobile-api let pass'),
    ],
    [
      'asks for any mark',
      edit(
        separateKongYml,
        'or not passed_as(expected) then',
        'or type(kong.ctx.shared.mobile_gateway) ~= "table" then',
      ),
      notGuarding(
        'it lets pass the mark of another policy, a call without a token, which the plugin would refuse, ' +
          ['token', 'identity', 'quota']
            .map(
              (stage) =>
                `a request without the mark of the ${stage} stage, a mark of the ${stage} stage that is another policy's`,
            )
            .join(', '),
      ),
    ],
    ...['token', 'identity', 'quota'].map((stage): [string, string, object[]] => [
      `forgets the ${stage} stage`,
      edit(separateKongYml, `marks.${stage} == name`, 'true'),
      notGuarding(
        `it lets pass a request without the mark of the ${stage} stage, a mark of the ${stage} stage that is another policy's`,
      ),
    ]),
    [
      'does not ask which policy counted',
      edit(separateKongYml, 'marks.quota == name', 'marks.quota'),
      notGuarding("it lets pass a mark of the quota stage that is another policy's"),
    ],
  ]
  for (const [name, text, found] of rows) t.strictSame(await problems(text), found, name)
})

t.test('the guard of the three beside mobile-gateway', async (t) => {
  t.strictSame(await problems(edit(read('kong.yml'), guardOfKongYml, guard)), [
    {
      problem:
        'the guard on route mobile-api is the one for the three separate plugins: it asks for marks that plugin mobile-gateway does not leave',
      instead: `the guard of this project's kong.yml beside plugin mobile-gateway, and one name for the service and its policy`,
    },
  ])
})

t.test('with only some of the three', async (t) => {
  const lacks = (name: string, lack: string) => ({
    problem: `route mobile-api has plugin mobile-token without ${name}, so ${lack}`,
    instead: `${name} with policy: mobile-api beside it, or mobile-gateway, which is all three in one`,
  })
  const uncounted = lacks('mobile-quota', 'nobody counts its calls')
  const unnamed = lacks('mobile-identity', 'its backend is not told who calls')
  const unverified = {
    problem: 'plugin mobile-identity needs mobile-token before it and refuses everything',
    instead: '- name: mobile-token',
  }
  const alone = edit(without('mobile-identity'), entry('mobile-quota'), '')
  const rows: [string, string, object[]][] = [
    ['no mobile-quota', without('mobile-quota'), [uncounted]],
    ['no mobile-identity', without('mobile-identity'), [unnamed]],
    ['no mobile-token', without('mobile-token'), [unverified]],
    ['mobile-token alone', alone, [unnamed, uncounted]],
    [
      'mobile-quota is switched off',
      edit(separateKongYml, '- name: mobile-quota', '- name: mobile-quota\n    enabled: false'),
      [uncounted],
    ],
    [
      'and a guard that asks for no more than there is',
      edit(without('mobile-quota'), 'marks.quota == name', 'true'),
      [
        uncounted,
        ...notGuarding(
          "it lets pass a request without the mark of the quota stage, a mark of the quota stage that is another policy's",
        ),
      ],
    ],
  ]
  for (const [name, text, found] of rows) t.strictSame(await problems(text), found, name)
})

t.test('the three on different scopes are found together', async (t) => {
  const [quota = ''] = entry('mobile-quota').exec(separateKongYml) ?? []
  const onRoute = edit(
    without('mobile-quota'),
    '    protocols: [http, https]\n',
    `    protocols: [http, https]\n    plugins:\n${quota.replace(/^/gm, '  ')}`.trimEnd().concat('\n'),
  )
  t.strictSame(await problems(onRoute), [])
})

t.test('calls without a token pass only where plugin and guard both say so', async (t) => {
  const anonymous = edit(separateKongYml, 'issuers: # (4)', 'anonymous: true\n      issuers: # (4)')
  const both = (text: string): string =>
    edit(
      text,
      'or not passed_as(expected) then',
      'or not (passed_as(expected) or passed_as(expected .. "/anonymous")) then',
    )
  t.strictSame(
    await problems(anonymous),
    notGuarding('it refuses calls without a token, which its plugin lets pass as mobile-api/anonymous'),
  )
  t.strictSame(
    await problems(both(separateKongYml)),
    notGuarding('it lets pass a call without a token, which the plugin would refuse'),
  )
  t.strictSame(await problems(both(anonymous)), [])
})

t.test('all three have one policy', async (t) => {
  const other = edit(
    separateKongYml,
    /(name: mobile-quota\n {4}config:\n {6}policy: )mobile-api/,
    'name: mobile-quota\n    config:\n      policy: orders',
  )
  t.strictSame(await problems(other), [
    {
      problem: 'plugin mobile-quota has another policy than plugin mobile-token on route mobile-api',
      instead: 'policy: mobile-api',
    },
  ])
})
