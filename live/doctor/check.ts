/** `unknown`: it can't be told from here, and what to do to know. */
export type Status = "ok" | "warning" | "wrong" | "unknown";

/** Something that was looked at. */
export interface Check {
  /** Part of the report: `this machine`, `cluster`. */
  readonly area: string;
  readonly what: string;
  readonly status: Status;
  /** What was found. */
  readonly found: string;
  /** What to do about it; `null` where there is nothing to do. */
  readonly advice: string | null;
}

/** Makes checks of an area. */
export function checksOf(area: string) {
  const make = (status: Status) => (what: string, found: string, advice: string | null) => ({
    area,
    what,
    status,
    found,
    advice,
  });
  return {
    ok: (what: string, found: string): Check => make("ok")(what, found, null),
    warning: (what: string, found: string, advice: string): Check => make("warning")(what, found, advice),
    wrong: (what: string, found: string, advice: string): Check => make("wrong")(what, found, advice),
    unknown: (what: string, found: string, advice: string): Check => make("unknown")(what, found, advice),
  };
}

/** How many there are of each, none left out. */
export function countsOf(checks: readonly Check[]): Record<Status, number> {
  const counts = { ok: 0, warning: 0, wrong: 0, unknown: 0 };
  for (const { status } of checks) counts[status]++;
  return counts;
}

/** The report: areas in the order of their first check, a line a check, and below it what to do. */
export function reportText(checks: readonly Check[]): string {
  const areas = [...new Set(checks.map(({ area }) => area))];
  const width = Math.max(...checks.map(({ what }) => what.length));
  const parts = areas.map((area) => {
    const lines = checks
      .filter((check) => check.area === area)
      .flatMap(({ status, what, found, advice }) => [
        `  ${status.padEnd(7)}  ${what.padEnd(width)}  ${found}`,
        ...(advice === null ? [] : [`  ${" ".repeat(7)}  ${" ".repeat(width)}  -> ${advice}`]),
      ]);
    return [area, ...lines].join("\n");
  });
  const counts = Object.entries(countsOf(checks)).flatMap(([status, count]) =>
    count > 0 ? [`${count} ${status}`] : [],
  );
  return `${parts.join("\n\n")}\n\n${counts.join(", ")}`;
}
