import { defaultPadding } from '../../network-grammar'
import type { ConvOperator, MapShape } from '../api'
import { type LayerGeometry, layeredCurrent, layeredGradInput, layeredGradWeights } from './layered'
import { mapText, type OperatorRules } from './operator'

const along = (size: number, { kernel, stride, padding }: ConvOperator) =>
  Math.floor((size + 2 * padding - kernel) / stride) + 1

const output = (conv: ConvOperator, { H, W }: MapShape): MapShape => ({
  C: conv.out,
  H: along(H, conv),
  W: along(W, conv),
})

const geometry = (conv: ConvOperator, input: MapShape): LayerGeometry => ({ ...conv, output: output(conv, input) })

/**
 * Convolution with zero padding: I[k, y, x] = Σ_c,r,s x[c, y·stride + r − padding, x·stride + s − padding] · w[k, c, r, s],
 * c over the input channels of the group that k belongs to. kernel 1 is a projection, groups = C depthwise.
 */
export const conv: OperatorRules<ConvOperator> = {
  fields: ['out', 'kernel', 'stride', 'padding', 'groups'],
  read: (plain, at, { integer }) => {
    const number = (key: string, least: number, otherwise?: number) =>
      plain[key] === undefined && otherwise !== undefined ? otherwise : integer(plain[key], `${at}.${key}`, least)
    const kernel = number('kernel', 1)
    return {
      kind: 'conv',
      out: number('out', 1),
      kernel,
      stride: number('stride', 1, 1),
      padding: number('padding', 0, defaultPadding(kernel)),
      groups: number('groups', 1, 1),
    }
  },
  write: ({ out, kernel, stride, padding, groups }) => ({
    kind: 'conv',
    out,
    kernel,
    ...(stride !== 1 && { stride }),
    ...(padding !== defaultPadding(kernel) && { padding }),
    ...(groups !== 1 && { groups }),
  }),
  shape: (conv, input, fail) => {
    const { kernel, padding, groups, out } = conv
    if (input.C % groups !== 0 || out % groups !== 0)
      fail(`groups that divide ${input.C} input and ${out} output channels`, String(groups))
    if (kernel > Math.min(input.H, input.W) + 2 * padding)
      fail(
        `a kernel up to ${Math.min(input.H, input.W) + 2 * padding}, the padded map of ${mapText(input)}`,
        `${kernel}`,
      )
    return output(conv, input)
  },
  weights: ({ out, kernel, groups }, { C }) => ({ K: out, C: C / groups, R: kernel, S: kernel }),
  current: (connection, signal, weights, precision) =>
    layeredCurrent(connection, geometryOf(connection), signal, weights!, precision),
  gradInput: (connection, grad, weights, precision) =>
    layeredGradInput(connection, geometryOf(connection), grad, weights!, precision),
  gradWeights: (connection, signal, grad, precision) =>
    layeredGradWeights(connection, geometryOf(connection), signal, grad, precision),
  operations: (conv, input) => {
    const { C, H, W } = output(conv, input)
    return C * H * W * (input.C / conv.groups) * conv.kernel * conv.kernel
  },
}

const geometryOf = ({ operator, input }: { operator: unknown; input: MapShape }) =>
  geometry(operator as ConvOperator, input)
