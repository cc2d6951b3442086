// Which gateway to start: the one asked for, else a real Kong where it is installed, else the embedded one.
import { findOnPath } from './find-on-path.ts'
import type { GatewayKind } from './stack-options.ts'

/** A gateway that was asked for cannot be had. */
export class GatewayProblem extends Error {
  override name = 'GatewayProblem'
}

/**
 * @param asked the value of `--gateway`
 * @param findKong where Kong is, by default on PATH
 * @throws {GatewayProblem} for an unknown name, or for Kong where there is none
 */
export function chooseGateway(asked: string | undefined, findKong = () => findOnPath('kong')): GatewayKind {
  if (asked !== undefined && asked !== 'kong' && asked !== 'embedded') {
    throw new GatewayProblem(`--gateway must be kong or embedded, not "${asked}".`)
  }
  const found = findKong() !== undefined
  if (asked === 'kong' && !found) {
    throw new GatewayProblem('There is no `kong` on PATH. Install Kong Gateway 3.9, or use --gateway embedded.')
  }
  return asked ?? (found ? 'kong' : 'embedded')
}
