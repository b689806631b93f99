import { useState } from "react";
import { useWidth } from "../float";
import type { Block, Json } from "../types";
import { scale } from "./scale";

const COLOURS = ["#1264a3", "#e8912d", "#2eb67d", "#7c3085", "#e01e5a", "#5b6b7a"];
const H = 220;
const LEFT = 52;
const BOTTOM = 34;
const TOP = 10;
const LETTER = 6.2; // px of a letter at the size of the labels

const short = (value: number): string =>
  Math.abs(value) >= 10_000
    ? new Intl.NumberFormat("en", { notation: "compact" }).format(value)
    : new Intl.NumberFormat("en", { maximumFractionDigits: 2 }).format(value);

interface Point {
  label: string;
  value: number;
}

interface Series {
  name: string;
  data: Point[];
}

function axes(W: number, series: Series[], chart: Json, bars: boolean) {
  const categories: string[] = chart.axis_config?.categories ?? series[0].data.map((one) => one.label);
  const axis: Json = chart.axis_config ?? {};
  const values = series.flatMap((one) => one.data.map((point) => point.value));
  const { low, high, ticks } = scale(values, bars);
  const y = (value: number) => TOP + (H - TOP - BOTTOM) * (1 - (value - low) / (high - low));
  const step = (W - LEFT - 12) / Math.max(categories.length, 1);
  const x = (number: number) => LEFT + step * (number + 0.5);
  const widest = Math.max(...categories.map((one) => one.length)) * LETTER + 10;
  const every = Math.max(Math.ceil(widest / step), 1);
  return { y, x, step, frame: (
    <>
      {ticks.map((tick) => (
        <g key={tick}>
          <line x1={LEFT} x2={W - 12} y1={y(tick)} y2={y(tick)} className="grid" />
          <text x={LEFT - 6} y={y(tick) + 4} textAnchor="end">
            {short(tick)}
          </text>
        </g>
      ))}
      {categories.map((label, number) =>
        number % every === 0 ? (
          <text key={label} x={x(number)} y={H - BOTTOM + 16} textAnchor="middle">
            {label}
          </text>
        ) : null,
      )}
      {axis.x_label && (
        <text x={(W + LEFT) / 2} y={H - 3} textAnchor="middle" className="axis">
          {axis.x_label}
        </text>
      )}
      {axis.y_label && (
        <text transform={`translate(11 ${H / 2}) rotate(-90)`} textAnchor="middle" className="axis">
          {axis.y_label}
        </text>
      )}
    </>
  ) };
}

function Bars({ W, series, chart }: { W: number; series: Series[]; chart: Json }) {
  const { x, y, step, frame } = axes(W, series, chart, true);
  const wide = Math.min((step * 0.7) / series.length, 40);
  return (
    <>
      {frame}
      {series.map((one, row) =>
        one.data.map((point, number) => {
          const from = y(Math.max(0, point.value));
          const left = x(number) + wide * (row - series.length / 2);
          return (
            <rect
              key={`${row}-${number}`}
              x={left}
              y={from}
              width={Math.max(wide - 2, 1)}
              height={Math.max(Math.abs(y(point.value) - y(0)), 1)}
              fill={COLOURS[row % 6]}
            >
              <title>{`${one.name}, ${point.label}: ${short(point.value)}`}</title>
            </rect>
          );
        }),
      )}
    </>
  );
}

function Lines({ W, series, chart, filled }: {
  W: number;
  series: Series[];
  chart: Json;
  filled: boolean;
}) {
  const { x, y, frame } = axes(W, series, chart, filled);
  return (
    <>
      {frame}
      {series.map((one, row) => {
        const points = one.data.map((point, number) => `${x(number)},${y(point.value)}`);
        const ground = y(0);
        return (
          <g key={one.name} stroke={COLOURS[row % 6]} fill={COLOURS[row % 6]}>
            {filled && (
              <polygon
                points={[`${x(0)},${ground}`, ...points, `${x(points.length - 1)},${ground}`].join(" ")}
                opacity={0.25}
                stroke="none"
              />
            )}
            <polyline points={points.join(" ")} fill="none" strokeWidth={2} />
            {one.data.map((point, number) => (
              <circle key={number} cx={x(number)} cy={y(point.value)} r={3} stroke="none">
                <title>{`${one.name}, ${point.label}: ${short(point.value)}`}</title>
              </circle>
            ))}
          </g>
        );
      })}
    </>
  );
}

function Pie({ W, segments }: { W: number; segments: Point[] }) {
  const total = segments.reduce((sum, one) => sum + one.value, 0);
  const at = (share: number) => [
    W / 2 + 95 * Math.sin(share * 2 * Math.PI),
    H / 2 - 95 * Math.cos(share * 2 * Math.PI),
  ];
  let from = 0;
  return (
    <>
      {segments.map((one, number) => {
        const share = one.value / total;
        const [x1, y1] = at(from);
        const [x2, y2] = at(from + share * 0.9999);
        from += share;
        return (
          <path
            key={one.label}
            d={`M${W / 2} ${H / 2}L${x1} ${y1}A95 95 0 ${share > 0.5 ? 1 : 0} 1 ${x2} ${y2}Z`}
            fill={COLOURS[number % 6]}
            stroke="#fff"
          >
            <title>{`${one.label}: ${short(one.value)} (${Math.round(share * 100)} %)`}</title>
          </path>
        );
      })}
    </>
  );
}

function AsTable({ chart, series }: { chart: Json; series: Series[] }) {
  const labels: string[] = chart.axis_config?.categories ?? series[0].data.map((one) => one.label);
  return (
    <div className="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col" />
            {series.map((one) => (
              <th key={one.name} scope="col" className="number">
                {one.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {labels.map((label, row) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              {series.map((one) => (
                <td key={one.name} className="number">
                  {short(one.data[row]?.value)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A data_visualization block: line, bar, area or pie, with the same numbers as a table. */
export function Chart({ block }: { block: Block }) {
  const [table, setTable] = useState(false);
  const [box, W] = useWidth(520);
  const chart: Json = block.chart;
  const pie = chart.type === "pie";
  const series: Series[] = pie ? [{ name: block.title, data: chart.segments }] : chart.series;
  const names = pie ? chart.segments.map((one: Point) => one.label) : series.map((one) => one.name);
  return (
    <figure className="chart" ref={box}>
      <figcaption>
        <b>{block.title}</b>
        <button type="button" className="plain-button" onClick={() => setTable(!table)}>
          {table ? "Show chart" : "Show as table"}
        </button>
      </figcaption>
      {table ? (
        <AsTable chart={chart} series={series} />
      ) : (
        <svg viewBox={`0 0 ${W} ${H}`} role="img" aria-label={`${block.title}: ${chart.type} chart`}>
          {pie && <Pie W={W} segments={chart.segments} />}
          {chart.type === "bar" && <Bars W={W} series={series} chart={chart} />}
          {(chart.type === "line" || chart.type === "area") && (
            <Lines W={W} series={series} chart={chart} filled={chart.type === "area"} />
          )}
        </svg>
      )}
      <ul className="legend">
        {names.map((name: string, number: number) => (
          <li key={name}>
            <span className="swatch" style={{ background: COLOURS[number % 6] }} /> {name}
          </li>
        ))}
      </ul>
    </figure>
  );
}
