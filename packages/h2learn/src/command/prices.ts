import { calibrate } from '@h2learn/accelerator'
import {
  actionPricedPer,
  type FixedAction,
  loadPriceTable,
  type PricedPart,
  type PriceTable,
  partPricedPer,
  priceTable,
  priceTableJson,
  type ReadFamily,
} from '@h2learn/cost-model'
import type { ReportCell, ReportTable } from '@h2learn/report'
import { formatPage } from '@h2learn/report/terminal'
import { readTextFile } from '../text-file'
import type { Console } from './console'
import { exitCodes } from './failure'
import { jsonTarget, writeJson } from './files'
import type { PricesCommandOptions } from './prices-command'

const text = (value: string) => ({ text: value, value })
const number = (value: number, digits: number) => ({ text: String(Number(value.toPrecision(digits))), value })

const table = (title: string, names: readonly string[], rows: ReportTable['rows']): ReportTable => ({
  title,
  columns: names.map((name, i) => ({ name, numeric: name !== 'per' && i > 0 && i < names.length - 2 })),
  keys: 1,
  rows,
})

/** Sources are sentences: the tables carry their numbers. */
const numbered = () => {
  const sources: string[] = []
  return {
    sources,
    of: (source: string) => {
      if (!sources.includes(source)) sources.push(source)
      return text(`[${sources.indexOf(source) + 1}]`)
    },
  }
}

const tables = ({ actions, reads, parts }: PriceTable, source: (text: string) => ReportCell) => [
  table(
    'Actions',
    ['action', 'pJ', 'per', 'status', 'source'],
    Object.entries(actions).map(([name, price]) => [
      text(name),
      number(price.energy, 4),
      text(actionPricedPer[name as FixedAction]),
      text(price.status),
      source(price.source),
    ]),
  ),
  table(
    'Reads of a register file by its entries',
    ['file:entries', 'pJ', 'per', 'status', 'source'],
    Object.entries(reads).flatMap(([family, { points, ...price }]) =>
      points.map(({ entries, energy }) => [
        text(`${family}:${entries}`),
        number(energy, 4),
        text(actionPricedPer[family as ReadFamily]),
        text(price.status),
        source(price.source),
      ]),
    ),
  ),
  table(
    'Parts',
    ['part', 'um2', 'leakage uW', 'clock fJ/cycle', 'per', 'status', 'source'],
    Object.entries(parts).map(([name, { area, leakage, clock, ...price }]) => [
      text(name),
      number(area * 1e6, 4),
      number(leakage * 1e6, 4),
      number(clock * 1e3, 4),
      text(partPricedPer[name as PricedPart]),
      text(price.status),
      source(price.source),
    ]),
  ),
]

const readTable = async (path: string): Promise<PriceTable> => {
  return loadPriceTable(await readTextFile(path, 'a price table (JSON)', '--check'))
}

/**
 * `h2learn prices`: the table of the given choices, or one of the user's own, with `k_energy` and `k_area`.
 * @returns 0
 * @throws ConfigError for choices that do not exist and for a file that lacks a price, naming it
 */
export const printPrices = async (
  { check, json, arithmetic, clock, glitches, temperature, storage }: PricesCommandOptions,
  out: Console,
): Promise<number> => {
  if (json !== undefined) await jsonTarget('--json', json)
  const choices = {
    ...(arithmetic && { arithmetic }),
    ...(clock && { clock }),
    ...(glitches && { glitches }),
    ...(temperature !== undefined && { temperature }),
    ...(storage && { storage }),
  }
  const prices = check === undefined ? priceTable(choices) : await readTable(check)
  const { kArea, kEnergy } = calibrate(prices)
  const how = prices.factors ? 'from the file' : 'calibrated on the paper’s chip with these prices'
  const { sources, of } = numbered()
  const shown = tables(prices, of)
  out.say(
    formatPage(
      {
        title: `Prices: ${prices.name}`,
        summary: [
          ['k_energy', `${kEnergy.toFixed(3)}, times the energy of logic; ${how}`],
          ['k_area', `${kArea.toFixed(3)}, times the area of logic; ${how}`],
          ['apart', 'glb.* (CACTI) and mem.* (off-chip) take no factor; mem.* is never part of the chip’s energy'],
        ],
        sections: [
          { id: 'prices', title: 'Prices', tables: shown },
          { id: 'sources', title: 'Sources', list: sources.map((source, i) => `[${i + 1}] ${source}`) },
        ],
      },
      { columns: out.columns, color: out.color },
    ),
  )
  if (json !== undefined) await writeJson(json, JSON.parse(priceTableJson(prices, { kArea, kEnergy })))
  return exitCodes.done
}
