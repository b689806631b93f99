import { useCallback, useRef, useState } from "react";
import { act } from "./api";
import type { Surface } from "./blocks/surface";
import { spot } from "./blocks/surface";
import type { Block, Element, Entered, Json, Outcome, Screen } from "./types";

export type Tell = (text: string) => void;

const SLOW = 150; // ms until a pressed button shows that it waits

/** What was typed on each message or view, by its key. */
export function useEntered() {
  const [all, setAll] = useState<Record<string, Entered>>({});
  const set = useCallback((key: string, block: Block, element: Element, value: unknown) => {
    setAll((before) => {
      const mine = before[key] ?? {};
      const row = { ...mine[block.block_id], [element.action_id]: value };
      return { ...before, [key]: { ...mine, [block.block_id]: row } };
    });
  }, []);
  const forget = useCallback((key: string) => {
    setAll(({ [key]: _gone, ...rest }) => rest);
  }, []);
  return { all, set, forget };
}

export type EnteredStore = ReturnType<typeof useEntered>;

/** The surface of a message or view: its values, and presses sent to the server. */
export function useSurfaceOf(
  kind: Surface["kind"],
  key: string,
  where: Json,
  screen: Screen,
  store: EnteredStore,
  tell: Tell,
  errors: Record<string, string> = {},
): Surface {
  const [busy, setBusy] = useState("");
  const latest = useRef<Entered>({});
  latest.current = store.all[key] ?? {};
  const press = async (block: Block, element: Element, value?: unknown) => {
    const row = { ...latest.current[block.block_id], [element.action_id]: value };
    const entered =
      element.type === "button" ? latest.current : { ...latest.current, [block.block_id]: row };
    const slow = setTimeout(() => setBusy(spot(block, element) + (element.value ?? "")), SLOW);
    const came: Outcome = await act(screen.me, kind === "message" ? "press" : "press_view", {
      ...where,
      home: kind === "home",
      action_id: element.action_id,
      block_id: block.block_id,
      value,
      entered,
    });
    clearTimeout(slow);
    setBusy("");
    if (came.error) tell(came.error);
  };
  return {
    screen,
    kind,
    entered: latest.current,
    errors,
    busy,
    set: (block, element, value) => store.set(key, block, element, value),
    press,
    suggest: (_block, element, typed) =>
      act(screen.me, "suggest", { ...where, action_id: element.action_id, value: typed }),
  };
}
