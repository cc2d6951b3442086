// Which limits hold for an API that has just been put into a kong.yml, and the line that sets them by plan.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parse } from 'yaml'

/** What the API is called here, and what its tokens are for. */
interface LimitedApi {
  readonly name: string
  readonly audience: string
}

/** @param file the kong.yml, beside which the catalogue names the plans */
export function tellLimits(file: string, api: LimitedApi): string {
  const plans = plansOf(process.env.CATALOGUE_FILE || join(dirname(file), 'auth-server/catalogue.yml'), api)
  const names = plans.length > 0 ? plans : ['NAME']
  const line = names.map((plan) => `${plan}: { minute: 60 }`).join(', ')
  const known = plans.length > 0 ? ` (the catalogue has ${plans.join(', ')})` : ''
  return `No limits by plan and no scopes by method yet: every plan gets 60 calls a minute${known}. To change that, add below
"policy: ${api.name}", with numbers and scopes of your own:
      plans: { ${line} }
      method_scopes: { POST: [${api.name}:write] }`
}

/** The plans of the API by its resource or its short name; none where the file is missing or does not know it. */
function plansOf(file: string, { name, audience }: LimitedApi): readonly string[] {
  try {
    const apis: object = Object(Object(parse(readFileSync(file, 'utf8'))).apis)
    const all = Object.entries(apis).map(([id, api]) => ({ id, ...Object(api) }))
    const found = all.find(({ resource }) => resource === audience) ?? all.find(({ id }) => id === name)
    return Array.isArray(found?.plans) ? found.plans.map(String) : []
  } catch {
    return [] // it helps with names alone; what is wrong with it, its own commands say
  }
}
