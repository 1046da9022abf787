import { main } from './command/main'
import { guardStandardStreams } from './command/standard-streams'

const streams = guardStandardStreams()
const code = await main(process.argv.slice(2))
// an error of a pipe is told in a later turn of the event loop
process.once('exit', () => {
  process.exitCode = streams.exitCode(code)
})
process.exitCode = code
