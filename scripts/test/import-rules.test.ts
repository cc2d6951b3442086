// The import check finds what goes the wrong way, in every notation, and lets the rest pass.
import t from 'tap'
import { forbiddenImports } from '../../.ci/import-rules.ts'

function check(file: string, source: string): string[] {
  return forbiddenImports(file, source).map(({ line, imported, why }) => `${line} ${imported}: ${why.split(',')[0]}`)
}

t.test('folders import what lies below them', async (t) => {
  const source = `// import { a } from '../oauth/errors.ts' is only a comment
import { readFile } from 'node:fs/promises'
import { importJWK } from 'jose'
import type { Kysely } from 'kysely'
import type { Db } from '../store/database.ts'
import { cookies } from '../http/cookies.ts'
import { own } from './own.ts'
`
  t.strictSame(check('auth-server/src/tokens/access-token.ts', source), [])
})

t.test('an import of a folder above is named with its line, in every notation', async (t) => {
  const why = 'tokens may import delivery'
  const source = `import {
  a,
  type B,
} from '../oauth/errors.ts'
import '../interaction/index.ts'
export * from "../oauth/scope.ts"
export { type C } from '../oauth/pkce.ts'
const d = await import('../oauth/jwks.ts')
`
  t.strictSame(check('auth-server/src/tokens/access-token.ts', source), [
    `4 auth-server/src/oauth/errors.ts: ${why}`,
    `5 auth-server/src/interaction/index.ts: ${why}`,
    `6 auth-server/src/oauth/scope.ts: ${why}`,
    `7 auth-server/src/oauth/pkce.ts: ${why}`,
    `8 auth-server/src/oauth/jwks.ts: ${why}`,
  ])
})

