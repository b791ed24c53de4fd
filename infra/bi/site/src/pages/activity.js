// What generate, engage and pursue do: signals, sequences and milestones.

import { BAD, GOOD, MOST_SERIES, QUIET, coloursOf } from '../colours.js';
import { figures } from '../card.js';
import { dots, ranked, rankedParts, stackedOverTime } from '../charts.js';
import { count, show } from '../format.js';
import * as queries from '../queries.js';
import { sumOf } from '../sums.js';
import { byGrain, busiest, dayColumn, legendOf, parted, topSeries, unfolded } from '../words.js';

const ENDS = [['approved', 'approved', GOOD], ['rejected', 'rejected', 'var(--s2)'], ['blocked', 'blocked', BAD], ['stopped', 'stopped', QUIET]];
const DONE = [['done_on_time', 'on time', GOOD], ['done_late', 'late', 'var(--s2)'], ['missed', 'missed', BAD]];
const ends = parted(ENDS);
const done = parted(DONE);
const label = (name) => name.replaceAll('_', ' ').replace(/^./, (first) => first.toUpperCase());
const counts = (names) => names.map((name) => ({ name, label: label(name) }));

export default {
  id: 'activity',
  title: 'Signals, sequences, milestones',
  intro: 'What was noticed, what was written, and what was done on time, on the day it happened.',
  filters: ['range'],
  parts: [
    ['figures', 'Key figures', async ({ first, filter }) => {
      const [signals, sequences, milestones] = await Promise.all([queries.signalTotals, queries.sequenceTotals, queries.milestoneTotals].map((query) => first(query(filter))));
      return figures([
        { id: 'signals_detected', label: 'Signals detected', value: signals.detected, unit: 'signals' },
        { id: 'signals_qualified', label: 'Signals qualified', value: signals.qualified, unit: 'signals' },
        { id: 'signals_drafted', label: 'Signals drafted', value: signals.drafted, unit: 'signals' },
        { id: 'sequences_drafted', label: 'Sequences drafted', value: sequences.drafted, unit: 'sequences' },
        { id: 'sequences_approved', label: 'Sequences approved', value: sequences.approved, unit: 'sequences' },
        { id: 'sequences_blocked', label: 'Sequences blocked', value: sequences.blocked, unit: 'sequences' },
        { id: 'sequences_stopped', label: 'Sequences stopped', value: sequences.stopped, unit: 'sequences' },
        { id: 'milestones_due', label: 'Milestones due', value: milestones.due, unit: 'milestones' },
        { id: 'milestones_on_time', label: 'Done on time', value: milestones.done_on_time, unit: 'milestones' },
        { id: 'milestones_missed', label: 'Milestones missed', value: milestones.missed, unit: 'milestones' },
      ]);
    }],
    ['signals-by-time', 'Signals detected', async ({ card, rows, filter }) => {
      const all = await rows(queries.signalsByTime(filter));
      const { rows: parts, domain } = topSeries(all, ['day'], 'kind', 'detected', MOST_SERIES);
      const colours = coloursOf(domain);
      return card({
        unit: `signals ${byGrain(filter)}, by kind`,
        rows: all,
        columns: [dayColumn(filter), { name: 'kind', label: 'Kind' }, { name: 'detected', label: 'Detected' }],
        empty: 'No signal was detected in this time.',
        say: () => busiest(all, 'detected', filter, (value) => count(value, 'signal')),
        legend: () => legendOf({ domain, colours }),
        draw: (text, data, width) => stackedOverTime(text, parts, width, { value: 'detected', series: 'kind', domain, colours, unit: 'signals', filter }),
      });
    }],
    ['signals-by-kind', 'Signals by kind', async ({ card, rows, filter }) => card({
      unit: 'signals detected, and how many became a draft',
      rows: await rows(queries.signalsByKind(filter)),
      columns: [{ name: 'kind', label: 'Kind' }, ...counts(queries.SIGNALS)],
      empty: 'No signal was detected in this time.',
      say: (all) => `The most were of kind ${all[0].kind}: ${show(all[0].detected)}.`,
      draw: (text, all, width) => ranked(text, all, width, { name: 'kind', value: 'detected', note: (row) => `${show(row.drafted)} drafted` }),
    })],
    ['sequences', 'Sequences by template', async ({ card, rows, filter }) => {
      const all = (await rows(queries.sequencesByTemplate(filter))).map((row) => ({ ...row, version: `${row.template} · ${row.prompt_version}` }));
      return card({
        unit: '% of the drafts of a template and prompt version; a sequence may be approved and stopped later',
        rows: all,
        columns: [{ name: 'template', label: 'Template' }, { name: 'prompt_version', label: 'Prompt version' }, ...counts(queries.SEQUENCES)],
        isEmpty: (data) => !data.some((row) => row.drafted > 0),
        empty: 'No sequence was drafted in this time.',
        say: () => `${count(sumOf(all, 'drafted'), 'sequence')} drafted, ${show(sumOf(all, 'approved'))} approved.`,
        legend: () => legendOf(ends).map((entry) => ({ ...entry, mark: 'dot' })),
        draw: (text, data, width) => {
          const parts = unfolded(data, ENDS).filter((row) => row.drafted > 0 && row.amount !== null).map((row) => ({ ...row, amount: row.amount / row.drafted }));
          return dots(text, parts, width, { ...ends, name: 'version', say: (row) => `${show(row.drafted)} drafted` });
        },
      });
    }],
    ['milestones', 'Milestones by play', async ({ card, rows, filter }) => card({
      unit: 'milestones of open deals that came due',
      rows: await rows(queries.milestonesByPlay(filter)),
      columns: [{ name: 'play', label: 'Play' }, ...counts(queries.MILESTONES)],
      isEmpty: (all) => !all.some((row) => DONE.some(([field]) => row[field] > 0)),
      empty: 'No milestone came due in this time.',
      say: (all) => `${count(sumOf(all, 'missed'), 'milestone')} missed, of ${show(sumOf(all, 'due'))} due.`,
      legend: () => legendOf(done),
      draw: (text, all, width) => rankedParts(text, unfolded(all, DONE), width, { ...done, name: 'play', unit: 'milestones' }),
    })],
  ],
};
