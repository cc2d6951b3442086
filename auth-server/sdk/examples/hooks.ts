// A receiver of hooks with Express: refuses a sign-in, adds a claim, and hears of changes once.
import { HookError, verifyHook } from '@mobile-api-gateway/sdk'
import express from 'express'

const app = express()
const SECRETS = (process.env.HOOK_SECRET ?? '').split(' ')
/** Of five minutes; a backend of several machines keeps them in its database, under a unique key. */
const SEEN = new Map<string, number>()

// The signature is over the bytes that came, so no parser of JSON before it.
app.post('/hooks', express.raw({ type: 'application/json' }), (request, response) => {
  const { id, event, body } = verifyHook(request.headers, request.body, SECRETS)
  if (event === 'before.sign-in') {
    if (body.client_id === 'closed-app') {
      response.json({ verdict: 'refuse', message: { en: 'This app is closed today.', de: 'Diese App ist heute zu.' } })
      return
    }
    response.json({ verdict: 'allow', claims: { access_token: { tier: 'gold' } } })
    return
  }
  if (!SEEN.has(id)) console.log(event, body)
  SEEN.set(id, Date.now())
  for (const [known, at] of SEEN) if (at < Date.now() - 300_000) SEEN.delete(known)
  response.status(204).end()
})

app.use((error: unknown, _request: express.Request, response: express.Response, next: express.NextFunction) => {
  if (error instanceof HookError) response.status(401).json({ error: error.message })
  else next(error)
})

const listener = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  const address = listener.address()
  console.log(`http://127.0.0.1:${typeof address === 'object' ? address?.port : address}`)
})
