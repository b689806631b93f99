import { useMemo, useState } from "react";
import type { Block, Json } from "../types";
import { RichText } from "./RichText";

const words = (cell: Json): string => {
  if (cell.type !== "rich_text") return String(cell.text ?? cell.value ?? "");
  return JSON.stringify(cell).replace(/.*?"text":"([^"]*)"/g, "$1 ");
};

function compare(a: Json, b: Json): number {
  if (a.type === "raw_number" && b.type === "raw_number") return a.value - b.value;
  return words(a).localeCompare(words(b), undefined, { numeric: true });
}

function Cell({ of }: { of: Json }) {
  if (of.type === "rich_text") return <RichText block={of} />;
  return <>{words(of)}</>;
}

/** A data_table: sorted and paged by the reader, as in Slack. */
export function DataTable({ block }: { block: Block }) {
  const [head, ...rows]: Json[][] = block.rows;
  const [sort, setSort] = useState<{ column: number; up: boolean } | null>(null);
  const [page, setPage] = useState(0);
  const size: number = block.page_size ?? 5;
  const named: number = block.row_header_column_index ?? 0;
  const sorted = useMemo(() => {
    if (!sort) return rows;
    const by = [...rows].sort((a, b) => compare(a[sort.column], b[sort.column]));
    return sort.up ? by : by.reverse();
  }, [block, sort]);
  const pages = Math.ceil(rows.length / size);
  const shown = sorted.slice(page * size, (page + 1) * size);
  const number = (column: number) => rows.some((row) => row[column].type === "raw_number");
  return (
    <div className="table">
      <div className="scroll">
        <table>
          <caption>{block.caption}</caption>
          <thead>
            <tr>
              {head.map((cell, column) => {
                const mine = sort?.column === column;
                return (
                  <th
                    key={column}
                    scope="col"
                    className={number(column) ? "number" : ""}
                    aria-sort={mine ? (sort.up ? "ascending" : "descending") : "none"}
                  >
                    <button
                      type="button"
                      className="plain-button"
                      onClick={() => setSort({ column, up: mine ? !sort.up : true })}
                    >
                      {words(cell)}
                      <span aria-hidden="true">{mine ? (sort.up ? " ↑" : " ↓") : ""}</span>
                    </button>
                  </th>
                );
              })}
            </tr>
          </thead>
          <tbody>
            {shown.map((row, at) => (
              <tr key={at}>
                {row.map((cell, column) => {
                  const Tag = column === named ? "th" : "td";
                  return (
                    <Tag
                      key={column}
                      scope={column === named ? "row" : undefined}
                      className={number(column) ? "number" : ""}
                    >
                      <Cell of={cell} />
                    </Tag>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {pages > 1 && (
        <div className="pages">
          <button type="button" className="b small" disabled={page === 0} onClick={() => setPage(page - 1)}>
            Previous
          </button>
          <span>
            {page * size + 1}–{Math.min((page + 1) * size, rows.length)} of {rows.length}
          </span>
          <button
            type="button"
            className="b small"
            disabled={page === pages - 1}
            onClick={() => setPage(page + 1)}
          >
            Next
          </button>
        </div>
      )}
    </div>
  );
}
