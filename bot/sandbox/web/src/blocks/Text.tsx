import type { ReactNode } from "react";
import { emoji } from "../emoji";
import { slackDate } from "../time";
import type { Json, Screen } from "../types";
import { useSurface } from "./surface";

const unescape = (text: string) =>
  text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");

const withEmoji = (text: string) =>
  text.replace(/:([a-z0-9_+-]+):/g, (_whole, name: string) => emoji(name));

export function Mention({ user, screen }: { user: string; screen: Screen }) {
  const name =
    user === screen.bot.id
      ? screen.bot.name
      : (screen.people.find((one) => one.id === user)?.name ?? user);
  return <span className={user === screen.me ? "mention me" : "mention"}>@{name}</span>;
}

export function ChannelLink({ id, screen }: { id: string; screen: Screen }) {
  const name = screen.channels.find((one) => one.id === id)?.name ?? "private";
  return (
    <a className="mention" href={`#as=${screen.me}&at=${id}`}>
      #{name}
    </a>
  );
}

/** A link; only web and mail addresses ever become one. */
export function Link({ url, children }: { url: string; children: ReactNode }) {
  if (!/^(https?:|mailto:|tel:)/i.test(url)) return <>{children}</>;
  const here = url.startsWith(location.origin);
  return (
    <a href={url} target={here ? undefined : "_blank"} rel="noreferrer noopener">
      {children}
    </a>
  );
}

function token(inner: string, screen: Screen): ReactNode {
  const [target, label] = inner.split(/\|(.*)/s);
  if (target.startsWith("@")) return <Mention user={target.slice(1)} screen={screen} />;
  if (target.startsWith("#")) return <ChannelLink id={target.slice(1)} screen={screen} />;
  if (target.startsWith("!date^")) {
    const [, unix, pattern, link] = target.split("^");
    const text = slackDate(Number(unix), pattern, screen.clock.tz, new Date(screen.clock.now));
    const time = (
      <time dateTime={new Date(Number(unix) * 1000).toISOString()} title={label}>
        {text}
      </time>
    );
    return link ? <Link url={link}>{time}</Link> : time;
  }
  if (target.startsWith("!subteam^")) {
    const group = screen.groups.find((one) => one.id === target.split("^")[1]);
    return <span className="mention">@{group?.handle ?? label ?? "group"}</span>;
  }
  if (target.startsWith("!")) return <span className="mention">@{target.slice(1)}</span>;
  return <Link url={unescape(target)}>{unescape(label ?? target.replace(/^mailto:/, ""))}</Link>;
}

const INLINE =
  /<([^<>]+)>|`([^`\n]+)`|(?<![\w*])\*(?!\s)([^*\n]+?)(?<!\s)\*(?![\w*])|(?<![\w_])_(?!\s)([^_\n]+?)(?<!\s)_(?![\w_])|(?<![\w~])~(?!\s)([^~\n]+?)(?<!\s)~(?![\w~])/g;

function inline(text: string, screen: Screen): ReactNode[] {
  const parts: ReactNode[] = [];
  let from = 0;
  for (const found of text.matchAll(INLINE)) {
    if (found.index > from) parts.push(withEmoji(unescape(text.slice(from, found.index))));
    const [whole, angle, code, bold, italic, strike] = found;
    const key = found.index;
    if (angle) parts.push(<span key={key}>{token(angle, screen)}</span>);
    else if (code) parts.push(<code key={key}>{unescape(code)}</code>);
    else if (bold) parts.push(<b key={key}>{inline(bold, screen)}</b>);
    else if (italic) parts.push(<i key={key}>{inline(italic, screen)}</i>);
    else parts.push(<s key={key}>{inline(strike, screen)}</s>);
    from = found.index + whole.length;
  }
  if (from < text.length) parts.push(withEmoji(unescape(text.slice(from))));
  return parts;
}

/** Slack's mrkdwn: inline marks, quotes, code blocks, line breaks. */
export function Mrkdwn({ text, screen }: { text: string; screen: Screen }) {
  const parts = text.split(/```([\s\S]*?)```/);
  return (
    <>
      {parts.map((part, number) =>
        number % 2 ? (
          <pre key={number}>{unescape(part.replace(/^\n/, ""))}</pre>
        ) : (
          <Lines key={number} text={part} screen={screen} />
        ),
      )}
    </>
  );
}

function Lines({ text, screen }: { text: string; screen: Screen }) {
  const groups: { quote: boolean; lines: string[] }[] = [];
  for (const line of text.split("\n")) {
    const quote = /^(&gt;|>) ?/.test(line);
    const last = groups.at(-1);
    const bare = quote ? line.replace(/^(&gt;|>) ?/, "") : line;
    if (last && last.quote === quote) last.lines.push(bare);
    else groups.push({ quote, lines: [bare] });
  }
  return (
    <>
      {groups.map(({ quote, lines }, number) => {
        const body = lines.map((line, row) => (
          <span key={row}>
            {row > 0 && <br />}
            {inline(line, screen)}
          </span>
        ));
        return quote ? <blockquote key={number}>{body}</blockquote> : <span key={number}>{body}</span>;
      })}
    </>
  );
}

/** A text object: plain_text or mrkdwn. */
export function Text({ of }: { of: Json | string | undefined }) {
  const { screen } = useSurface();
  if (!of) return null;
  if (typeof of === "string") return <>{of}</>;
  if (of.type === "mrkdwn") return <Mrkdwn text={of.text} screen={screen} />;
  return <span className="plain">{of.emoji === false ? of.text : withEmoji(of.text)}</span>;
}
