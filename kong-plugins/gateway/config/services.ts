// Services of kong.yml, as the gateway proxies to them.
import type { Entity } from './model/entity.ts'
import type { Notes } from './notes.ts'
import { stableId } from './stable-id.ts'
import { REFUSED_FIELDS } from './support.ts'
import type { Scope, Service } from './types.ts'
import { numberOf, textOf } from './values.ts'

/** Closes what an entity covers where it has fields that are not reproduced here. */
export function refuseFields({ list, path, values }: Entity, scope: Scope, notes: Notes, whose = ''): void {
  for (const field of REFUSED_FIELDS[list] ?? []) {
    if ((values[field] ?? undefined) !== undefined)
      notes.refuse(scope, [...path, field], `${list} with ${field}${whose}`)
  }
}

/** Reads a service. */
export function readService(entity: Entity, notes: Notes): Service {
  const { fields, path } = entity
  const id = textOf(fields.id) || stableId('service', textOf(fields.name, path.join('.')))
  const protocol = textOf(fields.protocol)
  if (protocol !== 'http' && protocol !== 'https')
    notes.refuse({ serviceId: id }, [...path, 'protocol'], `services of protocol ${protocol}`)
  refuseFields(entity, { serviceId: id }, notes)
  return {
    id,
    name: textOf(fields.name, id),
    protocol: protocol === 'https' ? 'https' : 'http',
    host: textOf(fields.host),
    port: numberOf(fields.port),
    path: textOf(fields.path),
    connectTimeout: numberOf(fields.connect_timeout),
    readTimeout: numberOf(fields.read_timeout),
    writeTimeout: numberOf(fields.write_timeout),
    retries: numberOf(fields.retries),
    tlsVerify: fields.tls_verify === true,
    entity: { ...fields, id },
  }
}
