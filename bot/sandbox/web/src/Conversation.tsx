import { useEffect, useRef, useState } from "react";
import { act } from "./api";
import type { Place } from "./api";
import { Composer } from "./Composer";
import { Home } from "./Home";
import { MessageRow } from "./MessageRow";
import { nameOf } from "./Sidebar";
import { dayKey, longDay } from "./time";
import type { Channel, Message, Screen } from "./types";
import type { EnteredStore, Tell } from "./useActs";

export interface Shared {
  screen: Screen;
  store: EnteredStore;
  tell: Tell;
  go: (change: Partial<Place>) => void;
}

interface Props extends Shared {
  channel: Channel;
  thread: string;
  message: string;
}

const TOGETHER = 300; // seconds within which one author's messages share a heading

/** Messages with day lines, keeping to the bottom unless the reader scrolled up. */
function List({ messages, channel, target, inThread, ...shared }: Shared & {
  messages: Message[];
  channel: Channel;
  target: string;
  inThread?: boolean;
}) {
  const box = useRef<HTMLDivElement>(null);
  const inner = useRef<HTMLDivElement>(null);
  const low = useRef(true);
  const zone = shared.screen.clock.tz;
  useEffect(() => {
    const grown = new ResizeObserver(() => {
      if (low.current && box.current && !target) box.current.scrollTop = box.current.scrollHeight;
    });
    grown.observe(inner.current!);
    return () => grown.disconnect();
  }, [target]);
  useEffect(() => {
    if (target) document.getElementById(`m-${target}`)?.scrollIntoView({ block: "center" });
  }, [target, messages.length > 0]);
  return (
    <div
      ref={box}
      className="messages"
      role="log"
      aria-label={inThread ? "Thread" : `Messages in ${nameOf(channel, shared.screen)}`}
      tabIndex={0}
      onScroll={() => {
        const { scrollTop, scrollHeight, clientHeight } = box.current!;
        low.current = scrollHeight - scrollTop - clientHeight < 60;
      }}
    >
      {!inThread && <div className="push" />}
      <div ref={inner}>
        {messages.map((one, number) => {
          const before = messages[number - 1];
          const day = !before || dayKey(before.ts, zone) !== dayKey(one.ts, zone);
          const joined =
            !day &&
            !(inThread && number === 1) &&
            before.user === one.user &&
            Boolean(before.is_ephemeral) === Boolean(one.is_ephemeral) &&
            Number(one.ts) - Number(before.ts) < TOGETHER;
          return (
            <div key={one.ts}>
              {day && !inThread && (
                <div className="day">
                  <span>{longDay(one.ts, zone)}</span>
                </div>
              )}
              <MessageRow
                {...shared}
                channel={channel}
                message={one}
                joined={joined}
                inThread={inThread}
                target={one.ts === target}
              />
            </div>
          );
        })}
      </div>
    </div>
  );
}

function Thread({ channel, root, close, ...shared }: Shared & { channel: Channel; root: string; close: () => void }) {
  const messages = shared.screen.messages.filter((one) => one.ts === root || one.thread_ts === root);
  return (
    <aside className="thread" aria-label="Thread" data-testid="thread">
      <header>
        <b>Thread</b>
        <button type="button" className="plain-button" aria-label="Close thread" onClick={close}>
          ✕
        </button>
      </header>
      <List {...shared} messages={messages} channel={channel} target="" inThread />
      <Composer {...shared} channel={channel} thread={root} label="Reply in thread" />
    </aside>
  );
}

export function Conversation({ channel, thread, message, ...shared }: Props) {
  const { screen, go, tell } = shared;
  const withBot = channel.kind === "im" && channel.members.includes(screen.bot.id);
  const [home, setHome] = useState(false);
  const top = screen.messages.filter(
    (one) => !one.thread_ts || one.thread_ts === one.ts || one.subtype === "thread_broadcast",
  );
  const status = screen.status.status;
  const openHome = () => {
    setHome(true);
    act(screen.me, "open_home");
  };
  const join = async () => {
    const came = await act(screen.me, "join", { channel: channel.id });
    if (came.error) tell(came.error);
  };
  return (
    <div className="columns">
      <section className="conversation">
        <header className="top">
          <h1>
            {channel.kind === "channel" ? (channel.private ? "🔒 " : "# ") : ""}
            {nameOf(channel, screen)}
            {withBot && <span className="app-badge">APP</span>}
          </h1>
          {channel.topic && <p>{channel.topic}</p>}
          {channel.kind === "channel" && <span className="count">{channel.members.length} members</span>}
          {withBot && (
            <div role="tablist" className="tabs">
              <button type="button" role="tab" aria-selected={home} onClick={openHome}>
                Home
              </button>
              <button type="button" role="tab" aria-selected={!home} onClick={() => setHome(false)}>
                Messages
              </button>
            </div>
          )}
        </header>
        {home ? (
          <Home {...shared} bare />
        ) : (
          <>
            <List {...shared} messages={top} channel={channel} target={message} />
            {status && <p className="typing">{`${screen.bot.name} ${status}`}</p>}
            {channel.joined ? (
              <Composer
                {...shared}
                channel={channel}
                thread=""
                label={`Message ${channel.kind === "channel" ? "#" : ""}${nameOf(channel, screen)}`}
              />
            ) : (
              <div className="join">
                <button type="button" className="b primary" onClick={join}>
                  Join #{channel.name}
                </button>
              </div>
            )}
          </>
        )}
      </section>
      {thread && <Thread key={thread} {...shared} channel={channel} root={thread} close={() => go({ thread: "" })} />}
    </div>
  );
}
