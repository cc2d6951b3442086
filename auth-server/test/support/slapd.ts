// A real OpenLDAP directory for a test, on loopback, as an unprivileged user.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import { freePort } from '../../../scripts/stack/ports.ts'
import { asAccount, unprivilegedAccount } from '../../../scripts/stack/postgres-binaries.ts'
import { findSlapd } from '../../../scripts/testing/optional-parts.ts'
import { selfSigned } from './self-signed.ts'

const program = findSlapd()

/** For the `skip` option of tests: the reason where there is no slapd, which is a failure with `CI=true`. */
export const withoutSlapd: string | false =
  program === undefined && process.env.CI !== 'true' ? 'slapd is not installed (apt-get install slapd)' : false

export const BASE_DN = 'dc=corp,dc=example'
export const SERVICE = { dn: `cn=service,${BASE_DN}`, password: 'of the service account' }

/** Starts one with these entries below the base; it ends with the test. */
export async function startSlapd(t: Test, entries: string) {
  const folder = await mkdtemp(join(tmpdir(), 'slapd-'))
  await chmod(folder, 0o777) // what is in it is that of a test
  const data = join(folder, 'data')
  await mkdir(data)
  await chmod(data, 0o777)
  const [port, tlsPort] = [await freePort(), await freePort()]
  const { key, cert } = selfSigned('localhost')
  const file = async (name: string, text: string) => {
    await writeFile(join(folder, name), text, { mode: 0o644 })
    return join(folder, name)
  }
  const settings = await file(
    'slapd.conf',
    `include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
TLSCertificateFile ${await file('cert.pem', cert)}
TLSCertificateKeyFile ${await file('key.pem', key)}
database mdb
maxsize 1073741824
suffix "${BASE_DN}"
rootdn "${SERVICE.dn}"
rootpw "${SERVICE.password}"
directory ${data}
access to attrs=userPassword by anonymous auth by * none
access to * by users read by anonymous auth
`,
  )
  const ldif = await file(
    'data.ldif',
    `dn: ${BASE_DN}\nobjectClass: organization\nobjectClass: dcObject\no: Corp\ndc: corp\n\n${entries}`,
  )
  const as = (args: readonly string[]) => asAccount(unprivilegedAccount(), program ?? 'slapd', args)
  const load = as(['-T', 'add', '-f', settings, '-l', ldif])
  const loaded = spawnSync(load.command, load.args, { ...load, encoding: 'utf8' })
  if (loaded.status !== 0) throw new Error(`slapadd: ${loaded.stdout} ${loaded.stderr}`)
  const addresses = `ldap://127.0.0.1:${port} ldaps://127.0.0.1:${tlsPort}`
  const { command, args, ...identity } = as(['-f', settings, '-h', addresses, '-d', 'none'])
  const child = spawn(command, args, { ...identity, cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] })
  const exited = once(child, 'exit')
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL')
      await exited
    }
  }
  t.teardown(async () => {
    await stop()
    await rm(folder, { recursive: true, force: true })
  })
  // It says so when it listens.
  for await (const line of child.stderr) if (String(line).includes('slapd starting')) break
  return {
    url: `ldap://localhost:${port}`,
    tlsUrl: `ldaps://localhost:${tlsPort}`,
    certificate: cert,
    /** It goes on holding its connections, and answers nothing any more. */
    async freeze() {
      child.kill('SIGSTOP')
      while (!/\) T /.test(await readFile(`/proc/${child.pid}/stat`, 'utf8'))) await delay(5)
    },
    thaw: () => void child.kill('SIGCONT'),
    stop,
  }
}
