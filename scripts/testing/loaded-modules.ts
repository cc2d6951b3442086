// Which modules a process loads: for tests of what is loaded only where it is needed.

/** For the environment of a Node: it says on standard error which modules of this kind it loads. */
export function tellsModules(pattern: RegExp): { readonly NODE_OPTIONS: string } {
  const program = `
    import { registerHooks } from 'node:module'
    registerHooks({
      load(url, context, next) {
        if (${pattern}.test(url)) process.stderr.write('loaded ' + url + '\\n')
        return next(url, context)
      },
    })`
  return { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(program)}` }
}

/** Those that it has told of. */
export function toldModules(errors: string): readonly string[] {
  return [...errors.matchAll(/^loaded (.*)$/gm)].map(([, url = '']) => url)
}
