// auth-server/docs/configuration.md: every environment variable of the auth server, from its table of settings.
import type { Setting } from '@mobile-api-gateway/auth-server/config/setting.ts'
import { code, generatedFrom, table } from './markdown.ts'

const INTRODUCTION = `# Configuration of the auth server

The server reads environment variables and nothing else. An empty variable counts as left out. Every mistake is reported
at start, all at once, and the server does not start with one.`

const SECRETS = `Each secret holds 32 random bytes or more in base64url. \`npm run make-env\` makes them for docker-compose.yml, \`npm start\`
keeps its own in \`.data/secrets.json\`. One by hand: \`openssl rand -base64 32 | tr '+/' '-_' | tr -d '='\``

interface Cells {
  readonly variable: string
  readonly meaning: string
  readonly unit: string
  readonly standing: string
}

function cells({ variable, description, unit = '', byDefault }: Setting<unknown>): Cells {
  const meaning = `${description.charAt(0).toUpperCase()}${description.slice(1)}.`
  const standing = byDefault === undefined ? '**required**' : byDefault && code(byDefault)
  return { variable: code(variable), meaning, unit, standing }
}

/** The text of the reference. */
export function configurationReference(settings: Readonly<Record<string, Setting<unknown>>>): string {
  const all = Object.values(settings)
  const secrets = all.filter(({ secret }) => secret).map(cells)
  const others = all.filter(({ secret }) => !secret).map(cells)
  return `${[
    generatedFrom('auth-server/src/config/settings.ts'),
    INTRODUCTION,
    table(
      ['Variable', 'Meaning', 'Unit', 'Default'],
      others.map(({ variable, meaning, unit, standing }) => [variable, meaning, unit, standing]),
    ),
    '## Secrets',
    SECRETS,
    table(
      ['Variable', 'Meaning', 'Default'],
      secrets.map(({ variable, meaning, standing }) => [variable, meaning, standing]),
    ),
  ].join('\n\n')}\n`
}
