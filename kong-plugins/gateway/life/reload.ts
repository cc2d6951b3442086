// Takes an edited kong.yml into service: all of it at once, or, when anything is wrong with it, nothing of it.
import type { Logger } from 'pino'
import { parseKongConfig } from '../config/kong-config.ts'
import type { PluginInfo } from '../config/plugin-schema.ts'
import type { KongConfig } from '../config/types.ts'
import type { PdkSettings } from '../pdk/function.ts'
import type { PluginClient } from '../plugin-server/client.ts'
import { type FileWatch, watchFile } from './file-watch.ts'
import { createSite, type Site } from './site.ts'
import type { SiteHolder } from './site-holder.ts'

/** What following a kong.yml needs. */
export interface FollowOptions {
  readonly file: string
  /** The text in force. */
  readonly text: string
  readonly plugins: readonly PluginInfo[]
  readonly client: PluginClient
  readonly settings: PdkSettings
  readonly holder: SiteHolder
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
export function followConfig(options: FollowOptions): FileWatch {
  const { file, client, settings, holder, logger } = options
  let sequence = 0

  const prepare = async (text: string): Promise<Site> => {
    const config = parseKongConfig(text, options.plugins, file)
    sequence += 1
    const site = await createSite(config, client, settings, sequence)
    try {
      await site.start()
    } catch (error) {
      await site.close()
      throw error
    }
    reportLimits(config, file, logger)
    return site
  }

  return watchFile(file, options.text, async (text) => {
    try {
      holder.replace(await prepare(text))
      logger.info(`${file} was edited and is in force`)
    } catch (error) {
      logger.error(`the old configuration stays: ${error instanceof Error ? error.message : error}`)
    }
  })
}
