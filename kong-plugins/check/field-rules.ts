// Rules of entities that neither Kong's schemas nor our model have: what Kong finds when it puts them to use.
import { type Entity, nameOf } from '../gateway/config/model/entity.ts'
import { vaultSchemas } from '../gateway/config/model/facts.ts'
import { certificateProblem, jwkProblem } from './keys.ts'
import type { ReportProblem } from './problem.ts'

function checkExpression(entity: Entity, report: ReportProblem): void {
  if (typeof entity.values.expression !== 'string') return
  const what = `${nameOf(entity)} matches by an expression, which Kong refuses unless its router_flavor is expressions`
  const instead = 'paths, hosts, methods or headers; or call the checker with --expressions'
  report([...entity.path, 'expression'], what, instead)
}

function checkVault({ path, values: { name } }: Entity, report: ReportProblem): void {
  if (typeof name !== 'string' || vaultSchemas.has(name)) return
  report([...path, 'name'], `there is no kind of vault called ${name}`, [...vaultSchemas.keys()].join(', '))
}

function checkKeys({ list, path, values }: Entity, report: ReportProblem): void {
  const jwk = list === 'keys' ? jwkProblem(values) : undefined
  if (jwk !== undefined) report([...path, 'jwk'], `key.jwk ${jwk}`, 'jwk: a JSON Web Key as text')
  const wrong = list === 'certificates' ? certificateProblem(values) : undefined
  if (wrong !== undefined)
    report([...path, wrong.field], `certificate.${wrong.field} ${wrong.text}`, `${wrong.field}: …`)
}

/** Checks what the schemas leave. */
export function checkFieldRules(entities: readonly Entity[], expressions: boolean, report: ReportProblem): void {
  for (const entity of entities) {
    if (entity.list === 'routes' && !expressions) checkExpression(entity, report)
    if (entity.list === 'vaults') checkVault(entity, report)
    if (entity.list === 'filter_chains' && !entity.refers.has('route') && !entity.refers.has('service'))
      report(entity.path, `${nameOf(entity)} belongs to neither a route nor a service`, 'service: … or route: …')
    checkKeys(entity, report)
  }
}
