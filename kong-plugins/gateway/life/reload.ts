// Takes an edited kong.yml into service: all of it at once, or, when anything is wrong with it, nothing of it.
import { readTextFile } from '@mobile-api-gateway/sdk/text-file.ts'
import type { Logger } from 'pino'
import { parseKongConfig } from '../config/kong-config.ts'
import type { PluginInfo } from '../config/model/plugin-info.ts'
import type { KongConfig } from '../config/types.ts'
import { refuseMissingCalls } from '../lua/support.ts'
import type { PdkSettings } from '../pdk/function.ts'
import type { PluginClient } from '../plugin-server/client.ts'
import type { ConfigHolder } from './config-holder.ts'
import { type FileWatch, watchFile } from './file-watch.ts'
import { type LoadedConfig, loadConfig } from './loaded-config.ts'

/** What following a kong.yml needs. */
export interface FollowConfigOptions {
  readonly file: string
  /** The text in force. */
  readonly text: string
  readonly plugins: readonly PluginInfo[]
  readonly client: PluginClient
  readonly settings: PdkSettings
  readonly holder: ConfigHolder
  readonly logger: Logger
}

/** One line for each thing in kong.yml that is not reproduced here. */
export function reportLimits(config: KongConfig, file: string, logger: Logger): void {
  for (const { line, text } of config.notices) logger.info(`${file}:${line}: ${text}`)
  const refused = config.refusals.map(({ remark }) => remark).sort((a, b) => a.line - b.line)
  for (const { line, text } of refused) logger.warn(`${file}:${line}: ${text}; the routes it covers answer 501`)
}

/**
 * Puts each edit of a kong.yml into service. Requests under way end with the configuration they began with; its plugin
 * instances are closed after the last of them. An edit that cannot be used is logged, and the old one stays.
 */
export function followConfig(options: FollowConfigOptions): FileWatch {
  const { file, client, settings, holder, logger } = options
  let sequence = 0

  const prepare = async (text: string): Promise<LoadedConfig> => {
    const config = refuseMissingCalls(parseKongConfig(text, options.plugins, file))
    sequence += 1
    const loaded = await loadConfig(config, client, settings, sequence)
    try {
      await loaded.start()
    } catch (error) {
      await loaded.close()
      throw error
    }
    reportLimits(config, file, logger)
    return loaded
  }

  return watchFile(file, options.text, async () => {
    try {
      // Once more, as what it is: the watch takes any bytes for text.
      const text = await readTextFile(file)
      holder.replace(await prepare(text))
      logger.info(`${file} was edited and is in force`)
    } catch (error) {
      logger.error(`the old configuration stays: ${error instanceof Error ? error.message : error}`)
    }
  })
}
