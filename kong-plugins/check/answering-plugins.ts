// Kong's bundled plugins that answer a request themselves, before the guard has been asked.

/** What a client then gets. Their priorities lie between those of our plugins and the guard's. */
export const ANSWERING: ReadonlyMap<string, string> = new Map([
  ['redirect', 'a redirect'],
  ['ai-request-transformer', 'an answer that involves a language model'],
  ['ai-prompt-template', 'an answer about its prompt'],
  ['ai-prompt-decorator', 'an answer about its prompt'],
  ['ai-prompt-guard', 'an answer about its prompt'],
  ['ai-proxy', 'the answer of a language model'],
  ['ai-response-transformer', 'an answer that involves a language model'],
  ['standard-webhooks', 'an answer about a signature'],
  ['aws-lambda', "a function's result, and the function has run"],
  ['azure-functions', "a function's result, and the function has run"],
  ['proxy-cache', "somebody's cached answer"],
  ['request-termination', 'a fixed answer'],
])

/** Runs before those, and refuses a request that nobody has authenticated. */
export const NATIVE_CHECK = 'acl'
