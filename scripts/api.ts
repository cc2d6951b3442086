// npm run api: what is done about APIs.
import { runCommand, UsageError } from '@mobile-api-gateway/sdk/command-line.ts'
import { PROTECT_OPTIONS, PROTECT_USAGE, protectCommand } from './protect/command.ts'

const COMMAND = { usage: PROTECT_USAGE, options: PROTECT_OPTIONS, allowPositionals: true } as const

await runCommand(COMMAND, ({ values, positionals: [command, name, ...more] }) => {
  if (command !== 'protect') throw new UsageError(`There is no command ${command ?? 'without a name'}: protect.`)
  if (name === undefined || more.length > 0) throw new UsageError('Say the name of one API.')
  return protectCommand(name, values)
})
