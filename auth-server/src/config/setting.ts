// One environment variable, said once: what it means, its unit and default, and how its text becomes a value.

/** What became of a text: a value, or what is wrong with it, worded to follow the name of the variable. */
export type Parsed<T> = { readonly value: T } | { readonly problem: string }

/** A row of the table of settings; the configuration reference is generated from it. */
export interface Setting<T> {
  readonly variable: string
  /** What it is for, in a sentence without a full stop. */
  readonly description: string
  readonly unit?: string
  /** What counts when the variable is left out or empty; without it the setting is required. */
  readonly byDefault?: string
  /** Must not appear in messages, logs or documents. */
  readonly secret?: true
  /** Takes the text as it stands in the environment, or the default; empty when there is neither. */
  readonly parse: (text: string) => Parsed<T>
}

/** The type that a setting is read as. */
export type SettingValue<S> = S extends Setting<infer T> ? T : never
