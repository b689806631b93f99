import { useState } from "react";
import { act } from "./api";
import { Avatar } from "./Avatar";
import { Blocks } from "./blocks/Block";
import { SurfaceContext } from "./blocks/surface";
import { Mrkdwn } from "./blocks/Text";
import type { Shared } from "./Conversation";
import { useFloat } from "./float";
import { emoji } from "./emoji";
import { clockTime, fullTime } from "./time";
import type { Channel, Json, Message } from "./types";
import { useSurfaceOf } from "./useActs";

interface Props extends Shared {
  channel: Channel;
  message: Message;
  joined: boolean;
  inThread?: boolean;
  target: boolean;
}

function Files({ of }: { of: Json[] }) {
  return (
    <div className="files">
      {of.map((file) =>
        String(file.mimetype).startsWith("image/") ? (
          <img key={file.id} src={`/files/${file.id}`} alt={file.alt_txt || file.title} />
        ) : (
          <a key={file.id} href={`/files/${file.id}`} download={file.name} className="file">
            📄 {file.title}
          </a>
        ),
      )}
    </div>
  );
}

function Menu({ screen, channel, message, tell }: Props) {
  const [open, setOpen] = useState(false);
  const [anchor, style] = useFloat(open);
  const shortcuts = screen.shortcuts.filter((one) => one.type === "message");
  if (!shortcuts.length) return null;
  const run = async (callback_id: string) => {
    setOpen(false);
    const where = { channel: channel.id, ts: message.ts };
    const came = await act(screen.me, "message_shortcut", { callback_id, ...where });
    if (came.error) tell(came.error);
  };
  return (
    <span
      ref={anchor}
      className="menu"
      onBlur={(e) => e.currentTarget.contains(e.relatedTarget) || setOpen(false)}
    >
      <button
        type="button"
        aria-haspopup="menu"
        aria-expanded={open}
        aria-label="Message shortcuts"
        onClick={() => setOpen(!open)}
      >
        ⋯
      </button>
      {open && (
        <span role="menu" className="menu-list" style={style}>
          {shortcuts.map((one) => (
            <button key={one.callback_id} type="button" role="menuitem" onClick={() => run(one.callback_id)}>
              {one.name}
            </button>
          ))}
        </span>
      )}
    </span>
  );
}

function Body({ message, screen }: Props) {
  const native = message.blocks?.length;
  return (
    <>
      {native ? (
        <Blocks of={typed(message) ?? message.blocks!} />
      ) : (
        message.text && (
          <div className="lines">
            <Mrkdwn text={message.text} screen={screen} />
          </div>
        )
      )}
      {message.files && <Files of={message.files} />}
      {message.edited && <small className="edited">(edited)</small>}
    </>
  );
}

/** What a person typed is shown as mrkdwn, so that mentions and marks in it work. */
function typed(message: Message): Json[] | null {
  if (message.bot_id || message.is_ephemeral) return null;
  return [{ type: "section", text: { type: "mrkdwn", text: message.text } }];
}

export function MessageRow(props: Props) {
  const { screen, store, tell, go, channel, message, joined, inThread, target } = props;
  const where = { channel: channel.id, ts: message.ts };
  const surface = useSurfaceOf("message", `${channel.id}:${message.ts}`, where, screen, store, tell);
  const bot = message.user === screen.bot.id;
  const name = bot ? screen.bot.name : (screen.people.find((p) => p.id === message.user)?.name ?? "Slackbot");
  const zone = screen.clock.tz;
  const time = clockTime(message.ts, zone);
  const whole = fullTime(new Date(Number(message.ts) * 1000), zone);
  const classes = ["message", joined && "joined", message.is_ephemeral && "ephemeral", target && "target"];
  return (
    <article
      id={`m-${message.ts}`}
      className={classes.filter(Boolean).join(" ")}
      aria-label={`${name}, ${time}`}
      data-testid="message"
      data-ts={message.ts}
    >
      <div className="gutter">
        {joined ? <time title={whole}>{time}</time> : <Avatar user={message.user} screen={screen} />}
      </div>
      <div className="content">
        {message.is_ephemeral && <p className="only-you">Only visible to you</p>}
        {!joined && (
          <header>
            <b>{name}</b>
            {bot && <span className="app-badge">APP</span>}
            <time title={whole}>{time}</time>
          </header>
        )}
        <SurfaceContext.Provider value={surface}>
          <Body {...props} />
        </SurfaceContext.Provider>
        {message.reactions && (
          <div className="reactions">
            {message.reactions.map((one: Json) => (
              <span key={one.name}>
                {emoji(one.name)} {one.count}
              </span>
            ))}
          </div>
        )}
        {!inThread && message.reply_count && (
          <button type="button" className="replies" onClick={() => go({ thread: message.ts })}>
            {message.reply_count} {message.reply_count === 1 ? "reply" : "replies"}
            <span> · last {clockTime(message.latest_reply ?? message.ts, zone)}</span>
          </button>
        )}
      </div>
      {!message.is_ephemeral && (
        <div className="tools">
          {!inThread && (
            <button type="button" aria-label="Reply in thread" onClick={() => go({ thread: message.ts })}>
              💬
            </button>
          )}
          <Menu {...props} />
        </div>
      )}
    </article>
  );
}
