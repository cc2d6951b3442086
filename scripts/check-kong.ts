// npm run check:kong: what is wrong with a kong.yml, before Kong says so or, worse, does not.

import { checkKongFile } from '@mobile-api-gateway/kong-plugins/check/check.ts'
import { formatProblem, type KongFileProblem } from '@mobile-api-gateway/kong-plugins/check/problem.ts'
import { runCommand, UsageError } from '@mobile-api-gateway/sdk/command-line.ts'
import { UnreadableFile } from '@mobile-api-gateway/sdk/text-file.ts'

const USAGE = `Usage: npm run check:kong -- [--json] [--plugins NAME,NAME] [--expressions] FILE…

Checks kong.yml files as Kong 3.9 and the plugins of this project understand them.

  --json         the problems as a JSON list of { file, line, column, problem, instead }
  --plugins      names of plugins that are installed in your Kong beside the bundled ones and ours
  --expressions  your Kong's router_flavor is expressions
  --help         this text

Exit code: 0 nothing is wrong, 1 something is, 2 the command line is.
`

const OPTIONS = {
  json: { type: 'boolean', default: false },
  plugins: { type: 'string', default: '' },
  expressions: { type: 'boolean', default: false },
} as const

await runCommand({ usage: USAGE, options: OPTIONS, allowPositionals: true }, async ({ values, positionals: files }) => {
  if (files.length === 0) throw new UsageError('Which file?')
  const installed = values.plugins.split(',').filter((name) => name !== '')
  const problems: KongFileProblem[] = []
  for (const file of files) {
    try {
      problems.push(...(await checkKongFile(file, { installed, expressions: values.expressions })))
    } catch (error) {
      if (!(error instanceof UnreadableFile)) throw error
      process.stderr.write(`${error.message}\n`)
      return 2
    }
  }
  if (values.json) process.stdout.write(`${JSON.stringify(problems, null, 2)}\n`)
  else
    process.stdout.write(
      problems.map((problem) => `${formatProblem(problem)}\n`).join('') || `${files.join(', ')}: nothing is wrong\n`,
    )
  return problems.length > 0 ? 1 : 0
})
