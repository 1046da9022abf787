import { main } from './command/main'

// a reader that closes early (`h2learn run --help | head`) ends the output, not the program with an error
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0)
    throw error
  })

process.exitCode = await main(process.argv.slice(2))