t.test('one table row per rule', async (t) => {
  const allowed = ''
  const rows: [file: string, source: string, why: string][] = [
    ['auth-server/src/main.ts', "const { serve } = await import('./serve.ts')", allowed],
    ['auth-server/src/main.ts', "import { buildApp } from './app.ts'", 'main may import'],
    ['auth-server/src/serve.ts', "import { buildApp } from './app.ts'", allowed],
    ['auth-server/src/app.ts', "import { x } from './main.ts'", 'app may import'],
    ['auth-server/src/oauth/a.ts', "import { x } from '../interaction/policy.ts'", allowed],
    ['auth-server/src/interaction/a.ts', "import { x } from '../oauth/errors.ts'", 'interaction may import'],
    [
      'auth-server/src/account/a.ts',
      "import { formOf } from '../http/form.ts'",
      'pages read their forms by readOwnForm',
    ],
    ['auth-server/src/portal/a.ts', "import { x } from '../account/x.ts'", 'portal may import'],
    ['auth-server/src/attic/a.ts', "import { x } from '../store/users.ts'", 'the folder attic is not in the table'],
    ['auth-server/src/deps.ts', "import { openKeyRing } from './tokens/signing-keys.ts'", allowed],
    ['auth-server/src/deps.ts', "import { x } from './oauth/x.ts'", 'deps may import'],
    ['auth-server/src/http/a.ts', "import { x } from '../store/users.ts'", 'http may import'],
    ['auth-server/src/app.ts', "import { x } from '../test/support/x.ts'", 'code may not import tests'],
    ['auth-server/test/a.test.ts', "import { x } from '../src/oauth/errors.ts'", allowed],
    [
      'auth-server/src/app.ts',
      "import { x } from '@mobile-api-gateway/kong-plugins/shell.ts'",
      'auth-server may not import kong-plugins',
    ],
    [
      'kong-plugins/src/a.ts',
      "import { x } from '../../auth-server/src/config.ts'",
      'kong-plugins may not import auth-server',
    ],
    ['kong-plugins/src/a.ts', "import { x } from '@mobile-api-gateway/sdk/claims.ts'", allowed],
    ['auth-server/src/oauth/a.ts', "import { x } from '@mobile-api-gateway/sdk/claims.ts'", allowed],
    ['kong-plugins/src/a.ts', "import { x } from '../gateway/router.ts'", 'the plugins do not know which gateway'],
    [
      'kong-plugins/gateway/a.ts',
      "import { x } from '../src/plugins.ts'",
      'the embedded gateway knows the plugins only',
    ],
    ['kong-plugins/gateway/pdk/a.ts', "import { x } from '../../src/protocol/frames.ts'", allowed],
    ['kong-plugins/src/protocol/a.ts', "import { x } from './codec.ts'", allowed],
    ['kong-plugins/src/protocol/a.ts', "import { x } from '../stages/effects.ts'", 'the protocol is shared'],
    ['kong-plugins/gateway/main.ts', "import { x } from './life/gateway.ts'", allowed],
    ['kong-plugins/gateway/life/a.ts', "import { x } from '../plugin-server/client.ts'", allowed],
    ['kong-plugins/gateway/plugin-server/a.ts', "import { x } from '../pdk/pdk.ts'", allowed],
    ['kong-plugins/gateway/lua/a.ts', "import { x } from '../pdk/pdk.ts'", allowed],
    ['kong-plugins/gateway/pdk/a.ts', "import { x } from '../http/exchange.ts'", allowed],
    ['kong-plugins/gateway/http/a.ts', "import { x } from '../config/types.ts'", allowed],
    ['kong-plugins/gateway/config/a.ts', "import { x } from '../http/cors.ts'", 'gateway/config may import nothing'],
    ['kong-plugins/gateway/http/a.ts', "import { x } from '../life/reload.ts'", 'gateway/http may import config'],
    ['kong-plugins/gateway/pdk/a.ts', "import { x } from '../plugin-server/client.ts'", 'gateway/pdk may import http'],
    ['kong-plugins/gateway/lua/a.ts', "import { x } from '../plugin-server/client.ts'", 'gateway/lua may import pdk'],
    ['kong-plugins/gateway/lua/a.ts', "import { x } from '../life/reload.ts'", 'gateway/lua may import pdk'],
    [
      'kong-plugins/gateway/plugin-server/a.ts',
      "import { x } from '../lua/runtime.ts'",
      'gateway/plugin-server may import',
    ],
    ['kong-plugins/gateway/main.ts', "import { x } from './http/listener.ts'", 'gateway/main may import life'],
    [
      'kong-plugins/gateway/attic/a.ts',
      "import { x } from '../life/reload.ts'",
      'the folder attic is not in the table',
    ],
    ['kong-plugins/check/a.ts', "import { x } from '../src/plugins.ts'", allowed],
    ['kong-plugins/check/a.ts', "import { x } from '../gateway/config/source.ts'", allowed],
    ['kong-plugins/gateway/a.ts', "import { x } from '../check/check.ts'", 'the checker stands on the gateway'],
    ['auth-server/src/limits/a.ts', "import { x } from '../tokens/a.ts'", 'limits may import store'],
    ['auth-server/src/catalogue/a.ts', "import { sql } from 'kysely'", 'SQL stands in auth-server/src/store'],
    [
      'auth-server/src/catalogue/a.ts',
      "import { Migrator } from 'kysely/migration'",
      'SQL stands in auth-server/src/store',
    ],
    ['auth-server/src/catalogue/a.ts', "import pg from 'pg'", 'SQL stands in auth-server/src/store'],
    ['auth-server/src/catalogue/a.ts', "import type { Kysely } from 'kysely'", allowed],
    ['auth-server/src/store/tables/a.ts', "import { sql } from 'kysely'", allowed],
    ['auth-server/src/store/tables/a.ts', "import { x } from '../queries/b.ts'", 'a table does not know what is asked'],
    ['auth-server/src/store/queries/b.ts', "import { x } from '../tables/a.ts'", allowed],
    ['auth-server/test/a.test.ts', "import { sql } from 'kysely'", allowed],
    ['scripts/demo-once.ts', "import { x } from '@mobile-api-gateway/auth-server/catalogue/apis.ts'", allowed],
    [
      'auth-server/sdk/src/client.ts',
      "import { x } from '../../src/config.ts'",
      'auth-server/sdk may not import auth-server',
    ],
  ]
  for (const [file, source, why] of rows) {
    const [found = allowed, ...more] = forbiddenImports(file, source).map((each) => each.why)
    t.ok(why === allowed ? found === allowed : found.startsWith(why), `${file}: ${source} → ${found || 'allowed'}`)
    t.strictSame(more, [])
  }
})
