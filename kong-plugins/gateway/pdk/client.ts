// The half of Kong's PDK about who calls, and what plugins of one request tell each other: kong.client, kong.ctx, kong.router.
import { isRecord } from '../config/model/source.ts'
import { convertDeep, textToBytes } from '../http/bytes.ts'
import { LuaError } from '../http/response-headers.ts'
import type { PdkFunction } from './function.ts'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** `kong.client`, `kong.ctx.shared` and `kong.router`. */
export const CLIENT_FUNCTIONS = {
  'kong.ctx.shared.get': (x, [key]) => x.shared.get(key),
  'kong.ctx.shared.set': (x, [key, value]) => void x.shared.set(key, convertDeep(value, textToBytes)),
  'kong.client.get_ip': (x) => x.client.address,
  'kong.client.get_forwarded_ip': (x) => x.client.address,
  'kong.client.get_consumer': (x) => x.identity.consumer,
  'kong.client.get_credential': (x) => x.identity.credential,
  'kong.client.load_consumer': (_, [key, byUsername], { consumers = [] }) => {
    if (typeof key !== 'string') throw new LuaError('consumer_id must be a string')
    if (byUsername !== true && !UUID.test(key))
      throw new LuaError('cannot load a consumer with an id that is not a uuid')
    const found = consumers.find(({ id, username }) => id === key || (byUsername === true && username === key))
    return convertDeep(found, textToBytes)
  },
  'kong.client.authenticate': (x, [consumer, credential]) => {
    if (!isRecord(consumer) && !isRecord(credential))
      throw new LuaError('either credential or consumer must be provided')
    x.identity = { consumer: convertDeep(consumer, textToBytes), credential: convertDeep(credential, textToBytes) }
  },
  'kong.router.get_route': (x) => x.match?.route.entity,
  'kong.router.get_service': (x) => x.match?.route.service?.entity,
} satisfies Record<string, PdkFunction>
