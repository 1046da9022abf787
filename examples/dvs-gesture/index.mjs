// node index.mjs [--preset quick|paper] [--data DIR] [--json FILE|-]
import { runExample } from '../run-example.mjs'

runExample('dvs-gesture', import.meta.url)
