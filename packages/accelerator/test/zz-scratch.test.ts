import { it } from 'vitest'
import { analyticBenchmark } from '../src'
it('x', () => {
  for (const b of ['MNIST','CIFAR10','ImageNet','N-MNIST','CIFAR10-DVS'] as const) for (const pooling of ['current','spikes'] as const) {
    const run = analyticBenchmark(b, { pooling, trials: 2 })
    for (const s of run.stages[0]!) { const n = (s as any).bufferBytes ?? (s.work as any).bufferBytes; if (n / 1024 > { forward: 300, 'weight-update': 2000, backward: 3000 }[s.role]) console.log(b, pooling, s.role, s.layer, n / 1024) }
    console.log(b, JSON.stringify((run as any).buffers ?? null))
  }
})
