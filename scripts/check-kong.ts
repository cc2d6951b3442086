// npm run check:kong: what is wrong with a kong.yml, before Kong says so or, worse, does not.
import { parseArgs } from 'node:util'
import { checkKongFile } from './check-kong/check.ts'
import { formatProblem, type Problem } from './check-kong/problem.ts'

const usage = `npm run check:kong -- [--json] [--plugins NAME,NAME] [--expressions] FILE…

Checks kong.yml files as Kong 3.9 and the plugins of this project understand them.

  --json         the problems as a JSON list of { file, line, column, problem, instead }
  --plugins      names of plugins that are installed in your Kong beside the bundled ones and ours
  --expressions  your Kong's router_flavor is expressions
  --help         this text

Exit code: 0 nothing is wrong, 1 something is, 2 the command line is.
`

process.exitCode = await main(process.argv.slice(2))

async function main(args: string[]): Promise<number> {
  let given: ReturnType<typeof readArguments>
  try {
    given = readArguments(args)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n\n${usage}`)
    return 2
  }
  if (given.help) {
    process.stdout.write(usage)
    return 0
  }
  const problems: Problem[] = []
  for (const file of given.files) {
    try {
      problems.push(...(await checkKongFile(file, { installed: given.plugins, expressions: given.expressions })))
    } catch (error) {
      process.stderr.write(`${file} cannot be read: ${error instanceof Error ? error.message : error}\n`)
      return 2
    }
  }
  if (given.json) process.stdout.write(`${JSON.stringify(problems, null, 2)}\n`)
  else
    process.stdout.write(
      problems.map((problem) => `${formatProblem(problem)}\n`).join('') ||
        `${given.files.join(', ')}: nothing is wrong\n`,
    )
  return problems.length > 0 ? 1 : 0
}

function readArguments(args: string[]) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      plugins: { type: 'string', default: '' },
      expressions: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (positionals.length === 0 && !values.help) throw new Error('Which file?')
  const plugins = values.plugins.split(',').filter((name) => name !== '')
  return { files: positionals, plugins, json: values.json, expressions: values.expressions, help: values.help }
}
