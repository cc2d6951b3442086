// The project's kong.yml with the three separate plugins and their guard where mobile-gateway and its guard stand.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isSeq, parseDocument } from 'yaml'

const root = join(import.meta.dirname, '../../../..')
const separatePlugins = readFileSync(join(root, 'kong-plugins/separate-plugins.yml'), 'utf8')

/** Puts the list of `kong-plugins/separate-plugins.yml`, as it is, in the place of the plugins of the first service. */
export function withSeparatePlugins(kongYml: string): string {
  const list = parseDocument(kongYml).getIn(['services', 0, 'plugins'])
  if (!isSeq(list) || !list.range) throw new Error('kong.yml has no service with plugins')
  const [start, end] = list.range
  const lineStart = kongYml.lastIndexOf('\n', start) + 1
  return `${kongYml.slice(0, lineStart)}${separatePlugins}${kongYml.slice(end)}`
}

/** The project's kong.yml, changed like this. */
export const separateKongYml = withSeparatePlugins(readFileSync(join(root, 'kong.yml'), 'utf8'))
