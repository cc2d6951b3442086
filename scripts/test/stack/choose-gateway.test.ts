// Kong where there is one, the embedded gateway elsewhere, and what was asked for before both.
import t from 'tap'
import { chooseGateway, GatewayProblem } from '../../stack/choose-gateway.ts'

function installed() {
  return '/usr/local/bin/kong'
}
function missing() {
  return undefined
}

t.test('the gateway that starts', async (t) => {
  t.equal(chooseGateway(undefined, installed), 'kong')
  t.equal(chooseGateway(undefined, missing), 'embedded')
  t.equal(chooseGateway('embedded', installed), 'embedded')
  t.equal(chooseGateway('kong', installed), 'kong')
  t.throws(() => chooseGateway('kong', missing), GatewayProblem)
  t.throws(
    () => chooseGateway('nginx', installed),
    new GatewayProblem('--gateway must be kong or embedded, not "nginx".'),
  )
})
