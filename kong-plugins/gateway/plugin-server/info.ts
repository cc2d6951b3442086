// Asks the plugin server's program which plugins it has, as Kong does with its query_cmd.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type PluginInfo, readPluginDump } from '../config/model/plugin-info.ts'

const program = fileURLToPath(new URL('../../src/server/main.ts', import.meta.url))

/** The plugins of this project: names, priorities, phases and schemas. Needs no running plugin server. */
export async function describePlugins(): Promise<PluginInfo[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [program, '--dump'], { maxBuffer: 1 << 24 })
  return readPluginDump(JSON.parse(stdout))
}
