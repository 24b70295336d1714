/** Sortable tables. Of long tables only the rows in view are in the document. */
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
  /** Shows other rows, with the same sorting. */
  readonly show: (rows: readonly Row[]) => void;
}

/** Tables with more rows than this scroll within their own box. */
const WHOLE = 40;
/** Rows kept in the document beyond either end of the box. */
const MARGIN = 20;

/**
 * A sortable table: numbers are sorted from the largest, names from A; a second click reverses the order. All rows must
 * have the same height.
 * @param sorted index of the column to sort by initially
 */
export function sortedTable<Row>(
  columns: readonly TableColumn<Row>[],
  { sorted, caption }: { readonly sorted: number; readonly caption: string },
): Table<Row> {
  let by = sorted;
  let falling = columns[sorted].number;
  let rows: readonly Row[] = [];
  /** The rows in the document. */
  let drawn = { from: 0, to: 0 };
  let rowHeight = 28;
  const space = () => h("tbody", { class: "space", "aria-hidden": "true" });
  const [above, below] = [space(), space()];
  const body = h("tbody");
  const heads = columns.map((column, index) => {
    const button = h("button", { type: "button", title: column.hint, click: () => sort(index) }, column.title);
    return h("th", { class: column.number ? "number" : "", scope: "col" }, button);
  });
  const table = h(
    "table",
    { class: "sorted" },
    h("caption", {}, caption),
    h("thead", {}, h("tr", {}, ...heads)),
    above,
    body,
    below,
  );
  const element = h("div", { class: "scroll rows", tabindex: 0, role: "region", "aria-label": caption }, table);

  const sort = (index: number) => {
    falling = index === by ? !falling : columns[index].number;
    by = index;
    show(rows);
  };
  const inView = () => {
    if (rows.length <= WHOLE) return { from: 0, to: rows.length };
    const first = Math.floor(element.scrollTop / rowHeight);
    const count = Math.ceil((element.clientHeight || 700) / rowHeight);
    return { from: Math.max(0, first - MARGIN), to: Math.min(rows.length, first + count + MARGIN) };
  };
  const draw = () => {
    const { from, to } = inView();
    drawn = { from, to };
    const lines = rows.slice(from, to).map((row, index) => {
      const cells = columns.map((column) => h("td", { class: column.number ? "number" : "" }, column.cell(row)));
      return h("tr", { "aria-rowindex": from + index + 2 }, ...cells);
    });
    body.replaceChildren(...lines);
    const measured = lines[0]?.getBoundingClientRect().height ?? 0;
    if (measured > 0) rowHeight = measured;
    setHeight(above, from * rowHeight, columns.length);
    setHeight(below, (rows.length - to) * rowHeight, columns.length);
  };
  const scrolled = () => {
    const { from, to } = inView();
    const reserve = MARGIN / 2;
    const near = (drawn.from > 0 && from + reserve < drawn.from) || (drawn.to < rows.length && to - reserve > drawn.to);
    if (near) draw();
  };
  element.addEventListener("scroll", scrolled);
  // Row heights are unknown until the table is shown, and they change with its width.
  let width = 0;
  new ResizeObserver(() => {
    if (element.clientWidth === width) return;
    width = element.clientWidth;
    draw();
  }).observe(element);

  function show(next: readonly Row[]): void {
    const { value } = columns[by];
    const keyed = next.map((row, index) => ({ row, index, key: value(row) }));
    const sign = falling ? -1 : 1;
    keyed.sort((a, b) => (a.key < b.key ? -sign : a.key > b.key ? sign : a.index - b.index));
    rows = keyed.map(({ row }) => row);
    for (const [index, head] of heads.entries()) {
      if (index === by) head.setAttribute("aria-sort", falling ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
    table.setAttribute("aria-rowcount", String(rows.length + 1));
    element.classList.toggle("long", rows.length > WHOLE);
    element.scrollTop = 0;
    draw();
  }
  return { element, show };
}

function setHeight(space: HTMLElement, pixels: number, columns: number): void {
  const cell = h("td", { colspan: columns });
  cell.style.height = `${pixels}px`;
  space.replaceChildren(...(pixels > 0 ? [h("tr", {}, cell)] : []));
}
