// Any history of refreshes, lost answers, thieves, parallel callers, revocations, password changes and clock steps:
// the families in PostgreSQL do what a model of a few lines says (the lifecycle of RFC 9700 §4.14 with its windows).
import fc from 'fast-check'
import { sql } from 'kysely'
import t from 'tap'
import { randomId } from '../../src/crypto/random.ts'
import { replacePassword } from '../../src/store/tables/passwords.ts'
import { revokeFamily } from '../../src/store/tables/refresh-families.ts'
import {
  RECOVERY_SECONDS,
  type RefreshResult,
  refreshFamily,
  SAME_SUCCESSOR_SECONDS,
} from '../../src/tokens/refresh-family.ts'
import { newRefreshToken, parseRefreshToken } from '../../src/tokens/refresh-token.ts'
import { turnClock } from '../support/database.ts'
import { API, APP, testServer } from '../support/server.ts'

const IDLE_SECONDS = 30 * 24 * 3600

/** What the model knows of one family: token texts stand for themselves. */
interface Family {
  id: string
  /** Every token that ever left the server, oldest first: what owner and thief may hold. */
  seen: string[]
  /** What the phone has stored; it stays the old one when an answer is lost. */
  held: string
  current: string
  previous: string | undefined
  spentAt: number
  usedAt: number
  recovered: boolean
  ended: boolean
  generation: number
}
interface Model {
  families: Family[]
  now: number
  offset: number
}

/** Applies one answer to the model; false when the model does not allow that answer. */
function allows(family: Family, now: number, token: string, answer: RefreshResult): boolean {
  if (family.ended || now - family.usedAt > IDLE_SECONDS) return answer.kind === 'invalid'
  const age = now - family.spentAt
  if (token === family.current) {
    if (answer.kind !== 'refreshed' || answer.how !== 'rotated' || family.seen.includes(answer.token.text)) return false
    Object.assign(family, {
      previous: family.current,
      current: answer.token.text,
      spentAt: now,
      usedAt: now,
      recovered: false,
    })
  } else if (token === family.previous && age <= SAME_SUCCESSOR_SECONDS) {
    return answer.kind === 'refreshed' && answer.how === 'repeated' && answer.token.text === family.current
  } else if (token === family.previous && age <= RECOVERY_SECONDS && !family.recovered) {
    if (answer.kind !== 'refreshed' || answer.how !== 'recovered' || family.seen.includes(answer.token.text))
      return false
    Object.assign(family, { current: answer.token.text, spentAt: now, usedAt: now, recovered: true })
  } else {
    family.ended = true
    return answer.kind === 'reused'
  }
  family.seen.push(family.current)
  family.generation++
  return true
}

/** Whether some order of the answers fits the model; the model becomes what that order makes of it. */
function allowsSomeOrder(family: Family, now: number, tokens: string[], answers: RefreshResult[]): boolean {
  const [first] = tokens
  if (first === undefined) return true
  return tokens.some((token, index) => {
    const trial: Family = { ...family, seen: [...family.seen] }
    const answer = answers[index]
    const rest = (_: unknown, other: number) => other !== index
    if (!answer || !allows(trial, now, token, answer)) return false
    if (!allowsSomeOrder(trial, now, tokens.filter(rest), answers.filter(rest))) return false
    Object.assign(family, trial)
    return true
  })
}

