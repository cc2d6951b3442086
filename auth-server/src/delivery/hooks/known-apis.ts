// Whether the APIs that hooks are for exist: one that is misspelt would never be asked, and everybody would get in.

import { meant } from '../../config/yaml-fields.ts'
import { ConfigError } from '../../config.ts'
import type { Db } from '../../store/database.ts'
import { findApiIds } from '../../store/tables/apis.ts'
import type { Hooks } from './hooks.ts'

/** @throws {ConfigError} with each hook that names one that is neither in the file nor in the database, a line each */
export async function requireKnownApis(db: Db, { all }: Hooks): Promise<void> {
  if (all.every(({ apisElsewhere }) => apisElsewhere.length === 0)) return
  const known = await findApiIds(db)
  const lines = all.flatMap(({ place, apisElsewhere }) =>
    apisElsewhere
      .filter((id) => !known.includes(id))
      .map((id) => `${place}.apis names ${id}, which is no API of the file or of the database${meant(id, known)}`),
  )
  if (lines.length > 0) throw new ConfigError(lines.join('\n'))
}
