// Regular expressions of kong.yml, which are Rust's and PCRE's in Kong and JavaScript's here.

/** A path's regular expression, anchored at the start of the path; undefined when JavaScript has none such. */
export function compilePathRegex(source: string): RegExp | undefined {
  return compile(source.replaceAll('(?P<', '(?<'), 'y')
}

/** The expression that a header's value begins with `~*` for. */
export function compileHeaderRegex(source: string): RegExp | undefined {
  return compile(source, 'i')
}

function compile(source: string, flags: string): RegExp | undefined {
  try {
    return new RegExp(source, flags)
  } catch {
    return undefined
  }
}

/** An entry of cors' origins: an expression for the whole of an origin, or of its host. */
export function compileOrigin(entry: string): RegExp | undefined {
  return compile(`^(?:${entry.replace(/^\^/, '').replace(/\$$/, '')})$`, '')
}
