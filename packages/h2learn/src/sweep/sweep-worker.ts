import { Worker } from 'node:worker_threads'
import { pointEvaluator } from './evaluate-point'
import { type FromWorker, processMiB, type ToWorker } from './sweep-runner'
import { type SweepSpec, sweepPoint } from './sweep-spec'

// A process that runs points: the first message is the sweep, every other one the numbers of some of its points.

// A point's arrays lie outside the heap that Node bounds, and a system out of memory may end any process: a thread that is
// never busy looks how large this process has become.
new Worker(
  `setInterval(() => {
    if (process.memoryUsage.rss() > ${processMiB} * 2 ** 20) process.kill(process.pid, 'SIGKILL')
  }, 50)`,
  { eval: true, stdin: false },
).unref()

const send = (message: FromWorker) => void process.send!(message)

let spec: SweepSpec | undefined
let evaluate: ReturnType<typeof pointEvaluator> | undefined

process.on('message', async (message: ToWorker) => {
  if ('spec' in message) {
    spec = message.spec
    evaluate = pointEvaluator(spec)
    send({ ready: true })
    return
  }
  const rows = []
  for (const point of message.points) rows.push(await evaluate!(sweepPoint(spec!, point)))
  send({ rows })
})

// a signal to the whole group of processes is the command's to answer: it lets the running points come to their end
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
// the command has ended, however it did
process.on('disconnect', () => process.exit(0))
