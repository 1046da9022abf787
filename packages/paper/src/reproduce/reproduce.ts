import { InputError } from '@h2learn/snn-core'
import { reproducedRows } from '../compare/reproduced'
import { accuracyTable } from './accuracies'
import { backwardFigure } from './backward-figure'
import { baselineTable } from './baselines'
import { chipTable, engineTable } from './chip-tables'
import { type ReproduceContext, reproduceContext } from './context'
import { dataParallelFigure } from './data-parallel-figure'
import { networkTable, stageTable, symbolTable } from './definitions'
import { epochTable } from './epochs'
import type { FigureParts, ReproducedFigure } from './figure'
import { gpuFigure, layerSpeedupFigure, rooflineTable } from './gpu-figures'
import { lutDesignFigure, lutParallelismFigure } from './lut-figures'
import type { OwnRun } from './own-run'
import { ownRuns } from './own-runs'
import { pipelineFigure } from './pipeline-figure'
import { scalingFigure } from './scaling-figure'
import { sparsityTable } from './sparsities'
import { spinalFlowFigure } from './spinalflow-figure'

/** Everything that can be reproduced, in the order of the paper, then what the paper only mentions. */
const figures: readonly (readonly [id: string, title: string, of: (context: ReproduceContext) => FigureParts])[] = [
  ['Table I', 'Accuracies of local and global learning', accuracyTable],
  ['Table II', 'Epochs on a V100', epochTable],
  ['Table III', 'Sparsity of the backward pass', sparsityTable],
  ['Table IV', 'Symbols', symbolTable],
  ['Table V', 'Inputs, outputs and operations of the stages', stageTable],
  ['Table VI', 'Networks', networkTable],
  ['Table VII', 'Engines', engineTable],
  ['Table VIII', 'Chip and V100', chipTable],
  ['Fig. 10', 'Pipeline', pipelineFigure],
  ['Fig. 11', 'Sub-LUTs of the Forward and Weight Update Engine', lutDesignFigure],
  ['Fig. 12', 'Area, energy and throughput of the LUT engines', lutParallelismFigure],
  ['Fig. 13', 'Backward Engine against its baselines', backwardFigure],
  ['Fig. 14', 'Scaling of the engines', scalingFigure],
  ['Fig. 15(a)', 'Forward Engine against SpinalFlow', spinalFlowFigure],
  ['Fig. 15(b)', 'Engines against V100, layer by layer', layerSpeedupFigure],
  ['Fig. 16', 'Chip against V100', gpuFigure],
  ['Roofline', 'V100 where no time is printed', rooflineTable],
  ['Baselines', 'Chips with non-LUT and dense engines', baselineTable],
  ['Section IV-C1', 'Several chips in data parallel', dataParallelFigure],
]

/** The ids that `reproducePaper` knows, in order. */
export const reproduceIds: readonly string[] = figures.map(([id]) => id)

/** `table-iii`, `Table III`, `fig11`, `Figure 11.` → `tableiii`, `fig11`. */
const plain = (text: string) =>
  text
    .toLowerCase()
    .replace(/figure/g, 'fig')
    .replace(/[^a-z0-9]/g, '')

/**
 * Ids by any spelling of them: `Fig. 11`, `fig11`, `figure-11`, `table-iii`. `Fig. 15` means both of its parts.
 * @throws InputError with the list of ids
 */
export const resolveReproduceId = (text: string): readonly string[] => {
  const wanted = plain(text)
  const exact = reproduceIds.filter((id) => plain(id) === wanted)
  const found =
    exact.length > 0 ? exact : reproduceIds.filter((id) => wanted !== '' && plain(id.replace(/\(.*/, '')) === wanted)
  if (found.length > 0) return found
  throw new InputError({
    where: 'reproduce',
    expected: `a table or figure: ${reproduceIds.join(', ')}`,
    got: `"${text}"`,
    hint: 'leave it out for all of them',
  })
}

export interface ReproduceOptions {
  /** Ids as `reproduceIds` has them; default all. */
  readonly ids?: readonly string[]
  /** Training runs of our own to show beside the paper's accuracies, sparsities and speed-ups. */
  readonly own?: readonly OwnRun[]
}

/**
 * Tables I to VIII and Figures 10 to 16 of the paper beside the model, with the kind and the error of every figure. Published
 * figures come from `paper` alone; nothing but the three calibrated constants is fitted to them. Misses stay in.
 * @throws InputError for an id that is not known
 */
export const reproducePaper = ({
  ids = reproduceIds,
  own = ownRuns,
}: ReproduceOptions = {}): readonly ReproducedFigure[] => {
  const wanted = new Set(ids.flatMap(resolveReproduceId))
  const context = reproduceContext(own)
  return figures
    .filter(([id]) => wanted.has(id))
    .map(([id, title, of]) => {
      const { rows, series = [], notes = [] } = of(context)
      return { id, title, rows: reproducedRows(rows), series, notes }
    })
}
