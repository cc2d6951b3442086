// Checks the text of a kong.yml: everything that is wrong with it, in one go.
import { readFile } from 'node:fs/promises'
import { readPluginDump } from '@mobile-api-gateway/kong-plugins/gateway/config/plugin-schema.ts'
import { ConfigSource } from '@mobile-api-gateway/kong-plugins/gateway/config/source.ts'
import { PLUGINS } from '@mobile-api-gateway/kong-plugins/plugins.ts'
import { dump } from '@mobile-api-gateway/kong-plugins/server/dump.ts'
import { readEntities } from './document.ts'
import { checkFieldRules } from './field-rules.ts'
import { checkPlugins } from './plugin-configs.ts'
import { collectProblems, type Problem } from './problem.ts'
import { checkProtection } from './protection.ts'
import { findDuplicates, resolveReferences } from './references.ts'

/** What to check with. */
export interface CheckOptions {
  /** Names of plugins beside Kong's bundled ones and ours. */
  readonly installed?: readonly string[]
  /** Kong's `router_flavor` is `expressions`. */
  readonly expressions?: boolean
}

/** Checks the text of a kong.yml. */
export async function checkKongText(
  file: string,
  text: string,
  { installed = [], expressions = false }: CheckOptions = {},
): Promise<Problem[]> {
  const source = new ConfigSource(text)
  const { report, problems } = collectProblems(file, source)
  if (source.problems.length > 0) {
    return source.problems.map((each) => ({
      file,
      line: each.line,
      column: 1,
      problem: each.text,
      instead: 'valid YAML',
    }))
  }
  const entities = readEntities(source, report)
  resolveReferences(entities, report)
  findDuplicates(entities, report)
  checkFieldRules(entities, expressions, report)
  const own = new Map(readPluginDump(dump(PLUGINS)).map((info) => [info.name, info]))
  checkPlugins(entities, { own, installed }, report)
  await checkProtection(entities, report)
  return problems()
}

/** Checks a file. @throws Error when it cannot be read */
export async function checkKongFile(file: string, options: CheckOptions = {}): Promise<Problem[]> {
  return checkKongText(file, await readFile(file, 'utf8'), options)
}
