import { main } from './command/main'

process.exitCode = await main(process.argv.slice(2))
