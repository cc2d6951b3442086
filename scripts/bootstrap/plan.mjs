// Decides what a checkout still needs before anything can run, from its lock file and what the last install left.

/**
 * What the last bootstrap did, kept as `node_modules/.bootstrap.json`: npm deletes it together with everything else.
 * @typedef {{ lock: string, platform: string, tapBuilt: boolean }} Stamp
 */

/**
 * @param {object} facts
 * @param {string} facts.lock digest of package-lock.json
 * @param {string} facts.platform e.g. `linux-x64`: compiled packages belong to one
 * @param {Stamp | undefined} facts.stamp
 * @param {() => boolean} facts.installMatches asked only when the stamp does not settle it: did somebody run npm by hand?
 * @param {boolean} facts.testing whether what follows runs tests or checks
 * @returns {{ upToDate: boolean, install: boolean, buildTap: boolean }}
 */
export function planBootstrap({ lock, platform, stamp, installMatches, testing }) {
  const current = stamp !== undefined && stamp.lock === lock && stamp.platform === platform
  if (current) {
    const buildTap = testing && !stamp.tapBuilt
    return { upToDate: !buildTap, install: false, buildTap }
  }
  const samePlatform = stamp === undefined || stamp.platform === platform
  return { upToDate: false, install: !(samePlatform && installMatches()), buildTap: testing }
}

/**
 * @param {unknown} text
 * @returns {Stamp | undefined} undefined when it is none
 */
export function readStamp(text) {
  const value = parse(text)
  if (typeof value.lock !== 'string' || typeof value.platform !== 'string') return undefined
  return { lock: value.lock, platform: value.platform, tapBuilt: value.tapBuilt === true }
}

/**
 * Whether everything in package-lock.json is there in its version. (npm's own `node_modules/.package-lock.json` does not
 * tell: `npm install --package-lock-only` writes it too.) Packages for other platforms are optional and may be missing.
 * @param {string} lockText
 * @param {(path: string) => string | undefined} readManifest text of a package's package.json, e.g. of `node_modules/pg`
 */
export function sameInstall(lockText, readManifest) {
  const wanted = Object.entries(record(parse(lockText).packages))
  if (wanted.length === 0) return false
  return wanted.every(([path, entry]) => {
    if (!path.includes('node_modules/')) return true // our own workspaces
    const { version, optional } = record(entry)
    const manifest = readManifest(path)
    if (manifest === undefined) return optional === true
    return version === undefined || parse(manifest).version === version // a link to a workspace has none
  })
}

/**
 * @param {unknown} text
 * @returns {Record<string, unknown>}
 */
function parse(text) {
  try {
    return record(JSON.parse(String(text)))
  } catch {
    return {}
  }
}

/**
 * @param {unknown} value
 * @returns {Record<string, unknown>}
 */
function record(value) {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {}
}
