import type { ReportPlot } from './plot'
import type { ReportTable } from './tables'

/** A figure in large print: what it is, its value with the unit, and its kind or a remark. */
export interface PageCard {
  readonly label: string
  readonly value: string
  readonly kind?: string
}

/** A part of a page under its own heading; parts appear in the order pairs, tables, plots, more tables, list. */
export interface PageSection {
  /** Letters and digits; the address of the section. */
  readonly id: string
  readonly title: string
  /** Name and value, as a list of definitions. */
  readonly pairs?: readonly (readonly [string, string])[]
  readonly tables?: readonly ReportTable[]
  readonly plots?: readonly ReportPlot[]
  readonly tablesAfter?: readonly ReportTable[]
  readonly list?: readonly string[]
}

/** What a page shows; every text is plain text. */
export interface ReportPage {
  readonly title: string
  /** What the reader must know before the figures, each on its own. */
  readonly warning?: string | readonly string[]
  readonly summary?: readonly (readonly [string, string])[]
  readonly cards?: readonly PageCard[]
  /** Sections without content are left out. */
  readonly sections: readonly PageSection[]
  readonly footer?: string
}

/**
 * A page in one self-contained file: cards, tables that sort, plots as inline SVG with their numbers, each to be saved as
 * SVG and CSV. It loads nothing and forbids loading, follows the light or dark scheme of the reader, fits a phone, prints.
 */
export const renderPage = async (page: ReportPage): Promise<string> => {
  const { pageHtml } = await import('./page-html')
  return pageHtml(page)
}
