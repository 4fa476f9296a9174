import { type Column, tableLines } from "../../../sim/report/columns.ts";
import { formatRatio } from "../../../sim/report/format.ts";
import { median } from "../../../sim/statistics/quantile.ts";
import { LOOPBACK, type Measured, openPair, type Peer } from "./pair.ts";
import { asItComes, type Found, GRPC_JS, HTTP2, OURS, TCP } from "./peers.ts";

const ROUNDS = 5;
const WINDOW = 8;
const SECONDS = 0.5;
/** Until Node has compiled what a pair runs, and memory is there. */
const WARM_UP_SECONDS = 0.8;
const SIZES = [
  { label: "64 KiB", bytes: 64 * 1024 },
  { label: "0.9 MB", bytes: 1280 * 720 },
  { label: "3.7 MB", bytes: 1280 * 720 * 4 },
];

const COLUMNS: readonly Column[] = [
  { title: "frame", width: 7, align: "left" },
  { title: "server > client", width: 27, align: "left" },
  { title: "MB/s", width: 6, align: "right" },
  { title: "x C++", width: 6, align: "right" },
  { title: "CPU s/GB", width: 9, align: "right" },
  { title: "x C++", width: 6, align: "right" },
];

interface Row {
  readonly label: string;
  readonly server: Peer;
  readonly client: Peer;
}

/** Pairs side by side, interleaved over rounds: medians, and medians of each round's ratio to C++ gRPC. */
export async function loopback(cpp: Found, python: Found, say: (line: string) => void): Promise<void> {
  const all: { label: string; server: Found; client: Found }[] = [
    { label: "edgetwin", server: OURS, client: OURS },
    { label: "C++ gRPC", server: cpp, client: cpp },
    { label: "edgetwin > C++ gRPC", server: OURS, client: cpp },
    { label: "C++ gRPC > edgetwin", server: cpp, client: OURS },
    { label: "C++ gRPC, malloc's defaults", server: asItComes(cpp), client: asItComes(cpp) },
    { label: "Python grpcio", server: python, client: python },
    { label: "@grpc/grpc-js, defaults", server: GRPC_JS, client: GRPC_JS },
    { label: "Node http2, one stream", server: HTTP2, client: HTTP2 },
    { label: "Node TCP socket", server: TCP, client: TCP },
  ];
  const here = all.filter((row): row is Row => !("missing" in row.server) && !("missing" in row.client));
  say(`Loopback, window of ${WINDOW} frames; medians of ${ROUNDS} rounds. CPU time of both ends.`);
  say("All but what is marked defaults run with the malloc settings of edgetwin's pods.");
  for (const [index, { label: size, bytes }] of SIZES.entries()) {
    const measured = await rounds(here, bytes);
    const base = measured.get("C++ gRPC");
    const rows = here.map(({ label }) => cells(size, label, measured.get(label)!, base));
    for (const line of tableLines(COLUMNS, rows).slice(index === 0 ? 0 : 1)) say(line);
  }
}

async function rounds(rows: readonly Row[], bytes: number): Promise<Map<string, Measured[]>> {
  const load = { bytes, window: WINDOW };
  const open = ({ server, client }: Row) => openPair(server, client, LOOPBACK, load);
  const pairs = await Promise.all(rows.map(async (row) => ({ label: row.label, pair: await open(row) })));
  for (const { pair } of pairs) await pair.measure(WARM_UP_SECONDS);
  const measured = new Map<string, Measured[]>(rows.map(({ label }) => [label, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const { label, pair } of pairs) measured.get(label)!.push(await pair.measure(SECONDS));
  }
  for (const { pair } of pairs) pair.close();
  return measured;
}

function cells(size: string, label: string, measured: readonly Measured[], base: readonly Measured[] | undefined) {
  const ratio = (of: keyof Measured) =>
    base === undefined ? "-" : formatRatio(median(measured.map((each, round) => each[of] / base[round]![of])));
  const middle = (of: keyof Measured) => median(measured.map((each) => each[of]));
  const cpu = middle("cpuPerByte") * 1e9;
  return [
    size,
    label,
    (middle("bytesPerSecond") / 1e6).toFixed(0),
    ratio("bytesPerSecond"),
    Number.isNaN(cpu) ? "-" : cpu.toFixed(2),
    ratio("cpuPerByte"),
  ];
}
