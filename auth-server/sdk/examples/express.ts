// A backend with Express: people with an account and guests see their own orders.
import { demandIdentity, gatewayIdentity } from '@mobile-api-gateway/sdk'
import { demand, identity, identityErrors } from '@mobile-api-gateway/sdk/express'
import express from 'express'

const app = express()

// Before identity(): who checks whether it lives comes without the gateway.
app.get('/health', (_request, response) => {
  response.json({ ok: true })
})

// The gateway's backend_secret, where others than the gateway can reach this.
app.use(identity({ source: gatewayIdentity({ secret: process.env.BACKEND_SECRET }) }))

app.get('/orders', demand({ kinds: ['account', 'guest'], scopes: ['orders:read'] }), (request, response) => {
  const { userId } = demandIdentity(request.identity, { kinds: ['account', 'guest'] })
  response.json({ ordersOf: userId })
})

app.use(identityErrors)

const port = Number(process.env.PORT ?? 3000)
app.listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${port}`))