t.test('no history of a family departs from its model', { timeout: 120_000 }, async (t) => {
  const { db, config, personId, applicationId } = await testServer(t)

  const openFamily = async (now: number): Promise<Family> => {
    const token = newRefreshToken(config.tokenSecrets, randomId('grant'), 1)
    await sql`
      insert into refresh_families (id, person_id, auth_epoch, application_id, api_id, session_id, scopes, acr, auth_time,
                                    generation, current_hash, idle_expires_at, expires_at)
      select ${token.familyId}, id, auth_epoch, ${applicationId}, ${API.id}, 'session', '{orders:read}', 'acr', auth_now(),
             1, ${token.hash}, auth_now() + interval '30 days', auth_now() + interval '10 years'
      from people where id = ${personId}`.execute(db)
    const text = token.text
    return {
      id: token.familyId,
      seen: [text],
      held: text,
      current: text,
      previous: undefined,
      spentAt: 0,
      usedAt: now,
      recovered: false,
      ended: false,
      generation: 1,
    }
  }
  const present = async (text: string): Promise<RefreshResult> => {
    const token = parseRefreshToken(config.tokenSecrets, text)
    if (!token) return { kind: 'invalid' }
    return refreshFamily(db, config.tokenSecrets, {
      token,
      clientId: APP.clientId,
      scopes: null,
      resource: null,
      dpopJkt: null,
    })
  }

  type Step = (model: Model) => Promise<void>
  const family = (model: Model, index: number): Family => model.families[index % model.families.length] as Family
  /** 0 is the newest token that left the server, 1 the one before … */
  const pick = (of: Family, back: number): string => of.seen[Math.max(0, of.seen.length - 1 - back)] as string

  const which = fc.nat(1)
  // Mostly the newest tokens: deep histories need families that stay alive.
  const back = fc.oneof(
    { weight: 6, arbitrary: fc.constant(0) },
    { weight: 3, arbitrary: fc.constant(1) },
    { weight: 3, arbitrary: fc.nat(4) },
  )
  /** The phone refreshes with what it holds, and the answer arrives or is lost. */
  const phoneRefreshes =
    (index: number, arrives: boolean): Step =>
    async (model) => {
      const target = family(model, index)
      const answer = await present(target.held)
      if (!allows(target, model.now, target.held, answer)) throw new Error(`answer ${answer.kind}`)
      if (arrives && answer.kind === 'refreshed') target.held = answer.token.text
    }
  const concurrently =
    (index: number, backs: readonly number[]): Step =>
    async (model) => {
      const target = family(model, index)
      const tokens = backs.map((steps) => pick(target, steps))
      const answers = await Promise.all(tokens.map(present))
      if (!allowsSomeOrder(target, model.now, tokens, answers))
        throw new Error(
          `answers ${answers.map((answer) => ('how' in answer ? answer.how : answer.kind))} to tokens ${backs} back`,
        )
    }
  const printable = <T extends { name: string; run: Step }>(step: T) => ({
    ...step,
    [fc.toStringMethod]: () => step.name,
  })
  const steps = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.tuple(which, fc.boolean()).map(([index, arrives]) => ({
        name: `phone ${index} refreshes, the answer ${arrives ? 'arrives' : 'is lost'}`,
        run: phoneRefreshes(index, arrives),
      })),
    },
    {
      weight: 4,
      arbitrary: fc.tuple(which, back).map(([index, steps]) => ({
        name: `refresh ${index} with token ${steps} back`,
        run: concurrently(index, [steps]),
      })),
    },
    {
      weight: 3,
      arbitrary: fc.tuple(which, back, back).map(([index, one, two]) => ({
        name: `at once ${index}: ${one} and ${two} back`,
        run: concurrently(index, [one, two]),
      })),
    },
    {
      weight: 2,
      arbitrary: fc.tuple(which, back).map(([index, steps]) => ({
        name: `four at once ${index}: ${steps} back`,
        run: concurrently(index, [steps, steps, steps, steps]),
      })),
    },
    {
      weight: 5,
      arbitrary: fc.constantFrom(50, 130, 130, 3700, 90_000, 31 * 24 * 3600).map((seconds) => ({
        name: `${seconds} s pass`,
        run: async (model: Model) => {
          model.now += seconds
          model.offset += seconds
          await turnClock(t, db, model.offset)
        },
      })),
    },
    {
      weight: 1,
      arbitrary: which.map((index) => ({
        name: `revoke ${index}`,
        run: async (model: Model) => {
          const target = family(model, index)
          t.equal(await revokeFamily(db, target.id, target.generation, 'test'), !target.ended)
          target.ended = true
        },
      })),
    },
    {
      weight: 1,
      arbitrary: fc.constant({
        name: 'password change',
        run: async (model: Model) => {
          await replacePassword(db, personId, { hash: 'x', pepperId: null })
          for (const each of model.families) each.ended = true
          model.families.push(await openFamily(model.now), await openFamily(model.now))
          model.families.splice(0, 2)
        },
      }),
    },
  )

  let offset = 0
  await fc.assert(
    fc.asyncProperty(fc.array(steps.map(printable), { minLength: 5, maxLength: 30 }), async (history) => {
      const model: Model = { families: [await openFamily(offset), await openFamily(offset)], now: offset, offset }
      for (const { name, run } of history)
        await run(model).catch((error: unknown) => Promise.reject(new Error(`at "${name}"`, { cause: error })))
      offset = model.offset
      // Whatever happened to one family, the other's current token works exactly when the model says so.
      for (const each of model.families)
        if (!allows(each, model.now, each.current, await present(each.current))) throw new Error('the end differs')
    }),
    { numRuns: 150 },
  )
})
