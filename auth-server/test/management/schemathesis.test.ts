// A fuzzer of others' over the whole API: schemathesis reads the OpenAPI document and sends what fits it, and what does not.
import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import t from 'tap'
import { machine } from '../support/management.ts'
import { testSite } from '../support/site.ts'

const SCHEMATHESIS = process.env.SCHEMATHESIS ?? 'schemathesis'
const isThere = spawnSync(SCHEMATHESIS, ['--version']).status === 0
const MISSING = 'schemathesis is missing: pip install schemathesis (or name one: SCHEMATHESIS=/path/to/it)'

const CHECKS = [
  'not_a_server_error',
  'negative_data_rejection',
  'unsupported_method',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
].join(',')

// How what does not fit may be refused. 413 is not among the fuzzer's own: some of what it makes up is above 64 KiB.
const CONFIG = `[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 409, 413, 415, 422, 428, 429]
`

t.setTimeout(600_000)

t.test(
  'schemathesis finds no 5xx, no undeclared answer, and nothing accepted that does not fit',
  { skip: isThere ? false : MISSING },
  async (t) => {
    const site = await testSite(t)
    const { token } = await machine(site)
    await site.register({ clientId: 'backend', kind: 'web', redirectUris: [] })
    // It asks faster than a client may: what it sends counts for nothing here.
    const forget = setInterval(() => void site.db.deleteFrom('attempts').execute(), 200)
    t.teardown(() => clearInterval(forget))
    const examples = process.env.SCHEMATHESIS_EXAMPLES ?? '15'
    const folder = t.testdir({ 'schemathesis.toml': CONFIG })
    const args = [
      ...['--config-file', `${folder}/schemathesis.toml`, 'run'],
      `${site.origin}/management/v1/openapi.json`,
      ...['--header', `Authorization: Bearer ${token}`],
      ...['--checks', CHECKS, '--phases', 'examples,coverage,fuzzing', '--max-examples', examples],
      ...['--seed', process.env.SCHEMATHESIS_SEED ?? '1', '--no-color', '--warnings', 'off', '--continue-on-failure'],
    ]
    const { ok, output } = await promisify(execFile)(SCHEMATHESIS, args, {
      maxBuffer: 64 * 1024 * 1024,
      cwd: folder,
    }).then(
      ({ stdout }) => ({ ok: true, output: stdout }),
      (error: Readonly<{ stdout?: string; message: string }>) => ({ ok: false, output: error.stdout ?? error.message }),
    )
    t.equal(ok, true, output.slice(-20_000))
    const failures = site.log.filter((line) => JSON.parse(line).level >= 50)
    t.strictSame(failures, [], 'and nothing went wrong in the log')
  },
)
