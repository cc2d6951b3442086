// Which APIs and applications name which way to sign in, for whoever administers providers.
import { sql } from 'kysely'
import type { Db } from '../database.ts'

/** Who names a provider in their choice: ids of APIs and client IDs, the first hundred of each. */
interface NamedBy {
  readonly apis: readonly string[]
  readonly applications: readonly string[]
}

export interface ProviderUse {
  readonly named: ReadonlyMap<string, NamedBy>
  /** The APIs that have not chosen. */
  readonly openApis: readonly string[]
}

export async function readProviderUse(db: Db): Promise<ProviderUse> {
  const { rows } = await sql<{ way: string | null; apis: string[] | null; applications: string[] | null }>`
    with named as (
      select way, id as api, null as application
      from apis, jsonb_array_elements_text(coalesce(sign_in -> 'providers', '[null]')) way
      union all
      select way, null, client_id from applications, jsonb_array_elements_text(sign_in -> 'providers') way
      where sign_in is not null
    )
    select way,
      case when way is null then array_agg(api) else (array_agg(api order by api) filter (where api is not null))[1:100] end as apis,
      (array_agg(application order by application) filter (where application is not null))[1:100] as applications
    from named group by way`.execute(db)
  const named = rows.flatMap(({ way, apis, applications }) =>
    way === null ? [] : [[way, { apis: apis ?? [], applications: applications ?? [] }] as const],
  )
  return { named: new Map(named), openApis: rows.find(({ way }) => way === null)?.apis ?? [] }
}
