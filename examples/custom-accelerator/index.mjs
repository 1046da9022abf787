// @ts-check
import * as h2 from 'h2learn'

const paper = h2.forwardEngine()
const { tile, lanes, rows, cols, tMax } = paper.config

/** The paper's Forward Engine behind a detector: windows without a spike in any channel take no cycle and no lookup. */
const skippingEngine = {
  ...paper,
  name: 'skipping engine',
  measure: (/** @type {h2.ForwardInput} */ input) => {
    const work = paper.measure(input)
    const { layer, T, B } = input
    const { kind, C, H, W, K, R, convH } = layer
    // fully connected layers, bit planes and other sizes run as they do on the paper's engine
    if (kind === 'fc' || input.input.kind !== 'spikes' || R !== 3 || convH !== H || C > rows || T > tMax)
      return { ...work, scanned: 0 }
    const windows = new Uint8Array(T * B * H * W)
    h2.unpackBits(input.input.data.data, T * B * C * H * W).forEach((spike, i) => {
      const [map, y, x] = [Math.floor(i / (C * H * W)), Math.floor(i / W) % H, i % W]
      for (let v = Math.max(0, y - 1); spike && v < Math.min(H, y + 2); v++)
        for (let u = Math.max(0, x - 1); u < Math.min(W, x + 2); u++) windows[(map * H + v) * W + u] = 1
    })
    const arrayCycles = h2.mapTiles(H, W, tile).flatMap(({ y, x, h, w }) => {
      let busy = 0
      for (let map = 0; map < T * B; map++) {
        let found = 0
        for (let v = y; v < y + h; v++) for (let u = x; u < x + w; u++) found += windows[(map * H + v) * W + u]
        busy += Math.ceil(found / lanes)
      }
      return Array(Math.ceil(K / cols)).fill(busy) // one grid iteration for every block of output channels
    })
    const lookups = work.windows.lookups.map(() => h2.countBits(h2.packBits(windows)) * C * K)
    const scanned = T * B * H * W
    return { ...work, scanned, arrayCycles: Float64Array.from(arrayCycles), windows: { ...work.windows, lookups } }
  },
  count: (/** @type {h2.ForwardWork & { scanned: number }} */ w) => ({ ...paper.count(w), 'window.scan': w.scanned }),
}
const scan = { energy: h2.picoJoules(0.5), source: 'assumed: an OR over 576 bits', status: /** @type {const} */ ('A') }
const prices = h2.extendPriceTable(h2.priceTable(), { name: 'with scans', actions: { 'window.scan': scan } })

const chips = [h2.accelerator({ forward: paper, prices }), h2.accelerator({ forward: skippingEngine, prices })]

const network = h2.parseNetwork('48C3-AP2-16C3-10FC', { input: { C: 1, H: 28, W: 28 }, T: 10 })
const samples = h2.generateDigits({ count: 160, seed: 1 })
const config = h2.trainingConfig({ batch: 16 })
const { weights } = h2.initialWeights(network, h2.batchInput(samples, [0, 1, 2, 3], network))
const beforeUpdate = (/** @type {h2.StepView} */ { report, ...step }) => {
  if (report.step < 9) return
  const draw = { seed: config.seed, epoch: report.epoch }
  const record = h2.recordStep({ ...config, ...step, network, samples, report, draw, rows: [0, 1, 2, 3] })
  for (const chip of chips) {
    const { closedForm, period, samples_per_s } = chip.simulate([record])
    const [cycles, every, rate] = [closedForm.demands.forward, period.periodCycles, samples_per_s].map(Math.round)
    console.log(`${chip.engines.forward.name}: Forward ${cycles} cycles, period ${every} cycles, ${rate} samples/s`)
  }
}
await h2.trainNetwork({ network, samples, config, state: h2.startTraining(config, weights), hooks: { beforeUpdate } })
