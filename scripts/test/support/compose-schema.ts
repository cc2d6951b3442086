// The part of the Compose specification that docker-compose.yml uses, as a JSON schema: anything else in it is a mistake.

const text = { type: 'string' }
const texts = { type: 'array', items: text }
const flag = { type: 'boolean' }
const duration = { type: 'string', pattern: '^(\\d+h)?(\\d+m)?(\\d+s)?(\\d+ms)?$' }
const command = { oneOf: [text, texts] }

function record(properties: object, required: readonly string[] = []) {
  return {
    type: 'object',
    properties,
    required,
    additionalProperties: false,
  }
}

function named(values: object) {
  return {
    type: 'object',
    patternProperties: { '^[a-zA-Z0-9._-]+$': values },
    additionalProperties: false,
  }
}

const service = {
  ...record({
    build: { oneOf: [text, record({ context: text, dockerfile: text, target: text, args: named(text) })] },
    cap_drop: texts,
    command,
    depends_on: named(
      record({ condition: { enum: ['service_started', 'service_healthy', 'service_completed_successfully'] } }, [
        'condition',
      ]),
    ),
    environment: { type: 'object', additionalProperties: { type: 'string' } },
    group_add: texts,
    healthcheck: record({ test: command, interval: duration, timeout: duration, retries: { type: 'integer' } }, [
      'test',
    ]),
    image: { type: 'string', pattern: '^[a-z0-9./-]+:[a-z0-9.-]+$' },
    networks: texts,
    ports: { type: 'array', items: { type: 'string', pattern: '^[\\d.]+:\\d+:\\d+$' } },
    profiles: texts,
    read_only: flag,
    restart: { type: 'string', pattern: '^(no|always|unless-stopped|on-failure(:\\d+)?)$' },
    security_opt: texts,
    stop_grace_period: duration,
    stop_signal: text,
    tmpfs: texts,
    user: text,
    volumes: { type: 'array', items: { type: 'string', pattern: '^[^:]+:/[^:]+(:ro)?$' } },
    working_dir: text,
  }),
  oneOf: [{ required: ['image'] }, { required: ['build'] }],
}

/** The schema. */
export const composeSchema = {
  ...record(
    {
      services: named(service),
      networks: named(record({ internal: flag })),
      volumes: named(record({})),
    },
    ['services'],
  ),
  patternProperties: { '^x-': {} },
}
