// Which parts of a development stack answer right now: each is asked at once, and the page waits for none for long.
import { connect } from 'node:net'
import type { DevelopmentStack } from '../config/development-stack.ts'
import type { Db } from '../store/database.ts'
import { isWritable } from '../store/health.ts'

/** The server itself is none of them: it draws the page. */
export const PARTS = ['database', 'gateway', 'demoApi', 'pluginServer'] as const
export type StackPart = (typeof PARTS)[number]

/** Whether each part answers. */
export type StackState = Readonly<Record<StackPart, boolean>>

const PATIENCE_MILLIS = 500

export async function stackState({ gateway, api, pluginSocket }: DevelopmentStack, db: Db): Promise<StackState> {
  const [database, gatewayAnswers, demoApi, pluginServer] = await Promise.all(
    [isWritable(db), answersHttp(gateway), answersHttp(api), accepts(pluginSocket)].map(inTime),
  )
  return {
    database: database === true,
    gateway: gatewayAnswers === true,
    demoApi: demoApi === true,
    pluginServer: pluginServer === true,
  }
}

async function inTime(answer: Promise<boolean>): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => resolve(false), PATIENCE_MILLIS)
  try {
    return await Promise.race([answer.catch(() => false), late])
  } finally {
    clearTimeout(timer)
  }
}

async function answersHttp(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MILLIS), redirect: 'manual' })
  await response.body?.cancel()
  return response.status < 500
}

function accepts(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path: socketPath, timeout: PATIENCE_MILLIS })
    const settle = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', () => settle(true))
    socket.once('timeout', () => settle(false))
    socket.once('error', () => settle(false))
  })
}
