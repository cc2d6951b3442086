// Reads docker-compose.yml and the Dockerfiles as Compose does: merged, with the variables of an .env filled in.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

const root = join(import.meta.dirname, '../../..')

/** One service, as far as the tests look at it. */
export interface ComposeService {
  readonly image?: string
  readonly user?: string
  readonly read_only?: boolean
  readonly restart?: string
  readonly profiles?: readonly string[]
  readonly build?: { readonly context: string; readonly dockerfile: string; readonly target?: string }
  readonly command?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly volumes?: readonly string[]
  readonly ports?: readonly string[]
  readonly networks?: readonly string[]
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly healthcheck?: { readonly test: readonly string[] }
  readonly cap_drop?: readonly string[]
  readonly group_add?: readonly string[]
  readonly security_opt?: readonly string[]
}

export interface Compose {
  readonly services: Readonly<Record<string, ComposeService>>
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>
  readonly volumes: Readonly<Record<string, unknown>>
}

const text = readFileSync(join(root, 'docker-compose.yml'), 'utf8')

/** The file with its merges done, variables as they stand. */
export function readCompose(): Compose {
  return parse(text, { merge: true })
}

/** Reads an .env. */
export function readEnvFile(content: string): Record<string, string> {
  const pairs = [...content.matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name = '', value = '']): [string, string] => [
    name,
    value,
  ])
  return Object.fromEntries(pairs)
}

/** `${NAME}`, `${NAME:-default}`, `${NAME:?message}` and `$$`, as Compose fills them in. @throws {Error} with the message */
export function fillIn(template: string, variables: Readonly<Record<string, string>>): string {
  return template.replace(/\$\$|\$\{(\w+)(?::([-?])([^}]*))?\}/g, (whole, name?: string, kind?: string, rest = '') => {
    if (whole === '$$' || name === undefined) return '$'
    const value = variables[name] ?? ''
    if (value !== '') return value
    if (kind === '?') throw new Error(`${name}: ${rest}`)
    return kind === '-' ? rest : ''
  })
}

/** The lines of a Dockerfile from one stage; the last stage when none is named. */
function stageOf(dockerfile: string, target: string | undefined): string {
  const stages = readFileSync(join(root, dockerfile), 'utf8')
    .split(/^(?=FROM )/m)
    .slice(1)
  const found =
    target === undefined
      ? stages.at(-1)
      : stages.find((stage) => stage.startsWith('FROM ') && new RegExp(` AS ${target}\\n`).test(stage))
  if (found === undefined) throw new Error(`${dockerfile} has no stage ${target}`)
  return found
}

/** What a service runs: its own command, or that of its image. */
export function commandOf({ command, build }: ComposeService): readonly string[] {
  if (command !== undefined) return command
  if (build === undefined) return []
  const [, json] = /^CMD (\[.*\])$/m.exec(stageOf(build.dockerfile, build.target)) ?? []
  return json === undefined ? [] : JSON.parse(json)
}

/** What an image of ours holds of this project, as paths from its root: the COPY lines of its stage and of those below. */
export function filesOf({ build }: ComposeService): readonly string[] {
  const files: string[] = []
  let target = build?.target
  while (build !== undefined) {
    const stage: string = stageOf(build.dockerfile, target)
    for (const [, list = ''] of stage.matchAll(/^COPY (?!--from)(.*) \S+$/gm)) files.push(...list.split(' '))
    const [, base = ''] = /^FROM (\S+)/.exec(stage) ?? []
    if (base.startsWith('node:')) break
    target = base
  }
  return files
}

/** The user an image of ours runs as: that of its stage, or of the stage it is built on. */
export function userOf({ user, build }: ComposeService): string | undefined {
  if (user !== undefined || build === undefined) return user
  let target = build.target
  for (;;) {
    const stage: string = stageOf(build.dockerfile, target)
    const [, named] = /^USER (\S+)$/m.exec(stage) ?? []
    const [, base = ''] = /^FROM (\S+)/.exec(stage) ?? []
    if (named !== undefined || base.startsWith('node:')) return named
    target = base
  }
}
