// npm run app, api, user, group, membership, machine, hooks, subscription, approval: the management API by commands, as the operator beside the server or over the network.
import { runCommand, UsageError } from '@mobile-api-gateway/sdk/command-line.ts'
import { ManagementError } from '@mobile-api-gateway/sdk/management/index.ts'
import { withManagement } from './management/connect.ts'
import { Mistake } from './management/mistake.ts'
import { optionOf } from './management/options.ts'
import { MANAGED_THINGS, type ManagedThing } from './management/things.ts'
import { usageOf } from './management/usage.ts'
import type { Verb } from './management/verb.ts'

const THINGS: Readonly<Record<string, ManagedThing>> = MANAGED_THINGS
const [, , name = '', action = ''] = process.argv
const thing = Object.hasOwn(THINGS, name) ? THINGS[name] : undefined
const verb = thing && Object.hasOwn(thing.verbs, action) ? thing.verbs[action] : undefined
const JSON_OPTION = { json: { type: 'boolean', default: false } } as const

await runCommand(
  { usage: usageOf(name, thing, action, verb), options: { ...verb?.options, ...JSON_OPTION }, allowPositionals: true },
  async ({ values, positionals }) => {
    if (!thing) throw new UsageError(`Say one of ${Object.keys(THINGS).join(', ')}.`)
    if (!verb) throw new UsageError(`Say one of ${Object.keys(thing.verbs).join(', ')}.`)
    const args = positionals.slice(2)
    const isTerminal = process.stdout.isTTY === true
    try {
      requireArguments(verb, args)
      const told = await withManagement((connection) => verb.run({ ...connection, args, values, isTerminal }))
      const text = values.json ? JSON.stringify(told.json, null, 2) : told.text
      if (text !== '') console.log(text)
      if (told.remark !== undefined && !values.json) process.stderr.write(`${told.remark}\n`)
      return told.exitCode ?? 0
    } catch (error) {
      return tellMistake(error)
    }
  },
)

/** @returns the exit code: 2 where who typed it can repair it */
function tellMistake(error: unknown): number {
  if (error instanceof Mistake) return say(error.message)
  if (!(error instanceof ManagementError)) throw error
  const place = /^the (?:path|query|body), at \/(\w+)\S*, /
  const sentence = error.detail.replace(place, (_, member: string) => `--${optionOf(member)} `)
  say(`${sentence.replace(/^[a-z]+(?= )/, (word) => word.charAt(0).toUpperCase() + word.slice(1)).replace(/\.$/, '')}.`)
  return error.status === 400 || error.status === 404 ? 2 : 1
}

function requireArguments({ takes }: Verb, args: readonly string[]): void {
  if (args.length === takes.length) return
  throw new Mistake(takes.length === 0 ? 'It takes options alone: --help names them.' : `Name ${takes.join(' and ')}.`)
}

function say(sentence: string): number {
  process.stderr.write(`${sentence}\n`)
  return 2
}
