import type { CSSProperties, ReactNode } from "react";
import { emoji } from "../emoji";
import { slackDate } from "../time";
import type { Json } from "../types";
import { useSurface } from "./surface";
import { ChannelLink, Link, Mention } from "./Text";

function styled(children: ReactNode, style: Json | undefined): ReactNode {
  let shown = children;
  if (style?.code) shown = <code>{shown}</code>;
  if (style?.strike) shown = <s>{shown}</s>;
  if (style?.italic) shown = <i>{shown}</i>;
  if (style?.bold) shown = <b>{shown}</b>;
  if (style?.underline) shown = <u>{shown}</u>;
  if (style?.highlight) shown = <mark>{shown}</mark>;
  return shown;
}

function Piece({ of }: { of: Json }) {
  const { screen } = useSurface();
  switch (of.type) {
    case "text":
      return <>{styled(of.text, of.style)}</>;
    case "link":
      return <Link url={of.url}>{styled(of.text ?? of.url, of.style)}</Link>;
    case "user":
      return <Mention user={of.user_id} screen={screen} />;
    case "channel":
      return <ChannelLink id={of.channel_id} screen={screen} />;
    case "usergroup": {
      const group = screen.groups.find((one) => one.id === of.usergroup_id);
      return <span className="mention">@{group?.handle ?? "group"}</span>;
    }
    case "broadcast":
      return <span className="mention">@{of.range}</span>;
    case "emoji":
      return <>{of.unicode ? String.fromCodePoint(...of.unicode.split("-").map((h: string) => parseInt(h, 16))) : emoji(of.name)}</>;
    case "date": {
      const text = slackDate(of.timestamp, of.format, screen.clock.tz, new Date(screen.clock.now));
      const time = <time title={of.fallback}>{styled(text, of.style)}</time>;
      return of.url ? <Link url={of.url}>{time}</Link> : time;
    }
    case "color":
      return (
        <>
          <span className="swatch" style={{ background: of.value }} /> {of.value}
        </>
      );
    default:
      return <>{of.text ?? ""}</>;
  }
}

const pieces = (list: Json[]) => list.map((one, number) => <Piece key={number} of={one} />);

function List({ of }: { of: Json }) {
  const items = of.elements.map((one: Json, number: number) => (
    <li key={number}>{pieces(one.elements)}</li>
  ));
  const style: CSSProperties = { marginLeft: `${(of.indent ?? 0) * 1.5}em` };
  return of.style === "ordered" ? (
    <ol style={style} start={(of.offset ?? 0) + 1}>
      {items}
    </ol>
  ) : (
    <ul style={style}>{items}</ul>
  );
}

/** A rich_text block: sections, lists, quotes, preformatted. */
export function RichText({ block }: { block: Json }) {
  return (
    <div className="rich">
      {block.elements.map((one: Json, number: number) => {
        switch (one.type) {
          case "rich_text_list":
            return <List key={number} of={one} />;
          case "rich_text_quote":
            return <blockquote key={number}>{pieces(one.elements)}</blockquote>;
          case "rich_text_preformatted":
            return <pre key={number}>{pieces(one.elements)}</pre>;
          default:
            return (
              <div key={number} className="lines">
                {pieces(one.elements)}
              </div>
            );
        }
      })}
    </div>
  );
}
