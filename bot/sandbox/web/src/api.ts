import { useEffect, useRef, useState } from "react";
import type { Json, Letter, Outcome, Screen } from "./types";

async function post(path: string, body: Json): Promise<any> {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  return answer.json();
}

/** Do one thing as one person; never throws: a lost server is an error like any other. */
export async function act(as: string, what: string, more: Json = {}): Promise<Outcome> {
  try {
    return await post("/ui/act", { as, do: what, ...more });
  } catch {
    return { error: "The local workspace does not answer. Is it still running?" };
  }
}

export const moveClock = (as: string, by: string): Promise<Json> => post("/ui/clock", { as, by });

export async function letters(): Promise<Letter[]> {
  return (await fetch("/ui/mail")).json();
}

/** The screen of one person with one channel open, fetched again whenever something changes. */
export function useScreen(me: string, channel: string): { screen: Screen | null; online: boolean } {
  const [screen, setScreen] = useState<Screen | null>(null);
  const [online, setOnline] = useState(true);
  const wanted = useRef({ me, channel });
  const state = useRef({ busy: false, again: false });
  wanted.current = { me, channel };

  const load = useRef(async () => {
    if (state.current.busy) {
      state.current.again = true;
      return;
    }
    state.current.busy = true;
    do {
      state.current.again = false;
      const asked = wanted.current;
      try {
        const query = new URLSearchParams({ as: asked.me, channel: asked.channel });
        const fresh: Screen = await (await fetch(`/ui/state?${query}`)).json();
        if (asked.me === wanted.current.me && asked.channel === wanted.current.channel) {
          setScreen(fresh);
        }
        setOnline(true);
      } catch {
        setOnline(false);
      }
    } while (state.current.again);
    state.current.busy = false;
  });

  useEffect(() => {
    load.current();
  }, [me, channel]);

  useEffect(() => {
    const stream = new EventSource("/ui/stream");
    stream.onmessage = () => load.current();
    stream.onopen = () => load.current();
    stream.onerror = () => setOnline(false);
    return () => stream.close();
  }, []);

  return { screen, online };
}

export interface Place {
  me: string;
  at: string; // a channel id, "home", "mail" or ""
  thread: string;
  message: string;
}

function read(): Place {
  const link = /^\/archives\/([A-Z0-9]+)(?:\/p(\d+))?/.exec(location.pathname);
  const hash = new URLSearchParams(location.hash.slice(1));
  const query = new URLSearchParams(location.search);
  const stamp = link?.[2] ? `${link[2].slice(0, -6)}.${link[2].slice(-6)}` : "";
  let me = hash.get("as") ?? query.get("as") ?? "";
  try {
    me ||= sessionStorage.getItem("as") ?? "";
  } catch {
    // a browser without storage just starts with the first person
  }
  return {
    me,
    at: hash.get("at") ?? link?.[1] ?? query.get("at") ?? "",
    thread: hash.get("thread") ?? query.get("thread_ts") ?? "",
    message: hash.has("at") ? "" : stamp,
  };
}

/** Who looks at what, kept in the address so that it can be reloaded and linked to. */
export function usePlace(): [Place, (change: Partial<Place>) => void] {
  const [place, setPlace] = useState<Place>(read);
  useEffect(() => {
    const changed = () => setPlace(read());
    window.addEventListener("hashchange", changed);
    return () => window.removeEventListener("hashchange", changed);
  }, []);
  const go = (change: Partial<Place>) => {
    const next = { ...place, message: "", ...change };
    const hash = new URLSearchParams({ as: next.me, at: next.at });
    if (next.thread) hash.set("thread", next.thread);
    try {
      sessionStorage.setItem("as", next.me);
    } catch {
      // as above
    }
    location.hash = hash.toString();
    setPlace(next);
  };
  return [place, go];
}
