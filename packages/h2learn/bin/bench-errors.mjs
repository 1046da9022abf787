// Loaded before a benchmark by `h2learn bench`: what its user can mend is told in a line, and ends with exit code 2.
process.on('uncaughtException', (error) => {
  const mistyped = /^ERR_PARSE_ARGS/.test(error?.code)
  if (mistyped) console.error(`bench: ${error.message.split('. ')[0]}; --help lists the options.`)
  else if (error?.code === 'H2LEARN_INPUT') console.error(error.message)
  else console.error(error)
  process.exit(mistyped || error?.code === 'H2LEARN_INPUT' ? 2 : 1)
})
