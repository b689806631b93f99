// Message times, always in the zone of the person looking.

const seconds = (ts: string) => Number(ts.split(".")[0]) * 1000;

const format = (at: number | Date, zone: string, options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options }).format(at);

export const clockTime = (ts: string, zone: string) =>
  format(seconds(ts), zone, { hour: "2-digit", minute: "2-digit" });

export const dayKey = (ts: string, zone: string) =>
  format(seconds(ts), zone, { year: "numeric", month: "2-digit", day: "2-digit" });

export const longDay = (ts: string, zone: string) =>
  format(seconds(ts), zone, { weekday: "long", day: "numeric", month: "long" });

export const fullTime = (at: Date, zone: string) =>
  format(at, zone, {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
  });

/** Slack's `<!date^…>` tokens. Relative words ("today") are read against `now`. */
export function slackDate(unix: number, pattern: string, zone: string, now: Date): string {
  const at = unix * 1000;
  const day = (when: number | Date) =>
    format(when, zone, { year: "numeric", month: "2-digit", day: "2-digit" });
  const near: Record<string, string> = {
    [day(now)]: "today",
    [day(new Date(now.getTime() + 86_400_000))]: "tomorrow",
    [day(new Date(now.getTime() - 86_400_000))]: "yesterday",
  };
  const pretty = (text: string) => near[day(at)] ?? text;
  const short = () => format(at, zone, { month: "short", day: "numeric", year: "numeric" });
  const long = () =>
    format(at, zone, { weekday: "long", month: "long", day: "numeric", year: "numeric" });
  const plain = () => format(at, zone, { month: "long", day: "numeric", year: "numeric" });
  const minutes = Math.round((at - now.getTime()) / 60_000);
  const values: Record<string, () => string> = {
    date_num: () =>
      format(at, zone, { year: "numeric", month: "2-digit", day: "2-digit" })
        .split("/")
        .reverse()
        .join("-"),
    date: plain,
    date_short: short,
    date_long: long,
    date_pretty: () => pretty(plain()),
    date_short_pretty: () => pretty(short()),
    date_long_pretty: () => pretty(long()),
    day_divider_pretty: () => pretty(format(at, zone, { weekday: "long", day: "numeric", month: "long" })),
    time: () => format(at, zone, { hour: "2-digit", minute: "2-digit" }),
    time_secs: () => format(at, zone, { hour: "2-digit", minute: "2-digit", second: "2-digit" }),
    ago: () => relative(minutes),
  };
  return pattern.replace(/\{(\w+)\}/g, (whole, name: string) => values[name]?.() ?? whole);
}

function relative(minutes: number): string {
  const size = Math.abs(minutes);
  const [count, unit] =
    size < 60
      ? [size, "minute"]
      : size < 1440
        ? [Math.round(size / 60), "hour"]
        : [Math.round(size / 1440), "day"];
  const words = `${count} ${unit}${count === 1 ? "" : "s"}`;
  return minutes < 0 ? `${words} ago` : `in ${words}`;
}
