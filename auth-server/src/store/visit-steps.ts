// The steps of a visit as data: what was done, in which session and when.
import { type RawBuilder, sql } from 'kysely'

/** A step that was done: in which session, where there was one, and when (ISO 8601). */
export interface DoneStep {
  readonly session?: string
  readonly at: string
  /** Of a step that gave the session a new token: what was done, known by a random id. */
  readonly signIn?: string
}
/**
 * The steps that can be done: here those that statements of this folder note. The folder of any other one in
 * `interaction/` adds its name (`declare module`), so that none is spelled in two ways.
 */
export interface StepNames {
  /** Somebody has read which device and app it is about, and what becomes of its guest. */
  readonly guest: DoneStep
  readonly login: DoneStep
  readonly 'second-factor': DoneStep
  readonly consent: DoneStep
  readonly deny: DoneStep
  readonly switch: DoneStep
}
export type StepName = keyof StepNames
/** By the step's name. */
export type DoneSteps = Readonly<Partial<StepNames>>

/**
 * One step that is done now, as part of a statement: a value to put in the place of `steps`, or to add to them.
 * @param sessionId an expression, or null when it was done in none; what is `more` is kept with it.
 */
export function stepDone(
  step: StepName,
  sessionId: RawBuilder<unknown> | null,
  more: Readonly<Record<string, unknown>> = {},
): RawBuilder<DoneSteps> {
  return sql`jsonb_build_object(${step}::text, jsonb_strip_nulls(jsonb_build_object(
    'session', ${sessionId ?? sql`null`}::text, 'at', auth_now())) || ${JSON.stringify(more)}::jsonb)`
}

/** The sessions in which a visit's steps were done. Part of a statement. */
export function sessionsOf(steps: RawBuilder<unknown>): RawBuilder<string[]> {
  return sql`array(select step.value->>'session' from jsonb_each(${steps}) step where step.value ? 'session')`
}
