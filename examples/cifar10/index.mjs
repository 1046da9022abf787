// node index.mjs [--preset quick|paper] [--data DIR] [--json FILE|-]
import { runExample } from '../run-example.mjs'

runExample('cifar10', import.meta.url)
