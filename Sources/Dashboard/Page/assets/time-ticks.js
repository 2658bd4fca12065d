// SPDX-License-Identifier: BSD-3-Clause
// Where the axis of a chart over time has ticks, each with a label of its own.

const [minute, hour, day] = [60, 3600, 86400];
const steps = [
  1, 2, 5, 10, 15, 30, minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute, 30 * minute,
  hour, 2 * hour, 3 * hour, 6 * hour, 12 * hour, day, 2 * day, 7 * day, 14 * day, 28 * day, 84 * day, 364 * day,
];
const two = (value) => String(value).padStart(2, "0");

/** The least span of an axis, s: over less, whole seconds are no ticks. */
export const leastSpan = 10;

/** At most `most` round times from `first` to `last`, s since 1970: {tickvals, ticktext}, by the local clock. */
export function timeTicks(first, last, most) {
  const step = steps.find((step) => (last - first) / step < most) ?? steps.at(-1);
  const midnight = new Date(first * 1000).setHours(0, 0, 0, 0) / 1000;
  const hasDays = new Date(first * 1000).toDateString() !== new Date(last * 1000).toDateString();
  const words = (date) => [
    hasDays ? date.toLocaleDateString("en", { day: "numeric", month: "short" }) : "",
    step < day ? `${two(date.getHours())}:${two(date.getMinutes())}${step < minute ? `:${two(date.getSeconds())}` : ""}` : "",
  ].filter(Boolean).join(" ");
  const tickvals = [];
  for (let time = midnight + Math.ceil((first - midnight) / step) * step; time <= last; time += step) tickvals.push(new Date(time * 1000));
  return { tickvals, ticktext: tickvals.map(words) };
}
