// Rules of entities that Kong's schemas leave to functions.
import type { Entity } from './document.ts'
import { nameOf } from './document.ts'
import { vaultSchemas } from './facts.ts'
import type { ReportProblem } from './problem.ts'
import { certificateProblem, jwkProblem } from './record-codes.ts'
import { TEXT_RULES } from './text-rules.ts'

function checkRoute(entity: Entity, expressions: boolean, report: ReportProblem): void {
  const { values, path } = entity
  if (typeof values.expression === 'string' && !expressions) {
    const what = `${nameOf(entity)} matches by an expression, which Kong refuses unless its router_flavor is expressions`
    report([...path, 'expression'], what, 'paths, hosts, methods or headers; or call the checker with --expressions')
  }
  for (const [name, list] of Object.entries(Object(values.headers))) {
    const values: unknown[] = Array.isArray(list) ? list : []
    if (values.length === 0) report([...path, 'headers', name], `route.headers.${name} needs a value`, `${name}: [ … ]`)
    for (const [index, value] of values.entries()) {
      const wrong = String(value).startsWith('~*') ? TEXT_RULES.expression?.(String(value).slice(2)) : undefined
      const what = `route.headers.${name}.${index} ${wrong}`
      if (wrong !== undefined) report([...path, 'headers', name, index], what, `${name}: ["~*…"]`)
    }
  }
}

/** Checks what the schemas leave. */
export function checkFieldRules(entities: readonly Entity[], expressions: boolean, report: ReportProblem): void {
  for (const entity of entities) {
    if (entity.list === 'routes') checkRoute(entity, expressions, report)
    if (entity.list === 'filter_chains' && !entity.refers.has('route') && !entity.refers.has('service'))
      report(entity.path, `${nameOf(entity)} belongs to neither a route nor a service`, 'service: … or route: …')
    if (entity.list === 'vaults' && typeof entity.values.name === 'string' && !vaultSchemas.has(entity.values.name))
      report(
        [...entity.path, 'name'],
        `there is no kind of vault called ${entity.values.name}`,
        [...vaultSchemas.keys()].join(', '),
      )
    const jwk = entity.list === 'keys' ? jwkProblem(entity.values) : undefined
    if (jwk !== undefined) report([...entity.path, 'jwk'], `key.jwk ${jwk}`, 'jwk: a JSON Web Key as text')
    const wrong = entity.list === 'certificates' ? certificateProblem(entity.values) : undefined
    if (wrong !== undefined)
      report([...entity.path, wrong.field], `certificate.${wrong.field} ${wrong.text}`, `${wrong.field}: …`)
  }
}
