// Describes the plugins to Kong, as its query command wants it: JSON on stdout.
import { type Plugin, VERSION } from '../plugins.ts'

const PROTOCOLS = ['grpc', 'grpcs', 'http', 'https']

/** The document for all given plugins. Kong reads only the first entry: give it one plugin per file. */
export function dump(plugins: readonly Plugin[]): object {
  return {
    Protocol: 'ProtoBuf:1',
    Plugins: plugins.map((plugin) => ({
      Name: plugin.name,
      Version: VERSION,
      Priority: plugin.priority,
      Phases: ['access'],
      Schema: {
        name: plugin.name,
        fields: [
          // Not per consumer: these plugins find out who calls.
          { consumer: { type: 'foreign', reference: 'consumers', eq: null } },
          {
            protocols: {
              type: 'set',
              required: true,
              default: PROTOCOLS,
              elements: { type: 'string', one_of: PROTOCOLS },
            },
          },
          { config: { ...plugin.schema, required: true } },
        ],
      },
    })),
  }
}
