// A kong.yml as Kong reads it: its entities with their places, what they refer to, and all that is wrong with them.
import { readEntities } from './document.ts'
import type { Entity } from './entity.ts'
import type { Finding } from './finding.ts'
import type { PluginInfo } from './plugin-info.ts'
import { completePlugins } from './plugins.ts'
import { findDuplicates, resolveReferences } from './references.ts'
import type { ConfigSource } from './source.ts'

/** A kong.yml that has been read. */
export interface KongFile {
  /** In the order of the file. */
  readonly entities: readonly Entity[]
  /** Of plugins that are known, their configuration with defaults. */
  readonly configs: ReadonlyMap<Entity, Readonly<Record<string, unknown>>>
  readonly findings: readonly Finding[]
}

/** Reads a document that is valid YAML. */
export function readKongFile(source: ConfigSource, plugins: readonly PluginInfo[]): KongFile {
  const findings: Finding[] = []
  const add = (finding: Finding): void => void findings.push(finding)
  const entities = readEntities(source, add)
  resolveReferences(entities, add)
  findDuplicates(entities, add)
  const configs = completePlugins(entities, new Map(plugins.map((plugin) => [plugin.name, plugin])), add)
  return { entities, configs, findings }
}
