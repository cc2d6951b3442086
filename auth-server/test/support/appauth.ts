// AppAuth as it is published, with its node support. Its ES modules import each other without file endings, which Node
// does not resolve by itself: a hook adds them, for that package only, and the library stays untouched.
import { registerHooks } from 'node:module'

registerHooks({
  resolve(specifier, context, nextResolve) {
    const bare = specifier.startsWith('.') && !specifier.endsWith('.js')
    const inAppAuth = context.parentURL?.includes('/node_modules/@openid/appauth/')
    return nextResolve(bare && inAppAuth ? `${specifier}.js` : specifier, context)
  },
})

// After the hook, which an import statement would not wait for; file by file, because its index lists no endings either.
export const { AuthorizationRequest } = await import('@openid/appauth/built/src/authorization_request.js')
export const { AuthorizationServiceConfiguration } = await import(
  '@openid/appauth/built/src/authorization_service_configuration.js'
)
export const { BaseTokenRequestHandler } = await import('@openid/appauth/built/src/token_request_handler.js')
export const { TokenRequest } = await import('@openid/appauth/built/src/token_request.js')
export const { RevokeTokenRequest } = await import('@openid/appauth/built/src/revoke_token_request.js')
export const { NodeBasedHandler } = await import('@openid/appauth/built/src/node_support/node_request_handler.js')
export const { NodeCrypto } = await import('@openid/appauth/built/src/node_support/crypto_utils.js')
export const { NodeRequestor } = await import('@openid/appauth/built/src/node_support/node_requestor.js')
const { setFlag } = await import('@openid/appauth/built/src/flags.js')

setFlag('IS_LOG', false)
