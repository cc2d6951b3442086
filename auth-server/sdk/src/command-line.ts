// The command line of every command: `--help` prints its usage, a mistake is a sentence and exit code 2, no end is a stack.
import { type ParseArgsConfig, parseArgs } from 'node:util'

/** The command line is wrong; the message says how. */
export class UsageError extends Error {
  override name = 'UsageError'
}

type Options = NonNullable<ParseArgsConfig['options']>
const HELP = { help: { type: 'boolean', short: 'h', default: false } } as const

/** What a command takes. */
export interface CommandLine<T extends Options> {
  /** The whole help text. */
  readonly usage: string
  /** As `parseArgs` has them; `--help` is added. */
  readonly options: T
  /** How many other arguments it takes: none unless told. */
  readonly allowPositionals?: boolean
  /** Only the first argument is for this command: a name of another, which reads the rest itself. */
  readonly handsOn?: boolean
}

function parse<T extends Options>(args: readonly string[], options: T, allowPositionals: boolean) {
  return parseArgs({ args: [...args], options: { ...options, ...HELP }, allowPositionals })
}

type Given<T extends Options> = ReturnType<typeof parse<T>>

/**
 * Runs a command and sets the exit code: what `run` returns; 0 after `--help`; 2 for a wrong command line; 1 for an error,
 * which is told by its message.
 */
export async function runCommand<T extends Options>(
  { usage, options, allowPositionals = false, handsOn = false }: CommandLine<T>,
  run: (given: Given<T>) => Promise<number> | number,
): Promise<void> {
  const args = process.argv.slice(2)
  const written = watchOutput()
  try {
    const asked = args.indexOf('--') < 0 ? args : args.slice(0, args.indexOf('--'))
    if (asked.some((arg) => arg === '--help' || arg === '-h')) {
      process.stdout.write(`${usage.trimEnd()}\n`)
      return
    }
    const code = await run(parse(handsOn ? args.slice(0, 1) : args, options, allowPositionals))
    process.exitCode = written.isLost ? 1 : code
  } catch (error) {
    const mistaken = isMistake(error)
    process.exitCode = mistaken ? 2 : 1
    process.stderr.write(`${sentenceOf(error)}\n${mistaken ? `\n${usage.trimEnd()}\n` : ''}`)
  }
}

/**
 * What cannot be written does not stop a command in the middle of its work: it goes on to its end. `| head` has read enough,
 * which is told to nobody; anything else is told once, and makes the exit code 1.
 */
function watchOutput(): Readonly<{ isLost: boolean }> {
  const written = { isLost: false }
  const lose = (error: Error): boolean => {
    if (written.isLost || codeOf(error) === 'EPIPE') return false
    written.isLost = true
    process.exitCode = 1
    return true
  }
  process.stdout.on('error', (error) => {
    if (lose(error))
      process.stderr.write(`The standard output cannot be written (${codeOf(error) || error.message}).\n`)
  })
  process.stderr.on('error', lose)
  return written
}

/** Reads environment variables. @throws {UsageError} when one is missing or empty, naming all that are */
export function requireVariables<Name extends string>(...names: readonly Name[]): (name: Name) => string {
  const missing = names.filter((name) => !process.env[name])
  if (missing.length > 0) throw new UsageError(`Set ${missing.join(' and ')}.`)
  return (name) => process.env[name] ?? ''
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

function isMistake(error: unknown): boolean {
  return error instanceof UsageError || codeOf(error).startsWith('ERR_PARSE_ARGS_')
}

const UNWRITABLE = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOSPC']

/** What went wrong, for whoever sits at the terminal. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = codeOf(error)
  if (UNWRITABLE.includes(code) && 'path' in error)
    return code === 'ENOSPC'
      ? `${error.path} cannot be written: the disk is full. Make room, and try again.`
      : `${error.path} cannot be used (${code}). Give yourself the right to read and write it, or work in a folder of your own.`
  // Node adds how to write a file name that begins with a dash.
  return code.startsWith('ERR_PARSE_ARGS_') ? `${error.message.replace(/\.? To specify a .*/s, '')}.` : error.message
}
