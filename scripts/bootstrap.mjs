// Runs before every npm script: installs the dependencies when they are missing or out of date. Plain JavaScript for
// Node 20, because nothing is installed yet; returns within milliseconds when there is nothing to do.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import {
  checkoutUnwritable,
  installFailed,
  nodeTooOld,
  pinnedNodeBroken,
  tapBuildFailed,
} from './bootstrap/messages.mjs'
import { planBootstrap, readStamp, sameInstall } from './bootstrap/plan.mjs'
import { LockHeld, takeLock } from './process-lock.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const modules = join(root, 'node_modules')
const stampFile = join(modules, '.bootstrap.json')
const pinnedNode = join(modules, '.bin', 'node')
const platform = `${process.platform}-${process.arch}`
// nothing else needs the test runner
const testing = ['pretest', 'precheck'].includes(process.env.npm_lifecycle_event ?? '')

process.exitCode = await main().catch((error) => {
  const unwritable = checkoutUnwritable(error)
  if (unwritable === undefined) throw error
  return fail(unwritable)
})

async function main() {
  if (major(process.version) < 20) return fail(nodeTooOld(process.version))
  if (plan().upToDate) return 0
  const release = await waitForLock()
  try {
    return await prepare(plan()) // asked again: whoever had the lock may have done it
  } finally {
    release()
  }
}

function plan() {
  const lockText = read(join(root, 'package-lock.json')) ?? ''
  return planBootstrap({
    lock: digest(lockText),
    platform,
    stamp: readStamp(read(stampFile)),
    installMatches: () => sameInstall(lockText, (path) => read(join(root, path, 'package.json'))),
    testing,
  })
}

/** @param {ReturnType<typeof plan>} todo */
async function prepare(todo) {
  if (todo.upToDate) return 0
  if (todo.install) {
    const { code, output } = await busy('Installing dependencies (one to two minutes, once)', npm(), [
      ...npmArguments(),
      'ci',
      '--include=dev', // NODE_ENV=production would leave out Node 24 itself
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
    ])
    if (code !== 0) return fail(installFailed(output))
  }
  const node = runnableNode()
  if (node === undefined) return fail(pinnedNodeBroken(process.version))
  if (todo.buildTap) {
    const build = [join(modules, 'tap', 'dist', 'esm', 'run.mjs'), 'build']
    const { code, output } = await busy('Preparing the test runner (a few seconds, once)', node, build)
    if (code !== 0) return fail(tapBuildFailed(output))
  }
  const lock = digest(read(join(root, 'package-lock.json')) ?? '')
  writeFileSync(stampFile, JSON.stringify({ lock, platform, tapBuilt: todo.buildTap }))
  return 0
}

/** One install at a time: a second `npm start` beside the first waits here. */
async function waitForLock() {
  const folder = join(root, '.data')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  for (let first = true; ; first = false) {
    try {
      return takeLock(join(folder, 'bootstrap.lock'))
    } catch (error) {
      if (!(error instanceof LockHeld)) throw error
      if (first) console.log(`Waiting for process ${error.pid}, which is installing dependencies…`)
      await sleep(200)
    }
  }
}

/**
 * The Node that npm scripts will find first. The pinned one where it runs; where it does not (a system it was not built
 * for), it is taken out of the way of a Node ≥ 24 on PATH. Undefined when there is neither.
 */
function runnableNode() {
  const pinned = spawnSync(pinnedNode, ['--version'], { encoding: 'utf8' })
  if (pinned.status === 0 && major(pinned.stdout) >= 24) return pinnedNode
  rmSync(pinnedNode, { force: true })
  return major(process.version) >= 24 ? process.execPath : undefined
}

/** npm as it runs us, else npm on PATH. */
function npm() {
  return npmArguments().length > 0 ? process.execPath : 'npm'
}

function npmArguments() {
  const path = process.env.npm_execpath ?? ''
  return /npm-cli\.c?js$/.test(path) ? [path] : []
}

/**
 * Runs a program with one line on the terminal while it works.
 * @param {string} what
 * @param {string} command
 * @param {string[]} args
 * @returns {Promise<{ code: number, output: string }>}
 */
async function busy(what, command, args) {
  const started = Date.now()
  const seconds = () => Math.round((Date.now() - started) / 1000)
  const live = process.stdout.isTTY === true
  process.stdout.write(live ? `${what}…` : `${what}…\n`)
  // a log of a machine gets a line now and then, so that nobody takes a slow install for one that hangs
  const ticker = live
    ? setInterval(() => process.stdout.write(`\r${what}… ${seconds()} s`), 1000)
    : setInterval(() => console.log(`  still at it after ${seconds()} s`), 15_000)
  let output = ''
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += String(chunk)
    })
  }
  const code = await new Promise((done) => {
    child.once('error', (error) => {
      output += error.message
      done(1)
    })
    child.once('close', (status) => done(status ?? 1))
  })
  clearInterval(ticker)
  if (live) process.stdout.write('\n')
  if (code === 0) console.log(`  done in ${seconds()} s`)
  return { code, output }
}

/** @param {string} message */
function fail(message) {
  console.error(`\n${message}\n`)
  return 1
}

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/** @param {string} text */
function digest(text) {
  return createHash('sha256').update(text).digest('hex')
}

/** @param {string} version e.g. `v24.21.0` */
function major(version) {
  return Number(/^v?(\d+)/.exec(version.trim())?.[1] ?? 0)
}
