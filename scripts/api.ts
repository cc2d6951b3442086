// npm run api: `protect` writes kong.yml, which is here; everything else asks the management API.
import { runCommand, UsageError } from '@mobile-api-gateway/sdk/command-line.ts'
import { PROTECT_OPTIONS, PROTECT_USAGE, protectCommand } from './protect/command.ts'

const COMMAND = { usage: PROTECT_USAGE, options: PROTECT_OPTIONS, allowPositionals: true } as const

if (process.argv[2] === 'protect')
  await runCommand(COMMAND, ({ values, positionals: [, name, ...more] }) => {
    if (name === undefined || more.length > 0) throw new UsageError('Say the name of one API.')
    return protectCommand(name, values)
  })
else {
  process.argv.splice(2, 0, 'api')
  await import('@mobile-api-gateway/auth-server/commands/manage.ts')
}
