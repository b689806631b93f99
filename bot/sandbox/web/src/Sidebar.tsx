import { act, moveClock } from "./api";
import type { Place } from "./api";
import { Avatar } from "./Avatar";
import { fullTime } from "./time";
import type { Channel, Screen } from "./types";
import type { Tell } from "./useActs";

interface Props {
  screen: Screen;
  at: string;
  open: boolean;
  close: () => void;
  online: boolean;
  tell: Tell;
  go: (change: Partial<Place>) => void;
}

/** The name of a conversation as this person reads it. */
export function nameOf(channel: Channel, screen: Screen): string {
  if (channel.kind === "channel") return channel.name;
  const others = channel.members.filter((one) => one !== screen.me);
  const names = others.map((id) =>
    id === screen.bot.id ? screen.bot.name : (screen.people.find((one) => one.id === id)?.name ?? id),
  );
  return names.join(", ") || "you";
}

function Item({ name, id, mark, channel, active, open }: {
  name: string;
  id?: string;
  mark: React.ReactNode;
  channel?: Channel;
  active: boolean;
  open: () => void;
}) {
  const unread = channel && channel.unread > 0;
  return (
    <li>
      <button
        type="button"
        className={`item ${unread ? "unread" : ""}`}
        aria-current={active ? "page" : undefined}
        data-testid={`open-${channel?.id ?? id}`}
        onClick={open}
      >
        <span className="mark" aria-hidden="true">
          {mark}
        </span>
        <span className="item-name">{name}</span>
        {unread && channel.mentioned && <span className="badge">{channel.unread}</span>}
        {unread && <span className="sr">, unread</span>}
      </button>
    </li>
  );
}

/** Statuses a person may set here: what Slack keeps, and how its page shows it. */
const STATUSES: Record<string, string> = {
  "": "No status",
  ":palm_tree: Vacationing": "🌴 Vacationing",
  ":face_with_thermometer: Out sick": "🤒 Out sick",
  ":spiral_calendar_pad: In a meeting": "🗓️ In a meeting",
};

function Status({ screen, tell }: { screen: Screen; tell: Tell }) {
  const mine = screen.people.find((one) => one.id === screen.me)?.status ?? "";
  const shown = mine in STATUSES ? STATUSES : { ...STATUSES, [mine]: mine };
  const set = async (status: string) => {
    const [emoji = "", ...words] = status.split(" ");
    const told = { status_emoji: emoji, status_text: words.join(" "), status_expiration: 0 };
    const came = await act(screen.me, "set_status", { status: told });
    if (came.error) tell(came.error);
  };
  return (
    <label className="who">
      <span>Your status</span>
      <select data-testid="status" value={mine} onChange={(event) => set(event.target.value)}>
        {Object.entries(shown).map(([status, words]) => (
          <option key={status} value={status}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}

function Clock({ screen, tell }: { screen: Screen; tell: Tell }) {
  const { now, tz, movable } = screen.clock;
  const move = async (by: string) => {
    const came = await moveClock(screen.me, by);
    if (came.error) tell(came.error);
  };
  return (
    <section className="clock" aria-label="Clock">
      <time dateTime={now} data-testid="clock">
        {fullTime(new Date(now), tz)}
      </time>
      <small>{tz.replace("_", " ")}</small>
      {movable && (
        <div>
          <button type="button" onClick={() => move("hour")}>
            +1 hour
          </button>
          <button type="button" onClick={() => move("day")}>
            +1 day
          </button>
          <button type="button" onClick={() => move("monday")}>
            Next Monday 08:00
          </button>
        </div>
      )}
    </section>
  );
}

export function Sidebar({ screen, at, open, close, online, tell, go }: Props) {
  const show = (to: string) => {
    go({ at: to, thread: "" });
    close();
  };
  const channels = screen.channels.filter((one) => one.kind === "channel");
  const joined = channels.filter((one) => one.joined);
  const bot = screen.channels.find((one) => one.kind === "im" && one.members.includes(screen.bot.id));
  const people = screen.people.filter((one) => one.id !== screen.me && !one.deleted);
  const direct = (id: string) =>
    screen.channels.find((one) => one.kind === "im" && one.members.includes(id));
  const talk = async (id: string) => {
    const known = direct(id);
    show(known ? known.id : (await act(screen.me, "open_dm", { user: id })).result);
  };
  const connected = online && screen.bot.connected > 0;
  return (
    <nav className={open ? "sidebar open" : "sidebar"} aria-label="Workspace">
      <header>
        <b>{screen.team}</b>
        <label className="who">
          <span>You are</span>
          <select
            data-testid="person"
            value={screen.me}
            onChange={(event) => {
              go({ me: event.target.value, thread: "" });
              close();
            }}
          >
            {screen.people
              .filter((one) => !one.deleted)
              .map((one) => (
                <option key={one.id} value={one.id}>
                  {one.name}
                  {one.title && `, ${one.title}`}
                </option>
              ))}
          </select>
        </label>
        <Status screen={screen} tell={tell} />
      </header>
      <div className="lists">
        <h2 id="l-app">App</h2>
        <ul aria-labelledby="l-app">
          <Item name="Home" id="home" mark="⌂" active={at === "home"} open={() => show("home")} />
          {bot && (
            <Item
              name={`${screen.bot.name} messages`}
              mark={<span className="dot-app">S</span>}
              channel={bot}
              active={at === bot.id}
              open={() => {
                act(screen.me, "open_dm");
                show(bot.id);
              }}
            />
          )}
          {screen.mail !== null && (
            <Item
              name={`Mailbox${screen.mail ? ` (${screen.mail})` : ""}`}
              id="mailbox"
              mark="✉"
              active={at === "mail"}
              open={() => show("mail")}
            />
          )}
        </ul>
        <h2 id="l-channels">Channels</h2>
        <ul aria-labelledby="l-channels">
          {[...joined, ...channels.filter((one) => !one.joined)].map((one) => (
            <Item
              key={one.id}
              name={one.name}
              mark={one.private ? "🔒" : "#"}
              channel={one}
              active={at === one.id}
              open={() => show(one.id)}
            />
          ))}
        </ul>
        <h2 id="l-people">Direct messages</h2>
        <ul aria-labelledby="l-people">
          {people.map((one) => (
            <Item
              key={one.id}
              name={one.name}
              mark={<Avatar user={one.id} screen={screen} small />}
              channel={direct(one.id)}
              active={at !== "" && at === direct(one.id)?.id}
              open={() => talk(one.id)}
            />
          ))}
        </ul>
      </div>
      <footer>
        <Clock screen={screen} tell={tell} />
        <p className={connected ? "link up" : "link down"} role="status" data-testid="connection">
          {connected
            ? `${screen.bot.name} is connected`
            : online
              ? `${screen.bot.name} is not connected`
              : "The workspace does not answer"}
        </p>
      </footer>
    </nav>
  );
}
