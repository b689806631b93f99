import { useMemo, useRef, useState } from "react";
import { act } from "./api";
import type { Shared } from "./Conversation";
import type { Channel } from "./types";

interface Props extends Shared {
  channel: Channel;
  thread: string;
  label: string;
}

interface Offer {
  text: string; // what stands in the composer when it is taken
  title: string;
  hint: string;
  run?: () => void;
}

/** Where a message, a slash command or a mention is written. Enter sends, Shift+Enter breaks a line. */
export function Composer({ screen, tell, channel, thread, label }: Props) {
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState(0);
  const [closed, setClosed] = useState(false);
  const area = useRef<HTMLTextAreaElement>(null);

  const offers = useMemo<Offer[]>(() => {
    if (closed) return [];
    if (text.startsWith("/") && !/\s/.test(text)) return commands();
    const name = /(?:^|\s)@([\w.]*)$/.exec(text);
    return name ? mentions(name[1].toLowerCase()) : [];
  }, [text, closed, screen]);

  function commands(): Offer[] {
    const shortcuts = screen.shortcuts.filter((one) => one.type === "global");
    return [
      ...screen.commands.map((one) => ({
        text: `${one.command} `,
        title: one.command,
        hint: [one.usage_hint, one.description].filter(Boolean).join(" · "),
      })),
      ...shortcuts.map((one) => ({
        text: "",
        title: one.name,
        hint: one.description ?? "Shortcut",
        run: () => act(screen.me, "shortcut", { callback_id: one.callback_id }).then(outcome),
      })),
    ].filter((one) => one.title.toLowerCase().includes(text === "/" ? "" : text.toLowerCase().slice(1)));
  }

  function mentions(start: string): Offer[] {
    const names = [screen.bot.name, ...screen.people.filter((p) => !p.deleted).map((p) => p.name)];
    const groups = screen.groups.map((one) => one.handle);
    return [...names, ...groups]
      .filter((name) => name.toLowerCase().includes(start))
      .slice(0, 8)
      .map((name) => ({ text: text.replace(/@[\w.]*$/, `@${name} `), title: `@${name}`, hint: "" }));
  }

  const outcome = ({ error }: { error: string }) => {
    if (error) tell(error);
  };

  const take = (offer: Offer) => {
    setText(offer.text);
    setChosen(0);
    offer.run?.();
    area.current?.focus();
  };

  const send = () => {
    const said = text.trim();
    if (!said) return;
    setText("");
    setClosed(false);
    if (said.startsWith("/")) {
      const [command, ...rest] = said.split(/\s/);
      act(screen.me, "command", { command, text: rest.join(" "), channel: channel.id }).then(outcome);
    } else {
      act(screen.me, "say", { channel: channel.id, text: said, thread_ts: thread }).then(outcome);
    }
  };

  const keys = (event: React.KeyboardEvent) => {
    const offering = offers.length > 0;
    const exact = offering && offers[chosen]?.title === text.trim() && event.key === "Enter";
    if (offering && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : offers.length - 1;
      setChosen((chosen + step) % offers.length);
    } else if (offering && !exact && (event.key === "Tab" || event.key === "Enter")) {
      event.preventDefault();
      take(offers[Math.min(chosen, offers.length - 1)]);
    } else if (offering && event.key === "Escape") {
      setClosed(true);
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      send();
    }
  };

  const list = `offers-${thread || "main"}`;
  const hint = screen.commands.find((one) => text.startsWith(`${one.command} `));
  return (
    <div className="composer">
      {offers.length > 0 && (
        <div className="offers" role="listbox" id={list} aria-label="Suggestions">
          {offers.map((one, number) => (
            <div
              key={one.title}
              id={`${list}-${number}`}
              role="option"
              aria-selected={number === chosen}
              onMouseDown={(event) => {
                event.preventDefault();
                take(one);
              }}
            >
              <b>{one.title}</b> <span>{one.hint}</span>
            </div>
          ))}
        </div>
      )}
      {hint && !offers.length && (
        <div className="usage">
          <b>{hint.command}</b> {hint.usage_hint} <span>{hint.description}</span>
        </div>
      )}
      <div className="write">
        <textarea
          ref={area}
          rows={Math.min(8, text.split("\n").length)}
          value={text}
          placeholder={label}
          aria-label={label}
          aria-controls={offers.length ? list : undefined}
          aria-activedescendant={offers.length ? `${list}-${chosen}` : undefined}
          data-testid={thread ? "reply" : "composer"}
          onChange={(event) => {
            setText(event.target.value);
            setChosen(0);
            setClosed(false);
          }}
          onKeyDown={keys}
        />
        <button type="button" className="send" aria-label="Send" disabled={!text.trim()} onClick={send}>
          ➤
        </button>
      </div>
    </div>
  );
}
