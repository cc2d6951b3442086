// The help of the commands, from their table.
import type { VerbOptions } from './options.ts'
import type { ManagedThing } from './things.ts'
import type { Verb } from './verb.ts'

const WHERE = `Beside a running npm start it works on its database, elsewhere with the environment of the auth server; or over the
network with MANAGEMENT_URL (the server's address), MANAGEMENT_CLIENT_ID and MANAGEMENT_CLIENT_SECRET.`

function lines(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([term]) => term.length)) + 2
  return rows.map(([term, text]) => `  ${term.padEnd(width)}${text}`.trimEnd()).join('\n')
}

function optionLines(options: VerbOptions): readonly (readonly [string, string])[] {
  return Object.entries(options).map(([name, { type, help }]) => [`--${name}${type === 'string' ? ' TEXT' : ''}`, help])
}

/** The help of a verb, or of a thing with all its verbs. */
export function usageOf(name: string, thing: ManagedThing | undefined, action: string, verb: Verb | undefined): string {
  const common = [
    ['--json', 'What was answered, for programs'],
    ['--help', 'This text'],
  ] as const
  if (verb) {
    const usage = [
      'npm run',
      name,
      '--',
      action,
      ...verb.takes,
      ...(Object.keys(verb.options).length > 0 ? ['[options]'] : []),
    ]
    return `Usage: ${usage.join(' ')}\n\n${verb.summary}.\n\n${lines([...optionLines(verb.options), ...common])}\n\n${WHERE}\n`
  }
  if (!thing) return 'Usage: npm run app|api|user|group|machine|subscription|approval -- --help\n'
  const verbs = Object.entries(thing.verbs).map(
    ([word, { takes, summary }]) => [[word, ...takes].join(' '), summary] as const,
  )
  return `Usage: npm run ${name} -- ${Object.keys(thing.verbs).join('|')} …\n\n${thing.about}\n\n${lines([...verbs, ...common])}\n\nnpm run ${name} -- ${verbs[0]?.[0].split(' ')[0]} --help names the options of one.\n${WHERE}\n`
}
