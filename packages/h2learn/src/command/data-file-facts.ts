import { archiveEntries, h5Contents, type OtherFile, readH5Spikes, summariseSpikeTrains } from '@h2learn/datasets'
import { decodeCheckpoint } from '@h2learn/snn-core'
import type { Facts } from './data-facts'
import { bytesOf } from './data-show'

/** What an archive holds. */
export const archiveFacts = async (path: string): Promise<Facts[]> => {
  const names: string[] = []
  let bytes = 0
  for await (const { path: name, size } of archiveEntries(path)) {
    names.push(name)
    bytes += size
  }
  return [{ title: 'archive', facts: { files: names.length, bytes, first_files: names.slice(0, 8).join(' ') } }]
}

/** What an HDF5 file is, and what it holds. */
export const hdf5Facts = async (path: string): Promise<{ readonly kind: string; readonly parts: readonly Facts[] }> => {
  const { kind, names } = await h5Contents(path)
  if (kind === 'spikes') {
    const { samples, spikes, units, longest, meanDuration, labels, overTime, overUnits } = summariseSpikeTrains(
      await readH5Spikes(path),
    )
    const title = 'spike trains (spikes/times, spikes/units, labels)'
    const facts = {
      samples,
      spikes,
      mean_spikes: samples === 0 ? 0 : spikes / samples,
      units,
      longest_s: longest,
      mean_duration_s: meanDuration,
      classes: labels.filter((count) => count > 0).length,
      labels: labels.slice(0, 40).join(' '),
      read_by: 'readShd of the library',
    }
    return {
      kind: 'shd',
      parts: [{ title, facts, histograms: { 'spikes over time': overTime, 'spikes over units': overUnits } }],
    }
  }
  const inGraph = (folder: string) =>
    names.flatMap((name) => new RegExp(`^node/${folder}/([^/]+)/?$`).exec(name)?.[1] ?? [])
  if (kind === 'nir') {
    const nodes = inGraph('nodes')
    const facts = {
      nodes: nodes.length,
      names: nodes.slice(0, 20).join(' '),
      todo: 'graphs of NIR are not read as data',
    }
    return { kind: 'nir', parts: [{ title: 'a network in the Neuromorphic Intermediate Representation', facts }] }
  }
  const facts = {
    entries: names.length,
    names: names.slice(0, 12).join(' '),
    todo: 'of HDF5 files those with spikes/times, spikes/units and labels are read (Spiking Heidelberg Digits)',
  }
  return { kind: 'hdf5', parts: [{ title: 'an HDF5 file of another kind', facts }] }
}

/** What a file is that is no data set: the facts that can be had without more, and what to do with it. */
export const otherFacts = async (path: string, { what, todo }: OtherFile): Promise<Facts> => {
  if (/checkpoint/.test(what)) {
    const { state, meta } = decodeCheckpoint(bytesOf(path), path)
    const { network, dataset } = meta
    const facts = {
      step: state.step,
      weights: state.weights.length,
      network: network.text,
      T: network.T,
      trained_on: dataset.name,
      todo,
    }
    return { title: what, facts }
  }
  if (/\.npz/.test(what)) {
    const names: string[] = []
    for await (const { path: name } of archiveEntries(path)) names.push(name.replace(/\.npy$/, ''))
    return { title: what, facts: { arrays: names.length, names: names.slice(0, 12).join(' '), todo } }
  }
  return { title: what, facts: { todo } }
}
