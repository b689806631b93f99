import { useCallback, useEffect, useRef, useState } from "react";
import { act, usePlace, useScreen } from "./api";
import { Conversation } from "./Conversation";
import { Home } from "./Home";
import { Mailbox } from "./Mailbox";
import { Modal } from "./Modal";
import { Sidebar } from "./Sidebar";
import type { Screen } from "./types";
import { useEntered } from "./useActs";

const TOAST = 7000; // ms an error stays

function useToasts(): [{ id: number; text: string }[], (text: string) => void] {
  const [toasts, setToasts] = useState<{ id: number; text: string }[]>([]);
  const next = useRef(0);
  const tell = useCallback((text: string) => {
    const id = next.current++;
    setToasts((held) => [...held.slice(-2), { id, text }]);
    setTimeout(() => setToasts((held) => held.filter((one) => one.id !== id)), TOAST);
  }, []);
  return [toasts, tell];
}

/** Where someone without an address in hand starts: the first person, in their Home with the app. */
function useStart(screen: Screen | null, place: ReturnType<typeof usePlace>) {
  const [{ me, at }, go] = place;
  useEffect(() => {
    if (!screen) return;
    const known = screen.people.find((one) => one.id === me && !one.deleted);
    const first = screen.people.find((one) => !one.deleted)?.id ?? "";
    if (!known) go({ me: first, at: at || "home" });
    else if (!at) go({ at: "home" });
  }, [screen, me, at]);
}

export function App() {
  const place = usePlace();
  const [{ me, at, thread, message }, go] = place;
  const { screen, online } = useScreen(me, at === "home" || at === "mail" ? "" : at);
  const [toasts, tell] = useToasts();
  const [menu, setMenu] = useState(false);
  const store = useEntered();
  useStart(screen, place);

  const person = screen?.people.find((one) => one.id === me);
  const channel = screen?.channels.find((one) => one.id === at);
  const newest = screen?.messages.at(-1)?.ts;

  useEffect(() => {
    if (person && at === "home") act(me, "open_home");
  }, [me, at, Boolean(person)]);

  useEffect(() => {
    if (channel?.joined && channel.unread) act(me, "read", { channel: at });
  }, [me, at, newest, channel?.unread]);

  useEffect(() => {
    if (screen) document.title = `${titleOf(screen, at)} · ${screen.team}`;
  }, [screen, at]);

  if (!screen || !person) return <p className="loading">Opening the workspace …</p>;
  const view = screen.stack.at(-1);
  const shared = { screen, store, tell, go };
  return (
    <div className={menu ? "app menu-open" : "app"}>
      <Sidebar {...shared} at={at} open={menu} close={() => setMenu(false)} online={online} />
      <main>
        <button
          type="button"
          className="hamburger"
          aria-label="Show channels"
          aria-expanded={menu}
          onClick={() => setMenu(!menu)}
        >
          ☰
        </button>
        {at === "home" && <Home {...shared} />}
        {at === "mail" && <Mailbox screen={screen} />}
        {channel && (
          <Conversation key={`${me}:${at}`} {...shared} channel={channel} thread={thread} message={message} />
        )}
        {at && !["home", "mail"].includes(at) && !channel && (
          <p className="empty">{person.name} can't see this conversation.</p>
        )}
      </main>
      {view && <Modal key={view.root_view_id} {...shared} view={view} depth={screen.stack.length} />}
      <div className="toasts" role="status" aria-live="polite">
        {toasts.map(({ id, text }) => (
          <div key={id} className="toast" role="alert" data-testid="toast">
            {text}
          </div>
        ))}
      </div>
    </div>
  );
}

function titleOf(screen: Screen, at: string): string {
  if (at === "home") return screen.bot.name;
  if (at === "mail") return "Mailbox";
  const channel = screen.channels.find((one) => one.id === at);
  return channel?.name ? `#${channel.name}` : "Messages";
}
