// Loaded into the plugin server by the memory benchmark alone (`--import`): collects garbage when asked, then tells what is left.
process.on('message', () => {
  globalThis.gc?.()
  globalThis.gc?.() // what the first one finalised
  process.send?.(process.memoryUsage())
})
// Whoever started us is gone, perhaps without a word: nobody will ask again, and what we print would keep others waiting.
process.on('disconnect', () => process.exit())
// The channel to whoever started us must not keep a server alive that was told to stop.
process.channel?.unref()
