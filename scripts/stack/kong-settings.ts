// What a Kong needs to be told for our plugins: the one table for `npm start`, and for whoever has a Kong already.

/** One setting, by its name in kong.conf. */
export interface KongSetting {
  readonly name: string
  readonly value: string
  /** Why, in a sentence, where the name does not say it. */
  readonly why?: string
}

/** What the settings are about. */
export interface KongPlace {
  /** Names of our plugins. */
  readonly plugins: readonly string[]
  /** Where the plugin server listens. */
  readonly socket: string
  /** The folder that holds a description of each plugin, by its name. */
  readonly descriptions: string
  /** Plugins of others. */
  readonly others?: readonly string[]
}

/** Kong hands it to a shell. */
function printFile(file: string): string {
  return /^[\w./-]+$/.test(file) ? `cat ${file}` : `cat '${file.replaceAll("'", `'\\''`)}'`
}

/** The settings, in the order in which to read them. */
export function kongSettings({ plugins, socket, descriptions, others = [] }: KongPlace): readonly KongSetting[] {
  return [
    { name: 'plugins', value: ['bundled', ...others, ...plugins].join(',') },
    { name: 'pluginserver_names', value: plugins.join(',') },
    ...plugins.flatMap((plugin): KongSetting[] => {
      const name = `pluginserver_${plugin.replaceAll('-', '_')}`
      // no start_cmd: the plugin server is ours to start and stop
      return [
        { name: `${name}_socket`, value: socket },
        { name: `${name}_query_cmd`, value: printFile(`${descriptions}/${plugin}.json`) },
      ]
    }),
    {
      name: 'lua_max_req_headers',
      value: '1000',
      why: 'All headers, also of a request that brings more than a hundred.',
    },
    {
      name: 'nginx_http_lua_socket_read_timeout',
      value: '3s',
      why: "A call that a hanging plugin server does not answer costs 3 s instead of 60, and is Kong's own 500.",
    },
  ]
}

/** The name of a setting in Kong's environment. */
export function kongVariable(name: string): string {
  return `KONG_${name.toUpperCase()}`
}
