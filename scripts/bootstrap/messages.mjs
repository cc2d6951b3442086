// What the bootstrap says when it cannot go on: the cause in one line, the way out in the next.

const unreachable =
  /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ERR_SOCKET_TIMEOUT|ENOTCACHED)\b/

/** @param {string} version */
export const nodeTooOld = (version) =>
  `Node ${version} is too old.\nInstall Node 20 or newer from https://nodejs.org, then try again.`

/**
 * @param {unknown} error
 * @returns {string | undefined} undefined when it is something else
 */
export function checkoutUnwritable(error) {
  if (!(error instanceof Error) || !('code' in error) || !('path' in error)) return undefined
  if (error.code === 'ENOSPC') return `The disk is full: ${error.path} cannot be written.\nMake room, then try again.`
  if (!['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'].includes(String(error.code))) return undefined
  return [
    `${error.path} cannot be written (${error.code}).`,
    'Give yourself the right to write in the folder of the checkout, or work in a copy that is yours.',
  ].join('\n')
}

/**
 * @param {string} output what npm printed
 * @returns {string}
 */
export function installFailed(output) {
  const code = unreachable.exec(output)?.[0]
  if (code !== undefined) {
    return [
      `The package registry cannot be reached (${code}).`,
      'Check the network and the proxy settings; `npm config get registry` shows which registry npm asks.',
    ].join('\n')
  }
  const [, refused, path] = /\b(EACCES|EPERM|EROFS|ENOSPC)\b[^']*'([^']+)'/.exec(output) ?? []
  const unwritable = refused && checkoutUnwritable(Object.assign(new Error(), { code: refused, path }))
  if (unwritable) return unwritable
  const last = output.trimEnd().split('\n').slice(-25).join('\n')
  return `Installing dependencies failed; npm said:\n\n${last}`
}

/** @param {string} version */
export const pinnedNodeBroken = (version) =>
  [
    `The Node 24 that was installed with the dependencies does not run on this system, and Node ${version} is too old to replace it.`,
    'Install Node 24 or newer from https://nodejs.org, then try again.',
  ].join('\n')

/** @param {string} output what `tap build` printed */
export const tapBuildFailed = (output) => `Preparing the test runner failed; \`tap build\` said:\n\n${output.trimEnd()}`
