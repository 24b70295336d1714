/** Tables of numbers that can be sorted, a part of the rows at a time. */
import { formatCount } from "../../base/units.js";
import { h } from "../dom.js";

export interface TableColumn<Row> {
  readonly title: string;
  /** What the title means, in a sentence. */
  readonly hint?: string;
  readonly number: boolean;
  /** Value to sort by. */
  readonly value: (row: Row) => number | string;
  readonly cell: (row: Row) => Node | string;
}

export interface Table<Row> {
  readonly element: HTMLElement;
  /** Shows other rows in the same order. */
  readonly show: (rows: readonly Row[]) => void;
}

/**
 * A table; numbers are sorted from the largest on, names from A on, a second click turns that around.
 * @param sorted index of the column that it is sorted by first
 * @param page rows at a time
 */
export function sortedTable<Row>(
  columns: readonly TableColumn<Row>[],
  { sorted, page, caption }: { readonly sorted: number; readonly page: number; readonly caption: string },
): Table<Row> {
  let by = sorted;
  let falling = columns[sorted]!.number;
  let limit = page;
  let all: readonly Row[] = [];
  const body = h("tbody");
  const more = h("button", { type: "button", click: () => expand() });
  const heads = columns.map((column, index) => {
    const button = h("button", { type: "button", title: column.hint, click: () => sort(index) }, column.title);
    return h("th", { class: column.number ? "number" : "", scope: "col" }, button);
  });
  const expand = () => {
    limit *= 5;
    fill();
  };
  const sort = (index: number) => {
    falling = index === by ? !falling : columns[index]!.number;
    by = index;
    fill();
  };
  const fill = () => {
    const { value } = columns[by]!;
    const keyed = all.map((row, index) => ({ row, index, key: value(row) }));
    const sign = falling ? -1 : 1;
    keyed.sort((a, b) => (a.key < b.key ? -sign : a.key > b.key ? sign : a.index - b.index));
    const rows = keyed.slice(0, limit).map(({ row }) => {
      const cells = columns.map((column) => h("td", { class: column.number ? "number" : "" }, column.cell(row)));
      return h("tr", {}, ...cells);
    });
    body.replaceChildren(...rows);
    for (const [index, head] of heads.entries()) {
      if (index === by) head.setAttribute("aria-sort", falling ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
    const left = all.length - rows.length;
    more.hidden = left <= 0;
    more.textContent = `Show more (${formatCount(left)} left)`;
  };
  const table = h("table", { class: "sorted" }, h("caption", {}, caption), h("thead", {}, h("tr", {}, ...heads)), body);
  const element = h(
    "div",
    {},
    h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": caption }, table),
    more,
  );
  const show = (rows: readonly Row[]) => {
    all = rows;
    limit = page;
    fill();
  };
  return { element, show };
}
