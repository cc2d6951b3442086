// The lines of the security page about the authenticator app and the recovery codes.
import { timeAgo } from '../../../pages/components/time.ts'
import { listSecondFactors } from '../../../store/queries/second-factors.ts'
import { hrefOf, PATHS } from '../../paths.ts'
import type { FindSecurityEntry } from '../entry.ts'

export const authenticatorAppEntry: FindSecurityEntry = async ({ db }, { session, now }) => {
  const [app] = (await listSecondFactors(db, session.personId)).totps
  return (texts) => {
    const { secondFactors } = texts.account
    const href = hrefOf(PATHS.authenticatorApp, {})
    return app
      ? { key: secondFactors.app, value: secondFactors.setUp(timeAgo(app.createdAt, now, texts)), change: { href } }
      : { key: secondFactors.app, change: { href, label: secondFactors.add } }
  }
}

/** Nobody needs them who has nothing to lose. */
export const recoveryCodesEntry: FindSecurityEntry = async ({ db }, { session }) => {
  const { recoveryCodesLeft } = await listSecondFactors(db, session.personId)
  return ({ account: { secondFactors } }) =>
    session.factors.length === 0
      ? undefined
      : {
          key: secondFactors.codes,
          value: secondFactors.codesLeft(recoveryCodesLeft),
          change: { href: hrefOf(PATHS.recoveryCodes, {}) },
        }
}
