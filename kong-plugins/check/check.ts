// Checks the text of a kong.yml: everything that is wrong with it, in one go.
import { readTextFile } from '@mobile-api-gateway/sdk/text-file.ts'
import { readKongFile } from '../gateway/config/model/kong-file.ts'
import { readPluginDump } from '../gateway/config/model/plugin-info.ts'
import { ConfigSource } from '../gateway/config/model/source.ts'
import { PLUGINS } from '../src/plugins.ts'
import { dump } from '../src/server/dump.ts'
import { checkFieldRules } from './field-rules.ts'
import { collectProblems, type KongFileProblem } from './problem.ts'
import { checkProtection } from './protection.ts'
import { advise } from './words.ts'

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
): Promise<KongFileProblem[]> {
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
  const own = readPluginDump(dump(PLUGINS))
  const { entities, findings } = readKongFile(source, own)
  for (const finding of findings) {
    if (finding.kind === 'plugin' && installed.includes(finding.name)) continue
    const { problem, instead } = advise(
      finding,
      own.map(({ name }) => name),
    )
    report(finding.path, problem, instead)
  }
  checkFieldRules(entities, expressions, report)
  await checkProtection(entities, report)
  return problems()
}

/** Checks a file. @throws {UnreadableFile} when it cannot be read */
export async function checkKongFile(file: string, options: CheckOptions = {}): Promise<KongFileProblem[]> {
  return checkKongText(file, await readTextFile(file), options)
}
