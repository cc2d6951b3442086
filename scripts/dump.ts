// npm run dump: writes what Kong's query_cmd reads, one file per plugin; with --check it only says which are stale.
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { PLUGINS } from '@mobile-api-gateway/kong-plugins/plugins.ts'
import { dump } from '@mobile-api-gateway/kong-plugins/server/dump.ts'
import { runCommand } from '@mobile-api-gateway/sdk/command-line.ts'
import { staleFiles, writeStaleFiles } from './docs/generated-files.ts'

const root = join(import.meta.dirname, '..')
const folder = join(root, 'kong-plugins', 'dump')

// Kong reads the first plugin of a document only, hence a document for each.
const WANTED = new Map(PLUGINS.map((plugin) => [`${plugin.name}.json`, `${JSON.stringify(dump([plugin]), null, 2)}\n`]))

const USAGE = `Usage: npm run dump -- [--check]

Writes what Kong is told of each plugin to kong-plugins/dump, after a change of a schema.

  --check  write nothing, only say which files are stale
  --help   this text
`

await runCommand({ usage: USAGE, options: { check: { type: 'boolean', default: false } } }, ({ values }) => {
  mkdirSync(folder, { recursive: true })
  const leftOver = readdirSync(folder).filter((name) => !WANTED.has(name))

  if (values.check) {
    const stale = [...staleFiles(folder, WANTED), ...leftOver]
    for (const name of stale) console.error(`${relative(root, join(folder, name))} is stale: npm run dump`)
    console.log(`plugin descriptions for Kong: ${WANTED.size} checked, ${stale.length} stale`)
    return stale.length > 0 ? 1 : 0
  }
  const written = writeStaleFiles(folder, WANTED)
  for (const name of leftOver) rmSync(join(folder, name))
  console.log(`${relative(root, folder)}: ${written.length} of ${WANTED.size} written`)
  return 0
})
