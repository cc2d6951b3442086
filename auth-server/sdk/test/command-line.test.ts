// How every command ends when nobody takes what it says.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'

const COMMAND_LINE = new URL('../src/command-line.ts', import.meta.url).href

/** A command that says a lot, and then does something. */
async function command(t: Test, stream: 'stdout' | 'stderr') {
  const folder = t.testdir()
  const [program, done] = [join(folder, 'command.ts'), join(folder, 'done')]
  await writeFile(
    program,
    `// Says a lot.
import { writeFile } from 'node:fs/promises'
import { setImmediate } from 'node:timers/promises'
import { runCommand } from '${COMMAND_LINE}'

await runCommand({ usage: 'Usage: it', options: {} }, async () => {
  for (let line = 0; line < 3000; line++) {
    process.${stream}.write('line ' + line + ' of what it has to say\\n')
    if (line % 100 === 0) await setImmediate()
  }
  await writeFile('${done}', '')
  return 0
})
`,
  )
  return { done, text: `"${process.execPath}" "${program}"`, errors: join(folder, 'errors') }
}

function shell(text: string): Promise<Readonly<{ code: number; stdout: string; stderr: string }>> {
  return promisify(execFile)('bash', ['-o', 'pipefail', '-c', text]).then(
    (ran) => ({ code: 0, ...ran }),
    (error: unknown) => ({ code: -1, stdout: '', stderr: '', ...Object(error) }),
  )
}

t.test('a reader who has read enough stops no command, whichever stream it reads', async (t) => {
  for (const stream of ['stdout', 'stderr'] as const)
    await t.test(stream, async (t) => {
      const { text, done } = await command(t, stream)
      t.match(await shell(`${text} 2>&1 | head -2`), { code: 0, stdout: /^line 0 .*\nline 1 .*\n$/, stderr: '' })
      t.ok(existsSync(done), 'it went on to its end')
    })
})

t.test(
  'an output that cannot be written is one sentence and exit code 1',
  { skip: !existsSync('/dev/full') },
  async (t) => {
    const said = await command(t, 'stdout')
    t.match(await shell(`${said.text} >/dev/full`), {
      code: 1,
      stderr: /^The standard output cannot be written \(ENOSPC\)\.\n$/,
    })
    t.ok(existsSync(said.done), 'it went on to its end')
    t.match(await shell(`${said.text} --help >/dev/full 2>"${said.errors}"`), { code: 1 })
    t.equal(await readFile(said.errors, 'utf8'), 'The standard output cannot be written (ENOSPC).\n')
    const errors = await command(t, 'stderr')
    t.match(await shell(`${errors.text} 2>/dev/full`), { code: 1, stdout: '', stderr: '' })
  },
)
